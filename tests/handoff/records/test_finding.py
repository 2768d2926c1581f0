"""A record is found for exactly the same person, never on a guess; what is alike goes to a person."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from handoff.app import Parts
from handoff.names import words_of
from handoff.records import service
from handoff.records.matching import similar
from handoff.records.service import Found
from tests.handoff.records.scenes import AISHA, facts


async def find(parts: Parts, **over: object) -> Found:
    async with parts.db.transaction() as session:
        return await service.find_or_create(session, parts.clock.now(), facts(**over), "person")


async def test_somebody_new_gets_a_record_of_their_own(parts: Parts) -> None:
    found = await find(parts)
    assert (found.created, found.likely) == (True, False)
    assert found.record.lead_authority == "202"


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({"name": "aisha  BEGUM-O’hara"}, id="the name typed another way"),
        pytest.param({"postcode": "nw11aa"}, id="the postcode typed another way"),
        pytest.param({"postcode": "E1 6AN"}, id="a new postcode, the same phone"),
        pytest.param({"phone": "07700 900999"}, id="a new phone, the same postcode"),
        pytest.param({"phone": "+44 7700 900123", "postcode": "E1 6AN"}, id="the phone typed another way"),
    ],
)
async def test_the_same_person_again_finds_their_record(parts: Parts, again: dict[str, str]) -> None:
    first = await find(parts)
    second = await find(parts, **again)
    assert (second.created, second.record.id) == (False, first.record.id)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"name": "Aisha Begum Ohara-Khan"}, id="same day, a longer name"),
        pytest.param({"name": "Ayisha Begum O'Hara"}, id="same day, a letter apart"),
        pytest.param({"name": "O'Hara Begum Aisha"}, id="same day, names in another order"),
        pytest.param({"postcode": "E1 6AN", "phone": None}, id="same name and day, nothing else alike"),
        pytest.param({"date_of_birth": date(2010, 3, 2)}, id="same name and phone, another day"),
    ],
)
async def test_somebody_alike_is_marked_for_a_person_and_not_merged(
    parts: Parts, other: dict[str, object]
) -> None:
    first = await find(parts)
    second = await find(parts, **other)
    assert (second.created, second.likely) == (True, True)
    assert second.record.id != first.record.id


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"name": "Yusuf Begum-O'Hara"}, id="a twin: same day, address and phone"),
        pytest.param({"name": "Sam Okoro", "date_of_birth": date(2009, 9, 9)}, id="two people on one phone"),
        pytest.param({"name": "Li"}, id="another name of one word"),
        pytest.param({"name": "李雷"}, id="a name in another script"),
    ],
)
async def test_somebody_else_gets_a_record_without_a_mark(parts: Parts, other: dict[str, object]) -> None:
    await find(parts)
    found = await find(parts, **other)
    assert (found.created, found.likely) == (True, False)


async def test_the_same_person_on_two_channels_at_once_is_made_once(parts: Parts) -> None:
    found = await asyncio.gather(*(find(parts) for _ in range(4)))
    assert sum(one.created for one in found) == 1
    assert len({one.record.id for one in found}) == 1


async def test_two_sure_matches_are_a_persons_to_settle(parts: Parts) -> None:
    await find(parts, phone="07700900111", postcode="NW1 1AA")
    await find(parts, phone="07700900222", postcode="E1 6AN")
    third = await find(parts, phone="07700900111", postcode="E1 6AN")
    assert (third.created, third.likely) == (True, True)


async def test_the_newest_way_to_reach_them_is_kept_and_still_finds_them(parts: Parts) -> None:
    await find(parts)
    moved = await find(parts, postcode="E1 6AN")
    assert moved.record.details["postcode"] == "E1 6AN"
    again = await find(parts, postcode="E1 6AN", phone="07700900777")
    assert again.record.id == moved.record.id


async def test_registering_in_another_of_our_areas_lets_both_areas_work(parts: Parts) -> None:
    await find(parts)
    found = await find(parts, area="lambeth")
    assert (found.record.area, found.record.also_area) == ("camden", "lambeth")


async def test_names_written_in_any_script_are_compared() -> None:
    assert alike("Núñez Ana", "Ana Nunez")
    assert alike("Анна Иванова", "Анна Ивановa")
    assert not alike("Anna Smith", "Peter Smith")
    assert not alike("", AISHA)


def alike(one: str, other: str) -> bool:
    return similar(words_of(one), words_of(other))
