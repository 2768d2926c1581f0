"""What other features may ask: whether a text was erased, so that it is not taken in once more, and which
records are under a legal hold."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.retention.model import TEXT, Forgotten, Hold


async def forgotten_texts(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of the supplier's ids whose texts were removed on purpose."""
    query = select(Forgotten.reference).where(Forgotten.kind == TEXT, Forgotten.reference.in_(ids))
    return set((await session.execute(query)).scalars())


async def held_records(session: AsyncSession, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the records that a standing hold keeps as they are."""
    query = select(Hold.record_id).where(Hold.record_id.in_(ids), Hold.lifted_at.is_(None))
    return {one for one in (await session.execute(query)).scalars() if one}


async def forget_lifted_holds(session: AsyncSession, ids: Collection[uuid.UUID]) -> None:
    """The records go: so do the holds that were lifted, and a standing one still keeps its record."""
    await session.execute(delete(Hold).where(Hold.record_id.in_(ids), Hold.lifted_at.is_not(None)))
