"""What came of registering: the registrations there are, and the cases and notes as a lead reads them."""

from __future__ import annotations

from typing import Any

from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.registrations.model import Registration
from tests.handoff.factories import sign_in


async def registrations(parts: Parts) -> list[Registration]:
    """All there are, the earliest first."""
    async with parts.db.reading() as session:
        query = select(Registration).order_by(Registration.created_at)
        return list((await session.execute(query)).scalars())


async def count(parts: Parts) -> int:
    return len(await registrations(parts))


async def the_registration(parts: Parts) -> Registration:
    [made] = await registrations(parts)
    return made


async def open_cases(client: TestClient[Any, Any]) -> list[dict[str, Any]]:
    """The open cases in queue order; signs the client in as a lead."""
    await sign_in(client, "lead@demo.test")
    return list((await (await client.get("/api/staff/cases?state=open")).json())["cases"])


async def notes_of(client: TestClient[Any, Any], case: dict[str, Any]) -> list[str]:
    body = await (await client.get(f"/api/staff/cases/{case['id']}")).json()
    return [note["text"] for note in body["notes"]]
