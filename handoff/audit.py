"""The audit: an append-only, hash-chained record of who saw or did what.

Each entry carries the hash of the one before, so a changed or missing entry shows (`verify`);
triggers in the database refuse UPDATE and DELETE. Ids only: never words, names or numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, func, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from handoff.db import Base, UtcDateTime, do_last

GENESIS = "0" * 64
_CHAIN_LOCK = 0x57_41_59  # a PostgreSQL advisory lock: one appender at a time
_WAITING = "wayline_audit"


class AuditEntry(Base):
    """One thing that somebody (a staff id, `system` or `person`) did or read."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


async def record(
    session: AsyncSession, at: datetime, actor: object, action: str, subject: str, **detail: Any
) -> None:
    """Append an entry as the caller's transaction ends; `subject` is "kind:id"."""
    entry = AuditEntry(at=at, actor=str(actor), action=action, subject=subject, detail=detail)
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        do_last(session, _append)
    session.info[_WAITING].append(entry)


async def has(
    session: AsyncSession, since: datetime, actor: object | None, action: str, subject: str
) -> bool:
    """Whether there is such an entry from that time on; by anybody where no actor is named."""
    query = select(AuditEntry.id).where(
        AuditEntry.subject == subject,
        AuditEntry.actor == str(actor) if actor is not None else true(),
        AuditEntry.action == action,
        AuditEntry.at >= since,
    )
    return (await session.execute(query.limit(1))).first() is not None


async def last_act(
    session: AsyncSession, actor: object, subjects: Collection[str], but: Collection[str]
) -> datetime | None:
    """When they last did anything to one of these subjects, `but` such actions; None for never."""
    query = select(func.max(AuditEntry.at)).where(
        AuditEntry.subject.in_(subjects), AuditEntry.actor == str(actor), AuditEntry.action.not_in(but)
    )
    return (await session.execute(query)).scalar()


def waiting(session: AsyncSession) -> int:
    """How many entries wait for the end of the caller's transaction."""
    return len(session.info.get(_WAITING, ()))


def forget(session: AsyncSession, after: int) -> None:
    """Drop what was recorded after so many entries: it was taken back with its savepoint."""
    del session.info.get(_WAITING, [])[after:]


async def _append(session: AsyncSession) -> None:
    """Chain this transaction's entries to the last one there is."""
    await session.flush()  # nothing is locked after the chain
    if not waiting(session):
        return
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = (await session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))).scalar()
    number, previous = (last.id, last.hash) if last else (0, GENESIS)
    for entry in session.info[_WAITING]:
        number += 1
        entry.id, entry.previous = number, previous
        previous = entry.hash = entry_hash(entry)
        session.add(entry)
    await session.flush()


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the entry's own fields and the hash before it."""
    fields = [
        entry.id,
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


async def verify(session: AsyncSession) -> int | None:
    """The id of the first entry that does not fit the chain, or None when all is well."""
    previous, expected = GENESIS, 1
    stream = await session.stream_scalars(select(AuditEntry).order_by(AuditEntry.id))
    async for entry in stream:
        if entry.id != expected or entry.previous != previous or entry.hash != entry_hash(entry):
            return expected
        previous, expected = entry.hash, expected + 1
    return None
