"""What the bench counts, on cases small enough to count by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bench.scores import (
    Guess,
    Outcome,
    auroc,
    bands,
    calibration_error,
    confusions,
    outcome,
    share,
)


def reply(kind: str, answer: str | None = None, *offered: str | None) -> dict[str, Any]:
    """A message of the chat, as far as the bench reads it."""
    choices = [{"text": "words", "answer": slug} for slug in offered]
    return {"kind": kind, "answer": answer, "choices": choices}


def test_the_right_answer_first_is_right_whatever_follows():
    found = outcome("bursary", [reply("answer", "bursary"), reply("answer", "travel"), reply("talk")])
    assert (found.answered, found.right, found.wrong) == (True, True, False)


def test_the_right_answer_second_is_wrong():
    found = outcome("bursary", [reply("answer", "travel"), reply("answer", "bursary")])
    assert (found.answered, found.right, found.wrong) == (True, False, True)


@pytest.mark.parametrize("kind", ["talk", "prompt"])
def test_small_talk_or_a_form_instead_of_an_answer_is_wrong_and_no_answer(kind):
    found = outcome("bursary", [reply(kind)])
    assert (found.answered, found.right, found.wrong) == (False, False, True)


def test_kind_words_before_an_answer_take_nothing_from_it():
    assert outcome("housing", [reply("talk", None, "talk-to-person"), reply("answer", "housing")]).right
    assert outcome("housing", [reply("talk", None, "talk-to-person"), reply("answer", "travel")]).wrong


def test_kind_words_and_a_person_instead_of_an_answer_are_held():
    found = outcome("housing", [reply("talk", None, "talk-to-person")])
    assert (found.kind, found.right, found.wrong, found.offered_right) == ("held", False, False, False)


def test_choices_with_the_right_one_are_neither_right_nor_wrong():
    found = outcome("bursary", [reply("choices", None, "travel", "bursary", None)])
    assert (found.right, found.wrong, found.offered_right) == (False, False, True)


def test_choices_without_the_right_one_offer_nothing_right():
    assert not outcome("bursary", [reply("choices", None, "travel", "ema")]).offered_right


def test_choices_shown_under_an_answer_are_no_list_of_choices():
    assert not outcome("bursary", [reply("answer", "travel", "bursary")]).offered_right


def test_a_fallback_is_neither_right_nor_wrong():
    found = outcome("bursary", [reply("fallback", None, "talk-to-person")])
    assert (found.answered, found.right, found.wrong, found.offered_right) == (False, False, False, False)


@pytest.mark.parametrize("replies", [[], [reply("safety")], [reply("notice"), reply("safety")]])
def test_nothing_but_a_safety_message_is_held(replies):
    found = outcome("bursary", replies)
    assert (found.kind, found.right, found.wrong) == ("held", False, False)


def test_an_answer_beside_a_safety_message_counts():
    assert outcome("bursary", [reply("safety"), reply("answer", "bursary")]).right


def test_a_share_is_the_part_that_is_good():
    assert share([1, 2, 3, 4], lambda number: number > 3) == 0.25


def test_confusions_count_only_what_was_wrong_most_frequent_first():
    travel = Outcome("bursary", "answer", "travel")
    outcomes = [
        Outcome("ema", "talk"),
        travel,
        Outcome("bursary", "answer", "bursary"),
        Outcome("bursary", "choices", None, ("travel",)),
        travel,
    ]
    assert confusions(outcomes) == [("bursary", "travel", 2), ("ema", "talk", 1)]


def test_bands_say_what_was_promised_and_what_was_right():
    low, high = bands([Guess(0.12, False), Guess(0.92, True), Guess(0.98, False), Guess(1.0, True)])
    assert (low.low, low.high, low.count, low.promised, low.right) == (0.1, 0.2, 1, 0.12, 0.0)
    assert (high.low, high.high, high.count) == (0.9, 1.0, 3)
    assert high.promised == pytest.approx(2.9 / 3)
    assert high.right == pytest.approx(2 / 3)


def test_confidence_that_keeps_its_promises_has_no_calibration_error():
    guesses = [Guess(0.75, True)] * 3 + [Guess(0.75, False)] + [Guess(0.25, True)] + [Guess(0.25, False)] * 3
    assert calibration_error(bands(guesses)) == pytest.approx(0.0)


def test_calibration_error_is_the_gap_by_the_number_of_guesses():
    # Three of four guesses promise 0.9 and are all right; the fourth promises 0.5 and is wrong.
    guesses = [Guess(0.9, True)] * 3 + [Guess(0.5, False)]
    assert calibration_error(bands(guesses)) == pytest.approx((3 * 0.1 + 1 * 0.5) / 4)


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1, 0.2], [0.9, 0.8], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        # 0.9 beats both, 0.4 beats 0.3 and loses to 0.6: three of four.
        ([0.9, 0.4], [0.3, 0.6], 0.75),
        # 0.6 ties with one (half) and beats the other, 0.2 loses to both.
        ([0.6, 0.2], [0.6, 0.3], 0.375),
    ],
)
def test_auroc_is_how_often_the_inside_scores_higher(inside, outside, expected):
    assert auroc(inside, outside) == pytest.approx(expected)
