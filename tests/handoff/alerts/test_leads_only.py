"""An alert about an allegation that names nobody goes to those who can open the case."""

from __future__ import annotations

from aiohttp.test_utils import TestClient

from tests.handoff.alerts.scenes import DANA, PRIYA, Bell
from tests.handoff.factories import make_chat


async def test_it_rings_for_leads_and_managers_alone(bell: Bell, client: TestClient) -> None:
    await (await make_chat(client, "camden")).say("my adviser touched me")
    assert await bell.later() == [PRIYA]
    assert await bell.later(minutes=16) == [DANA]
