"""Of what people asked editors see the words that we know, and never what names one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.feedback.service import BAR
from handoff.suggestions.wordings import is_question, known_words, shown, words_in

KNOWN = frozenset("how do i get a provisional licence if i'm at college near my".split())
WORDS = st.lists(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=12), max_size=8)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("how do i get a provisional licence", "how do i get a provisional licence"),
        ("how do i get a licence near Brixham", "how do i get a licence near […]"),
        ("how do I get a licence, I'm 17", "how do I get a licence, I'm […]"),
        ("how do i get a licence Tyrese Okonjo-Webb", "how do i get a licence […]-[…]"),
        ("my number 12345, i’m at college", "my […], i’m at college"),
    ],
)
def test_a_word_we_do_not_know_is_left_out(said: str, read: str) -> None:
    assert shown(said, KNOWN) == read


@given(WORDS)
def test_no_unknown_word_or_number_is_shown(words: list[str]) -> None:
    left = words_in(shown(" ".join(words), KNOWN).replace(BAR, " "))
    assert all(word in KNOWN for word in left)


@given(WORDS)
def test_what_is_shown_once_is_shown_the_same_again(words: list[str]) -> None:
    once = shown(" ".join(words), KNOWN)
    assert shown(once, KNOWN) == once


def test_a_word_is_known_from_what_we_say_or_the_questions_of_two_answers() -> None:
    travel = ("Get a **Zip Oyster** photocard.", ["does Okwudili get a railcard", "railcard for okwudili"])
    known = known_words([travel, ("Ask us.", ["college railcard"])])
    assert {"oyster", "railcard", "how", "i'm"} <= known and "okwudili" not in known


def test_a_name_is_known_from_nowhere() -> None:
    known = known_words([("Sam got a place.", ["is sam’s there"]), ("", ["sam's friend said so"])])
    assert not {"sam", "sam's"} & known


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
