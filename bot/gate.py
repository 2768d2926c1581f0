"""May the assistant learn a release's questions? Says in sentences for editors what is wrong with them.

Of each answer a fifth of its examples is kept back, the rest is learnt, and those are then asked: as the live
folder has them and as the candidate has them. Changed answers must be found by theirs; no other may lose, nor
what people say besides ("stop texting me", tests/bot/talk.yml).
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.components.decision import UNCLEAR, Guess, Reading, decide

FOUND_AT_LEAST = 0.6
"""The part of a changed answer's kept-back questions that must bring it, or offer it."""
OTHERS_MAY_LOSE = 0.02
"""How much of the kept-back questions of all other answers may be lost, together."""
ONE_MAY_LOSE = 0.25
"""And of any one of them (one question is always forgiven: it is a matter of chance)."""
KEPT_BACK = 5
TALK_MAY_LOSE = 1
"""And how much of each kind of what people say besides ("stop texting me") may be taken for another: since
the live release, and since what was shipped, so that it is not lost one release after the other."""
ROOT = Path(__file__).resolve().parent.parent
SAID = ROOT / "tests" / "bot" / "talk.yml"
LESS_LIKE = "Make the new questions less like these."
Answers = Mapping[str, tuple[str, tuple[str, ...]]]
"""By slug: title and example questions."""


@dataclass(frozen=True)
class Heard:
    """What a text was taken for: the answer given (None: asked back), those offered, and the intent."""

    got: str | None
    offered: tuple[str, ...]
    intent: str = ""


@dataclass(frozen=True)
class Talk:
    """What people say that is no question, and that was not learnt; `missed`: of it, with what is shipped."""

    intent: str
    title: str
    said: tuple[str, ...]
    missed: int = 0


