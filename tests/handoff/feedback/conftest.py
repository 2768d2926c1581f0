"""A chat in which the assistant has just answered, and the staff who hear of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa, answer


@pytest.fixture
async def chat(client: TestClient[Any, Any], rasa: FakeRasa) -> Chat:
    """Asked for a bursary (1), answered (2). Camden."""
    rasa.script |= {"money for college": [answer("bursary")], "travel": [answer("travel")]}
    made = await make_chat(client, "camden")
    await made.say("money for college")
    return made


@pytest.fixture
async def jo(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Jo Davies, editor, all areas."""
    async with signed_in(client, "editor.one@demo.test") as colleague:
        yield colleague


@pytest.fixture
async def dana(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Dana Whitlock, manager, all areas."""
    async with signed_in(client, "manager@demo.test") as colleague:
        yield colleague


@pytest.fixture
async def sam(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Sam Okafor, adviser in Camden."""
    async with signed_in(client) as colleague:
        yield colleague
