"""The queue: whose cases, in what order, and the failures that belong together."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from handoff.cases.access import visible_to
from handoff.cases.model import CLAIMED, CLOSED, WAITING, Case
from handoff.staff import service as staff
from handoff.staff.service import Member

MOST = 5_000
STATES = ("open", WAITING, CLAIMED, CLOSED)


async def listed(
    session: AsyncSession, who: Member, *, state: str = "open", limit: int = 100, mine: bool = False
) -> list[Case]:
    """Cases of one's areas in queue order: level, then the clock nearest its end, then the longest wait."""
    query = select(Case).where(visible_to(who)).options(defer(Case.facts), defer(Case.decision))
    query = query.where(Case.state != CLOSED) if state == "open" else query.where(Case.state == state)
    if mine:
        query = query.where(or_(Case.owner_id == who.id, Case.offered_to_id == who.id))
    query = query.order_by(Case.closed_at.desc()) if state == CLOSED else in_order(query)
    return list((await session.execute(query.limit(limit))).scalars())


def in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(Case.level_rank.desc(), Case.due_at, Case.waiting_since, Case.reference)


async def waiting_for(session: AsyncSession, who: Member, limit: int) -> list[uuid.UUID]:
    """What "take next" may take, best first: never a case offered to somebody else."""
    query = select(Case.id).where(
        visible_to(who),
        Case.state == WAITING,
        or_(Case.offered_to_id.is_(None), Case.offered_to_id == who.id),
    )
    return list((await session.execute(in_order(query).limit(limit))).scalars())


async def counts(session: AsyncSession, who: Member, urgent_rank: int) -> dict[str, int]:
    """How much waits, how much of it is urgent or above, and how much is one's own."""
    query = (
        select(Case.state, Case.owner_id, Case.level_rank, func.count())
        .where(visible_to(who), Case.state != CLOSED)
        .group_by(Case.state, Case.owner_id, Case.level_rank)
    )
    found: Counter[str] = Counter(waiting=0, urgent=0, mine=0)
    for state, owner_id, rank, number in await session.execute(query):
        found["mine"] += number if owner_id == who.id else 0
        if state == WAITING:
            found["waiting"] += number
            found["urgent"] += number if rank >= urgent_rank else 0
    return dict(found)


def incidents(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Cases that one fault opened, by the fault, where there are two or more."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        if case.incident and case.state == WAITING:
            groups.setdefault(case.incident, []).append(case)
    return {incident: group for incident, group in groups.items() if len(group) > 1}


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
