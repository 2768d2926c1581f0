"""A chat in which the assistant has just answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.staff import service as staff
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
async def lambeth_editor(client: TestClient[Any, Any], parts: Parts) -> AsyncIterator[Colleague]:
    """Kit Morgan, editor, here of Lambeth alone."""
    async with parts.db.transaction() as session:
        person = await staff.by_email(session, "editor.two@demo.test")
        assert person is not None
        person.areas = ["lambeth"]
    async with signed_in(client, "editor.two@demo.test") as colleague:
        yield colleague
