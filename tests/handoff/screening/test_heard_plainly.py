"""Danger said plainly is heard by the phrases alone: they are all there is when the model cannot load."""

from __future__ import annotations

import pytest

from handoff.screening.service import phrase_screen, screen
from handoff.screening.verdict import Level, Verdict, at_least


def level(text: str) -> Level:
    """What the phrases alone say."""
    return Verdict.of(phrase_screen().screen(text)).level


@pytest.mark.parametrize(
    "text",
    [
        "i swallowed all of them",
        "stood on top of the car park",
        "my baby brother has gone floppy",
        "her lips have gone blue",
        "they are downstairs, come out or they come in",
        "im on the bus to meet him",
        "flight is tomorrow and its my wedding",
        "dad went out and the twins have no food left they are 2",
        "hes coming up the stairs with the belt",
        "he has locked the car doors",
    ],
)
def test_danger_now_is_an_emergency(text: str) -> None:
    assert level(text) == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "hes coming to get me at nine and i am hiding from him",
        "no one would notice if i left this world",
        "i dont feel safe going in my own house",
        "i have nowhere to go on friday mum kicked me out",
        "he doesnt let me out of the flat",
    ],
)
def test_a_look_alike_never_hides_someone_in_danger(text: str) -> None:
    assert at_least(level(text), "urgent")


@pytest.mark.parametrize(
    "text", ["kill me", "kill me pls", "just kill me now", "someone kill me", "KILL ME!!"]
)
def test_kill_me_and_nothing_else_is_a_worry(text: str) -> None:
    assert level(text) == "concern" and at_least(screen(text).level, "concern")


@pytest.mark.parametrize(
    "text", ["this homework is gonna kill me", "these shoes kill me", "my mum will kill me if i fail maths"]
)
def test_what_kills_in_a_manner_of_speaking_is_none(text: str) -> None:
    assert screen(text).level == "routine"


@pytest.mark.parametrize(
    "text",
    [
        "he shot me three times on fortnite",
        "is there a course in suicide prevention training",
        "blood everywhere on casualty, is that a job i could do",
        "some lad followed me on insta",
    ],
)
def test_games_and_courses_are_left_alone(text: str) -> None:
    assert level(text) == "routine"