def kept_back(examples: Sequence[str]) -> list[str]:
    """The same fifth of an answer's examples every time, at least one."""
    ordered = sorted(examples, key=lambda text: hashlib.sha256(text.casefold().encode()).hexdigest())
    return ordered[: max(1, len(ordered) // KEPT_BACK)]


def faults(
    live: Answers, candidate: Answers, before: Mapping[str, Heard], after: Mapping[str, Heard]
) -> list[str]:
    """What is wrong with the candidate, in sentences for editors that name the questions; best: none.

    `before` and `after` hold what each kept-back question was taken for, by its text.
    """
    changed = [slug for slug in candidate if live.get(slug, ("", ()))[1] != candidate[slug][1]]
    found = [sentence for slug in changed for sentence in _not_found(slug, candidate, after)]
    others = [slug for slug in candidate if slug not in changed]
    return found + _harmed(others, candidate, before, after)


def _not_found(slug: str, answers: Answers, after: Mapping[str, Heard]) -> list[str]:
    title, examples = answers[slug]
    asked = kept_back(examples)
    missed = [text for text in asked if after[text].got != slug and slug not in after[text].offered]
    if len(asked) - len(missed) >= FOUND_AT_LEAST * len(asked):
        return []
    told = "; ".join(_went(text, after[text], answers) for text in missed)
    return [
        f"“{title}” is not found well enough: of {len(asked)} questions kept back to try it,"
        f" {len(missed)} went wrong: {told}. Give more ways to ask this, or move a question to the answer"
        " that it belongs to."
    ]


def _harmed(
    others: Sequence[str], answers: Answers, before: Mapping[str, Heard], after: Mapping[str, Heard]
) -> list[str]:
    lost: dict[str, list[str]] = defaultdict(list)
    asked = {slug: [text for text in kept_back(answers[slug][1]) if text in before] for slug in others}
    gained = 0
    for slug, texts in asked.items():
        for text in texts:
            was, now = before[text].got == slug, after[text].got == slug
            gained += now and not was
            if was and not now:
                lost[slug].append(text)
    together = sum(map(len, lost.values())) - gained > OTHERS_MAY_LOSE * sum(map(len, asked.values()))
    worst = [slug for slug, texts in lost.items() if len(texts) > max(1, ONE_MAY_LOSE * len(asked[slug]))]
    return [
        f"“{answers[slug][0]}” would be found less often: "
        + "; ".join(_went(text, after[text], answers) for text in lost[slug])
        + f". {LESS_LIKE[:-1]}, or add more of them to this answer."
        for slug in (lost if together else worst)
    ]


def talk_lost(
    talk: Sequence[Talk], answers: Answers, before: Mapping[str, Heard], after: Mapping[str, Heard]
) -> list[str]:
    """What people say besides questions that the candidate would take for something else, in sentences."""
    found, titles = [], {one.intent: one.title for one in talk}
    for one in talk:
        asked = [text for text in one.said if before[text].intent == one.intent]
        lost = [text for text in asked if after[text].intent != one.intent]
        missed = sum(after[text].intent != one.intent for text in one.said)
        if len(lost) > TALK_MAY_LOSE or (lost and missed > one.missed + TALK_MAY_LOSE):
            told = "; ".join(_went(text, after[text], answers, titles) for text in lost)
            found.append(f"The assistant would not hear {one.title} any more: {told}. {LESS_LIKE}")
    return found


def _went(text: str, heard: Heard, answers: Answers, titles: Mapping[str, str] | None = None) -> str:
    if heard.got is None:
        taken = (titles or {}).get(heard.intent)
        return f"“{text}” was taken for {taken}" if taken else f"“{text}” was not understood"
    return f"“{text}” brings “{answers[heard.got][0] if heard.got in answers else heard.got}”"


def ask_kept_back(folder: Path, answers: Answers, wanted: Sequence[str]) -> dict[str, Heard]:
    """Learn the folder without what is kept back, and say what each wanted text is taken for."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.components.sentence_featurizer import SentenceFeaturizer
    from bot.components.topic_classifier import TopicClassifier
    from bot.importer import ContentImporter

    os.environ["WAYLINE_RELEASE_DIR"] = str(folder)
    data = [str(ROOT / "data" / part) for part in ("nlu", "rules", "stories")]
    learnt = ContentImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), data).get_nlu_data()
    back = set(all_kept_back(answers))
    kept = TrainingData([one for one in learnt.training_examples if one.get(TEXT) not in back])
    with tempfile.TemporaryDirectory() as place:
        storage = LocalModelStorage.create(Path(place))
        featurizer = SentenceFeaturizer(
            SentenceFeaturizer.get_default_config(), storage, Resource("featurizer")
        )
        classifier = TopicClassifier(TopicClassifier.get_default_config(), storage, Resource("classifier"))
        featurizer.train(kept)
        classifier.train(featurizer.process_training_data(kept))
        chances = classifier._chances(featurizer._vectors(list(wanted)).astype(float))
    return {text: heard(text, classifier, row) for text, row in zip(wanted, chances, strict=True)}


def heard(text: str, classifier: Any, chances: Any) -> Heard:
    """What the assistant would make of a text whose labels have these chances (logarithms): the answer that
    it would give, or those that it would offer."""
    best = [int(place) for place in chances.argsort()[::-1]]
    guesses = [Guess(classifier._labels[place], math.exp(chances[place])) for place in best]
    parse = decide(text, Reading(guesses), {}, classifier._thresholds)
    got = next((one["value"] for one in parse["entities"] if one["entity"] == "topic"), None)
    intent = parse["intent"]["name"]
    offered = (one["topic"] for one in parse["topic_ranking"] if intent == UNCLEAR)
    return Heard(got, tuple(offered), intent)


def all_kept_back(answers: Answers) -> list[str]:
    """The kept-back questions of all of them, each once."""
    return list(dict.fromkeys(text for _, examples in answers.values() for text in kept_back(examples)))


def read_talk() -> list[Talk]:
    """The shipped list."""
    return [
        Talk(one["intent"], one["title"], tuple(one["said"]), one.get("missed", 0))
        for one in yaml.safe_load(SAID.read_text("utf-8"))
    ]


def compared(live: Path, candidate: Path) -> list[str]:
    """What is wrong with the questions of a release folder, beside those of the live one; best: nothing."""
    from bot.importer import read_answers

    before, after = (
        {one["slug"]: (one["title"], tuple(one["examples"])) for one in read_answers(folder)}
        for folder in (live, candidate)
    )
    if not after:
        return []
    talk = read_talk()
    said = [text for one in talk for text in one.said]
    wanted = all_kept_back(after)
    known = set(all_kept_back({slug: one for slug, one in before.items() if slug in after}))
    was = ask_kept_back(live, before, [*(text for text in wanted if text in known), *said])
    now = ask_kept_back(candidate, after, [*wanted, *said])
    return [*faults(before, after, was, now), *talk_lost(talk, after, was, now)]
