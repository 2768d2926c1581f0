"""Takes out again what a file brought in; what somebody worked on since, or a legal hold keeps,
stays and is counted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.records import store
from handoff.records.importing.service import FILLED, LIKELY, MADE
from handoff.records.model import Characteristic, Consent, Import, ImportRow, Pair, Record, RecordKey, Spell
from handoff.retention import service as retention


async def take_out(session: AsyncSession, now: datetime, found: Import, rows: Sequence[ImportRow]) -> int:
    """Undo these rows; how many stay, worked on since or under a legal hold."""
    ids = [one.record_id for one in rows if one.record_id]
    query = select(Record).where(Record.id.in_(ids)).order_by(Record.id).with_for_update(key_share=True)
    records = {one.id: one for one in (await session.execute(query)).scalars()}
    held = await retention.held_records(session, list(records))
    gone: list[uuid.UUID] = []
    given_back: list[uuid.UUID] = []
    stay = 0
    for row in rows:
        record = records.get(row.record_id) if row.record_id else None
        if record is None or row.outcome not in (MADE, LIKELY, FILLED):
            continue
        if record.version != row.version or record.joined_into_id or record.id in held:
            stay += 1
        elif row.outcome == FILLED:
            await _give_back(session, now, record, row)
            given_back.append(record.id)
        else:
            gone.append(record.id)
    await _delete(session, gone)
    for record_id in [*gone, *given_back]:
        subject = f"record:{record_id}"
        await audit.record(session, now, found.staff_id, "record.undo_import", subject, file=str(found.id))
    return stay


async def _give_back(session: AsyncSession, now: datetime, record: Record, row: ImportRow) -> None:
    before = row.before or {}
    if "spell" in before:
        await session.execute(delete(Spell).where(Spell.id == uuid.UUID(before["spell"])))
    if "details" in before:
        record.details = before["details"]
        await store.write_keys(session, record)
    store.touched(record, now)


async def _delete(session: AsyncSession, ids: Sequence[uuid.UUID]) -> None:
    """Records as if they had never been; the audit keeps that they were."""
    if not ids:
        return
    await session.execute(update(ImportRow).where(ImportRow.record_id.in_(ids)).values(record_id=None))
    joined = update(Record).where(Record.joined_into_id.in_(ids)).values(joined_into_id=None, joined_at=None)
    await session.execute(joined)
    for table in (RecordKey, Spell, Characteristic, Consent):
        await session.execute(delete(table).where(table.record_id.in_(ids)))
    await retention.forget_lifted_holds(session, ids)
    await session.execute(delete(Pair).where(Pair.record_id.in_(ids) | Pair.other_id.in_(ids)))
    await session.execute(delete(Record).where(Record.id.in_(ids)))
