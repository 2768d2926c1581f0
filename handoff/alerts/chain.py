"""Who is told about an area, in which order: on call, second, lead, manager; and where the rota has gaps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff.alerts.model import LEAD, MANAGER, ON_CALL, SECOND, SHIFT_ROLES, Shift
from handoff.staff import service as staff
from handoff.staff.service import Staff

Chain = Mapping[str, Sequence[Staff]]


async def chain_of(session: AsyncSession, area: str, now: datetime) -> Chain:
    """The people of each place in an area's chain at this moment; a place may be empty."""
    people = {one.id: one for one in await staff.active(session) if area in one.areas}
    on_duty = select(Shift).where(Shift.area == area, Shift.starts_at <= now, _ends_after(now))
    shifts = list((await session.execute(on_duty.order_by(Shift.starts_at))).scalars())
    chain = {role: _unique(people, (s.staff_id for s in shifts if s.role == role)) for role in SHIFT_ROLES}
    for role in (LEAD, MANAGER):
        chain[role] = sorted((one for one in people.values() if role in one.roles), key=lambda one: one.name)
    return chain


def people_in(chain: Chain) -> list[Staff]:
    """Everybody of a chain, each once, in the order they are told."""
    return list({one.id: one for role in (ON_CALL, SECOND, LEAD, MANAGER) for one in chain[role]}.values())


async def able_people(session: AsyncSession, vocabulary: Vocabulary, area: str) -> list[Staff]:
    """Who may be on call for an area: staff of it who can take its cases."""
    return await staff.colleagues(session, vocabulary, area)


async def shifts_between(session: AsyncSession, area: str, start: datetime, end: datetime) -> list[Shift]:
    """The shifts of an area that touch this stretch of time, by their start."""
    query = select(Shift).where(Shift.area == area, Shift.starts_at < end, _ends_after(start))
    return list((await session.execute(query.order_by(Shift.starts_at, Shift.role))).scalars())


@dataclass(frozen=True)
class Gap:
    """A stretch of time in which nobody has this role."""

    role: str
    start: datetime
    end: datetime


def gaps(shifts: Sequence[Shift], role: str, start: datetime, end: datetime) -> Iterator[Gap]:
    """The stretches between start and end that no shift of this role covers (shifts come by their start)."""
    covered = start
    for shift in shifts:
        if shift.role != role:
            continue
        if shift.starts_at > covered:
            yield Gap(role, covered, min(shift.starts_at, end))
        covered = max(covered, shift.ends_at or end)
        if covered >= end:
            return
    if covered < end:
        yield Gap(role, covered, end)


def _ends_after(moment: datetime) -> ColumnElement[bool]:
    return or_(Shift.ends_at.is_(None), Shift.ends_at > moment)


def _unique(people: Mapping[uuid.UUID, Staff], ids: Iterator[uuid.UUID]) -> list[Staff]:
    return [people[one] for one in dict.fromkeys(ids) if one in people]
