"""Two editors at work side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import delete, select

from handoff.app import Parts
from handoff.content.meaning import MEANINGS
from handoff.content.model import ReleaseItem, Revision
from tests.handoff.cases.scenes import Colleague, signed_in

FEW = {"ema", "free-meals", "travel", "cv"}


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


@pytest.fixture
async def read(parts: Parts, client: TestClient[Any, Any]) -> None:
    """The live answers are four, with a few questions each, and those have been read."""
    async with parts.db.transaction() as session:
        await session.execute(delete(ReleaseItem).where(ReleaseItem.slug.not_in(FEW)))
        for one in (await session.execute(select(Revision).where(Revision.slug.in_(FEW)))).scalars():
            one.examples = one.examples[:6]
    assert await client.app[MEANINGS].made()
