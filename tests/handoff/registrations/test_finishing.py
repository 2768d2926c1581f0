"""What finishing leaves behind: record, permissions and notices; and who is sent elsewhere before it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.cases.model import Case
from handoff.conversations import service as conversations
from handoff.jobcentre import service as jobcentre
from handoff.records import service as records
from tests.handoff.cases.scenes import make_case
from tests.handoff.factories import make_chat
from tests.handoff.registrations.forms import Form
from tests.handoff.registrations.scenes import notes_of, open_cases, the_registration


async def test_what_is_known_is_put_down_to_be_confirmed(
    internal: TestClient[Any, Any], parts: Parts
) -> None:
    text = await make_case(parts, "request", phone="+447700900111")
    async with parts.db.transaction() as session:
        thread = await conversations.lock(session, uuid.UUID(text["conversation"]))
        thread.facts = {"activity": "looking", "age": 17}
    told = await Form(internal, text["conversation"]).post("drafts")
    assert told["answers"]["contact"] == {"shown": "07700 900111"}
    assert told["answers"]["activity"] == {"shown": "Looking for work or a course"}
    assert told["missing"][0] == "name" and "contact" not in told["missing"]
    assert told["kept"] is False
    assert (await Form(internal, text["conversation"]).post("drafts"))["kept"] is True


async def test_an_age_said_before_that_contradicts_the_date_is_asked_about_once(
    form: Form, parts: Parts
) -> None:
    async with parts.db.transaction() as session:
        thread = await conversations.lock(session, uuid.UUID(form.sender.partition(":")[0]))
        thread.facts = {"age": 17}
    told = await form.answer("date_of_birth", "3 feb 2014")
    assert (told["problem"], told["signpost"]) == ("age_differs", None)
    assert told["words"] == {"said": 17, "makes": 12}
    told = await form.answer("date_of_birth", "yes the date is right")
    assert told["signpost"] == "signpost-under-16"


@pytest.mark.parametrize(
    ("care", "ground", "slug"),
    [
        ("in care now", "no parents", "signpost-in-care"),
        ("in care now", "fit note", None),
        ("care leaver", "no parents", "signpost-care-leaver"),
        ("care leaver", "pregnant", "signpost-care-leaver"),
        ("care leaver", "carer for my nan", "signpost-care-leaver"),
        ("care leaver", "i have a child", None),
        ("rather not say", "no parents", None),
    ],
)
async def test_care_and_the_reason_together_decide_where_they_are_sent(
    form: Form, care: str, ground: str, slug: str | None
) -> None:
    await form.answer("care_status", care)
    told = await form.answer("ground", ground)
    assert told.get("signpost") == slug


async def test_a_correction_that_would_send_them_elsewhere_leaves_what_was_answered_before(
    form: Form,
) -> None:
    await form.fill()
    told = await form.answer("care_status", "in care now")
    assert told["signpost"] == "signpost-in-care"
    assert (await form.draft())["answers"]["care_status"]["shown"] == "not in care"


async def test_a_finished_registration_is_on_the_record_with_its_activity_and_permissions(
    form: Form, parts: Parts
) -> None:
    await form.fill()
    await form.finish()
    made = await the_registration(parts)
    assert made.record_id is not None
    async with parts.db.reading() as session:
        doing = await records.current_activity(session, made.record_id)
        agreed = [one.purpose for one in await records.consents(session, made.record_id)]
        notices = await jobcentre.notices_of(session, made.id)
    assert doing and (doing.code, doing.neet_started_on) == ("619", made.activity_since_on)
    assert agreed == ["jobcentre"] and [one.kind for one in notices] == ["registered"]
    assert (made.ground, made.care_status, made.state) == ("g", "neither", "active")
    assert made.expires_on and made.next_contact_on


async def test_someone_at_college_is_not_recorded_as_looking_for_it(
    form: Form, client: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill(activity="at college")
    await form.finish()
    made = await the_registration(parts)
    async with parts.db.reading() as session:
        assert made.record_id and await records.current_activity(session, made.record_id) is None
    [case] = await open_cases(client)
    assert "619 was not recorded" in (await notes_of(client, case))[0]


async def test_without_the_permission_jobcentre_plus_is_told_nothing(form: Form, parts: Parts) -> None:
    await form.fill(jobcentre_permission="no")
    await form.finish()
    made = await the_registration(parts)
    async with parts.db.reading() as session:
        assert await jobcentre.notices_of(session, made.id) == []


async def test_a_permission_taken_back_in_words_cancels_what_is_unsent(
    form: Form, client: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill()
    await form.finish()
    assert await form.post("permissions", purpose="jobcentre") == {"found": True, "had_gone": False}
    made = await the_registration(parts)
    assert made.jobcentre_permission is False and made.record_id
    async with parts.db.reading() as session:
        assert {one.state for one in await jobcentre.notices_of(session, made.id)} == {"cancelled"}
        assert not await records.may_tell(session, made.record_id, "jobcentre")
    [case] = await open_cases(client)
    assert "Do NOT tell Jobcentre Plus" in str(await notes_of(client, case))


async def test_nothing_is_taken_back_where_nobody_registered(form: Form) -> None:
    assert await form.post("permissions", purpose="jobcentre") == {"found": False, "had_gone": False}


async def test_without_a_phone_they_register_all_the_same(form: Form, parts: Parts) -> None:
    await form.fill(contact="aisha@example.org, evenings")
    await form.finish()
    made = await the_registration(parts)
    assert (made.phone, made.phone_index, made.email) == (None, None, "aisha@example.org")
    assert made.safe_times == "evenings"


async def test_what_they_said_is_not_safe_is_kept_for_the_adviser(
    form: Form, client: TestClient[Any, Any]
) -> None:
    said = "07700 900123 but my dad reads it"
    assert (await form.answer("contact", said))["problem"] == "which_contact"
    await form.fill(contact="sam@example.org")
    await form.finish()
    [case] = await open_cases(client)
    [note] = [one for one in await notes_of(client, case) if "NOT a safe way" in one]
    assert "“number ending 123 but my dad reads it”" in note


@pytest.mark.parametrize("way", ["07700 900123", "sam@example.org"])
async def test_what_they_then_gave_as_safe_is_asked_about_and_not_forbidden(
    form: Form, client: TestClient[Any, Any], way: str
) -> None:
    await form.answer("contact", f"{way} but my dad reads it")
    await form.fill(contact=way)
    await form.finish()
    [case] = await open_cases(client)
    [note] = [one for one in await notes_of(client, case) if "reads it" in one]
    assert "Ask whether this is safe" in note and "Do not use it" not in note


@pytest.mark.parametrize("closed", [False, True], ids=["its case open", "its case closed"])
async def test_what_a_stranger_says_is_not_safe_is_kept_unproven_in_the_case_that_is_open(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts, closed: bool
) -> None:
    await form.fill()
    await form.finish()
    made = await the_registration(parts)
    if closed:
        async with parts.db.transaction() as session:
            await conversations.lock(session, made.conversation_id)
            (await session.get_one(Case, made.case_id)).state = "closed"
    other = Form(internal, (await make_chat(client)).conversation)
    await other.answer("contact", "07700 900123 but my dad reads it")
    await other.fill()
    await other.finish()
    [case] = await open_cases(client)
    assert (case["id"] == str(made.case_id)) is not closed
    [note] = [one for one in await notes_of(client, case) if "reads it" in one]
    assert "Somebody registered again" in note and "They said" not in note
    assert "It may be somebody else" in note
