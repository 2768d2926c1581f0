"""An approved wording goes live when somebody says so, at its time, or at once in an emergency."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.clock import Clock
from handoff.content.live import release_revisions
from handoff.content.model import Release
from handoff.content.moments import moment_of
from handoff.content.tracing import trace
from handoff.errors import NotFound, Unprocessable
from handoff.studio.schedule import Schedule
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer

BURSARY = "/api/staff/answers/bursary"
LONDON = ZoneInfo("Europe/London")


async def approved(jo: Colleague, kit: Colleague, words: str = "Later.") -> int:
    """A draft of Jo's that Kit approved for later; its version."""
    _, begun = await jo.post(f"{BURSARY}/start")
    said = {"version": begun["draft"]["version"], "web": words, "sms": words}
    _, sent = await jo.post(f"{BURSARY}/submit", said)
    status, held = await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"], "hold": True})
    assert (status, held["draft"]["state"]) == (200, "approved"), held
    return int(held["draft"]["version"])


async def scheduled(jo: Colleague, kit: Colleague, clock: Clock, ahead: timedelta) -> int:
    """The same with a time to go live; its version."""
    at = (clock.now() + ahead).astimezone(LONDON)
    body = {"version": await approved(jo, kit), "at": f"{at:%Y-%m-%dT%H:%M:%S}"}
    status, told = await kit.post(f"{BURSARY}/schedule", body)
    assert status == 200, told
    return int(told["draft"]["version"])


async def missed(jo: Colleague, kit: Colleague, parts: Parts) -> None:
    """One whose time came while nothing ran is live."""
    await scheduled(jo, kit, parts.clock, timedelta(minutes=20))
    parts.clock.move(timedelta(minutes=40))
    await until_live(jo)


async def live(editor: Colleague) -> str:
    return str((await editor.get(BURSARY))[1]["live"]["sms"])


async def until_live(editor: Colleague) -> None:
    """The service's own job looks every second."""
    async with asyncio.timeout(20):
        while await live(editor) != "Later.":
            await asyncio.sleep(0)


async def done(parts: Parts, action: str) -> int:
    async with parts.db.reading() as session:
        return len(list(await session.scalars(select(AuditEntry.id).where(AuditEntry.action == action))))


def job(parts: Parts) -> Schedule:
    return Schedule(parts.db, parts.clock, parts.hub, parts.rules, parts.content.facts)


async def test_an_approved_wording_is_live_only_when_it_is_published(jo: Colleague, kit: Colleague) -> None:
    version = await approved(jo, kit)
    assert await live(jo) != "Later."
    status, body = await kit.post(f"{BURSARY}/publish", {"version": version})
    assert (status, body["draft"], await live(jo)) == (200, None, "Later.")


async def test_what_is_approved_cannot_be_changed_without_taking_it_back(
    jo: Colleague, kit: Colleague
) -> None:
    version = await approved(jo, kit)
    status, body = await jo.post(f"{BURSARY}/save", {"version": version, "sms": "Sneaked in."})
    assert (status, body["error"]["code"]) == (409, "wrong_state")
    _, mine = await jo.post(f"{BURSARY}/take-back", {"version": version})
    assert mine["draft"]["state"] == "draft"
    status, body = await jo.post(f"{BURSARY}/publish", {"version": mine["draft"]["version"]})
    assert (status, body["error"]["code"]) == (409, "wrong_state")


