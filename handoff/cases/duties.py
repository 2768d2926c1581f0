"""The clocks that law and procedure set: who must be told of a case by when, and who owes us an answer."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.clocks import working_days_after
from handoff.cases.model import Case, CaseReferral
from handoff.cases.service import CaseRules
from handoff.screening import service as screening


@dataclass(frozen=True)
class Duty:
    """Something that must have happened by `due_at`; `done_at` says when it did."""

    to: str
    says: str
    due_at: datetime
    done_at: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at <= now


async def duties_of(
    session: AsyncSession, rules: CaseRules, cases: Sequence[Case]
) -> dict[uuid.UUID, list[Duty]]:
    """Whom each case says must be told, by when, and whether they were: the referral of the same name."""
    bound = {rule for one in rules.destinations.values() if one.duty for rule in one.duty.categories}
    cases = [case for case in cases if bound & set(case.categories)]
    heard, told = await _first_heard(session, cases), await _first_told(session, cases)
    return {case.id: list(_duties(rules, case, heard[case.id], told[case.id])) for case in cases}


def answers_due(rules: CaseRules, case: Case, referral: CaseReferral) -> list[Duty]:
    """What a referral still asks for: our words in writing, their answer; nothing once they have it."""
    there = rules.destinations[referral.to]
    if referral.acknowledged_at:
        return []
    made, due = referral.made_at, []
    if there.written_hours:
        until = made + timedelta(hours=there.written_hours)
        due.append(Duty(there.code, "Written referral sent", until))
    if there.answer_working_days:
        until = working_days_after(made, there.answer_working_days, rules.area(case.area))
        due.append(Duty(there.code, "Their answer expected", until))
    return due


def _duties(
    rules: CaseRules, case: Case, heard: dict[str, datetime], told: dict[str, datetime]
) -> Sequence[Duty]:
    found = []
    for there in rules.destinations.values():
        codes = there.duty.categories & set(case.categories) if there.duty else ()
        if there.duty and codes:
            since = min(heard.get(code, case.opened_at) for code in codes)
            until = working_days_after(since, there.duty.working_days, rules.area(case.area))
            found.append(Duty(there.code, there.duty.says, until, told.get(there.code)))
    return found


async def _first_heard(session: AsyncSession, cases: Sequence[Case]) -> dict[uuid.UUID, dict[str, datetime]]:
    """When each category was first heard while its case was open."""
    finding = screening.StoredFinding
    query = select(Case.id, finding.at, finding.categories).where(
        finding.conversation_id == Case.conversation_id,
        finding.at >= Case.opened_at,
        Case.id.in_([case.id for case in cases]),
    )
    heard: dict[uuid.UUID, dict[str, datetime]] = defaultdict(dict)
    for case_id, at, codes in await session.execute(query.order_by(finding.at)):
        for code in codes:
            heard[case_id].setdefault(code, at)
    return heard


async def _first_told(session: AsyncSession, cases: Sequence[Case]) -> dict[uuid.UUID, dict[str, datetime]]:
    query = select(CaseReferral).where(CaseReferral.case_id.in_([case.id for case in cases]))
    told: dict[uuid.UUID, dict[str, datetime]] = defaultdict(dict)
    for one in (await session.execute(query.order_by(CaseReferral.made_at))).scalars():
        told[one.case_id].setdefault(one.to, one.made_at)
    return told
