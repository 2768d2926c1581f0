"""A detector that hears what a test says it does, and a clock that stands in working hours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from handoff.screening import service as screening
from handoff.settings import Settings
from tests.handoff.conftest import make_settings
from tests.handoff.fakes import FakeRasa, FakeTwilio

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEARD = {
    "left college": "now",
    "aint got nothing": "now",
    "drop out": "at_risk",
    "no offer": "at_risk",
}


class FakeDetector:
    """Hears "now" or "at_risk" in a text that has one of the words of HEARD."""

    def __call__(self, text: str) -> str | None:
        return next((heard for words, heard in HEARD.items() if words in text.lower()), None)


@pytest.fixture(autouse=True)
def detector(monkeypatch: pytest.MonkeyPatch) -> FakeDetector:
    """What is heard is the detector's own business; these tests are about what follows."""
    fake = FakeDetector()
    monkeypatch.setattr(screening, "hear_neet", fake)
    return fake


@pytest.fixture
def settings(tmp_path: Path, database_url: str, rasa: FakeRasa, twilio: FakeTwilio) -> Settings:
    return make_settings(
        tmp_path, database_url, rasa_urls=(rasa.url,), twilio_api_base=twilio.url, now=MONDAY_NOON
    )
