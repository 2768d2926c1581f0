"""A service that sends notices only when told to, on a Monday at ten, beside the Jobcentre's webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from handoff.app import Parts
from handoff.jobcentre.options import Web
from tests.handoff.idle import parts, settings
from tests.handoff.jobcentre.far_ends import SECRET, FakeWebhook
from tests.handoff.jobcentre.scenes import Office

__all__ = ["parts", "settings"]


@pytest.fixture
def office(parts: Parts) -> Office:
    return Office(parts)


@pytest.fixture
async def webhook(office: Office) -> AsyncIterator[FakeWebhook]:
    """Camden tells its Jobcentre by webhook."""
    async with FakeWebhook().running() as made:
        await office.channel("web", Web(made.url, SECRET))
        yield made
