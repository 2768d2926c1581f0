"""Starting points for tests of records: who somebody is, and a record of theirs."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from handoff.app import Parts
from handoff.records import service
from handoff.records.service import PersonFacts

ADMIN, MANAGER = "admin@demo.test", "manager@demo.test"
AISHA = "Aisha Begum-O'Hara"


def facts(**over: Any) -> PersonFacts:
    """Somebody of 16 in Camden."""
    known: dict[str, Any] = {
        "name": AISHA,
        "date_of_birth": date(2010, 2, 3),
        "postcode": "NW1 1AA",
        "phone": "07700900123",
        "area": "camden",
    }
    return PersonFacts(**known | over)


async def make_record(parts: Parts, **over: Any) -> uuid.UUID:
    """The id of their record."""
    async with parts.db.transaction() as session:
        found = await service.find_or_create(session, parts.clock.now(), facts(**over), "person")
        return found.record.id


async def activity_of(parts: Parts, record_id: uuid.UUID) -> str | None:
    """The code of what they do now."""
    async with parts.db.reading() as session:
        found = await service.current_activity(session, record_id)
        return found.code if found else None
