"""What other features may ask: whether a text was erased, so that it is not taken in once more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.retention.model import TEXT, Forgotten


async def forgotten_texts(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of the supplier's ids whose texts were removed on purpose."""
    query = select(Forgotten.reference).where(Forgotten.kind == TEXT, Forgotten.reference.in_(ids))
    return set((await session.execute(query)).scalars())
