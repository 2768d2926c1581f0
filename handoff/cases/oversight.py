"""What a safeguarding lead keeps an eye on: every safeguarding case of their areas, whatever its state."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from handoff.cases.access import visible_to
from handoff.cases.duties import Duty, duties_of
from handoff.cases.model import CLOSED, SAFEGUARDING, Case, CaseDecision, CaseReferral
from handoff.cases.queue import STATES, Moment, in_order
from handoff.staff.service import Member

PAGE = 50
NOWHERE = "none"  # the filter for cases whose area is not known
ALL = "all"


@dataclass(frozen=True)
class Wanted:
    """What to show; an empty field shows everything. `state` is one of queue.STATES, or all."""

    level: str = ""
    category: str = ""
    area: str = ""
    state: str = "open"
    overdue: bool = False
    undecided: bool = False
    page: int = 1


@dataclass(frozen=True)
class Overseen:
    """One page of cases with what a lead needs to know of each, and whether more follow."""

    cases: Sequence[Case]
    decided: frozenset[uuid.UUID]
    told: dict[uuid.UUID, list[str]]
    duties: dict[uuid.UUID, list[Duty]]
    more: bool


async def overseen(session: AsyncSession, who: Member, moment: Moment, wanted: Wanted) -> Overseen:
    """The cases that match, in queue order (closed ones: newest first)."""
    late = await _with_late_duty(session, who, moment)
    query = _all_of(who).options(defer(Case.facts)).where(*_conditions(moment, wanted, late))
    query = query.order_by(Case.closed_at.desc()) if wanted.state == CLOSED else in_order(query)
    query = query.limit(PAGE + 1).offset((wanted.page - 1) * PAGE)
    found = list((await session.execute(query)).scalars())
    cases, ids = found[:PAGE], [case.id for case in found]
    decided = select(CaseDecision.case_id).where(CaseDecision.case_id.in_(ids))
    told = select(CaseReferral).where(CaseReferral.case_id.in_(ids)).order_by(CaseReferral.made_at)
    referrals: dict[uuid.UUID, list[str]] = {}
    for one in (await session.execute(told)).scalars():
        if one.to not in referrals.setdefault(one.case_id, []):
            referrals[one.case_id].append(one.to)
    return Overseen(
        cases,
        frozenset((await session.execute(decided)).scalars()),
        referrals,
        await duties_of(session, moment.rules, cases),
        len(found) > PAGE,
    )


async def totals(session: AsyncSession, who: Member, moment: Moment) -> dict[str, int]:
    """How many are open, of those urgent or above, overdue (to take, or a duty), and without a decision."""
    late = await _with_late_duty(session, who, moment)
    query = select(
        func.count().label("open"),
        func.count().filter(moment.urgent).label("urgent"),
        func.count().filter(_overdue(moment, late)).label("overdue"),
        func.count().filter(~_is_decided()).label("undecided"),
    ).where(visible_to(who), Case.reason == SAFEGUARDING, Case.state != CLOSED)
    return dict((await session.execute(query)).one()._mapping)


def _all_of(who: Member) -> Select[Case]:
    return select(Case).where(visible_to(who), Case.reason == SAFEGUARDING)


def _conditions(moment: Moment, wanted: Wanted, late: Sequence[uuid.UUID]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.level:
        conditions.append(Case.level == wanted.level)
    if wanted.category:
        conditions.append(cast(Case.categories, String).contains(f'"{wanted.category}"', autoescape=True))
    if wanted.area:
        conditions.append(Case.area.is_(None) if wanted.area == NOWHERE else Case.area == wanted.area)
    if wanted.state in STATES:
        conditions.append(Case.state != CLOSED if wanted.state == "open" else Case.state == wanted.state)
    if wanted.overdue:
        conditions.append(_overdue(moment, late))
    if wanted.undecided:
        conditions.append(~_is_decided())
    return conditions


def _overdue(moment: Moment, late: Sequence[uuid.UUID]) -> ColumnElement[bool]:
    """Nobody took it in time, or somebody else should have been told by now."""
    return or_(and_(moment.unclaimed, Case.due_at <= moment.now), Case.id.in_(late))


def _is_decided() -> ColumnElement[bool]:
    return select(CaseDecision.id).where(CaseDecision.case_id == Case.id).exists()


async def _with_late_duty(session: AsyncSession, who: Member, moment: Moment) -> list[uuid.UUID]:
    """Open cases about which somebody must be told and was not in time."""
    rules = [one.duty for one in moment.rules.destinations.values() if one.duty]
    texts = cast(Case.categories, String)
    bound = [texts.contains(f'"{code}"', autoescape=True) for rule in rules for code in rule.categories]
    query = _all_of(who).options(defer(Case.facts)).where(Case.state != CLOSED, or_(*bound))
    cases = list((await session.execute(query)).scalars())
    duties = await duties_of(session, moment.rules, cases)
    return [case_id for case_id, found in duties.items() if any(one.is_late(moment.now) for one in found)]
