"""What a person may say instead of tapping a choice."""

from __future__ import annotations

import pytest

from handoff.render import all_chosen, chosen, numbered

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


@pytest.mark.parametrize("text", ["1 and 2", "1,2", "2 1", "1 & 2", "a course, a job", "1\n2"])
def test_several_choices_may_be_named_at_once(text: str) -> None:
    assert sorted(one["text"] for one in all_chosen(text, CHOICES)) == ["A course", "A job"]


@pytest.mark.parametrize(
    ("text", "count"), [("2", 1), ("1 and 1", 1), ("a job and a flat", 1), ("12", 0), ("jobs and cash", 0)]
)
def test_what_names_no_choice_adds_none(text: str, count: int) -> None:
    assert len(all_chosen(text, CHOICES)) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 and 2", "A course, A job"),
        ("2", "A job"),
        ("1,2.", "A course, A job"),
        ("1 2 9", "A course, A job"),
    ],
)
def test_numbers_stand_for_the_words_of_their_choices(text: str, words: str) -> None:
    assert numbered(text, CHOICES) == words


@pytest.mark.parametrize("text", ["1 job", "in 2 weeks", "9", "a job", "", "07700 900123"])
def test_a_number_among_words_stands_for_itself(text: str) -> None:
    assert numbered(text, CHOICES) is None
