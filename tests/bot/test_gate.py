"""The gate names what goes wrong with new example questions, and lets good ones pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import yaml

from bot.components.decision import Label, Thresholds
from bot.gate import (
    ROOT,
    TALK_MAY_LOSE,
    Answers,
    Heard,
    Talk,
    ask_kept_back,
    faults,
    heard,
    kept_back,
    read_talk,
    talk_lost,
)
from bot.importer import read_answers

MONEY = tuple(f"money question {number}" for number in range(25))
RENT = tuple(f"rent question {number}" for number in range(25))
LIVE: Answers = {"money": ("Help with money", MONEY), "rent": ("Help with rent", RENT)}
MORE: Answers = {**LIVE, "money": ("Help with money", (*MONEY, "a new one", "another new one"))}


def right(answers: Answers) -> dict[str, Heard]:
    """Every kept-back question brings its own answer."""
    return {text: Heard(slug, ()) for slug, (_, texts) in answers.items() for text in kept_back(texts)}


def test_the_same_fifth_is_kept_back_whatever_the_order():
    assert kept_back(MONEY) == kept_back(MONEY[::-1]) and len(kept_back(MONEY)) == 5
    assert kept_back(("only one",)) == ["only one"]


def test_questions_that_find_their_answer_pass():
    assert faults(LIVE, MORE, right(LIVE), right(MORE)) == []


def test_a_changed_answer_that_is_offered_is_found():
    after = {text: Heard(None, (slug.got or "",)) for text, slug in right(MORE).items()}
    after |= {text: Heard("rent", ()) for text in kept_back(RENT)}
    assert faults(LIVE, MORE, right(LIVE), after) == []


def test_a_changed_answer_that_is_not_found_is_named_with_its_questions_and_what_they_bring():
    after = right(MORE) | {text: Heard("rent", ()) for text in kept_back(MORE["money"][1])[:3]}
    [told] = faults(LIVE, MORE, right(LIVE), after)
    assert told.startswith("“Help with money” is not found well enough: of 5 questions")
    assert f"“{kept_back(MORE['money'][1])[0]}” brings “Help with rent”" in told and "Give more ways" in told


def test_a_neighbour_that_loses_its_questions_is_named():
    after = right(MORE) | {text: Heard("money", ()) for text in kept_back(RENT)[:2]}
    [told] = faults(LIVE, MORE, right(LIVE), after)
    assert (
        told.startswith("“Help with rent” would be found less often") and "brings “Help with money”" in told
    )


def test_one_question_lost_among_many_is_a_matter_of_chance():
    many: Answers = {f"other-{n}": ("Other", tuple(f"{n} {m}" for m in range(25))) for n in range(12)}
    live, more = {**LIVE, **many}, {**MORE, **many}
    after = right(more) | {kept_back(RENT)[0]: Heard(None, ())}
    assert faults(live, more, right(live), after) == []


class Classifier:
    """Knows two answers and small talk."""

    _labels = (Label("faq/money", "faq", "money"), Label("faq/rent", "faq", "rent"), Label("hi", "greet"))
    _thresholds = Thresholds()


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ((0.80, 0.15, 0.05), Heard("money", (), "faq")),
        ((0.41, 0.39, 0.20), Heard(None, ("money", "rent"), "unclear")),  # too close to tell
        ((0.30, 0.20, 0.10), Heard(None, ("money", "rent"), "unclear")),
        ((0.09, 0.08, 0.07), Heard(None, (), "lost")),  # asked to say it another way: nothing is offered
        ((0.10, 0.05, 0.85), Heard(None, (), "greet")),  # taken for small talk
    ],
)
def test_a_question_is_taken_for_what_the_assistant_would_say_to_it(chances, expected):
    assert heard("how do i pay rent", Classifier(), np.log(chances)) == expected


STOP = (
    Talk("stop_messages", "wanting no more messages", ("stop texting", "no texts", "texts off", "end it")),
)
HEARD = {text: Heard(None, (), "stop_messages") for text in STOP[0].said}


def test_what_people_say_besides_may_not_be_taken_for_a_question():
    taken = {text: Heard("money", (), "faq") for text in STOP[0].said[:2]}
    [told] = talk_lost(STOP, MORE, HEARD, HEARD | taken)
    assert told.startswith(
        "The assistant would not hear wanting no more messages any more: “stop texting” brings"
    )
    assert "“no texts” brings “Help with money”" in told and told.endswith(
        "Make the new questions less like these."
    )


def test_one_saying_lost_or_what_was_not_heard_before_is_forgiven():
    lost = {"stop texting": Heard("money", (), "faq")}
    assert talk_lost(STOP, MORE, HEARD, HEARD | lost) == []
    unheard = dict.fromkeys(STOP[0].said, Heard(None, (), "lost"))
    assert talk_lost(STOP, MORE, unheard, unheard) == []


def test_it_is_not_lost_one_release_after_the_other_either():
    one, two = STOP[0].said[:2]
    before = HEARD | {one: Heard("money", (), "faq")}
    [told] = talk_lost(STOP, MORE, before, before | {two: Heard("money", (), "faq")})
    assert "“no texts” brings" in told and "“stop texting”" not in told
    shipped = [replace(STOP[0], missed=1)]
    assert talk_lost(shipped, MORE, before, before | {two: Heard("money", (), "faq")}) == []


def test_what_it_was_taken_for_instead_is_named():
    both = [*STOP, Talk("thanks", "thanks", ("cheers",))]
    taken = {text: Heard(None, (), "thanks") for text in STOP[0].said[:2]}
    heard_thanks = {"cheers": Heard(None, (), "thanks")}
    [told] = talk_lost(both, MORE, HEARD | heard_thanks, HEARD | taken | heard_thanks)
    assert "“stop texting” was taken for thanks; “no texts” was taken for thanks" in told


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # what Rasa's own imports warn of
def test_how_much_of_each_kind_the_shipped_answers_miss_is_as_the_list_says():
    shipped = ROOT / "data" / "content"
    answers = {one["slug"]: (one["title"], tuple(one["examples"])) for one in read_answers(shipped)}
    said = {text: one for one in read_talk() for text in one.said}
    taken = ask_kept_back(shipped, answers, list(said))
    missed = Counter(one.intent for text, one in said.items() if taken[text].intent != one.intent)
    for one in read_talk():
        assert abs(missed[one.intent] - one.missed) <= TALK_MAY_LOSE, one.intent


def test_of_what_people_say_besides_only_the_shortest_is_learnt():
    learnt = {
        text.casefold() for answer in read_answers(ROOT / "data" / "content") for text in answer["examples"]
    }
    words = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"]
    named = {name if isinstance(name, str) else next(iter(name)) for name in words}
    for file in (ROOT / "data" / "nlu").glob("*.yml"):
        for intent in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            learnt |= {line.strip("- ").casefold() for line in intent["examples"].splitlines()}
    for one in read_talk():
        assert one.intent in named and len(one.said) > 2 * TALK_MAY_LOSE
        assert not learnt & {text.casefold() for text in one.said if len(text.split()) > 3}, one.intent
