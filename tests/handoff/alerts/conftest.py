"""A service whose alerts ring and go out only when a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from handoff.app import Parts, make_public_app
from tests.handoff.alerts.scenes import Bell
from tests.handoff.fakes import FakeTwilio
from tests.handoff.idle import parts

__all__ = ["parts"]


@pytest.fixture
async def bell(parts: Parts, twilio: FakeTwilio) -> Bell:
    made = Bell(parts, twilio)
    await made.set_up()
    return made


@pytest.fixture
async def client(parts: Parts, bell: Bell) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_public_app(parts), port=parts.settings.port)) as made:
        yield made
