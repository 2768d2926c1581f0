"""For rooms whose jobs work only when a test says so: import these fixtures into their conftest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handoff.app import Parts, make_parts
from handoff.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Months and working days are counted, so the day is one we know: a Monday at ten."""
    return replace(settings, now=datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything a process carries, with no job at work."""
    async with make_parts(settings) as made:
        await made.content.reload()
        yield made
        await made.turns.stop()
