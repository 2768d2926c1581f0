"""Records that have been kept long enough: past an age, and nobody has touched them for a while.

Dates of birth are encrypted, so age is looked at here and not in the query; a record without one (no form
and no file lets that in) is never due by itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.jobcentre.model import Claimant
from handoff.keeping import RECORDS, load_policy
from handoff.records import store
from handoff.records.model import Characteristic, Record
from handoff.records.person import details_of
from handoff.registrations.model import Registration
from handoff.registrations.periods import birthday
from handoff.retention.holdings import Roots
from handoff.retention.model import Hold
from handoff.retention.removing import remove

AT_ONCE = 100
_LEFT_CARE = "160"


@dataclass(frozen=True)
class Page:
    """Some that are due, and after which one to go on; None when these were the last."""

    due: list[uuid.UUID]
    after: uuid.UUID | None


async def page(session: AsyncSession, now: datetime, after: uuid.UUID | None) -> Page:
    """Records that may go, of the next hundred that nobody touched for long."""
    policy = load_policy()
    latest = max(keep.cutoff(now) for keep in (policy.usual[RECORDS], *policy.own(RECORDS).values()))
    query = select(Record).where(Record.joined_into_id.is_(None), Record.updated_at < latest)
    query = query.where(Record.id > after) if after else query
    found = list((await session.execute(query.order_by(Record.id).limit(AT_ONCE))).scalars())
    due = [one.id for one in found if _may_be_old_enough(one, now) and await _is_due(session, now, one)]
    return Page(due, found[-1].id if len(found) == AT_ONCE else None)


async def take_out(session: AsyncSession, now: datetime, one: uuid.UUID) -> bool:
    """Remove a person's record with all that was joined into it, if it still is due under its lock."""
    found = await session.get(Record, one)
    if found is None:
        return False
    await store.hold_births(session, [details_of(found.details)])
    ids = await store.whole(session, one)
    query = select(Record).where(Record.id.in_(ids)).order_by(Record.id).with_for_update(key_share=True)
    locked = list((await session.execute(query.execution_options(populate_existing=True))).scalars())
    head = next((record for record in locked if record.id == one), None)
    if head is None or head.joined_into_id is not None or not await _is_due(session, now, head):
        return False
    await remove(session, now, Roots(records=frozenset(ids)))
    return True


def _may_be_old_enough(record: Record, now: datetime) -> bool:
    """Whether the sooner age is reached; what it takes to know more is asked of few."""
    return _has_reached(record, load_policy().keep(RECORDS, record.area).age, now)


async def _is_due(session: AsyncSession, now: datetime, head: Record) -> bool:
    keep = load_policy().keep(RECORDS, head.area)
    ids = await store.whole(session, head.id)
    people = list((await session.execute(select(Record).where(Record.id.in_(ids)))).scalars())
    age = keep.age_longer if await _is_kept_longer(session, people) else keep.age
    idle = all(one.updated_at < keep.cutoff(now) for one in people)
    return idle and _has_reached(head, age, now) and not await _is_needed(session, ids)


def _has_reached(record: Record, age: int, now: datetime) -> bool:
    born: date | None = details_of(record.details).born
    return born is not None and birthday(born, age) <= now.date()


async def _is_kept_longer(session: AsyncSession, people: list[Record]) -> bool:
    """With an EHC plan, or leaving care: tracked for longer."""
    left = exists().where(
        Characteristic.record_id.in_([one.id for one in people]), Characteristic.code == _LEFT_CARE
    )
    return any(one.ehcp for one in people) or bool((await session.execute(select(left))).scalar())


async def _is_needed(session: AsyncSession, ids: list[uuid.UUID]) -> bool:
    """While a registration, a claim or a hold hangs on it."""
    needed = or_(
        exists().where(Registration.record_id.in_(ids)),
        exists().where(Claimant.record_id.in_(ids)),
        exists().where(Hold.record_id.in_(ids), Hold.lifted_at.is_(None)),
    )
    return bool((await session.execute(select(needed))).scalar())
