"""What SMS tests start from: a signed webhook and a phone."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.sms.phones import Phone


@pytest.fixture
def phone(client: TestClient, parts: Parts) -> Phone:
    return Phone(client, parts)
