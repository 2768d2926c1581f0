"""One person has one registration that runs: found again for sure, and never joined on a guess."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.model import Case
from handoff.jobcentre import service as jobcentre
from handoff.records.model import Record
from tests.handoff.cases.scenes import signed_in
from tests.handoff.factories import make_chat
from tests.handoff.registrations.forms import Form
from tests.handoff.registrations.scenes import notes_of, open_cases, registrations

Client = TestClient[Any, Any]
LAMBETH = "SW9 6DE"


async def notes(client: Client) -> str:
    """What the open cases say to advisers."""
    return "\n".join([note for case in await open_cases(client) for note in await notes_of(client, case)])


async def again(form: Form, **other: str) -> dict[str, Any]:
    await form.fill(**other)
    status, told = await form.finish()
    assert status == 200
    return told


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"postcode": "NW1 8NH"}, id="the postcode put right"),
        pytest.param({"postcode": "NW1 8NH", "name": "aisha  KHAN"}, id="and the name typed another way"),
        pytest.param({"contact": "07700 900999"}, id="another phone, the same postcode"),
    ],
)
async def test_a_corrected_answer_keeps_the_reference_and_counts(
    form: Form, parts: Parts, client: Client, other: dict[str, str]
) -> None:
    first = await again(form)
    second = await again(form, **other)
    assert (second["reference"], second["created"]) == (first["reference"], False)
    [kept] = await registrations(parts)
    assert kept.postcode == other.get("postcode", "NW5 2TJ")
    third = await again(form, **other | {"contact": "07700 900777"})
    assert third["reference"] == first["reference"], "found by the new postcode alone"
    said = await notes(client)
    assert ("another postcode; before it was NW5 2TJ" in said) is ("postcode" in other)


async def test_jobcentre_plus_is_told_of_the_corrected_postcode(form: Form, parts: Parts) -> None:
    await again(form)
    await again(form, postcode="NW1 8NH")
    [kept] = await registrations(parts)
    async with parts.db.reading() as session:
        kinds = [one.kind for one in await jobcentre.notices_of(session, kept.id)]
    assert sorted(kinds) == ["changed", "registered"]


async def test_who_moves_to_another_of_our_areas_goes_there_with_their_case(
    form: Form, parts: Parts, client: Client
) -> None:
    first = await again(form)
    assert (await again(form, postcode=LAMBETH))["reference"] == first["reference"]
    [kept] = await registrations(parts)
    async with parts.db.reading() as session:
        case = await session.get_one(Case, kept.case_id)
    assert (kept.area, case.area) == ("lambeth", "lambeth")
    async with signed_in(client, "pa.lambeth@demo.test") as alex:
        assert kept.reference in await alex.page("/staff/registrations")


async def test_an_adviser_who_has_the_case_keeps_it_and_is_told_where_they_live_now(
    form: Form, parts: Parts, client: Client
) -> None:
    await again(form)
    [kept] = await registrations(parts)
    async with signed_in(client) as sam:
        assert (await sam.post(f"/api/staff/cases/{kept.case_id}/claim"))[0] == 200
        await again(form, postcode=LAMBETH)
        assert (await sam.get(f"/api/staff/cases/{kept.case_id}"))[0] == 200
    [kept] = await registrations(parts)
    assert (kept.area, kept.postcode) == ("camden", LAMBETH)
    assert "They live in Lambeth now" in await notes(client)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"name": "Ayisha Khan"}, id="a name with a typo put right"),
        pytest.param({"postcode": "NW1 8NH", "contact": "a@b.test"}, id="only name and birthday alike"),
        pytest.param({"date_of_birth": "2 march 2010"}, id="another birthday, the same phone"),
    ],
)
async def test_somebody_only_alike_registers_for_themselves_and_a_person_decides(
    form: Form, parts: Parts, client: Client, other: dict[str, str]
) -> None:
    first = await again(form)
    second = await again(form, **other)
    assert (second["created"], second["reference"] == first["reference"]) == (True, False)
    one, two = await registrations(parts)
    assert one.record_id != two.record_id
    assert "Somebody alike is on record already" in await notes(client)
    body = await (await client.get("/api/staff/records/matches")).json()
    assert len(body["matches"]) == 1


async def test_a_brother_or_sister_on_the_same_phone_is_somebody_else(
    form: Form, parts: Parts, client: Client
) -> None:
    first = await again(form)
    assert (await again(form, name="Omar Khan"))["reference"] != first["reference"]
    assert "Somebody alike" not in await notes(client)


async def test_found_by_the_phone_from_another_chat_nothing_is_taken_over(
    form: Form, parts: Parts, client: Client, internal: Client
) -> None:
    first = await again(form)
    stranger = Form(internal, (await make_chat(client)).conversation)
    told = await again(stranger, postcode=LAMBETH)
    assert told == {"reference": first["reference"], "created": False, "link": None}
    [kept] = await registrations(parts)
    assert (kept.postcode, kept.area) == ("NW5 2TJ", "camden")
    async with parts.db.reading() as session:
        record = (await session.execute(select(Record))).scalar_one()
    assert (record.details["postcode"], record.also_area) == ("NW5 2TJ", None)
    said = await notes(client)
    assert "NOT used" in said and f"- Postcode: {LAMBETH}" in said


async def test_twice_at_once_with_two_postcodes_it_is_one(
    form: Form, parts: Parts, client: Client, internal: Client
) -> None:
    other = Form(internal, (await make_chat(client)).conversation)
    await form.fill()
    await other.fill(postcode="NW1 8NH")
    (_, one), (_, two) = await asyncio.gather(form.finish(), other.finish())
    assert one["reference"] == two["reference"] and len(await registrations(parts)) == 1
