"""What a person may say instead of tapping a choice."""

from __future__ import annotations

import pytest

from handoff.render import chosen

CHOICES = [{"text": "A course", "answer": "fe-college"}, {"text": "A job", "answer": "job-search"}]


@pytest.mark.parametrize(
    "text",
    ["2", "2.", "two", "Two!", "2nd", "2nd one", "the second one", "option 2", "number two pls", "a JOB"],
)
def test_a_choice_is_named_by_number_by_place_or_by_its_words(text: str) -> None:
    assert chosen(text, CHOICES) == CHOICES[1]


@pytest.mark.parametrize("text", ["", "3", "the", "two jobs", "one of my mates is 17", "20", "no", "option"])
def test_other_words_choose_nothing(text: str) -> None:
    assert chosen(text, CHOICES) is None
