"""What comes with the product: planted in an empty database, a draft where words were changed here."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from handoff.db import Database
from handoff.screening import sets
from handoff.screening.editions import service
from handoff.screening.editions.parts import changes, merged, with_additions
from handoff.screening.model import DRAFT, SET_ASIDE, SHIPPED, STAFF, Edition

log = logging.getLogger(__name__)


async def ship_editions(db: Database, now: datetime) -> None:
    """Take up the shipped sets that are new; files that differ from their seal are left alone."""
    for kind in sets.FILES:
        try:
            body = await asyncio.to_thread(sets.read_sealed, kind, sets.SHIPPED)
        except Exception as error:  # the service starts in every case
            log.error("shipped set not taken up kind=%s why=%s", kind, type(error).__name__)
            continue
        async with db.transaction() as session:
            await _ship(session, now, kind, body)


async def _ship(session: AsyncSession, now: datetime, kind: str, body: str) -> None:
    shipped_before = await _newest_shipped(session, kind)
    if shipped_before and shipped_before.body == body:
        return
    ours = await service.live(session, kind)
    shipped = await service.add(session, now, kind, body, SET_ASIDE, origin=SHIPPED)
    if ours is None or (shipped_before and ours.body == shipped_before.body):  # nothing was changed here
        await _in_force(session, now, shipped)
        return
    old = shipped_before.body if shipped_before else body
    ours = await _with_additions(session, now, ours, old, body)
    await _offer(session, now, ours, old, shipped)


async def _in_force(session: AsyncSession, now: datetime, edition: Edition) -> None:
    await service.put_in_force(session, now, edition)
    await service.note(session, now, "system", "screening.ship", edition)


async def _with_additions(session: AsyncSession, now: datetime, ours: Edition, old: str, new: str) -> Edition:
    """New shipped phrases screen at once: they can only raise what is heard."""
    body = with_additions(ours.kind, ours.body, old, new)
    if not changes(ours.kind, ours.body, body):
        return ours
    why = "What an update adds, beside our own words."
    edition = await service.add(
        session, now, ours.kind, body, SET_ASIDE, origin=STAFF, base=ours.number, reason=why
    )
    await _in_force(session, now, edition)
    return edition


async def _offer(session: AsyncSession, now: datetime, ours: Edition, old: str, shipped: Edition) -> None:
    """The rest of an update is a draft for a person to look at, unless a draft is open."""
    body = merged(ours.kind, ours.body, old, shipped.body)
    if not changes(ours.kind, ours.body, body) or await service.open_edition(session, ours.kind):
        return
    why = f"Shipped update (edition {shipped.number}) of the parts that were not changed here."
    draft = await service.add(
        session, now, ours.kind, body, DRAFT, origin=SHIPPED, base=ours.number, reason=why
    )
    await service.note(session, now, "system", "screening.offer_update", draft)


async def _newest_shipped(session: AsyncSession, kind: str) -> Edition | None:
    """The last set that came with the product, not an offer made of it nor a lead's restoring."""
    query = select(Edition).where(
        Edition.kind == kind, Edition.origin == SHIPPED, Edition.base.is_(None), Edition.author_id.is_(None)
    )
    query = query.order_by(Edition.number.desc()).limit(1).options(undefer(Edition.body))
    return (await session.execute(query)).scalar()
