"""A part of a transaction that may fail alone: what it did is taken back, and the rest goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit


@asynccontextmanager
async def savepoint(session: AsyncSession, *shared: object) -> AsyncIterator[None]:
    """A savepoint around the block. An error in it goes on to the caller, once all is as it was before: the
    rows, what the audit was told, and the `shared` objects that the rest of the transaction still uses."""
    told = audit.waiting(session)
    try:
        async with session.begin_nested():
            yield
    except Exception:
        audit.forget(session, told)
        for one in shared:
            await session.refresh(one)
        raise
