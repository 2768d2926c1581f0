"""A case whose adviser is away can be moved by those who oversee the work, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import CAMDEN, LEAD, Colleague, make_case, signed_in, stored

MANAGER = "manager@demo.test"


@pytest.mark.parametrize("email", [LEAD, MANAGER])
async def test_a_lead_or_manager_returns_a_case_of_somebody_who_is_away(
    sam: Colleague, client: TestClient[Any, Any], parts: Parts, email: str
) -> None:
    case = await make_case(parts)
    await sam.post(f"{case['at']}/claim")
    async with signed_in(client, email) as overseer:
        assert "Return to the queue" in await overseer.page(f"/staff/cases/{case['id']}")
        assert (await overseer.post(f"{case['at']}/return"))[0] == 200
    assert (await stored(parts, case)).state == "waiting"


async def test_another_adviser_cannot(priya: Colleague, client: TestClient[Any, Any], parts: Parts) -> None:
    case = await make_case(parts)
    await priya.post(f"{case['at']}/claim")
    async with signed_in(client, CAMDEN) as sam:
        assert "Return to the queue" not in await sam.page(f"/staff/cases/{case['id']}")
        assert (await sam.post(f"{case['at']}/return"))[1]["error"]["code"] == "not_owner"
