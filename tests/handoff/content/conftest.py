"""Answers that have been read for what they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import delete, select

from handoff.app import Parts
from handoff.content import remembered
from handoff.content.meaning import MEANINGS
from handoff.content.model import ReleaseItem, Revision
from tests.handoff.cases.scenes import Colleague

FEW = {"ema", "free-meals", "travel", "cv"}


@pytest.fixture(autouse=True)
def revisions_forgotten() -> None:
    """Tests' databases are copies of one, and change revisions as the service never would: in place."""
    remembered._KNOWN.clear()


@pytest.fixture
def vectors_kept(client: TestClient[Any, Any], read: None) -> Callable[[], set[str]]:
    """The texts whose vectors are in memory: those of the live questions, when nobody has asked anything."""
    meanings = client.app[MEANINGS]
    encoder = meanings._loaded()
    return lambda: {*meanings._vectors, *encoder.remembered()}


@pytest.fixture
async def read(parts: Parts, client: TestClient[Any, Any]) -> None:
    """The live answers are four, with a few questions each, and those have been read."""
    async with parts.db.transaction() as session:
        await session.execute(delete(ReleaseItem).where(ReleaseItem.slug.not_in(FEW)))
        for one in (await session.execute(select(Revision).where(Revision.slug.in_(FEW)))).scalars():
            one.examples = one.examples[:6]
    assert await client.app[MEANINGS].made()


async def approved(jo: Colleague, kit: Colleague, slug: str = "ema") -> dict[str, Any]:
    """The open draft, sent by one and approved by the other."""
    path = f"/api/staff/answers/{slug}"
    _, body = await jo.get(path)
    status, sent = await jo.post(f"{path}/submit", {"version": body["draft"]["version"]})
    assert status == 200, sent
    status, body = await kit.post(f"{path}/approve", {"version": sent["draft"]["version"]})
    assert status == 200, body
    return body
