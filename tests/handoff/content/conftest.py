"""Two editors at work side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.cases.scenes import Colleague, signed_in


@pytest.fixture
async def jo(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Jo Davies, editor."""
    async with signed_in(client, "editor.one@demo.test") as colleague:
        yield colleague


@pytest.fixture
async def kit(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Kit Morgan, the other editor."""
    async with signed_in(client, "editor.two@demo.test") as colleague:
        yield colleague


@pytest.fixture
async def sam(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Sam Okafor, adviser: may read answers, not change them."""
    async with signed_in(client, "pa.camden@demo.test") as colleague:
        yield colleague
