"""Somebody who may not be safe blocks our texts: that is an alarm, not a detail."""

from __future__ import annotations

from datetime import timedelta

from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.cases.model import Case, CaseNote
from handoff.conversations.model import Outgoing
from handoff.conversations.service import append, sms_conversation
from tests.handoff.alerts.scenes import SAM, Bell
from tests.handoff.cases.scenes import LEAD, Colleague, make_case, signed_in
from tests.handoff.sms.phones import CAMDEN, Phone

NUMBER = "+447700900123"


async def notes(bell: Bell) -> list[str]:
    async with bell.parts.db.reading() as session:
        return [note.text for note in (await session.execute(select(CaseNote))).scalars()]


async def test_a_stop_with_an_open_worry_rings_and_is_noted(bell: Bell, client: TestClient) -> None:
    await make_case(bell.parts, "safeguarding", level="concern", phone=NUMBER)
    assert await bell.later() == []
    await Phone(client, bell.parts, NUMBER).text("STOP")
    assert await bell.later() == [SAM]
    assert (await bell.alert()).why == "blocked"
    assert any("They have blocked our texts" in note for note in await notes(bell))


async def safety_message(bell: Bell) -> None:
    """One went to this phone; nothing is open any more."""
    now = bell.parts.clock.now()
    async with bell.parts.db.transaction() as session:
        thread = await sms_conversation(session, now, NUMBER, CAMDEN, "camden")
        await append(session, thread, now, author="system", kind="safety", text="Call 999.", safety=True)


async def test_a_stop_within_30_days_of_a_safety_message_opens_a_case(bell: Bell, client: TestClient) -> None:
    await safety_message(bell)
    bell.parts.clock.move(timedelta(days=29))
    await Phone(client, bell.parts, NUMBER).text("STOP")
    assert await bell.later() == [SAM]
    async with bell.parts.db.reading() as session:
        found = (await session.execute(select(Case))).scalar_one()
    assert (found.reason, found.level) == ("safeguarding", "concern")


async def test_a_stop_long_after_a_safety_message_rings_for_nobody(bell: Bell, client: TestClient) -> None:
    await safety_message(bell)
    bell.parts.clock.move(timedelta(days=31))
    await Phone(client, bell.parts, NUMBER).text("STOP")
    assert await bell.later() == []


async def test_a_stop_without_a_worry_rings_for_nobody(bell: Bell, client: TestClient) -> None:
    phone = Phone(client, bell.parts, NUMBER)
    await phone.text("what is a t level")
    await phone.text("STOP")
    assert await bell.later() == []


async def test_a_second_stop_rings_no_second_time(bell: Bell, client: TestClient, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="concern", phone=NUMBER)
    phone = Phone(client, bell.parts, NUMBER)
    await phone.text("STOP")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    await phone.text("STOP")
    assert await bell.later(minutes=20) == []


async def test_a_number_that_twilio_calls_blocked_rings_too(bell: Bell, client: TestClient) -> None:
    await safety_message(bell)
    phone = Phone(client, bell.parts, NUMBER)
    async with bell.parts.db.transaction() as session:
        (await session.execute(select(Outgoing))).scalar_one().supplier_id = "SM1"
    assert (await phone.status("SM1", "undelivered", "21610")).status == 200
    assert await bell.later() == [SAM]


async def test_a_stop_rings_while_the_assistant_is_switched_off_too(
    bell: Bell, client: TestClient, sam: Colleague
) -> None:
    await make_case(bell.parts, "safeguarding", level="concern", phone=NUMBER, state="bot")
    async with signed_in(client, LEAD) as priya:
        body = {"channel": "sms", "on": False, "reason": "Texts come twice"}
        headers = {"X-CSRF-Token": priya.csrf}
        assert (await priya.http.put("/api/staff/switches", json=body, headers=headers)).status == 200
    phone = Phone(client, bell.parts, NUMBER)
    await phone.text("STOP")
    assert await bell.later() == [SAM]
    assert (await phone.conversation()).blocked_at is not None
    _, listed = await sam.get("/api/staff/cases")
    assert [case["reason"] for case in listed["cases"]] == ["safeguarding"]
