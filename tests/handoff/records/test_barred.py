"""Whoever is named in a talk about harm sees no record of the child who named them, however they look."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.model import CaseBar, LeadsOnly
from handoff.records.model import Record
from handoff.staff import service as staff
from tests.handoff.cases.scenes import Colleague, make_case
from tests.handoff.factories import Chat, make_chat
from tests.handoff.records.scenes import make_record
from tests.handoff.registrations.forms import Form
from tests.handoff.registrations.papers import make_registration

Client = TestClient[Any, Any]


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


@pytest.fixture
async def chat(client: Client, internal: Client) -> Chat:
    """Aisha, who registered in her chat."""
    made = await make_chat(client, "camden")
    form = Form(internal, made.conversation)
    await form.fill()
    assert (await form.finish())[0] == 200
    return made


async def the_record(parts: Parts) -> uuid.UUID:
    async with parts.db.reading() as session:
        return (await session.execute(select(Record))).scalar_one().id


async def test_after_an_allegation_that_names_nobody_leads_alone_have_the_record(
    parts: Parts, chat: Chat, sam: Colleague, priya: Colleague, dana: Colleague
) -> None:
    record_id = await the_record(parts)
    at = f"/api/staff/records/{record_id}"
    assert (await sam.get(at))[0] == 200
    await chat.say("my adviser touched me")
    for path in (at, f"{at}/log"):
        assert (await sam.get(path))[0] == 404
    assert (await sam.post("/api/staff/records/search", {"name": "aisha"}))[1]["records"] == []
    assert (await sam.post(at, {"section": "support", "version": 2}))[0] == 404
    assert (await priya.get(at))[0] == (await dana.get(at))[0] == 200
    case = next(
        one
        for one in (await priya.get("/api/staff/cases?state=open"))[1]["cases"]
        if one["reason"] == "safeguarding"
    )
    await priya.post(f"/api/staff/cases/{case['id']}/open-up", {"why": "She means her football coach."})
    assert (await sam.get(at))[0] == 200


async def test_a_lookalike_that_is_typed_shows_nothing_of_a_record_that_leads_alone_have(
    parts: Parts, chat: Chat, sam: Colleague, priya: Colleague
) -> None:
    await chat.say("my adviser touched me")
    typed = {
        "given_name": "Aisha",
        "family_name": "Khan",
        "date_of_birth": "2010-02-03",
        "postcode": "NW5 2TJ",
    }
    status, made = await sam.post("/api/staff/records", {"area": "camden", **typed})
    assert (status, made["sections"]["contact"]["phone"]) == (201, None)
    _, seen = await sam.get("/api/staff/records/matches")
    assert (made["matches"], made["elsewhere"], seen) == ([], [], {"matches": [], "elsewhere": []})
    assert len((await priya.get("/api/staff/records/matches"))[1]["matches"]) == 1


async def test_an_allegation_by_text_from_the_phone_they_registered_with_counts_too(
    parts: Parts, chat: Chat, sam: Colleague
) -> None:
    record_id = await the_record(parts)
    text = await make_case(parts, "request", phone="+447700900123")
    await bar_sam(parts, uuid.UUID(text["conversation"]))
    assert (await sam.get(f"/api/staff/records/{record_id}"))[0] == 404


async def test_a_record_of_another_child_stays_open_to_them(parts: Parts, sam: Colleague) -> None:
    other = await make_record(parts)
    made = await make_registration(parts, record_id=None)
    await bar_sam(parts, made.conversation_id)
    assert (await sam.get(f"/api/staff/records/{other}"))[0] == 200


@pytest.mark.parametrize("kept", [CaseBar, LeadsOnly], ids=["barred by a lead", "for leads alone"])
async def test_of_whom_jobcentre_plus_told_us_nothing_is_seen_either_once_the_case_is_kept_from_them(
    parts: Parts, sam: Colleague, priya: Colleague, kept: type[CaseBar | LeadsOnly]
) -> None:
    told = {"name": "Ife Adeyemi", "date_of_birth": "04/05/2009", "postcode": "NW1 8NH", "consent": ""}
    await sam.submit("/staff/jobcentre/claimants", area="camden", **told)
    record_id = await the_record(parts)
    at = f"/api/staff/records/{record_id}"
    assert (await sam.get(at))[0] == 200
    (case,) = (await priya.get("/api/staff/cases?state=open"))[1]["cases"]
    if kept is CaseBar:
        await bar_sam(parts, uuid.UUID(case["conversation"]))
    else:
        async with parts.db.transaction() as session:
            session.add(LeadsOnly(conversation_id=uuid.UUID(case["conversation"]), at=parts.clock.now()))
    assert (await sam.get(at))[0] == 404
    assert (await sam.post("/api/staff/records/search", {"name": "ife"}))[1]["records"] == []
    assert (await priya.get(at))[0] == 200
