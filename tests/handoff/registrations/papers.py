"""Starting points for tests of what comes out of a registration: a finished one, and its link."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from handoff.app import Parts
from handoff.cases.service import open_or_raise
from handoff.content.areas import local_day
from handoff.conversations.service import open_webchat, sms_conversation
from handoff.crypto import keyring
from handoff.references import new_reference
from handoff.registrations import links
from handoff.registrations.model import Registration

BORN = date(2010, 2, 3)
BIRTHDAY = {"day": "3", "month": "2", "year": "2010"}


async def make_registration(
    parts: Parts,
    *,
    phone: str | None = None,
    from_phone: str | None = None,
    area: str | None = "camden",
    **over: Any,
) -> Registration:
    """A finished registration with its case, from a webchat or, with `phone`, from that phone.

    `from_phone`: the phone it was made from, where `phone` is another number to reach them by.
    """
    now, texter = parts.clock.now(), from_phone or phone
    async with parts.db.transaction() as session:
        if texter:
            thread = await sms_conversation(session, now, texter, "+447700900001", area)
        else:
            thread = await open_webchat(session, now, area)
        case, _ = await open_or_raise(session, parts.rules, now, thread, "benefits")
        today = local_day(parts.rules.area(area), now)
        values: dict[str, Any] = {
            "reference": new_reference("WAY"),
            "conversation_id": thread.id,
            "case_id": case.id,
            "name": "Aisha Khan",
            "date_of_birth": BORN.isoformat(),
            "postcode": "NW5 2TJ",
            "phone": phone or texter or "+447700900123",
            "identity_index": keyring.blind_index(str(uuid.uuid4())),
            "activity": "nothing since college",
            "jobcentre_permission": True,
            "area": area,
            "registered_on": today,
            "expires_on": today + timedelta(weeks=12),
            "next_contact_on": today + timedelta(weeks=6),
            "created_at": now,
        }
        made = Registration(**(values | over))
        session.add(made)
        await session.flush()
    return made


async def make_link(parts: Parts, registration: Registration) -> str:
    """The path of a new link to its confirmation."""
    async with parts.db.transaction() as session:
        return await links.new_link(session, parts.clock.now(), registration)


async def reload(parts: Parts, registration: Registration) -> Registration:
    async with parts.db.reading() as session:
        return await session.get_one(Registration, registration.id)
