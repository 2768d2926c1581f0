"""A new disclosure on a case whose adviser does not come: after its clock anybody may take it over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff import sse
from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.clock import Clock
from tests.handoff.cases.scenes import Colleague, conversation_state, make_case, signed_in

MINUTES = {"urgent": 15, "emergency": 2}
TAKE_NEXT = "/api/staff/cases/take-next"


async def claimed_and_worse(parts: Parts, owner: Colleague, level: str = "urgent") -> dict[str, str]:
    """A worry that `owner` has claimed while the assistant goes on; then they say something worse."""
    case = await make_case(parts, "safeguarding", level="concern")
    assert (await owner.post(f"{case['at']}/claim"))[0] == 200
    return await make_case(parts, "safeguarding", level=level, conversation=case["conversation"])


@pytest.mark.parametrize("level", MINUTES)
async def test_a_case_whose_adviser_did_not_come_in_time_is_given_to_the_next(
    sam: Colleague, priya: Colleague, parts: Parts, clock: Clock, level: str
) -> None:
    case = await claimed_and_worse(parts, sam, level)
    clock.move(timedelta(minutes=MINUTES[level], seconds=-5))
    assert (await priya.post(TAKE_NEXT))[0] == 204
    clock.move(timedelta(seconds=10))
    status, body = await priya.post(TAKE_NEXT)
    assert (status, body.get("id"), body.get("owner", {}).get("name")) == (200, case["id"], "Priya Nair")
    assert await conversation_state(parts, case) == "adviser"


async def test_the_former_adviser_reads_who_took_over_and_the_audit_keeps_it(
    sam: Colleague, priya: Colleague, parts: Parts, clock: Clock
) -> None:
    case = await claimed_and_worse(parts, sam)
    clock.move(timedelta(minutes=16))
    assert (await priya.post(f"{case['at']}/claim"))[0] == 200
    _, seen = await sam.get(case["at"])
    told = [(note["by"], note["text"]) for note in seen["notes"]]
    assert told == [("Priya Nair", "Taken over from Sam Okafor: nobody had joined in time.")]
    sams_id = (await sam.get("/api/staff/session"))[1]["id"]
    async with parts.db.reading() as session:
        entry = (
            await session.execute(select(AuditEntry).where(AuditEntry.action == "case.take_over"))
        ).scalar_one()
    assert (entry.subject, entry.detail) == (f"case:{case['id']}", {"was": sams_id})


async def test_an_adviser_who_has_joined_keeps_the_case(
    sam: Colleague, priya: Colleague, parts: Parts, clock: Clock
) -> None:
    case = await claimed_and_worse(parts, sam)
    assert (await sam.post(f"{case['at']}/reply", {"text": "I am here."}))[0] == 202
    clock.move(timedelta(minutes=16))
    assert (await priya.post(f"{case['at']}/claim"))[0] == 409
    assert (await priya.post(TAKE_NEXT))[0] == 204


async def test_its_own_adviser_may_still_come_late_and_nobody_is_told_of_a_change(
    sam: Colleague, parts: Parts, clock: Clock
) -> None:
    case = await claimed_and_worse(parts, sam)
    clock.move(timedelta(minutes=16))
    assert (await sam.post(f"{case['at']}/claim"))[0] == 200
    assert await conversation_state(parts, case) == "adviser"
    assert (await sam.get(case["at"]))[1]["notes"] == []


async def test_closing_another_case_leaves_the_person_waiting_for_the_lapsed_one(
    sam: Colleague, priya: Colleague, parts: Parts, clock: Clock
) -> None:
    case = await claimed_and_worse(parts, sam)
    other = await make_case(parts, "neet", conversation=case["conversation"])
    clock.move(timedelta(minutes=16))
    await priya.post(f"{other['at']}/claim")
    await priya.post(f"{other['at']}/close", {"outcome": "advice_given"})
    assert await conversation_state(parts, case) == "waiting"


async def test_the_queue_shows_it_to_take_with_whom_it_was_and_how_late(
    sam: Colleague, priya: Colleague, parts: Parts, clock: Clock
) -> None:
    case = await claimed_and_worse(parts, sam)
    assert f"/staff/cases/{case['id']}/claim" not in await priya.page("/staff/queue")  # the bell shows it
    clock.move(timedelta(minutes=18))
    queue = await priya.page("/staff/queue")
    assert f"/staff/cases/{case['id']}/claim" in queue
    assert "With Sam Okafor" in queue and "overdue by 3 min" in queue
    assert "who has not joined in time" in await priya.page(f"/staff/cases/{case['id']}")
    assert (await priya.get("/api/staff/cases?state=waiting"))[1]["cases"][0]["id"] == case["id"]


async def test_an_open_console_hears_of_it_although_nothing_was_done(
    client: TestClient[Any, Any], parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "BEAT_SECONDS", 0.05)
    async with signed_in(client) as sam, sam.http.get("/api/staff/events") as events:
        await claimed_and_worse(parts, sam)
        clock.move(timedelta(minutes=16))
        while b'"waiting": 1, "urgent": 1, "mine": 1' not in await events.content.readuntil(b"\n\n"):
            pass


async def test_a_lapsed_case_elsewhere_is_still_not_theirs(
    sam: Colleague, alex: Colleague, parts: Parts, clock: Clock
) -> None:
    case = await claimed_and_worse(parts, sam)
    clock.move(timedelta(minutes=16))
    assert (await alex.post(f"{case['at']}/claim"))[0] == 404
    assert (await alex.post(TAKE_NEXT))[0] == 204


async def test_whoever_leaves_somebody_in_danger_leaves_them_to_the_colleague_who_has_that_case(
    sam: Colleague, priya: Colleague, parts: Parts, clock: Clock
) -> None:
    request = await make_case(parts, "request")
    assert (await sam.post(f"{request['at']}/claim"))[0] == 200
    danger = await make_case(
        parts, "safeguarding", level="urgent", conversation=request["conversation"], state="adviser"
    )
    assert (await priya.post(f"{danger['at']}/claim"))[0] == 200
    assert (await sam.post(f"{request['at']}/reply", {"text": "Priya will talk to you."}))[0] == 202
    assert (await sam.post(f"{request['at']}/close", {"outcome": "advice_given"}))[0] == 200
    assert await conversation_state(parts, danger) == "waiting"
    clock.move(timedelta(minutes=14))
    assert (await sam.post(TAKE_NEXT))[0] == 204
    clock.move(timedelta(minutes=2))
    status, body = await sam.post(TAKE_NEXT)
    assert (status, body["id"]) == (200, danger["id"])
