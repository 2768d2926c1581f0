"""From guesses to what Rasa is told: sure of one thing, unclear between a few, or lost. Pure, no Rasa."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.codes import code_in
from bot.components.circumstances import (
    ABOUT_ME,
    ABOUT_ME_CLAIMING,
    CLAIMING,
    OFFENDING,
    asks_for_more,
    for_their_age,
    is_still_about_claiming,
    leaves_off,
    puts_birthday_right,
    tells_of_harm,
    tells_since_when,
)
from bot.components.following import opener

UNCLEAR = "unclear"
LOST = "lost"
LOST_AGAIN = "lost_again"
NOT_UNDERSTOOD = frozenset({UNCLEAR, LOST, LOST_AGAIN})
RETRIEVAL_INTENT = "faq"
TWO_QUESTIONS = "two_questions"
RANKED = 3
FOREIGN = "other_language"
OUT_OF_SCOPE = "out_of_scope"
EMOJI = "emoji"
UNFINISHED = "unfinished"
COME_BACK = "come_back"
MORE = "more"
NONSENSE = "nonsense"
"""Got its own calm line, but counts as not understood when it comes again."""
AT_16, AT_18, ADULT = "options-after-y11", "options-at-18", 18
_COMMAND = re.compile(r"\w+\s*\{.*\}", re.DOTALL)
"""What is written for a program (`inform{"x": 1}`) asks nothing, whatever its words mean."""
SHORT = 8
"""The most words of a follow-up that is nothing without the message before it."""


@dataclass(frozen=True)
class Label:
    """A class of the classifier; topic is set when it stands for an answer."""

    name: str
    intent: str
    topic: str | None = None


@dataclass(frozen=True)
class Guess:
    """One label and its probability."""

    label: Label
    confidence: float


@dataclass(frozen=True)
class Reading:
    """What a message may be: guesses, likeliest first, and the two topics of one that asks two things.

    `follows`: the guesses are of the message read beside the topic answered last.
    """

    guesses: Sequence[Guess]
    two: tuple[Guess, Guess] | None = None
    follows: bool = False


@dataclass(frozen=True)
class Thresholds:
    """How sure is sure enough, as chosen on held-out messages; config.yml may set any of them otherwise.

    All are probabilities but `last_topic`, a logarithm.
    """

    # Below `sure`, or with less than `margin` to the second, two or three topics are offered instead.
    sure: float = 0.38
    margin: float = 0.12
    # And no topic is sure that is as likely as this to be no question of ours.
    not_ours: float = 0.10
    sure_in_form: float = 0.60
    # The likeliest topic needs this for topics to be offered at all.
    offer: float = 0.12
    # The same for a short follow-up ("and if im 19"), with nothing answered before.
    offer_to_follow_up: float = 0.25
    # A message that leans on the topic answered last: `sure` of it, what its own words weigh against the
    # message read beside that topic, and how much likelier it makes that topic.
    sure_following: float = 0.55
    own_words: float = 0.40
    last_topic: float = 1.50
    # So sure by its own words, one that only points back ("is it..."), or does not ("which subjects"), stands
    # alone; and so does the latter where no topic of ours is as likely as `elsewhere`.
    named: float = 0.95
    whole: float = 0.65
    elsewhere: float = 0.25
    # Two questions in one message: how sure of each part, and how likely the whole message must find it,
    # unless the part is as sure as `part_alone`.
    part: float = 0.50
    part_alone: float = 0.95
    backed: float = 0.01


def decide(
    text: str, reading: Reading, metadata: Mapping[str, Any], thresholds: Thresholds
) -> dict[str, Any]:
    """The parse of a message, as Rasa's message properties.

    metadata may hold `context.choice.answer` (a tapped topic: taken as it is), `form` (the open form) and
    `lost_before` (the previous message was not understood either) and `context.facts.age` (as said before).
    """
    chosen = _chosen(reading.guesses, metadata)
    if chosen is not None:
        return _parse(Guess(chosen.label, 1.0), [Guess(chosen.label, 1.0)])
    look = None if metadata.get("form") else _by_its_look(text)
    if look:
        return _parse(Guess(Label(look, look), 1.0), [])
    if not reading.guesses or not any(character.isalnum() for character in text) or _COMMAND.fullmatch(text):
        return _not_understood(LOST, 0.0, [], metadata)
    if asks_for_more(text) and not metadata.get("form"):
        return _more(reading, metadata)
    if news := _news(text, metadata):
        return _parse(news, _topics(reading))
    if tells_of_harm(text, metadata):
        reading = _without(OFFENDING, reading)
    if reading.two:
        return _both(*reading.two, _topics(reading))
    return _one(text, reading, metadata, thresholds)


def _one(text: str, reading: Reading, metadata: Mapping[str, Any], thresholds: Thresholds) -> dict[str, Any]:
    """The parse of words that ask for one thing, if they can be told."""
    guesses, ranked = reading.guesses, _topics(reading)
    follows_up = not reading.follows and len(text.split()) <= SHORT and bool(opener(text))
    if _is_sure(reading, bool(metadata.get("form")), follows_up, thresholds):
        if guesses[0].label.intent == NONSENSE and metadata.get("lost_before"):
            return _not_understood(LOST, guesses[0].confidence, ranked, metadata)
        return _parse(_fitting(guesses[0], text, metadata), ranked)
    grown = _for_an_adult(reading, ranked, metadata, thresholds)
    if grown:
        return _parse(grown, ranked)
    offered = _offered(ranked, thresholds.offer_to_follow_up if follows_up else thresholds.offer)
    name = UNCLEAR if offered else LOST
    return _not_understood(name, guesses[0].confidence, offered or ranked, metadata)


def _topics(reading: Reading) -> list[Guess]:
    return [guess for guess in reading.guesses if guess.label.topic][:RANKED]


def _without(topics: Collection[str], reading: Reading) -> Reading:
    """The reading without these topics, as if there were none."""
    guesses = [guess for guess in reading.guesses if guess.label.topic not in topics]
    fits = reading.two and all(guess.label.topic not in topics for guess in reading.two)
    return replace(reading, guesses=guesses, two=reading.two if fits else None)


def _news(text: str, metadata: Mapping[str, Any]) -> Guess | None:
    """A time or a birthday alone: news about themselves, whatever it looks like."""
    if puts_birthday_right(text, metadata):
        return Guess(Label(ABOUT_ME_CLAIMING, ABOUT_ME_CLAIMING), 1.0)
    if tells_since_when(text, metadata):
        return _fitting(Guess(Label(ABOUT_ME, ABOUT_ME), 1.0), text, metadata)
    return None


def _fitting(best: Guess, text: str, metadata: Mapping[str, Any]) -> Guess:
    """The same, or what fits their age and what was answered before."""
    topic = CLAIMING if is_still_about_claiming(best.label.intent, metadata) else best.label.topic
    fits = for_their_age(topic, text, metadata)
    if fits == best.label.topic:
        return best
    if fits == CLAIMING:
        return Guess(Label(ABOUT_ME_CLAIMING, ABOUT_ME_CLAIMING), best.confidence)
    return Guess(Label(f"{RETRIEVAL_INTENT}/{fits}", RETRIEVAL_INTENT, fits), best.confidence)


def _more(reading: Reading, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with the topic answered last, to choose from."""
    last = metadata.get("last_topic")
    topics = [guess for guess in reading.guesses if guess.label.topic and guess.label.topic != last][:RANKED]
    if not reading.follows or len(topics) < 2:
        return _not_understood(LOST, 0.0, [], metadata)
    return _parse(Guess(Label(MORE, MORE), 1.0), topics)


