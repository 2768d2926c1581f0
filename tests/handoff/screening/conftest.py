"""Staff at work on screening."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.screening.editions import trial
from handoff.screening.editions.labelled import Labelled
from tests.handoff.cases.conftest import priya
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.screening.editing import MANAGER
from tests.handoff.sms.phones import Phone

__all__ = ["priya"]

FEW = (
    Labelled("i am going to kill myself tonight", "emergency"),
    Labelled("my dad hits me", "urgent"),
    Labelled("the teal umbrella is back", "concern"),
    Labelled("nothing that anybody listens for", "concern"),
    Labelled("what is a bursary", "routine"),
    Labelled("that exam killed me", "routine"),
)


@pytest.fixture(autouse=True)
def few_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run hears these made-up messages, and not the thousand that the product comes with."""
    monkeypatch.setattr(trial, "labelled", lambda: FEW)


@pytest.fixture
async def dana(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """Dana Whitlock, manager: approves and does not write."""
    async with signed_in(client, MANAGER) as colleague:
        yield colleague


@pytest.fixture
def phone(client: TestClient[Any, Any], parts: Parts) -> Phone:
    return Phone(client, parts)