async def test_a_scheduled_wording_goes_live_once_at_its_time(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await scheduled(jo, kit, parts.clock, timedelta(minutes=20))
    assert await job(parts).round() == 0
    parts.clock.move(timedelta(minutes=20))
    await asyncio.gather(*(job(parts).round() for _ in range(3)))
    await until_live(jo)
    assert await done(parts, "release.publish") == 2
    assert await done(parts, "release.missed") == 0


async def test_one_missed_while_nothing_ran_goes_live_late_and_is_reported(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await missed(jo, kit, parts)
    page = await kit.page("/staff/answers")
    assert "was to go live on" in page and "so it went live late" in page
    assert await done(parts, "release.missed") == 1


async def test_a_notice_is_gone_once_it_is_read_and_only_for_its_reader(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await missed(jo, kit, parts)
    page = await kit.page("/staff/answers")
    path = page.partition('action="/staff/notices/')[2].partition('"')[0]
    assert (await jo.submit(f"/staff/notices/{path}"))[0] == 404
    await kit.submit(f"/staff/notices/{path}")
    assert "went live late" not in await kit.page("/staff/answers")
    assert "went live late" in await jo.page("/staff/answers")


@pytest.mark.parametrize("step", ["save", "take-back", "request-changes", "publish", "schedule", "emergency"])
async def test_what_is_scheduled_is_not_touched_until_it_is_off_the_schedule(
    jo: Colleague, kit: Colleague, dana: Colleague, clock: Clock, step: str
) -> None:
    version = await scheduled(jo, kit, clock, timedelta(days=1))
    who = dana if step == "emergency" else jo
    body = {"version": version, "at": "2030-01-01T09:00", "reason": "Wrong sum.", "note": "x", "sms": "x"}
    status, told = await who.post(f"{BURSARY}/{step}", body)
    error = told["error"]
    assert (status, error["code"], error["offer"]) == (409, "scheduled", "unschedule")
    status, free = await kit.post(f"{BURSARY}/unschedule", {"version": version})
    assert (status, free["draft"]["state"], free["draft"]["publish_at"]) == (200, "approved", None)


async def test_who_expects_a_scheduled_wording_hears_that_a_colleague_took_it_off_the_schedule(
    jo: Colleague, kit: Colleague, dana: Colleague, clock: Clock
) -> None:
    version = await scheduled(jo, kit, clock, timedelta(days=1))
    assert (await kit.post(f"{BURSARY}/unschedule", {"version": version}))[0] == 200
    told = "took “Help with college costs” off the schedule: it does not go live on"
    assert f"Kit Morgan {told}" in await jo.page("/staff/answers")
    for other in (kit, dana):
        assert told not in await other.page("/staff/answers")


async def test_a_form_refused_because_of_the_schedule_offers_to_take_it_off(
    jo: Colleague, kit: Colleague, clock: Clock
) -> None:
    version = await scheduled(jo, kit, clock, timedelta(days=1))
    status, page = await jo.submit("/staff/answers/bursary/save", version=str(version), sms="x")
    assert status == 409 and "Take it off the schedule first" in page
    assert 'action="/staff/answers/bursary/unschedule"' in page


@pytest.mark.parametrize("at", ["", "soon", "2026-11-23", "2020-01-01T09:00", "2030-01-01T09:00Z", "²"])
async def test_a_time_that_is_none_or_over_is_refused(jo: Colleague, kit: Colleague, at: str) -> None:
    if at == "2026-11-23":
        at = "2020-11-23"  # a day alone is its midnight, and that one is over
    status, body = await kit.post(f"{BURSARY}/schedule", {"version": await approved(jo, kit), "at": at})
    assert (status, body["error"]["field"]) == (422, "at")


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2027-01-15T09:00", datetime(2027, 1, 15, 9, tzinfo=UTC)),
        ("2027-07-15T09:00", datetime(2027, 7, 15, 8, tzinfo=UTC)),
        ("2027-10-31T01:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # comes twice: the first
    ],
)
def test_a_local_time_is_the_moment_people_mean(typed: str, moment: datetime) -> None:
    assert moment_of(typed, LONDON, datetime(2026, 11, 22, tzinfo=UTC)) == moment


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(Unprocessable):
        moment_of("2027-03-28T01:30", LONDON, datetime(2026, 11, 22, tzinfo=UTC))


async def test_an_emergency_needs_its_right_and_a_reason(jo: Colleague, dana: Colleague) -> None:
    _, begun = await jo.post(f"{BURSARY}/start")
    body = {"version": begun["draft"]["version"], "reason": "The sum is wrong."}
    assert (await jo.post(f"{BURSARY}/emergency", body))[0] == 403
    status, told = await dana.post(f"{BURSARY}/emergency", {**body, "reason": " "})
    assert (status, told["error"]["code"]) == (422, "empty")


async def test_not_even_an_emergency_makes_an_example_of_words_about_danger(dana: Colleague) -> None:
    _, begun = await dana.post(f"{BURSARY}/start")
    said = {
        "version": begun["draft"]["version"],
        "examples": "\n".join([*begun["examples"], "i want to die"]),
    }
    _, saved = await dana.post(f"{BURSARY}/save", said)
    body = {"version": saved["draft"]["version"], "reason": "The sum was wrong."}
    status, told = await dana.post(f"{BURSARY}/emergency", body)
    assert (status, told["error"]["code"]) == (422, "not_ready")


async def test_an_emergency_publishes_ones_own_work_and_tells_managers_and_leads(
    dana: Colleague, client: TestClient[Any, Any], parts: Parts
) -> None:
    _, begun = await dana.post(f"{BURSARY}/start")
    words = {"version": begun["draft"]["version"], "web": "Right.", "sms": "Right."}
    _, saved = await dana.post(f"{BURSARY}/save", words)
    reason = "The sum was wrong."
    body = {"version": saved["draft"]["version"], "reason": reason}
    status, told = await dana.post(f"{BURSARY}/emergency", body)
    assert (status, await live(dana)) == (200, "Right."), told
    async with signed_in(client, "lead@demo.test") as lead:
        assert reason in await lead.page("/staff/answers")
    assert reason in await dana.page("/staff/answers")
    newest = (await dana.get("/api/staff/releases"))[1]["releases"][0]
    assert newest["why"] == f"Emergency: {reason}"
    mails = parts.settings.data_dir / "mail"
    async with asyncio.timeout(20):
        while sum(reason in mail.read_text() for mail in mails.glob("*.eml")) < 2:
            await asyncio.sleep(0)


async def test_an_answer_that_somebody_got_is_traced_to_its_revision_and_release(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague
) -> None:
    rasa.script["bursary?"] = [answer("bursary")]
    chat = await make_chat(client)
    [before] = await chat.say("bursary?")
    await kit.post(f"{BURSARY}/publish", {"version": await approved(jo, kit)})
    await parts.content.reload()
    [after] = await chat.say("bursary?")
    conversation = uuid.UUID(chat.conversation)
    async with parts.db.reading() as session:
        first = await trace(session, conversation, before["seq"])
        second = await trace(session, conversation, after["seq"])
        with pytest.raises(NotFound):
            await trace(session, conversation, 1)
    assert "revision 1 (" in first and "release 1 of" in first and "shipped with Wayline" in first
    assert "revision 2 (" in second and "release 2 of" in second
    assert "Written by: Jo Davies. Approved by: Kit Morgan." in second


async def test_a_release_of_two_that_two_people_approved_names_neither_of_them_for_both(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    at = (parts.clock.now() + timedelta(minutes=20)).astimezone(LONDON)
    for writer, approver, slug in ((jo, kit, "bursary"), (kit, jo, "travel")):
        home = f"/api/staff/answers/{slug}"
        _, begun = await writer.post(f"{home}/start")
        said = {"version": begun["draft"]["version"], "web": "New.", "sms": "New."}
        _, sent = await writer.post(f"{home}/submit", said)
        body = {"version": sent["draft"]["version"], "at": f"{at:%Y-%m-%dT%H:%M:%S}"}
        _, held = await approver.post(f"{home}/approve", body | {"hold": True})
        body["version"] = held["draft"]["version"]
        assert (await approver.post(f"{home}/schedule", body))[0] == 200
    parts.clock.move(timedelta(minutes=20))
    await job(parts).round()
    async with parts.db.reading() as session:
        assert (await session.get_one(Release, 2)).by_id is None
        revisions = await release_revisions(session, 2)
    assert revisions["bursary"].approver_id != revisions["travel"].approver_id
    assert None not in {revisions["bursary"].approver_id, revisions["travel"].approver_id}
    page = (await jo.page("/staff/releases")).split("Release 1<")[0]
    for slug, name in (("bursary", "Kit Morgan"), ("travel", "Jo Davies")):
        assert f"{revisions[slug].title}</a> (approved by {name})" in page
    async with parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "answer.publish_scheduled")
        booked = {one.subject: one.detail for one in (await session.execute(query)).scalars()}
    assert booked == {
        f"revision:{one.id}": {"slug": slug, "approver": str(one.approver_id)}
        for slug, one in revisions.items()
        if slug in ("bursary", "travel")
    }
