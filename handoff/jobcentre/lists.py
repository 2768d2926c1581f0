"""Uploaded lists of claimants: kept while somebody looks at the check, taken in once, then forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import CaseRules
from handoff.content.areas import Area
from handoff.db import ROW
from handoff.errors import Conflict, NotFound
from handoff.jobcentre import sheet
from handoff.jobcentre.claimants import take_in
from handoff.jobcentre.model import Batch
from handoff.jobcentre.sheet import Row
from handoff.staff.service import Member

KEPT = timedelta(days=1)


async def keep(session: AsyncSession, now: datetime, who: Member, area: Area, data: bytes) -> Batch:
    """Keep a file to be looked at; one that this person left unfinished goes. Unprocessable for no list."""
    rows = sheet.rows_in(data)
    await session.execute(delete(Batch).where(Batch.staff_id == who.id, Batch.taken_at.is_(None)))
    made = Batch(id=uuid.uuid4(), area=area.slug, rows=rows, staff_id=who.id, created_at=now)
    session.add(made)
    await session.flush()
    await audit.record(session, now, who.id, "jobcentre.list", f"jobcentre_batch:{made.id}", rows=len(rows))
    return made


async def checked(session: AsyncSession, who: Member, batch_id: uuid.UUID, today: date) -> Sequence[Row]:
    """What would become of each row; NotFound for a list that is somebody else's, or gone."""
    return sheet.check((await _batch(session, who, batch_id)).rows, today)


async def take(
    session: AsyncSession, now: datetime, rules: CaseRules, who: Member, batch_id: uuid.UUID, today: date
) -> tuple[int, int]:
    """Take in every row that is right: how many are new, and how many were known. Nothing is taken twice."""
    batch = await _batch(session, who, batch_id, lock=True)
    if batch.taken_at is not None:
        raise Conflict("taken", "This list has been taken in already.")
    area, new, known = rules.areas[batch.area], 0, 0
    for row in sheet.check(batch.rows, today):
        if row.told:
            _, made = await take_in(session, now, rules, area, row.told, "csv", str(who.id))
            new, known = new + made, known + (not made)
    batch.taken_at, batch.rows = now, []
    await session.flush()
    await audit.record(
        session, now, who.id, "jobcentre.list_taken", f"jobcentre_batch:{batch.id}", new=new, known=known
    )
    return new, known


async def forget(session: AsyncSession, now: datetime) -> None:
    """Lists that nobody finished within a day."""
    await session.execute(delete(Batch).where(Batch.created_at < now - KEPT))


async def _batch(session: AsyncSession, who: Member, batch_id: uuid.UUID, *, lock: bool = False) -> Batch:
    found = await session.get(Batch, batch_id, with_for_update=ROW if lock else None)
    if found is None or found.staff_id != who.id or found.area not in who.areas:
        raise NotFound("There is no such list of yours. Send the file again.")
    return found
