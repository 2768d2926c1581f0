"""Writing down what was decided about a case and who else was told: by its adviser or a lead, open or closed.

A decision is never changed: a later one stands beside it. What is sent twice is written once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.access import case_to_change
from handoff.cases.destinations import for_outcome
from handoff.cases.model import Case, CaseDecision, CaseReferral
from handoff.conversations.model import Conversation
from handoff.db import ROW
from handoff.errors import Conflict, NotFound, Unprocessable

if TYPE_CHECKING:
    from handoff.cases.work import Desk

SLACK = timedelta(minutes=1)  # the time in a form has no seconds


@dataclass(frozen=True)
class Made:
    """A referral to write down: to which destination, whom there, their reference, and when (else now)."""

    to: str
    whom: str = ""
    reference: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Answered:
    """What became of a referral; nothing given changes nothing."""

    reference: str = ""
    answer: str = ""
    acknowledged: bool = False


async def decide(desk: Desk, case_id: uuid.UUID, text: str, key: uuid.UUID | None = None) -> Case:
    """Write a decision down; Conflict `not_owner` for who is neither its adviser nor a lead."""
    case, _ = await case_to_change(desk.session, desk.who, case_id)
    _refuse_others(desk, case)
    if not await _written(desk.session, CaseDecision, case, key):
        await add_decision(desk, case, text, key)
    return case


async def refer(desk: Desk, case_id: uuid.UUID, made: Made, key: uuid.UUID | None = None) -> Case:
    """Write a referral down; Unprocessable `unknown_destination` or `bad_time`."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_others(desk, case)
    there = desk.rules.destinations.get(made.to)
    if there is None or there.retired:
        raise Unprocessable("unknown_destination", "Choose who was told from the list.", field="to")
    _refuse_impossible(desk, conversation, made.at)
    if not await _written(desk.session, CaseReferral, case, key):
        await _add_referral(desk, case, made, key)
    return case


async def note_answer(desk: Desk, case_id: uuid.UUID, referral_id: uuid.UUID, answered: Answered) -> Case:
    """Write down what became of a referral: their reference, that they have it, what they will do."""
    case, _ = await case_to_change(desk.session, desk.who, case_id)
    _refuse_others(desk, case)
    referral = await desk.session.get(CaseReferral, referral_id, with_for_update=ROW)
    if referral is None or referral.case_id != case.id:
        raise NotFound("There is no such referral on this case.")
    referral.reference = answered.reference or referral.reference
    referral.answer = answered.answer or referral.answer
    if answered.acknowledged or answered.answer:
        referral.acknowledged_at = referral.acknowledged_at or desk.now
    await desk.acted("case.refer.answer", case, referral=str(referral.id), to=referral.to)
    return case


async def add_decision(desk: Desk, case: Case, text: str, key: uuid.UUID | None = None) -> None:
    """The decision itself; whoever calls has checked who may."""
    made = CaseDecision(id=key or uuid.uuid4(), case_id=case.id, staff_id=desk.who.id, text=text, at=desk.now)
    desk.session.add(made)
    await desk.acted("case.decide", case, decision=str(made.id))


async def is_decided(session: AsyncSession, case: Case) -> bool:
    query = select(CaseDecision.id).where(CaseDecision.case_id == case.id).limit(1)
    return (await session.execute(query)).first() is not None


async def refer_by_outcome(desk: Desk, case: Case, outcome: str) -> None:
    """An outcome that says the case was referred has its referral: written down now unless it was before."""
    there = for_outcome(desk.rules.destinations, outcome)
    if there is None:
        return
    query = select(CaseReferral.id).where(CaseReferral.case_id == case.id, CaseReferral.to == there.code)
    if (await desk.session.execute(query.limit(1))).first() is None:
        await _add_referral(desk, case, Made(there.code))


async def _add_referral(desk: Desk, case: Case, made: Made, key: uuid.UUID | None = None) -> None:
    referral = CaseReferral(
        id=key or uuid.uuid4(),
        case_id=case.id,
        staff_id=desk.who.id,
        to=made.to,
        whom=made.whom or None,
        reference=made.reference or None,
        made_at=made.at or desk.now,
        at=desk.now,
    )
    desk.session.add(referral)
    await desk.acted("case.refer", case, referral=str(referral.id), to=made.to)


async def _written(
    session: AsyncSession, table: type[CaseDecision] | type[CaseReferral], case: Case, key: uuid.UUID | None
) -> bool:
    """Whether this key already wrote something; Conflict `id_reused` when that was on another case."""
    before: CaseDecision | CaseReferral | None = await session.get(table, key) if key else None
    if before is not None and before.case_id != case.id:
        raise Conflict("id_reused", "This id was used for something else.", field="id")
    return before is not None


def _refuse_others(desk: Desk, case: Case) -> None:
    if case.owner_id != desk.who.id and not desk.who.may("case.decide"):
        raise Conflict(
            "not_owner", "Take this case first: only its adviser or a safeguarding lead can write this down."
        )


def _refuse_impossible(desk: Desk, conversation: Conversation, at: datetime | None) -> None:
    """A referral is made after the person first wrote, and not in the time to come."""
    if at and not conversation.created_at - SLACK <= at <= desk.now + SLACK:
        raise Unprocessable(
            "bad_time", "Give the time it was made: after they first wrote, and not ahead of now.", field="at"
        )
