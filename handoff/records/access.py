"""The only way to load a record on behalf of a member of staff: outside their areas there is none."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.errors import Conflict, NotFound
from handoff.records import store
from handoff.records.model import Record
from handoff.staff.service import Member


def visible_to(who: Member, record: type[Record] = Record) -> ColumnElement[bool]:
    """Their areas' records, those their areas work with too, and those whose area is not known yet."""
    areas = sorted(who.areas)
    return or_(record.area.is_(None), record.area.in_(areas), record.also_area.in_(areas))


async def record_for(session: AsyncSession, who: Member, record_id: uuid.UUID) -> Record:
    """The record (or the one it was joined into), to look at; NotFound when it is not theirs to see."""
    settled = await store.settled(session, record_id)
    query = select(Record).where(Record.id == (settled.id if settled else None), visible_to(who))
    return _found((await session.execute(query)).scalar())


async def record_to_change(
    session: AsyncSession, who: Member, record_id: uuid.UUID, version: int | None = None
) -> Record:
    """The record, locked. Conflict when it is not the version that was looked at."""
    await record_for(session, who, record_id)
    record = await store.lock(session, record_id)
    if version is not None and record.version != version:
        told = "Somebody changed this record while you had it open. Look at it again, then make your change."
        raise Conflict("changed", told)
    return record


def record_id_in(text: str) -> uuid.UUID:
    """The id in an address; NotFound for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise _none() from None


def _found(record: Record | None) -> Record:
    if record is None:
        raise _none()
    return record


def _none() -> NotFound:
    return NotFound("There is no such record in your areas.")
