"""A registration that nobody checks within its working day rings, taken or not, calmly and until it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.alerts.model import Alert
from handoff.audit import AuditEntry
from handoff.registrations.lifecycle import Lifecycle
from handoff.registrations.model import Registration
from tests.handoff.alerts.scenes import ALEX, PRIYA, SAM, Bell
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.factories import make_chat
from tests.handoff.registrations.papers import make_registration
from tests.handoff.registrations.test_completing import complete

Client = TestClient[Any, Any]
WEDNESDAY = datetime(2026, 9, 16, 10, 30, tzinfo=UTC)
FRIDAY_MORNING = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)


def job(bell: Bell) -> Lifecycle:
    parts = bell.parts
    return Lifecycle(parts.db, parts.clock, parts.hub, parts.rules)


async def at(bell: Bell, moment: datetime) -> list[str]:
    """At this moment look at the registrations, ring and send; whom that texted."""
    bell.parts.clock.move(moment - bell.parts.clock.now())
    await job(bell).round()
    return await bell.later()


async def alerts(bell: Bell) -> list[tuple[str, str]]:
    async with bell.parts.db.reading() as session:
        found = (await session.execute(select(Alert).order_by(Alert.started_at))).scalars()
        return [(one.why, one.level) for one in found]


@pytest.fixture
async def made(bell: Bell) -> Registration:
    """Registered on a Wednesday morning: due when Camden closes on Thursday."""
    bell.parts.clock.move(WEDNESDAY - bell.parts.clock.now())
    await bell.set_up()  # the rota begins then
    return await make_registration(bell.parts)


async def claim(who: Colleague, made: Registration) -> None:
    assert (await who.post(f"/api/staff/cases/{made.case_id}/claim", {}))[0] == 200


async def check(who: Colleague, made: Registration) -> None:
    await complete(who, made)
    _, shown = await who.submit(f"/staff/registrations/{made.reference}/check")
    assert "Checked and complete" in shown


async def close(who: Colleague, made: Registration) -> None:
    body = {"outcome": "advice_given"}
    assert (await who.post(f"/api/staff/cases/{made.case_id}/close", body))[0] == 200


async def now_kept(bell: Bell, made: Registration) -> Registration:
    async with bell.parts.db.reading() as session:
        return await session.get_one(Registration, made.id)


async def test_nobody_took_it_and_the_on_call_hears_of_it_when_the_next_day_opens(
    bell: Bell, made: Registration
) -> None:
    assert await at(bell, WEDNESDAY + timedelta(days=1)) == []
    assert await at(bell, WEDNESDAY + timedelta(days=1, hours=12)) == []  # due, and it is night
    assert await at(bell, FRIDAY_MORNING) == [SAM]
    assert await alerts(bell) == [("unchecked", "routine")]


async def test_whoever_took_it_and_did_not_check_it_hears_first(
    bell: Bell, made: Registration, alex: Colleague
) -> None:
    await claim(alex, made)
    assert await at(bell, FRIDAY_MORNING) == [ALEX]


async def test_the_next_person_is_told_each_working_morning_and_never_between(
    bell: Bell, made: Registration
) -> None:
    assert await at(bell, FRIDAY_MORNING) == [SAM]
    for hours in (1, 6, 14, 24, 48):
        assert await at(bell, FRIDAY_MORNING + timedelta(hours=hours)) == []
    assert await at(bell, FRIDAY_MORNING + timedelta(days=3)) == [ALEX]
    assert await at(bell, FRIDAY_MORNING + timedelta(days=4)) == [PRIYA]


async def test_acknowledged_it_rings_again_on_the_next_working_morning_until_it_is_checked(
    bell: Bell, made: Registration, client: Client, alex: Colleague
) -> None:
    await claim(alex, made)
    await at(bell, FRIDAY_MORNING)
    async with signed_in(client, ALEX) as again:
        at_alert = f"/api/staff/alerts/{(await bell.alert()).id}/acknowledge"
        assert (await again.post(at_alert, {}))[0] == 200
    assert await at(bell, FRIDAY_MORNING + timedelta(hours=5)) == []
    assert await at(bell, FRIDAY_MORNING + timedelta(days=3)) == [ALEX]
    async with signed_in(client) as sam:
        await check(sam, made)
    assert (await bell.alert()).acknowledged_at is not None
    for days in (4, 5, 6):
        assert await at(bell, FRIDAY_MORNING + timedelta(days=days)) == []


async def test_checked_in_time_it_never_rings(bell: Bell, made: Registration, sam: Colleague) -> None:
    await claim(sam, made)
    await check(sam, made)
    assert await at(bell, FRIDAY_MORNING) == [] and await alerts(bell) == []


async def test_closed_unchecked_it_has_a_case_again_that_rings_until_it_is_checked(
    bell: Bell, made: Registration, client: Client, alex: Colleague
) -> None:
    await claim(alex, made)
    await close(alex, made)
    assert await at(bell, WEDNESDAY + timedelta(days=1)) == []  # not due yet
    assert await at(bell, FRIDAY_MORNING) == [SAM]
    assert await alerts(bell) == [("unchecked", "routine")]
    kept = await now_kept(bell, made)
    assert kept.case_id != made.case_id and kept.conversation_id == made.conversation_id
    async with signed_in(client) as sam:
        _, case = await sam.get(f"/api/staff/cases/{kept.case_id}")
        assert (case["reason"], case["state"], case["area"]) == ("benefits", "waiting", "camden")
        assert f"{made.reference} was not checked" in str(case["notes"])
        await claim(sam, kept)
        await check(sam, kept)
    assert await at(bell, FRIDAY_MORNING + timedelta(days=3)) == []


async def test_closed_while_it_rings_it_rings_on_and_there_is_one_new_case(
    bell: Bell, made: Registration, client: Client, alex: Colleague
) -> None:
    await claim(alex, made)
    assert await at(bell, FRIDAY_MORNING) == [ALEX]
    async with signed_in(client, ALEX) as again:
        await close(again, made)
    bell.parts.clock.move(timedelta(minutes=10))
    await asyncio.gather(*(job(bell).round() for _ in range(3)))
    assert await bell.later() == [SAM]
    async with signed_in(client, PRIYA) as priya:
        _, seen = await priya.get("/api/staff/cases?state=open")
    assert [one["id"] for one in seen["cases"]] == [str((await now_kept(bell, made)).case_id)]


async def test_its_end_ends_what_rings(bell: Bell, made: Registration, client: Client) -> None:
    await at(bell, FRIDAY_MORNING)
    async with signed_in(client) as sam:
        await sam.submit(f"/staff/registrations/{made.reference}/end", reason="moved")
    assert (await bell.alert()).acknowledged_at is not None
    assert await at(bell, FRIDAY_MORNING + timedelta(days=3)) == []


async def test_who_ended_what_rang_is_on_record(
    bell: Bell, made: Registration, client: Client, alex: Colleague
) -> None:
    await claim(alex, made)
    await at(bell, FRIDAY_MORNING)
    async with signed_in(client) as sam:
        await check(sam, made)
        await at(bell, FRIDAY_MORNING + timedelta(days=3))
    other = await make_registration(bell.parts)
    await at(bell, FRIDAY_MORNING + timedelta(days=7))
    async with signed_in(client) as sam:
        await sam.submit(f"/staff/registrations/{other.reference}/end", reason="moved")
    async with bell.parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "alert.acknowledge").order_by(AuditEntry.id)
        said = [(one.actor, one.subject) for one in (await session.execute(query)).scalars()]
    by = str((await bell.person(SAM)).id)
    assert said == [(by, f"case:{made.case_id}"), ("system", f"case:{other.case_id}")]


async def test_two_processes_ring_once(bell: Bell, made: Registration) -> None:
    bell.parts.clock.move(FRIDAY_MORNING - bell.parts.clock.now())
    await asyncio.gather(*(job(bell).round() for _ in range(3)))
    assert await alerts(bell) == [("unchecked", "routine")]


async def test_it_is_shown_below_whoever_may_not_be_safe_and_says_what_it_is(
    bell: Bell, made: Registration, client: Client
) -> None:
    await at(bell, FRIDAY_MORNING)
    await (await make_chat(client, "camden")).say("my dad hits me with a belt")
    async with signed_in(client) as sam:
        _, body = await sam.get("/api/staff/alerts")
        shown = await sam.page("/staff/alerts")
    assert [one["level"] for one in body["alerts"]] == ["urgent", "routine"]
    assert "A registration was not checked within its working day." in shown


async def test_the_words_to_staff_hold_nothing_of_the_person(bell: Bell, made: Registration) -> None:
    await at(bell, FRIDAY_MORNING)
    [mail] = bell.mailed()
    body = mail.get_body().get_content()  # type: ignore[union-attr]
    assert "A registration was not checked" in body and "each working morning" in body
    for told in (str(mail), bell.twilio.sent[-1]["Body"]):
        assert "Aisha" not in told and made.reference not in told
