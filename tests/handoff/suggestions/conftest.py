"""Four live answers with a few questions each, and people who ask something else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from tests.handoff.fakes import FakeRasa
from tests.handoff.feedback.conftest import lambeth_editor
from tests.handoff.suggestions.scenes import People, leave_few_answers

__all__ = ["lambeth_editor"]


@pytest.fixture
async def people(client: TestClient[Any, Any], rasa: FakeRasa, parts: Parts) -> People:
    """Who asks; the live answers are four, with a few questions each."""
    await leave_few_answers(parts)
    return People(client, rasa, parts)


@pytest.fixture
def audited(parts: Parts) -> Callable[[str], Awaitable[list[AuditEntry]]]:
    """The entries of one action."""

    async def found(action: str) -> list[AuditEntry]:
        async with parts.db.reading() as session:
            query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
            return list((await session.execute(query)).scalars())

    return found
