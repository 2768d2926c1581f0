"""A service whose alerts ring and go out only when a test says so, and staff at work beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from handoff.app import Parts, make_parts, make_public_app
from handoff.settings import Settings
from tests.handoff.alerts.scenes import Bell
from tests.handoff.cases.conftest import alex, priya, sam
from tests.handoff.fakes import FakeTwilio

__all__ = ["alex", "priya", "sam"]


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything a process carries, with no job at work."""
    async with make_parts(settings) as made:
        await made.content.reload()
        yield made
        await made.turns.stop()


@pytest.fixture
async def bell(parts: Parts, twilio: FakeTwilio) -> Bell:
    made = Bell(parts, twilio)
    await made.set_up()
    return made


@pytest.fixture
async def client(parts: Parts, bell: Bell) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_public_app(parts), port=parts.settings.port)) as made:
        yield made
