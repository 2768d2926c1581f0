"""The queue: whose cases, in what order, and the failures that belong together."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from handoff.cases.access import visible_to
from handoff.cases.model import CLAIMED, CLOSED, WAITING, Case
from handoff.cases.service import CaseRules
from handoff.conversations import model as conversations
from handoff.conversations.model import Conversation
from handoff.staff import service as staff
from handoff.staff.service import Member

MOST = 5_000
PAGE, MOST_GROUPED = 25, 1_000  # cases a page, and in the groups above the first
STATES = ("open", WAITING, CLAIMED, CLOSED)


@dataclass(frozen=True)
class Moment:
    """What decides whether a claim still holds: the rules and the time."""

    rules: CaseRules
    now: datetime

    @property
    def urgent(self) -> ColumnElement[bool]:
        return Case.level_rank >= self.rules.rank("urgent")

    @property
    def lapsed(self) -> ColumnElement[bool]:
        """Claimed, urgent or above, and its clock ran out while nobody has joined, or while its adviser did
        nothing about what was heard: it counts as unclaimed."""
        nobody_joined = (
            select(Conversation.id)
            .where(Conversation.id == Case.conversation_id, Conversation.state == conversations.WAITING)
            .exists()
        )
        late = and_(Case.state == CLAIMED, self.urgent, Case.due_at <= self.now)
        return and_(late, or_(nobody_joined, Case.unanswered_since.is_not(None)))

    @property
    def unclaimed(self) -> ColumnElement[bool]:
        """Work for somebody: never what the person said no to."""
        return or_(and_(Case.state == WAITING, Case.declined_at.is_(None)), self.lapsed)


@dataclass(frozen=True)
class Page:
    """One page of the queue, and above the first the groups of cases that one fault opened."""

    cases: Sequence[Case]
    incidents: Sequence[Sequence[Case]]
    number: int
    last: int

    @property
    def shown(self) -> list[Case]:
        return [*self.cases, *(case for group in self.incidents for case in group)]


async def lapsed(session: AsyncSession, moment: Moment, cases: Sequence[Case]) -> set[uuid.UUID]:
    """Which of these cases anybody may take from the adviser who has them."""
    claimed = [case.id for case in cases if case.state == CLAIMED]
    if not claimed:
        return set()
    return set((await session.execute(select(Case.id).where(Case.id.in_(claimed), moment.lapsed))).scalars())


async def listed(
    session: AsyncSession,
    who: Member,
    moment: Moment,
    *,
    state: str = "open",
    limit: int = 100,
    mine: bool = False,
) -> list[Case]:
    """Cases of one's areas in queue order: level, then the clock nearest its end, then the longest wait.

    `waiting` has those whose claim has lapsed as well, and none that the person said no to.
    """
    return await _in_queue_order(session, state, *_wanted(who, moment, state, mine), limit=limit)


async def page_of(
    session: AsyncSession, who: Member, moment: Moment, *, state: str, mine: bool = False, wanted: int = 1
) -> Page:
    """The `wanted` page of what `listed` lists, or the last there is.

    Cases that one fault opened stand together above the first page, and on none.
    """
    conditions = _wanted(who, moment, state, mine)
    many = select(Case.incident).where(*conditions, Case.incident.is_not(None), Case.state == WAITING)
    many = many.group_by(Case.incident).having(func.count() > 1)
    faults = (await session.execute(many)).scalars().all()
    alone = or_(Case.incident.is_(None), Case.state != WAITING, Case.incident.not_in(faults))
    count = select(func.count()).select_from(Case).where(*conditions, alone)
    last = max(1, -(-(await session.execute(count)).scalar_one() // PAGE))
    number = min(wanted, last)
    groups: dict[str, list[Case]] = {}
    if faults and number == 1:
        for case in await _in_queue_order(session, state, *conditions, ~alone, limit=MOST_GROUPED):
            groups.setdefault(case.incident or "", []).append(case)
    cases = await _in_queue_order(session, state, *conditions, alone, limit=PAGE, offset=(number - 1) * PAGE)
    return Page(cases, list(groups.values()), number, last)


def _wanted(who: Member, moment: Moment, state: str, mine: bool) -> list[ColumnElement[bool]]:
    states = {"open": Case.state != CLOSED, WAITING: moment.unclaimed}
    conditions = [visible_to(who), states.get(state, Case.state == state)]
    return [*conditions, or_(Case.owner_id == who.id, Case.offered_to_id == who.id)] if mine else conditions


async def _in_queue_order(
    session: AsyncSession, state: str, *conditions: ColumnElement[bool], limit: int, offset: int = 0
) -> list[Case]:
    """Closed ones newest first."""
    query = select(Case).where(*conditions).options(defer(Case.facts)).limit(limit).offset(offset)
    newest = query.order_by(Case.closed_at.desc(), Case.reference)
    return list((await session.execute(newest if state == CLOSED else in_order(query))).scalars())


def in_order(query: Select[Any]) -> Select[Any]:
    said_no = Case.declined_at.is_not(None)  # its clock stands still
    return query.order_by(Case.level_rank.desc(), said_no, Case.due_at, Case.waiting_since, Case.reference)


async def waiting_for(session: AsyncSession, who: Member, moment: Moment, limit: int) -> list[uuid.UUID]:
    """What "take next" may take, best first: never a case offered to somebody else."""
    query = select(Case.id).where(
        visible_to(who),
        moment.unclaimed,
        or_(Case.offered_to_id.is_(None), Case.offered_to_id == who.id),
    )
    return list((await session.execute(in_order(query).limit(limit))).scalars())


async def counts(session: AsyncSession, who: Member, moment: Moment) -> dict[str, int]:
    """How much waits, how much of it is urgent or above, and how much is one's own."""
    query = select(
        func.count().filter(moment.unclaimed).label("waiting"),
        func.count().filter(moment.unclaimed, moment.urgent).label("urgent"),
        func.count().filter(Case.owner_id == who.id).label("mine"),
    ).where(visible_to(who), Case.state != CLOSED)
    return dict((await session.execute(query)).one()._mapping)


def as_json(case: Case, names: dict[uuid.UUID, str]) -> dict[str, Any]:
    """A case as the contract lists it, and who has it."""
    owner = case.owner_id
    return {
        "id": str(case.id),
        "reference": case.reference,
        "reason": case.reason,
        "level": case.level,
        "categories": case.categories,
        "channel": case.channel,
        "area": case.area,
        "state": case.state,
        "waiting_since": iso(case.waiting_since),
        "due_at": iso(case.due_at),
        "conversation": str(case.conversation_id),
        "owner": {"id": str(owner), "name": names.get(owner, "")} if owner else None,
    }


def iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


async def owner_names(session: AsyncSession, cases: Sequence[Case]) -> dict[uuid.UUID, str]:
    return await staff.names(session, [one for case in cases for one in (case.owner_id, case.offered_to_id)])
