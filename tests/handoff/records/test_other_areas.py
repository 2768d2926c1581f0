"""A record of another area is never opened or filled in by whoever types or brings in the same person."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from handoff.app import Parts
from handoff.records import service
from handoff.records.model import Record
from tests.handoff.cases.scenes import Colleague
from tests.handoff.jobcentre.test_claimants import ONE
from tests.handoff.records.scenes import facts, make_record
from tests.handoff.records.test_importing import HEAD, run, tried

HOME, AT = "/staff/records", "/api/staff/records"
TYPED = {
    "area": "lambeth", "given_name": "Aisha", "family_name": "Begum-O'Hara", "date_of_birth": "2010-02-03",
    "postcode": "NW1 1AA", "phone": "07700900123",
}  # fmt: skip


@pytest.fixture
async def theirs(parts: Parts) -> uuid.UUID:
    """Aisha's record in Camden, with an e-mail that only Camden knows."""
    return await make_record(parts, email="aisha@home.test")


async def stored(parts: Parts, record_id: uuid.UUID) -> Record:
    async with parts.db.reading() as session:
        return await session.get_one(Record, record_id)


async def the_other(parts: Parts, first: uuid.UUID) -> Record:
    """The one record there is beside the first."""
    async with parts.db.reading() as session:
        return (await session.execute(select(Record).where(Record.id != first))).scalar_one()


async def unchanged(parts: Parts, record_id: uuid.UUID) -> None:
    found = await stored(parts, record_id)
    assert (found.version, found.area, found.also_area) == (1, "camden", None)


async def test_whoever_types_somebody_of_another_area_gets_a_record_of_their_own(
    parts: Parts, alex: Colleague, theirs: uuid.UUID
) -> None:
    status, made = await alex.post(AT, TYPED)
    assert (status, made["id"] != str(theirs)) == (201, True)
    assert "home.test" not in str(made) and made["sections"]["contact"]["email"] is None
    await unchanged(parts, theirs)
    assert (await alex.get(f"{AT}/{theirs}"))[0] == 404


async def test_typed_again_it_is_the_record_of_their_own(
    parts: Parts, alex: Colleague, theirs: uuid.UUID
) -> None:
    _, made = await alex.post(AT, TYPED)
    status, page = await alex.submit(f"{HOME}/new", **TYPED)
    assert status == 200 and "There was a record of exactly this person already" in page
    assert str(made["id"]) in page
    await unchanged(parts, theirs)


async def test_both_areas_learn_whom_to_ring_and_nothing_else_of_it(
    parts: Parts, sam: Colleague, alex: Colleague, theirs: uuid.UUID
) -> None:
    await alex.submit(f"{HOME}/new", **TYPED | {"known_as": "Ash", "address_1": "9 Vauxhall Walk"})
    told = {}
    for who, other, strange in ((sam, "Lambeth", "Vauxhall"), (alex, "Camden", "home.test")):
        page = await who.page(f"{HOME}/matches")
        found = re.search(r"M-[2-9A-Z]{6}", page)
        assert found and f"Ring {other}" in page and "Aisha Begum" in page and strange not in page
        told[other] = found[0]
        assert "Same name and date of birth" not in page and 'value="same"' not in page
    assert told["Lambeth"] == told["Camden"]
    assert 'class="count">1<' in await sam.page(HOME)
    record = await sam.page(f"{HOME}/{theirs}")
    assert "Lambeth may have a record of this person too" in record and told["Camden"] in record
    _, body = await alex.get(f"{AT}/matches")
    [one] = body["elsewhere"]
    assert (one["area"], one["reference"], body["matches"]) == ("camden", told["Camden"], [])
    assert str(theirs) not in str(body) and one["ring"]


async def test_whoever_sees_both_decides_and_then_both_areas_see_one(
    parts: Parts, alex: Colleague, sam: Colleague, priya: Colleague, theirs: uuid.UUID
) -> None:
    await alex.post(AT, TYPED)
    _, body = await priya.get(f"{AT}/matches")
    [pair] = body["matches"]
    assert body["elsewhere"] == []
    assert (await alex.post(f"{AT}/matches/{pair['id']}", {"decision": "same"}))[0] == 404
    assert (await priya.post(f"{AT}/matches/{pair['id']}", {"decision": "same"}))[0] == 200
    assert (await alex.get(f"{AT}/{theirs}"))[0] == 200
    assert "may have a record" not in await sam.page(f"{HOME}/matches")


async def test_a_correction_that_makes_them_alike_opens_nothing(
    parts: Parts, alex: Colleague, theirs: uuid.UUID
) -> None:
    own = await make_record(parts, name="Aisha Someone", area="lambeth", phone=None, postcode="SW9 6DE")
    change = {name: value for name, value in TYPED.items() if name not in ("area", "postcode", "phone")}
    status, body = await alex.post(f"{AT}/{own}", {"section": "person", "version": 1, **change})
    assert (status, body["id"], body["matches"]) == (200, str(own), [])
    assert [one["area"] for one in body["elsewhere"]] == ["camden"]
    await unchanged(parts, theirs)


async def test_a_row_of_a_file_fills_in_no_record_of_another_area(
    parts: Parts, dana: Colleague, priya: Colleague, theirs: uuid.UUID
) -> None:
    row = "Begum-O'Hara,Aisha,3/2/2010,NW1 1AA,07700900123,9876543210"
    page, at = await tried(dana, f"{HEAD}\n{row}\n", area="lambeth")
    assert "alike to another: a person decides" in page
    await run(dana, at)
    await unchanged(parts, theirs)
    own = await the_other(parts, theirs)
    assert (own.area, own.details["uln"], own.details.get("email")) == ("lambeth", "9876543210", None)
    assert len((await priya.get(f"{AT}/matches"))[1]["matches"]) == 1


async def test_a_row_of_a_file_still_fills_in_their_own_areas_record(
    parts: Parts, dana: Colleague, theirs: uuid.UUID
) -> None:
    _, at = await tried(dana, f"{HEAD}\nBegum-O'Hara,Aisha,3/2/2010,NW1 1AA,,9876543210\n")
    await run(dana, at)
    assert (await stored(parts, theirs)).details["uln"] == "9876543210"


async def test_a_claimant_typed_for_another_area_is_a_record_of_its_own(
    parts: Parts, alex: Colleague
) -> None:
    known: dict[str, Any] = {"name": ONE["name"], "postcode": "NW1 8NH", "phone": ONE["phone"]}
    first = await make_record(parts, **known, date_of_birth=facts().date_of_birth.replace(2009, 5, 4))
    status, _ = await alex.submit("/staff/jobcentre/claimants", area="lambeth", **ONE)
    assert status == 200
    await unchanged(parts, first)
    assert (await the_other(parts, first)).area == "lambeth"


async def test_somebody_who_says_it_themselves_is_known_in_either_area(
    parts: Parts, theirs: uuid.UUID
) -> None:
    async with parts.db.transaction() as session:
        there = facts(area="lambeth")
        found = await service.find_or_create(session, parts.clock.now(), there, "person")
        assert (found.record.id, found.record.also_area) == (theirs, "lambeth")
