"""Of what people asked editors see the words that several people use, and never what names one of them."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.feedback.service import BAR
from handoff.suggestions.wordings import is_question, shared, shown, words_in

KNOWN = frozenset("how do i get a provisional licence if i'm at college near my".split())
WORDS = st.lists(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=12), max_size=8)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("how do i get a provisional licence", "how do i get a provisional licence"),
        ("how do i get a licence near Brixham", "how do i get a licence near […]"),
        ("how do I get a licence, I'm 17", "how do I get a licence, I'm 17"),
        ("how do i get a licence Tyrese Okonjo-Webb", "how do i get a licence […]-[…]"),
        ("my number 12345, i’m at college", "my […], i’m at college"),
    ],
)
def test_a_word_nobody_else_uses_is_left_out(said: str, read: str) -> None:
    assert shown(said, KNOWN) == read


@given(WORDS)
def test_no_unknown_word_or_long_number_is_shown(words: list[str]) -> None:
    left = words_in(shown(" ".join(words), KNOWN).replace(BAR, " "))
    assert all(word in KNOWN or re.fullmatch("[0-9]{1,2}", word) for word in left)


@given(WORDS)
def test_what_is_shown_once_is_shown_the_same_again(words: list[str]) -> None:
    once = shown(" ".join(words), KNOWN)
    assert shown(once, KNOWN) == once


def test_a_word_is_shared_once_three_people_used_it() -> None:
    one, two, three = (uuid.UUID(int=number) for number in range(3))
    said = [(one, "Kemi kemi kemi college"), (two, "college, Kemi"), (three, "COLLEGE")]
    assert shared(said) == {"college"}


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("licence", False),
        (f"licence {BAR} {BAR}", False),
        ("a licence", True),
        ("why " * 60, False),
        ("", False),
    ],
)
def test_a_question_has_two_words_and_is_no_story(words: str, fits: bool) -> None:
    assert is_question(words) is fits
