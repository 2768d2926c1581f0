"""A borough is read as people name it, and never guessed: it decides who may help."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.content.areas import load_areas
from handoff.content.authorities import load_authorities
from handoff.registrations.borough import offered, read_borough
from handoff.registrations.reading import Accepted, Problem

AREAS = load_areas()
OURS = {area.name for area in AREAS.values()}


def read(text: str) -> str:
    """The name of an area of ours, the council elsewhere, or the problem."""
    found = read_borough(text, AREAS)
    return found.shown if isinstance(found, Accepted) else found.council or found.code


@pytest.mark.parametrize(
    ("text", "borough"),
    [
        ("camden", "Camden"),
        ("London Borough of Camden", "Camden"),
        ("lambeth i think", "Lambeth"),
        ("wandsworh", "Wandsworth"),
        ("islngton council", "Islington"),
        ("city of westminster", "Westminster"),
        ("k&c", "Kensington and Chelsea"),
        ("rbkc", "Kensington and Chelsea"),
        ("kensington", "Kensington and Chelsea"),
        ("Royal Borough of Kensington & Chelsea", "Kensington and Chelsea"),
    ],
)
def test_a_borough_of_ours_is_read_as_people_name_it(text: str, borough: str) -> None:
    assert read(text) == borough


@pytest.mark.parametrize(
    ("text", "council"),
    [
        ("i live in croydon", "Croydon council"),
        ("Birmingham City Council", "Birmingham council"),
        ("newcastle", "Newcastle upon Tyne council"),
        ("brighton", "Brighton and Hove council"),
        ("kingston", "Kingston upon Thames council"),
        ("stoke", "Stoke-on-Trent council"),
        ("poole", "Bournemouth, Christchurch and Poole council"),
        ("durham", "County Durham council"),
        ("derbyshire", "Derbyshire County Council"),
        ("derby", "Derby council"),
        ("north lincolnshire", "North Lincolnshire council"),
        ("city of london", "City of London council"),
        ("scotland", "the careers service in Scotland"),
    ],
)
def test_a_place_elsewhere_is_sent_there_by_name(text: str, council: str) -> None:
    assert read(text) == council


@pytest.mark.parametrize(
    "text",
    [
        "london",
        "north london",
        "southwark or lambeth",
        "not camden",
        "the city",
        "dunno",
        "idk",
        "1",
        "",
        "🏠",
    ],
)
def test_what_names_no_one_borough_is_asked_again(text: str) -> None:
    assert read_borough(text, AREAS) == Problem("not_a_borough")


@pytest.mark.parametrize(
    ("text", "guessed"), [("croydon", False), ("its croydon council", False), ("croydn", True)]
)
def test_what_was_only_nearly_named_is_marked_as_guessed(text: str, guessed: bool) -> None:
    found = read_borough(text, AREAS)
    assert isinstance(found, Problem) and found.signpost and found.guessed is guessed


def test_every_authority_is_read_by_its_own_name_however_often() -> None:
    for _ in range(2):
        for authority in load_authorities().values():
            assert read(authority.name) in (authority.name, authority.council)


@given(st.text(max_size=300))
def test_any_text_is_one_of_our_boroughs_or_asked_about(text: str) -> None:
    found = read_borough(text, AREAS)
    assert isinstance(found, Problem) or found.shown in OURS


def test_the_likeliest_boroughs_are_offered_and_read_back() -> None:
    assert offered("SE24 0ZZ", AREAS) == ["Lambeth", "Southwark"]
    assert [read(name) for name in offered("SE24 0ZZ", AREAS)] == ["Lambeth", "Southwark"]
