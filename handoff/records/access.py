"""The only way to load a record on behalf of a member of staff: outside their areas there is none."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff.cases.service import conversations_barred_to, conversations_kept_from
from handoff.errors import Conflict, NotFound
from handoff.jobcentre import service as jobcentre
from handoff.records import store
from handoff.records.model import Record
from handoff.registrations import service as registrations
from handoff.staff.service import Member


def visible_to(who: Member, record: type[Record] = Record) -> ColumnElement[bool]:
    """Their areas' records, those their areas work with too, and those whose area is not known yet.

    None of somebody whose words they are kept from (cases decide that): the record says where a child lives
    who accused them, or a colleague without a name.
    """
    return and_(store.of_areas(who.areas, record), record.id.not_in(_kept_from(who)))


def usable_by(area: str, staff_id: uuid.UUID) -> ColumnElement[bool]:
    """The records that a file of an area fills in, brought by somebody who is not barred from them."""
    barred = _whole(conversations_barred_to(staff_id))
    return and_(store.of_areas([area]), Record.id.not_in(barred))


def of_another_area(who: Member, record: type[Record]) -> ColumnElement[bool]:
    """Records that only areas see of which they are none; none of somebody who named them either."""
    return and_(~store.of_areas(who.areas, record), record.id.not_in(_kept_from(who)))


def _kept_from(who: Member) -> Select[uuid.UUID]:
    return _whole(conversations_kept_from(who))


def _whole(conversations: Select[uuid.UUID]) -> Select[uuid.UUID]:
    """The records, with all that were joined into one, of whoever these conversations are about: they
    registered there, or Jobcentre Plus told us of them."""
    mine, other, threads = aliased(Record), aliased(Record), conversations.cte()
    theirs = (one.records_of(select(*threads.c)) for one in (registrations, jobcentre))
    first = select(Record.id).where(or_(*map(Record.id.in_, theirs))).cte(recursive=True)
    joined = or_(other.id == mine.joined_into_id, other.joined_into_id == mine.id)
    kin = select(other.id).join(mine, joined).where(mine.id == first.c.id)
    whole = first.union(kin)
    return select(whole.c.id)


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
