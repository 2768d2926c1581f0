"""Somebody in danger whose adviser went home: the talk is nobody's, so it rings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiohttp.test_utils import TestClient

from handoff.cases.overnight import LeftOvernight
from tests.handoff.alerts.scenes import SAM, Bell
from tests.handoff.cases.scenes import make_case, signed_in

Client = TestClient[Any, Any]
AFTERNOON, SIX = datetime(2026, 11, 23, 15, tzinfo=UTC), datetime(2026, 11, 23, 18, tzinfo=UTC)


async def test_a_quarter_of_an_hour_after_it_came_back_whoever_is_on_call_is_told(
    bell: Bell, client: Client
) -> None:
    bell.parts.clock.move(AFTERNOON - bell.parts.clock.now())
    await bell.set_up()
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    async with signed_in(client) as sam:
        await sam.post(f"{case['at']}/claim")
        assert (await sam.post(f"{case['at']}/reply", {"text": "I am here."}))[0] == 202
    assert await bell.later(minutes=30) == []
    bell.parts.clock.move(SIX - bell.parts.clock.now())
    assert await bell.later() == []
    rules = bell.parts.rules
    assert await LeftOvernight(bell.parts.db, bell.parts.clock, bell.parts.hub, rules).round() == 1
    assert await bell.later(minutes=14) == []
    assert await bell.later(minutes=2) == [SAM]
