"""What somebody agreed to, one purpose at a time, in the words they were asked in; never deleted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff import audit
from handoff.errors import Unprocessable
from handoff.records import store
from handoff.records.codes import load_codes
from handoff.records.model import Consent, Record


async def give_consent(
    session: AsyncSession, now: datetime, record_id: uuid.UUID, purpose: str, words: str, by: str
) -> Consent:
    """Keep that they agreed, in the words they were asked in; the same words again add nothing."""
    record = await store.lock(session, record_id)
    if purpose not in load_codes().lists["purpose"]:
        raise Unprocessable("unknown_purpose", "Choose what they agreed to.", field="purpose")
    active = await _active_consents(session, record.id, purpose)
    if same := next((one for one in active if one.words == words), None):
        return same
    made = Consent(record_id=record.id, purpose=purpose, words=words, given_at=now, given_by=by)
    session.add(made)
    store.touched(record, now)
    await session.flush()
    await audit.record(session, now, by, "record.consent", f"record:{record.id}", purpose=purpose)
    return made


async def withdraw_consent(
    session: AsyncSession, now: datetime, record_id: uuid.UUID, purpose: str, by: str
) -> bool:
    """Take every permission for this purpose back; whether there was one."""
    record = await store.lock(session, record_id)
    active = await _active_consents(session, record.id, purpose)
    for one in active:
        one.withdrawn_at, one.withdrawn_by = now, by
    if active:
        store.touched(record, now)
        await session.flush()
        subject = f"record:{record.id}"
        await audit.record(session, now, by, "record.withdraw_consent", subject, purpose=purpose)
    return bool(active)


async def consents(session: AsyncSession, record_id: uuid.UUID) -> list[Consent]:
    """Everything they agreed to, the newest first, what was withdrawn included."""
    query = select(Consent).where(Consent.record_id.in_(await store.whole(session, record_id)))
    return list((await session.execute(query.order_by(Consent.given_at.desc()))).scalars())


async def may_tell(session: AsyncSession, record_id: uuid.UUID, purpose: str) -> bool:
    """Whether a permission for this purpose stands."""
    return bool(await _active_consents(session, record_id, purpose))


def with_withdrawn_consent() -> Select[uuid.UUID]:
    """For a query: the records, with all that were joined into one, on which a permission was taken back."""
    mine, other = aliased(Record), aliased(Record)
    withdrawn = select(Consent.record_id).where(Consent.withdrawn_at.is_not(None)).cte(recursive=True)
    joined = or_(other.id == mine.joined_into_id, other.joined_into_id == mine.id)
    whole = withdrawn.union(select(other.id).join(mine, joined).where(mine.id == withdrawn.c.record_id))
    return select(whole.c.record_id)


async def _active_consents(session: AsyncSession, record_id: uuid.UUID, purpose: str) -> Sequence[Consent]:
    found = await consents(session, record_id)
    return [one for one in found if one.purpose == purpose and one.withdrawn_at is None]
