"""Registering, as the actions do it over the internal API: nothing given is lost, nothing is made twice."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.model import Case
from handoff.conversations import service as conversations
from handoff.crypto import keyring
from handoff.jobcentre import service as jobcentre
from handoff.records import service as records
from handoff.records.model import Record
from handoff.registrations import service
from handoff.registrations.model import Registration
from tests.handoff.cases.scenes import make_case, signed_in
from tests.handoff.factories import make_chat
from tests.handoff.registrations.forms import GIVEN, Form
from tests.handoff.registrations.scenes import count, notes_of, open_cases, the_registration


async def test_an_accepted_answer_is_in_the_draft_at_once(form: Form) -> None:
    told = await form.answer("date_of_birth", "3rd feb 2010")
    assert (told["ok"], told["value"], told["shown"]) == (True, "2010-02-03", "3 February 2010")
    assert (await form.draft())["answers"] == {"date_of_birth": {"shown": "3 February 2010"}}


async def test_a_refused_answer_says_why_and_changes_nothing(form: Form) -> None:
    await form.answer("postcode", "nw5 2tj")
    told = await form.answer("postcode", "M1 1AE")
    assert told == {
        "ok": False,
        "problem": "other_area",
        "signpost": "signpost-other-area",
        "words": {"council": "Manchester council"},
    }
    assert (await form.draft())["answers"]["postcode"]["shown"] == "NW5 2TJ"


async def test_an_answer_can_be_put_right(form: Form) -> None:
    await form.fill()
    await form.answer("name", "Ayesha Khan")
    assert (await form.draft())["answers"]["name"]["shown"] == "Ayesha Khan"


async def test_the_draft_is_complete_when_every_field_is_there(form: Form) -> None:
    assert (await form.draft())["missing"][0] == "name"
    await form.fill()
    assert (await form.draft())["missing"] == []


async def test_a_finished_registration_has_a_reference_and_one_case_for_an_adviser(
    form: Form, client: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill()
    status, told = await form.finish()
    assert status == 200 and told["created"] is True
    assert re.fullmatch(r"WAY-[23456789ABCDEFGHJKMNPQRSTVWXYZ]{6}", told["reference"])
    [case] = await open_cases(client)
    assert (case["reason"], case["level"], case["area"]) == ("benefits", "routine", "camden")
    async with parts.db.reading() as session:
        [registration] = await service.for_case(session, uuid.UUID(case["id"]))
    assert (registration.name, registration.phone) == ("Aisha Khan", "+447700900123")
    assert registration.jobcentre_permission is True


async def test_a_repeated_turn_is_told_the_same_and_makes_nothing_new(form: Form, parts: Parts) -> None:
    await form.fill()
    message_id = str(uuid.uuid4())
    told = await asyncio.gather(*(form.finish(message_id) for _ in range(3)))
    assert len({body["reference"] for _, body in told}) == 1
    assert all(status == 200 and body["created"] for status, body in told)
    assert await count(parts) == 1


async def test_the_draft_is_gone_once_registered(form: Form) -> None:
    await form.fill()
    await form.finish()
    assert (await form.draft())["answers"] == {}


async def test_an_incomplete_registration_is_refused_and_keeps_what_was_given(form: Form) -> None:
    await form.answer("name", "Aisha Khan")
    status, told = await form.finish()
    assert (status, told["error"]["code"]) == (409, "incomplete")
    assert told["error"]["fields"][0] == "date_of_birth"
    assert "name" in (await form.draft())["answers"]


async def test_someone_who_turned_18_meanwhile_is_not_registered(form: Form, parts: Parts) -> None:
    born = (parts.clock.now() - timedelta(days=17 * 365 + 300)).date()
    await form.fill(date_of_birth=f"{born:%d/%m/%Y}")
    parts.clock.move(timedelta(days=120))
    status, told = await form.finish()
    assert (status, told["error"]["fields"]) == (409, ["date_of_birth"])


async def test_the_same_person_from_another_chat_gets_the_open_registrations_reference(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill()
    _, first = await form.finish()
    again = Form(internal, (await make_chat(client)).conversation)
    await again.fill(name="aisha  KHAN", postcode="NW5 2TJ", contact="07700900999")
    _, second = await again.finish()
    assert (second["reference"], second["created"]) == (first["reference"], False)
    assert await count(parts) == 1


@pytest.mark.parametrize("closed", [False, True], ids=["its case open", "its case closed"])
async def test_who_knows_somebodys_details_takes_nothing_over_from_another_contact(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts, closed: bool
) -> None:
    await form.fill(jobcentre_permission="no")
    await form.finish()
    before = await the_registration(parts)
    if closed:
        async with parts.db.transaction() as session:
            await conversations.lock(session, before.conversation_id)
            (await session.get_one(Case, before.case_id)).state = "closed"
    parent = Form(internal, (await make_chat(client)).conversation)
    await parent.fill(contact="07700 900999", activity="volunteering", others_permission="yes")
    _, told = await parent.finish()
    assert told == {"reference": before.reference, "created": False, "link": None}
    kept = await the_registration(parts)
    columns = [column.key for column in Registration.__table__.columns]
    assert [getattr(kept, name) for name in columns] == [getattr(before, name) for name in columns]
    async with parts.db.reading() as session:
        assert kept.record_id and await records.consents(session, kept.record_id) == []
        assert await jobcentre.notices_of(session, kept.id) == []
        record = await session.get_one(Record, kept.record_id)
        assert "900999" not in str(record.details)
    notes = [note for case in await open_cases(client) for note in await notes_of(client, case)]
    [held] = [note for note in notes if "NOT used" in note]
    assert "number ending 999" in held and "Tell Jobcentre Plus: yes" in held and "volunteering" in held
    assert "07700" not in held and kept.reference in held


async def test_a_repeated_turn_from_another_contact_gives_no_link_either(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any]
) -> None:
    await form.fill()
    assert (await form.finish())[1]["link"]
    parent = Form(internal, (await make_chat(client)).conversation)
    await parent.fill()
    message_id = str(uuid.uuid4())
    told = [(await parent.finish(message_id))[1]["link"] for _ in range(2)]
    assert told == [None, None]


async def test_a_permission_is_taken_back_from_another_contact_at_once(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill()
    await form.finish()
    other = Form(internal, (await make_chat(client)).conversation)
    await other.fill(jobcentre_permission="no", contact="07700 900999")
    await other.finish()
    kept = await the_registration(parts)
    assert (kept.jobcentre_permission, kept.phone) == (False, "+447700900123")
    async with parts.db.reading() as session:
        assert kept.record_id and not await records.may_tell(session, kept.record_id, "jobcentre")
        assert {one.state for one in await jobcentre.notices_of(session, kept.id)} == {"cancelled"}
    notes = [note for case in await open_cases(client) for note in await notes_of(client, case)]
    assert "Do NOT tell Jobcentre Plus" in str(notes)


async def test_registering_again_keeps_the_newest_phone_activity_and_permission(
    form: Form, parts: Parts
) -> None:
    await form.fill()
    await form.finish()
    await form.fill(contact="07700 900999", activity="at college now", jobcentre_permission="no")
    await form.finish()
    kept = await the_registration(parts)
    assert (kept.phone, kept.activity) == ("+447700900999", "at college now")
    assert kept.jobcentre_permission is False
    assert kept.phone_index == keyring.blind_index("+447700900999")


async def test_a_permission_taken_back_is_noted_on_the_case_and_on_the_record(
    form: Form, client: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill()
    _, first = await form.finish()
    await form.fill(jobcentre_permission="no")
    _, second = await form.finish()
    assert (second["reference"], second["created"]) == (first["reference"], False)
    [case] = await open_cases(client)
    [note] = await notes_of(client, case)
    assert "Do NOT tell Jobcentre Plus" in note
    async with parts.db.reading() as session:
        found = select(AuditEntry).where(AuditEntry.action == "registration.again")
        entry = (await session.execute(found)).scalar_one()
    assert entry.detail["changed"] == ["jobcentre_permission"]


async def test_a_repeated_turn_notes_a_change_once(form: Form, client: TestClient[Any, Any]) -> None:
    await form.fill()
    await form.finish()
    await form.fill(activity="volunteering")
    message_id = str(uuid.uuid4())
    for _ in range(2):
        await form.finish(message_id)
    [case] = await open_cases(client)
    [note] = await notes_of(client, case)
    assert GIVEN["activity"] in note


async def test_registering_again_by_text_is_noted_with_its_channel_but_not_its_number(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill()
    await form.finish()
    text = await make_case(parts, "request", phone="+447700900111")
    texter = Form(internal, text["conversation"])
    await texter.fill(contact="this one")
    await texter.finish()
    cases = {case["reason"]: case for case in await open_cases(client)}
    [here], [there] = await notes_of(client, cases["benefits"]), await notes_of(client, cases["request"])
    assert "by text from a number that ends in 111" in here and "7700900" not in here
    assert cases["benefits"]["reference"] in there


async def test_two_people_may_register_in_one_conversation(form: Form, parts: Parts) -> None:
    await form.fill()
    _, first = await form.finish()
    await form.fill(name="Omar Khan")
    _, second = await form.finish()
    assert first["reference"] != second["reference"] and await count(parts) == 2


async def test_a_case_shows_everyone_who_registered_in_it_and_reveals_each_number(
    form: Form, client: TestClient[Any, Any]
) -> None:
    await form.fill()
    await form.finish()
    await form.fill(name="Omar Khan", contact="07700 900999")
    _, second = await form.finish()
    [case] = await open_cases(client)
    async with signed_in(client) as sam:
        at = f"/staff/cases/{case['id']}"
        _, seen = await sam.get(f"/api{at}")
        assert [one["Name"] for one in seen["registrations"]] == ["Omar Khan", "Aisha Khan"]
        assert "7700900" not in str(seen) and "7700900" not in await sam.page(at)
        _, revealed = await sam.post(f"/api{at}/reveal")
        assert revealed["number"] == "+447700900999"
        assert revealed["numbers"][0]["registration"] == second["reference"]
        _, shown = await sam.submit(f"{at}/reveal")
        assert "+447700900123" in shown and "+447700900999" in shown


async def test_a_draft_shows_beside_a_finished_registration(form: Form, client: TestClient[Any, Any]) -> None:
    await form.fill()
    await form.finish()
    await form.answer("name", "Omar Khan")
    [case] = await open_cases(client)
    seen = await (await client.get(f"/api/staff/cases/{case['id']}")).json()
    assert [set(one) & {"Name", "Name (so far)"} for one in seen["registrations"]] == [
        {"Name (so far)"},
        {"Name"},
    ]


async def test_a_texters_registered_number_is_revealed_beside_the_one_they_text_from(
    client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    text = await make_case(parts, "benefits", phone="+447700900111")
    form = Form(internal, text["conversation"])
    await form.fill(contact="07700 900999")
    _, told = await form.finish()
    async with signed_in(client) as sam:
        _, revealed = await sam.post(f"{text['at']}/reveal")
    assert revealed["numbers"] == [
        {"number": "+447700900111", "registration": None, "written": False},
        {"number": "+447700900999", "registration": told["reference"], "written": False},
    ]


async def test_the_same_person_twice_at_once_is_registered_once(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    other = Form(internal, (await make_chat(client)).conversation)
    await form.fill()
    await other.fill()
    (_, one), (_, two) = await asyncio.gather(form.finish(), other.finish())
    assert one["reference"] == two["reference"] and await count(parts) == 1


async def test_a_forgotten_draft_is_gone_and_forgetting_twice_is_as_good(form: Form) -> None:
    await form.fill()
    for _ in range(2):
        response = await form.internal.delete(f"/internal/registrations/drafts?conversation={form.sender}")
        assert response.status == 204
    assert (await form.draft())["answers"] == {}


async def test_a_texter_may_give_the_number_they_text_from(
    internal: TestClient[Any, Any], parts: Parts
) -> None:
    async with parts.db.transaction() as session:
        now = parts.clock.now()
        thread = await conversations.sms_conversation(
            session, now, "+447700900111", "+447700900001", "camden"
        )
    told = await Form(internal, str(thread.id)).answer("contact", "same as this")
    assert told["shown"] == "07700 900111"


@pytest.mark.parametrize(
    "change",
    [{"field": "colour"}, {"text": 7}, {"conversation": "nobody"}, {"field": None}],
    ids=["unknown field", "no text", "no conversation", "no field"],
)
async def test_a_call_that_is_not_the_contract_names_the_field(form: Form, change: dict[str, Any]) -> None:
    body = {"field": "name", "text": "Tom", "conversation": form.sender, "message_id": "1"} | change
    response = await form.internal.post("/internal/registrations/answers", json=body)
    assert response.status == 422 and (await response.json())["error"]["field"] in change


async def test_an_unknown_conversation_is_not_found(internal: TestClient[Any, Any]) -> None:
    response = await internal.post(
        "/internal/registrations/answers",
        json={"field": "name", "text": "Tom", "conversation": f"{uuid.uuid4()}:1", "message_id": "1"},
    )
    assert response.status == 404


async def test_nobody_without_the_token_gets_in(internal: TestClient[Any, Any]) -> None:
    response = await internal.post("/internal/registrations", json={}, headers={"Authorization": "Bearer x"})
    assert response.status == 401


async def test_registering_is_on_the_record_by_ids_alone(form: Form, parts: Parts) -> None:
    await form.fill()
    await form.finish()
    async with parts.db.reading() as session:
        entries = (await session.execute(select(AuditEntry))).scalars().all()
    assert "registration.create" in [entry.action for entry in entries]
    assert "Khan" not in "".join(str(entry.detail) + entry.subject for entry in entries)
