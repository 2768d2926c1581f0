"""A chat in which somebody registers."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.factories import make_chat
from tests.handoff.registrations.forms import Form


@pytest.fixture
async def form(client: TestClient[Any, Any], internal: TestClient[Any, Any]) -> Form:
    return Form(internal, (await make_chat(client)).conversation)
