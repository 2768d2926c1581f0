"""Whoever is named in a talk about harm sees no record of the child who named them, however they look."""

from __future__ import annotations

import uuid

import pytest

from handoff.app import Parts
from handoff.cases.model import CaseBar
from handoff.records.model import Record
from handoff.staff import service as staff
from tests.handoff.cases.scenes import Colleague
from tests.handoff.records.scenes import make_record
from tests.handoff.registrations.papers import make_registration


async def bar_sam(parts: Parts, conversation_id: uuid.UUID) -> None:
    async with parts.db.transaction() as session:
        sam = await staff.by_email(session, "pa.camden@demo.test")
        assert sam is not None
        session.add(CaseBar(conversation_id=conversation_id, staff_id=sam.id, at=parts.clock.now()))


@pytest.mark.parametrize("joined", ["alone", "the registered one joined into it", "it joined into that"])
async def test_a_colleague_kept_from_the_case_has_no_such_record_and_a_lead_has(
    parts: Parts, sam: Colleague, priya: Colleague, joined: str
) -> None:
    record_id = registered = await make_record(parts)
    if joined != "alone":
        registered = await make_record(parts, name="Somebody Else", phone="07700900456", postcode="E1 6AN")
        pair = (registered, record_id) if "registered" in joined else (record_id, registered)
        async with parts.db.transaction() as session:
            (await session.get_one(Record, pair[0])).joined_into_id = pair[1]
    made = await make_registration(parts, record_id=registered)
    at = f"/api/staff/records/{record_id}"
    assert (await sam.get(at))[0] == 200
    await bar_sam(parts, made.conversation_id)
    assert (await sam.get(at))[0] == 404
    assert (await sam.get(f"/api/staff/records/{registered}"))[0] == 404
    _, found = await sam.submit("/staff/records/search", date_of_birth="2010-02-03")
    assert "Begum" not in found and "Somebody" not in found
    assert (await priya.get(at))[0] == 200


async def test_a_record_of_another_child_stays_open_to_them(parts: Parts, sam: Colleague) -> None:
    other = await make_record(parts)
    made = await make_registration(parts, record_id=None)
    await bar_sam(parts, made.conversation_id)
    assert (await sam.get(f"/api/staff/records/{other}"))[0] == 200
