"""A service that sends notices only when told to, on a Monday at ten, beside the Jobcentre's webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts, make_parts
from handoff.jobcentre.options import Web
from handoff.settings import Settings
from tests.handoff.cases.conftest import alex, priya, sam
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.jobcentre.far_ends import SECRET, FakeWebhook
from tests.handoff.jobcentre.scenes import Office

__all__ = ["alex", "priya", "sam"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Working days are counted, so the day is one we know."""
    return replace(settings, now=datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything a process carries, with no job at work."""
    async with make_parts(settings) as made:
        await made.content.reload()
        yield made
        await made.turns.stop()


@pytest.fixture
def office(parts: Parts) -> Office:
    return Office(parts)


@pytest.fixture
async def webhook(office: Office) -> AsyncIterator[FakeWebhook]:
    """Camden tells its Jobcentre by webhook."""
    async with FakeWebhook().running() as made:
        await office.channel("web", Web(made.url, SECRET))
        yield made


@pytest.fixture
async def dana(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Dana Whitlock, manager, all areas."""
    async with signed_in(client, "manager@demo.test") as colleague:
        yield colleague
