"""Staff at work side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.cases.conftest import alex, priya, sam
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.records.scenes import ADMIN, MANAGER

__all__ = ["alex", "priya", "sam"]


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