def _by_its_look(text: str) -> str | None:
    """What a message is whatever its words mean: a come-back code, half a sentence, or nothing but emoji."""
    if code_in(text):
        return COME_BACK
    if leaves_off(text):
        return UNFINISHED
    return EMOJI if _is_emoji(text) else None


def _is_emoji(text: str) -> bool:
    """Nothing but emoji, with their skin tones, joiners and variants."""
    kinds = {unicodedata.category(character) for character in text if not character.isspace()}
    return "So" in kinds and kinds <= {"So", "Sk", "Mn", "Cf"}


def _chosen(guesses: Sequence[Guess], metadata: Mapping[str, Any]) -> Guess | None:
    choice = (metadata.get("context") or {}).get("choice") or {}
    slug = choice.get("answer")
    return next((guess for guess in guesses if slug and guess.label.topic == slug), None)


def _not_ours(guesses: Sequence[Guess]) -> float:
    """How likely the message is no question of ours, though it has a topic's words."""
    return next((guess.confidence for guess in guesses if guess.label.intent == OUT_OF_SCOPE), 0.0)


def _is_sure(reading: Reading, in_form: bool, follows_up: bool, thresholds: Thresholds) -> bool:
    """Slang is easily taken for a foreign language, and "and if im at college?" for news about oneself."""
    guesses = reading.guesses
    best = guesses[0]
    if in_form or best.label.intent == FOREIGN or (follows_up and not best.label.topic):
        return best.confidence >= thresholds.sure_in_form
    second = guesses[1].confidence if len(guesses) > 1 else 0.0
    if best.label.topic and _not_ours(guesses) > thresholds.not_ours:
        return False
    sure = thresholds.sure_following if reading.follows else thresholds.sure
    return best.confidence >= sure and best.confidence - second >= thresholds.margin


