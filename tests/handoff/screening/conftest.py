"""A dry run over few messages, and a phone."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.screening.editions import trial
from handoff.screening.editions.labelled import Labelled
from tests.handoff.sms.phones import Phone

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
def phone(client: TestClient[Any, Any], parts: Parts) -> Phone:
    return Phone(client, parts)
