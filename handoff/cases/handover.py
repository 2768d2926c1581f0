"""A talk changes hands: what that starts for whoever else has a case of it.

The caller holds the conversation's lock."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.clocks import due_at
from handoff.cases.model import CLAIMED, Case
from handoff.cases.service import CaseRules, open_cases
from handoff.conversations.model import Conversation


def fresh_due(rules: CaseRules, now: datetime, case: Case) -> datetime:
    """When the case is due if its clock starts now."""
    return due_at(rules.vocabulary, case.reason, case.level, now, rules.area(case.area))


async def call_on_others(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, left_by: uuid.UUID
) -> None:
    """Whoever has another case of it at urgent or above is now the one who is awaited: their clock runs, so
    that the claim lapses if they do not come."""
    for case in await open_cases(session, conversation):
        urgent = case.level_rank >= rules.rank("urgent")
        if urgent and case.state == CLAIMED and case.owner_id != left_by and not case.unanswered_since:
            case.unanswered_since, case.due_at = now, fresh_due(rules, now, case)
