"""Staff at work side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.cases.scenes import LAMBETH, LEAD, Colleague, signed_in
from tests.handoff.records.scenes import ADMIN, MANAGER


@pytest.fixture
async def sam(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Sam Okafor, adviser in Camden."""
    async with signed_in(client) as colleague:
        yield colleague


@pytest.fixture
async def alex(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Alex Chen, adviser in Lambeth."""
    async with signed_in(client, LAMBETH) as colleague:
        yield colleague


@pytest.fixture
async def priya(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Priya Nair, safeguarding lead, all areas."""
    async with signed_in(client, LEAD) as colleague:
        yield colleague


@pytest.fixture
async def dana(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Dana Whitlock, manager: looks, and brings files in."""
    async with signed_in(client, MANAGER) as colleague:
        yield colleague


@pytest.fixture
async def robin(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Robin Hale, administrator."""
    async with signed_in(client, ADMIN) as colleague:
        yield colleague
