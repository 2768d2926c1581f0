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
        "im on the high street. he raped me and now im alone",
        "high street tonight, gonna sleep rough on my own",
        "my brothers found out about the course will kill me",
        "she was walking her dog when he groomed me",
        "my dad beat me after the football",
        "he beat me then he raped me. he was playing on fifa",
        "ive been pulling my hair out and cutting myself",
        "i cut myself on the bus",
        "left college early, my boyfriend took my phone",
        "i was walking my dog and he is following me",
        "he stabbed me after we played fifa",
        "my mum knows i am pregnant by my stepdad",
        "told my teacher im pregnant at 13",
        "i go home and there are people after me",
        "my boss he will not let me go to the police",
        "my teacher said my dad will kick me out",
        "my dad will kill me when he gets in late tonight",
        "he will kill me if i leave before my exam",
        "mum died. he raped me. can i get help",
        "my teacher hits me and i am afraid",
        "cant finish my essay, i keep thinking about suicide",
        "the boss hits me. he has my bank details",
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
    "text",
    [
        "this homework is gonna kill me",
        "these shoes kill me",
        "honestly this course is gonna kill me",
        "my mum will kill me if i fail maths",
    ],
)
def test_what_kills_in_a_manner_of_speaking_is_none(text: str) -> None:
    assert screen(text).level == "routine"


@pytest.mark.parametrize(
    "text",
    [
        "would a high street bank let me open one on my own",
        "hes been beating me at fifa since xmas",
        "mr harris is strict, he took my phone for the whole day",
        "ive groomed me aunties shih tzu",
        "my nan was pregnant at 17",
        "my college says they will kick me out",
        "i take pills to sleep",
        "my mum is going to kill me when she sees my grades",
    ],
)
def test_a_look_alike_is_left_alone_without_a_gap_for_danger_to_stand_in(text: str) -> None:
    assert level(text) == "routine"


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
