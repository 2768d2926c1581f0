"""Who registers: the registration of surely the same person that still runs, never found by a guess."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.crypto import keyring
from handoff.db import ROW
from handoff.names import folded
from handoff.records import service as records
from handoff.registrations.model import ACTIVE, Registration

ALIKE = (
    "Somebody alike is on record already, perhaps with a registration that runs. Decide under Records, "
    "Likely matches, whether they are one. If they are, end the registration that is there twice."
)


async def running(
    session: AsyncSession, values: Mapping[str, Any], area: str | None, by: str
) -> Registration | None:
    """Theirs, locked: found by what they say, or by their record where a postcode was put right since.

    Two at once come one after the other.
    """
    theirs = await records.surely(session, facts_of(values, area), by)
    same = or_(Registration.identity_index == identity_of(values), Registration.record_id.in_(theirs))
    query = select(Registration).where(same, Registration.state == ACTIVE)
    newest = query.order_by(Registration.created_at.desc()).limit(1).with_for_update(**ROW)
    return (await session.execute(newest)).scalar()


def identity_of(values: Mapping[str, Any]) -> str:
    """A blind index of who this is: name, however it is written, with date of birth and postcode."""
    parts = (folded(values["name"]), values["date_of_birth"], values["postcode"])
    return keyring.blind_index("|".join(parts))


def facts_of(values: Mapping[str, Any], area: str | None) -> records.PersonFacts:
    """What a registration's answers say of who they are, as records are found by."""
    born = date.fromisoformat(values["date_of_birth"])
    return records.PersonFacts(
        values["name"], born, values["postcode"], values["phone"], values["email"], area
    )
