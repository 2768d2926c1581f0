"""A service that forgets only when told to, on a Monday at ten."""

from __future__ import annotations

import pytest

from handoff.app import Parts
from tests.handoff.idle import parts, settings
from tests.handoff.retention.scenes import House

__all__ = ["parts", "settings"]


@pytest.fixture
def house(parts: Parts) -> House:
    return House(parts)
