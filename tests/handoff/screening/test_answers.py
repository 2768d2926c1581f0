"""What answers the assistant's own question is no danger by itself, and danger in it is heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.screening.answers import plain_answers
from handoff.screening.service import screen

REASON = "What's the main reason you need to claim? It decides who can help you best."
DOING = "What are you doing at the moment? It helps your adviser."
NAME = "What's your full name? It goes on your registration."
REASONS = [
    "my mum and dad dont support me",
    "i have no support from my parents",
    "no support off my mum",
    "my dad wont help me with money",
    "estranged from my family",
    "ive got epilepsy and a sick note from doctor",
    "im disabled, ive got autism and adhd",
    "i care for my nan",
    "im 7 months pregnant",
    "ive got a 4 month old son",
    "i cant live with my parents",
    "my reason is wrong im pregnant",
]
DANGERS = [
    "and hit me",
    "and my stepdad touches me",
    "i want to die",
    "i took too many tablets",
    "and kicked me out last night",
    "and they make me carry drugs",
]


@pytest.mark.parametrize(
    "text", ["none of your business", "not telling you", "stop asking me", "cant be bothered"]
)
def test_a_no_to_being_asked_is_no_secret(text: str) -> None:
    assert screen(text, before=["not telling", "not telling"], question=DOING).level == "routine"


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_to_claim_is_taken_for_one(text: str) -> None:
    assert screen(text, before=["register for benefits"], question=REASON).level == "routine"


@pytest.mark.parametrize(
    "text", ["nothing right now", "looking after my baby sister", "working part time in a cafe"]
)
def test_what_somebody_does_is_taken_for_that(text: str) -> None:
    assert screen(text, question=DOING).level == "routine"


@pytest.mark.parametrize("text", ["Ade Bello", "Kwame Asante", "Wojciech Kowalski", "Ngozi Uche"])
def test_a_name_that_nobody_knows_is_taken_for_one(text: str) -> None:
    assert screen(text, question=NAME).level == "routine"


@pytest.mark.parametrize("text", ["help me", "he hits me", "i want to die", "sucidal", "my uncle raped me"])
def test_danger_where_a_name_is_asked_for_is_heard(text: str) -> None:
    assert screen(text, question=NAME).level in ("urgent", "emergency", "concern")


@pytest.mark.parametrize("text", ["no", "yes", "nah", "rather not say", "idk"])
def test_a_bare_answer_is_not_read_on_from_the_one_before(text: str) -> None:
    assert screen(text, before=["rather not say", "no"], question=REASON).level == "routine"


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize("text", REASONS[:3])
def test_danger_beside_a_reason_is_heard(text: str, danger: str) -> None:
    assert screen(f"{text} {danger}", question=REASON).level in ("urgent", "emergency")


def test_nothing_is_plain_where_nothing_was_asked() -> None:
    without, asked = (
        screen("my parents dont support me"),
        screen("my parents dont support me", question=REASON),
    )
    assert (without.level, asked.level) == ("urgent", "routine")


@given(st.text(max_size=400))
def test_no_words_of_anybody_are_too_much_for_it(text: str) -> None:
    answers = plain_answers()
    assert answers is not None and answers.cover(text) in (True, False)


@given(
    st.sampled_from(REASONS), st.sampled_from(["hits", "rape", "scared", "pills", "locked", "touch", "hurt"])
)
def test_a_word_that_is_not_on_the_list_covers_nothing(text: str, word: str) -> None:
    answers = plain_answers()
    assert answers is not None and not answers.cover(f"{text} {word}")
