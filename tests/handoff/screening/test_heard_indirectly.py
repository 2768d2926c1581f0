"""Danger amid something else, or without a word, is heard; what only sounds like it is left alone."""

from __future__ import annotations

import pytest

from handoff.screening.service import phrase_screen, screen
from handoff.screening.verdict import Verdict, at_least


def heard(text: str) -> Verdict:
    """What the phrases alone say."""
    return Verdict.of(phrase_screen().screen(text))


@pytest.mark.parametrize(
    "text",
    [
        "i wont be here next year anyway",
        "dont bother, i wont be around by then",
    ],
)
def test_not_being_there_later_without_a_reason_is_a_worry(text: str) -> None:
    verdict = heard(text)
    assert (verdict.level, verdict.categories) == ("concern", ("suicide",))


@pytest.mark.parametrize(
    "text",
    [
        "i wont be here next year cos im moving to leeds",
        "i wont be around for the interview can it be changed",
        "wont be at college next year im doing an apprenticeship",
    ],
)
def test_being_somewhere_else_later_is_none(text: str) -> None:
    assert heard(text).level == "routine"


@pytest.mark.parametrize("text", ["🔪🩸", "🩸🔪", "🩸🔪😭", "😭🔪🩸"])
def test_a_knife_and_blood_in_pictures_alone_are_a_worry_about_self_harm(text: str) -> None:
    verdict = screen(text)
    assert (verdict.level, verdict.categories) == ("concern", ("self_harm",))


def test_a_much_older_boyfriend_is_a_worry_whatever_else_is_said() -> None:
    verdict = heard("my boyfreind is 26")
    assert (verdict.level, verdict.categories) == ("concern", ("grooming",))


@pytest.mark.parametrize("text", ["👍", "🙂", "🍳🔪", "🎃🔪", "😂😂", "🔪🥩👨‍🍳"])
def test_other_pictures_alone_are_none(text: str) -> None:
    assert screen(text).level == "routine"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("care home says i have to move out friday and nobody has found me anything", "homelessness"),
        ("dad told me im getting married straight after exams", "forced_marriage"),
        ("i keep fainting because i barely eat", "eating_disorder"),
        ("they said next time it will be a blade", "physical_abuse"),
        ("i get jumped every day on the way home", "physical_abuse"),
        ("grandad collapsed and hes not responding", "medical"),
        ("no money in the house and i havent eaten for 3 days", "hardship"),
        ("my teacher keeps messaging me on snap", "allegation"),
        ("my tutor added me on insta", "allegation"),
        ("im 15 and my boyfreind is 26", "grooming"),
        ("my bf is 23 and im 15", "grooming"),
        ("my dad banged my head on the shelf", "physical_abuse"),
        ("my boss doesnt pay me and has my passport", "criminal_exploitation"),
        ("my dad 🔪", "physical_abuse"),
    ],
)
def test_what_was_missed_by_kind_is_heard_by_its_kind(text: str, category: str) -> None:
    verdict = heard(text)
    assert at_least(verdict.level, "urgent") and category in verdict.categories


@pytest.mark.parametrize(
    "text",
    [
        "i got shot loads of times on fortnite",
        "she kicked me in a tackle",
        "i banged my head on that beam at work",
        "they need a photo of me for my lanyard",
        "plumbers make a bomb of money",
        "i slept in the car on the way to the open day",
        "mum says i have to leave sixth form for a job",
        "its our secret recipe",
        "can you send someone an email about my place",
        "they hit me with a resit",
        "how do i become a suicide counsellor",
        "my boss needs my passport for the right to work check",
        "my tutor messages me on teams about homework",
        "my girlfriend is 17",
    ],
)
def test_ordinary_talk_that_only_sounds_grave_is_left_alone(text: str) -> None:
    assert heard(text).level == "routine"


@pytest.mark.parametrize(
    "text",
    [
        "he kicked me in the stomach",
        "my dad banged my head on the wall",
        "he wants a photo of me in my pants",
        "mum says i have to leave",
        "he says its our secret",
        "please send someone",
        "he hit me with a belt over the resit",
        "i sleep in the car now",
        "i want to be a suicide counsellor because i want to die",
        "he kept my passport and said its for the contract",
    ],
)
def test_the_look_alikes_of_it_hide_no_danger(text: str) -> None:
    assert at_least(heard(text).level, "urgent")
