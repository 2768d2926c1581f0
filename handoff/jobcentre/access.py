"""The only way to load a notice for a member of staff: of their areas, and about a case that they may see."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import CaseRules, cases_to_open
from handoff.content.areas import Area
from handoff.db import ROW
from handoff.errors import NotFound
from handoff.jobcentre.model import ACKNOWLEDGED, CANCELLED, TEST, TOLD, Notice
from handoff.registrations import service as registrations
from handoff.staff.service import Member

SETTLED = (ACKNOWLEDGED, TOLD, CANCELLED)
NOBODYS = "There is no such notice in your areas."


async def notice_for(
    session: AsyncSession, who: Member, notice_id: uuid.UUID, *, lock: bool = False
) -> Notice:
    """The notice, locked to be changed if asked; NotFound when it is not theirs to see."""
    found = await session.get(Notice, notice_id)
    if found is None or not await theirs(session, who, [found]):
        raise NotFound(NOBODYS)
    if lock:
        await session.refresh(found, with_for_update=ROW)
    return found


async def notices_in(
    session: AsyncSession, who: Member, area: str | None, *, done: bool, limit: int
) -> list[Notice]:
    """The newest notices of an area (of all of theirs without one) that are to see to, or are done."""
    wanted = Notice.area == area if area else or_(Notice.area.is_(None), Notice.area.in_(sorted(who.areas)))
    settled = or_(Notice.state.in_(SETTLED), Notice.withdrawn_at.is_not(None))
    query = select(Notice).where(wanted, settled if done else ~settled, Notice.kind != TEST)
    rows = (await session.execute(query.order_by(Notice.created_at.desc()).limit(limit))).scalars()
    return await theirs(session, who, list(rows))


async def theirs(session: AsyncSession, who: Member, notices: Sequence[Notice]) -> list[Notice]:
    """Those that they may see: a colleague who is named in the conversation about harm may not."""
    here = [one for one in notices if one.area is None or one.area in who.areas]
    about = {one.registration_id for one in here if one.registration_id}
    threads = await registrations.conversations_of(session, about)
    open_to_them = await cases_to_open(session, who, set(threads.values()))
    return [
        one for one in here if one.registration_id is None or threads[one.registration_id] in open_to_them
    ]


def area_of(rules: CaseRules, who: Member, slug: str) -> Area:
    """The area of that slug (their first without one); NotFound for one that is not theirs."""
    mine = areas_of(rules, who)
    found = next((area for area in mine if area.slug == slug or not slug), None)
    if found is None:
        raise NotFound("That is not one of your areas.")
    return found


def areas_of(rules: CaseRules, who: Member) -> list[Area]:
    return [area for area in rules.areas.values() if area.slug in who.areas]


def id_in(text: str) -> uuid.UUID:
    """The id in an address; NotFound for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(NOBODYS) from None
