"""A case's record as staff read it: what was decided, who was told, what is still due, who is kept out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.bars import bars_of
from handoff.cases.duties import Duty, answers_due, duties_of
from handoff.cases.leads_only import held_since
from handoff.cases.model import Case, CaseBar, CaseDecision, CaseReferral
from handoff.cases.queue import iso
from handoff.cases.service import CaseRules
from handoff.staff import service as staff


@dataclass(frozen=True)
class Record:
    """Everything of a case's record, oldest first."""

    rules: CaseRules
    case: Case
    decisions: Sequence[CaseDecision]
    referrals: Sequence[CaseReferral]
    duties: Sequence[Duty]
    bars: Sequence[CaseBar]
    leads_only_since: datetime | None
    names: dict[uuid.UUID, str]

    def by(self, staff_id: uuid.UUID | None) -> str | None:
        return self.names.get(staff_id) if staff_id else None

    def owed(self, referral: CaseReferral) -> list[Duty]:
        return answers_due(self.rules, self.case, referral)

    def as_json(self) -> dict[str, Any]:
        return {
            "decision": self.decisions[-1].text if self.decisions else None,
            "decisions": [
                {"id": str(one.id), "text": one.text, "by": self.by(one.staff_id), "at": iso(one.at)}
                for one in self.decisions
            ],
            "referrals": [self._referral(one) for one in self.referrals],
            "duties": [_duty(one) for one in self.duties],
            "barred": [{"id": str(one.staff_id), "name": self.by(one.staff_id)} for one in self.bars],
            "leads_only_since": iso(self.leads_only_since),
        }

    def _referral(self, one: CaseReferral) -> dict[str, Any]:
        return {
            "id": str(one.id),
            "to": one.to,
            "whom": one.whom,
            "reference": one.reference,
            "made_at": iso(one.made_at),
            "by": self.by(one.staff_id),
            "acknowledged_at": iso(one.acknowledged_at),
            "answer": one.answer,
            "due": [_duty(due) for due in self.owed(one)],
        }


def _duty(one: Duty) -> dict[str, Any]:
    return {"to": one.to, "says": one.says, "due_at": iso(one.due_at), "done_at": iso(one.done_at)}


async def record_of(session: AsyncSession, rules: CaseRules, case: Case) -> Record:
    """The record of one case, with the names of who wrote it."""
    decided = select(CaseDecision).where(CaseDecision.case_id == case.id).order_by(CaseDecision.at)
    told = select(CaseReferral).where(CaseReferral.case_id == case.id).order_by(CaseReferral.made_at)
    decisions = list((await session.execute(decided)).scalars())
    referrals = list((await session.execute(told)).scalars())
    bars = await bars_of(session, case.conversation_id)
    duties = (await duties_of(session, rules, [case])).get(case.id, [])
    names = await staff.names(session, _writers(decisions, referrals, bars))
    held = await held_since(session, case.conversation_id)
    return Record(rules, case, decisions, referrals, duties, bars, held, names)


def _writers(
    decisions: Sequence[CaseDecision], referrals: Sequence[CaseReferral], bars: Sequence[CaseBar]
) -> list[uuid.UUID | None]:
    entries: list[CaseDecision | CaseReferral | CaseBar] = [*decisions, *referrals, *bars]
    return [one.staff_id for one in entries]
