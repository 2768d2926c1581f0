"""What is left with an adviser when the area closes is in the queue again, and they know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts, make_parts
from handoff.audit import AuditEntry
from handoff.cases.overnight import LeftOvernight
from handoff.clock import Clock
from handoff.conversations.model import Message
from handoff.settings import Settings
from tests.handoff.cases.scenes import LEAD, Colleague, conversation_state, make_case, signed_in, stored

Client = TestClient[Any, Any]
Talk = tuple[Colleague, dict[str, str]]  # whose it is, and the case
AFTERNOON = datetime(2026, 11, 23, 15, tzinfo=UTC)  # a Monday; Camden closes at five
CLOSED, AN_HOUR_LATER = AFTERNOON + timedelta(hours=2), AFTERNOON + timedelta(hours=3)
NEXT_DAY = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
TOLD = "Sam has finished for today. What you wrote is kept, and an adviser will carry on from 9am tomorrow."


def left_overnight(parts: Parts) -> LeftOvernight:
    return LeftOvernight(parts.db, parts.clock, parts.hub, parts.rules)


async def at(parts: Parts, moment: datetime) -> int:
    """At this moment look for what was left; how many talks came back."""
    parts.clock.move(moment - parts.clock.now())
    return await left_overnight(parts).round()


async def said(parts: Parts, case: dict[str, str]) -> list[str]:
    async with parts.db.reading() as session:
        query = select(Message.text).where(Message.author == "system").order_by(Message.seq)
        return list((await session.execute(query)).scalars())


@pytest.fixture
async def afternoon(clock: Clock) -> None:
    clock.move(AFTERNOON - clock.now())


@pytest.fixture
async def sams(afternoon: None, client: Client, parts: Parts) -> AsyncIterator[Talk]:
    """Sam at work, in a talk they have joined."""
    async with signed_in(client) as sam:
        case = await make_case(parts, "request", phone="+447700900555", words="can i talk to someone")
        assert (await sam.post(f"{case['at']}/claim"))[0] == 200
        yield sam, case


async def test_an_hour_after_closing_it_is_in_the_queue_and_they_are_told(sams: Talk, parts: Parts) -> None:
    _, case = sams
    assert await at(parts, CLOSED) == 0 == await at(parts, AN_HOUR_LATER - timedelta(minutes=1))
    assert await at(parts, AN_HOUR_LATER) == 1
    assert await conversation_state(parts, case) == "waiting"
    left = await stored(parts, case)
    assert (left.state, left.owner_id) == ("waiting", None) and left.waiting_since >= AN_HOUR_LATER
    assert (await said(parts, case))[-1] == TOLD
    assert await at(parts, AN_HOUR_LATER + timedelta(hours=3)) == 0
    assert (await said(parts, case)).count(TOLD) == 1


async def test_the_case_and_the_audit_say_who_had_it(sams: Talk, parts: Parts, client: Client) -> None:
    sam, case = sams
    sams_id = (await sam.get("/api/staff/session"))[1]["id"]
    await at(parts, AN_HOUR_LATER)
    async with signed_in(client) as again:
        notes = [(note["by"], note["text"]) for note in (await again.get(case["at"]))[1]["notes"]]
    assert notes == [(None, "Back in the queue: it was still with Sam Okafor an hour after closing.")]
    async with parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "case.left_overnight")
        entry = (await session.execute(query)).scalar_one()
    assert (entry.actor, entry.subject, entry.detail) == ("system", f"case:{case['id']}", {"was": sams_id})


async def test_the_next_morning_anybody_can_take_it(sams: Talk, parts: Parts, client: Client) -> None:
    _, case = sams
    await at(parts, AN_HOUR_LATER)
    parts.clock.move(NEXT_DAY - parts.clock.now())
    async with signed_in(client, LEAD) as priya:
        status, body = await priya.post("/api/staff/cases/take-next")
    assert (status, body.get("id")) == (200, case["id"])


@pytest.mark.parametrize("doing", ["reply", "notes"])
async def test_who_works_on_keeps_it_until_an_hour_after_their_last_act(
    sams: Talk, parts: Parts, client: Client, doing: str
) -> None:
    _, case = sams
    parts.clock.move(CLOSED + timedelta(minutes=40) - parts.clock.now())
    async with signed_in(client) as sam:
        assert (await sam.post(f"{case['at']}/{doing}", {"text": "Still with you"}))[0] < 300
    assert await at(parts, AN_HOUR_LATER) == 0
    assert await at(parts, AN_HOUR_LATER + timedelta(minutes=41)) == 1


async def test_reading_it_again_at_night_keeps_it_from_nobody(
    sams: Talk, parts: Parts, client: Client
) -> None:
    _, case = sams
    parts.clock.move(CLOSED + timedelta(minutes=40) - parts.clock.now())
    async with signed_in(client) as sam:
        assert (await sam.get(case["at"]))[0] == 200
    assert await at(parts, AN_HOUR_LATER) == 1


async def test_what_was_handed_back_to_the_assistant_stays_with_its_adviser(sams: Talk, parts: Parts) -> None:
    sam, case = sams
    assert (await sam.post(f"{case['at']}/hand-back"))[0] == 200
    assert await at(parts, AN_HOUR_LATER) == 0
    assert (await stored(parts, case)).state == "claimed"


async def test_what_is_taken_in_the_night_is_left_alone_until_the_next_one(
    afternoon: None, parts: Parts, client: Client
) -> None:
    parts.clock.move(CLOSED + timedelta(hours=4) - parts.clock.now())
    case = await make_case(parts, "safeguarding", level="urgent")
    async with signed_in(client) as sam:
        await sam.post(f"{case['at']}/claim")
        await sam.post(f"{case['at']}/reply", {"text": "I am here."})
    assert await at(parts, NEXT_DAY) == 0
    assert await at(parts, AN_HOUR_LATER + timedelta(days=1, minutes=1)) == 1


async def test_whoever_was_back_at_it_before_the_service_was_keeps_it(
    sams: Talk, parts: Parts, client: Client
) -> None:
    """The service was stopped overnight: nobody looked at six, and Sam wrote first thing."""
    _, case = sams
    parts.clock.move(NEXT_DAY - timedelta(hours=1) - parts.clock.now())
    async with signed_in(client) as sam:
        await sam.post(f"{case['at']}/reply", {"text": "Morning!"})
    assert await at(parts, NEXT_DAY + timedelta(hours=2)) == 0


async def test_a_service_that_was_stopped_overnight_brings_it_back_in_the_morning(
    sams: Talk, parts: Parts
) -> None:
    _, case = sams
    assert await at(parts, NEXT_DAY) == 1
    told = "Sam has left. Another adviser will join you. Everything you wrote is kept for them."
    assert (await said(parts, case))[-1] == told


async def test_of_two_processes_one_brings_it_back(sams: Talk, parts: Parts, settings: Settings) -> None:
    _, case = sams
    parts.clock.move(AN_HOUR_LATER - parts.clock.now())
    async with make_parts(settings) as other:
        other.clock.move(parts.clock.now() - other.clock.now())
        assert sum(await asyncio.gather(left_overnight(parts).round(), left_overnight(other).round())) == 1
    assert (await said(parts, case)).count(TOLD) == 1


async def test_a_colleague_with_an_urgent_case_of_the_same_talk_is_awaited(
    sams: Talk, parts: Parts, client: Client
) -> None:
    _, case = sams
    talk = case["conversation"]
    urgent = await make_case(parts, "safeguarding", level="urgent", conversation=talk, state="adviser")
    async with signed_in(client, LEAD) as priya:
        await priya.post(f"{urgent['at']}/claim")
        await priya.post(f"{urgent['at']}/reply", {"text": "Priya here as well."})
    assert (await stored(parts, urgent)).unanswered_since is None
    await at(parts, AN_HOUR_LATER)
    found = await stored(parts, urgent)
    assert (found.state, found.unanswered_since is not None) == ("claimed", True)
