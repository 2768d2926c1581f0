"""Two records that may be one person: a person decides, and the decision can be taken back."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import date
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.records import service
from handoff.records.model import Record
from tests.handoff.cases.scenes import LAMBETH, Colleague, signed_in
from tests.handoff.records.scenes import activity_of, make_record

HOME = "/staff/records"
ALIKE = "Aisha Begum Ohara-Khan"


@pytest.fixture
async def both(parts: Parts) -> tuple[uuid.UUID, uuid.UUID]:
    """An earlier and a later record that are alike."""
    return await make_record(parts), await make_record(parts, name=ALIKE, phone=None)


async def pair_of(sam: Colleague) -> str:
    found = re.search(rf"{HOME}/matches/([0-9a-f-]{{36}})", await sam.page(f"{HOME}/matches"))
    assert found, "no pair waits"
    return found[1]


async def decide(sam: Colleague, pair: str, decision: str) -> tuple[int, str]:
    return await sam.submit(f"{HOME}/matches/{pair}", decision=decision)


async def test_a_likely_match_waits_with_what_is_alike(
    sam: Colleague, both: tuple[uuid.UUID, uuid.UUID]
) -> None:
    page = await sam.page(f"{HOME}/matches")
    assert "Same date of birth and a similar name" in page
    assert ALIKE in page
    assert "+447700900123" not in page
    assert "This may be the same person" in await sam.page(f"{HOME}/{both[1]}")


async def test_joined_records_are_shown_as_one_and_told_apart_again(
    parts: Parts, sam: Colleague, both: tuple[uuid.UUID, uuid.UUID]
) -> None:
    earlier, later = both
    async with parts.db.transaction() as session:
        for record_id, code, day in ((earlier, "230", date(2026, 9, 1)), (later, "619", date(2026, 11, 1))):
            neet = day if code == "619" else None
            await service.record_activity(session, parts.clock.now(), record_id, code, day, "person", neet)
    pair = await pair_of(sam)
    status, text = await decide(sam, pair, "same")
    assert (status, "Joined" in text, "shown here as one person" in text) == (200, True, True)
    assert await activity_of(parts, earlier) == "619"
    assert "shown here as one person" in await sam.page(f"{HOME}/{later}")
    async with parts.db.transaction() as session:
        await service.record_activity(session, parts.clock.now(), later, "310", date(2026, 11, 10), "person")
    assert await activity_of(parts, later) == "310"
    status, text = await decide(sam, pair, "undone")
    assert status == 200
    assert (await activity_of(parts, earlier), await activity_of(parts, later)) == ("310", "619")
    assert await pair_of(sam) == pair


async def test_kept_apart_they_are_not_shown_again_and_do_not_pair_again(
    parts: Parts, sam: Colleague, both: tuple[uuid.UUID, uuid.UUID]
) -> None:
    status, _ = await decide(sam, await pair_of(sam), "apart")
    assert status == 200
    assert "Nothing waits" in await sam.page(f"{HOME}/matches")
    assert (await make_record(parts), await make_record(parts, name=ALIKE, phone=None)) == both
    assert "Nothing waits" in await sam.page(f"{HOME}/matches")


async def test_somebody_of_a_joined_pair_who_comes_again_is_found(
    parts: Parts, sam: Colleague, both: tuple[uuid.UUID, uuid.UUID]
) -> None:
    await decide(sam, await pair_of(sam), "same")
    assert await make_record(parts, name=ALIKE, phone=None) == both[0]


async def test_of_two_colleagues_who_decide_at_once_one_is_told_of_the_other(
    sam: Colleague, priya: Colleague, both: tuple[uuid.UUID, uuid.UUID]
) -> None:
    pair = await pair_of(sam)
    found = await asyncio.gather(decide(sam, pair, "same"), decide(priya, pair, "apart"))
    assert sorted(status for status, _ in found) == [200, 409]
    assert any("decided this one already" in text for _, text in found)


async def test_a_pair_across_areas_is_for_somebody_who_sees_both(
    parts: Parts, sam: Colleague, alex: Colleague, priya: Colleague
) -> None:
    await make_record(parts)
    await make_record(parts, name=ALIKE, area="lambeth", phone=None)
    pair = await pair_of(priya)
    for colleague in (sam, alex):
        assert "Nothing waits" in await colleague.page(f"{HOME}/matches")
        assert (await decide(colleague, pair, "same"))[0] == 404
    assert (await decide(priya, pair, "same"))[0] == 200


@pytest.mark.parametrize("decision", ["", "perhaps", "SAME"])
async def test_a_decision_there_is_none_of_changes_nothing(
    sam: Colleague, both: tuple[uuid.UUID, uuid.UUID], decision: str
) -> None:
    pair = await pair_of(sam)
    assert (await decide(sam, pair, decision))[0] == 404
    assert await pair_of(sam) == pair


@pytest.mark.parametrize("worked_with", [None, "lambeth"], ids=["only ours", "worked with them before"])
async def test_another_area_sees_the_joined_record_only_as_long_as_both_are_one(
    parts: Parts, client: TestClient[Any, Any], worked_with: str | None
) -> None:
    earlier, later = (
        await make_record(parts),
        await make_record(parts, name=ALIKE, area="lambeth", phone=None),
    )
    async with parts.db.transaction() as session:
        (await session.get_one(Record, earlier)).also_area = worked_with
    async with signed_in(client, "lead@demo.test") as lead, signed_in(client, LAMBETH) as alex:

        async def sees(record: uuid.UUID) -> bool:
            async with alex.http.get(f"{HOME}/{record}") as response:
                return response.status == 200

        assert await sees(earlier) is (worked_with is not None)
        pair = await pair_of(lead)
        assert (await decide(lead, pair, "same"))[0] == 200
        assert await sees(earlier) and await sees(later)
        assert (await decide(lead, pair, "undone"))[0] == 200
        assert await sees(earlier) is (worked_with is not None) and await sees(later)
    async with parts.db.reading() as session:
        assert (await session.get_one(Record, earlier)).also_area == worked_with


async def test_an_area_sees_what_its_record_was_joined_into_over_two_joins(
    parts: Parts, client: TestClient[Any, Any]
) -> None:
    first = await make_record(parts, phone=None)
    middle = await make_record(parts, name=ALIKE, area="southwark", phone=None)
    last = await make_record(parts, name=ALIKE, area="lambeth", phone=None, postcode="SW9 6DE")
    async with parts.db.transaction() as session:
        now = parts.clock.now()
        for goes, into in ((last, middle), (middle, first)):
            record = await session.get_one(Record, goes)
            record.joined_into_id, record.joined_at = into, now
    async with signed_in(client, LAMBETH) as alex:
        assert f"{HOME}/{first}" in await alex.page(f"{HOME}/{last}")
