"""A service that forgets only when told to, on a Monday at ten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handoff.app import Parts, make_parts
from handoff.settings import Settings
from tests.handoff.retention.scenes import House


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Months are counted, so the day is one we know."""
    return replace(settings, now=datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything a process carries, with no job at work."""
    async with make_parts(settings) as made:
        await made.content.reload()
        yield made
        await made.turns.stop()


@pytest.fixture
def house(parts: Parts) -> House:
    return House(parts)