def _for_an_adult(
    reading: Reading, ranked: Sequence[Guess], metadata: Mapping[str, Any], thresholds: Thresholds
) -> Guess | None:
    """The later of the two "what next" answers, where only their age was open and they said they are 18."""
    age = ((metadata.get("context") or {}).get("facts") or {}).get("age") or 0
    if age < ADULT or metadata.get("form") or _not_ours(reading.guesses) > thresholds.not_ours:
        return None
    two = {guess.label.topic: guess for guess in ranked[:2]}
    together = sum(guess.confidence for guess in two.values())
    return two[AT_18] if two.keys() == {AT_16, AT_18} and together >= thresholds.sure else None


def _offered(ranked: Sequence[Guess], offer: float) -> Sequence[Guess]:
    """Two or three topics to choose from, when the likeliest is worth it; a third only if not far-fetched."""
    if len(ranked) < 2 or ranked[0].confidence < offer:
        return []
    return [*ranked[:2], *(guess for guess in ranked[2:] if guess.confidence >= offer / 2)]


def _both(first: Guess, second: Guess, ranked: Sequence[Guess]) -> dict[str, Any]:
    """The parse of two questions; the one that starts something (a person, a form) keeps its own intent."""
    starting = [guess for guess in (first, second) if guess.label.intent != RETRIEVAL_INTENT]
    if len(starting) == 2:
        return _parse(first, ranked)
    main = starting[0] if starting else first
    also = first if main is second else second
    intent = main.label.intent if starting else TWO_QUESTIONS
    parse = _parse(Guess(Label(intent, intent, main.label.topic), main.confidence), ranked)
    parse["entities"].append(_entity("also", str(also.label.topic)))
    return parse


def _not_understood(
    name: str, confidence: float, ranked: Sequence[Guess], metadata: Mapping[str, Any]
) -> dict[str, Any]:
    again = metadata.get("lost_before") and not metadata.get("form")
    label = LOST_AGAIN if again else name
    return _parse(Guess(Label(label, label), confidence), ranked)


def _parse(best: Guess, ranked: Sequence[Guess]) -> dict[str, Any]:
    topics = [{"topic": guess.label.topic, "confidence": guess.confidence} for guess in ranked]
    intent = {"name": best.label.intent, "confidence": best.confidence}
    parse: dict[str, Any] = {
        "intent": intent,
        "intent_ranking": [intent],
        "entities": [],
        "topic_ranking": topics,
        "response_selector": {"all_retrieval_intents": [RETRIEVAL_INTENT]},
    }
    if best.label.topic:
        parse["entities"] = [_entity("topic", best.label.topic)]
    if best.label.intent == RETRIEVAL_INTENT:
        parse["response_selector"][RETRIEVAL_INTENT] = _selected(best, ranked)
    return parse


def _entity(name: str, value: str) -> dict[str, Any]:
    return {"entity": name, "value": value, "extractor": "TopicClassifier"}


def _selected(best: Guess, ranked: Sequence[Guess]) -> dict[str, Any]:
    """What Rasa's own tools read of a retrieval intent: `rasa test` and `rasa shell` show the topic by it."""
    return {
        "response": {"intent_response_key": best.label.name, "confidence": best.confidence},
        "ranking": [
            {"intent_response_key": guess.label.name, "confidence": guess.confidence} for guess in ranked
        ],
    }
