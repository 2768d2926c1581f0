"""Somebody who may not be safe has blocked our texts: a person must find another way to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts import service as alerts
from handoff.cases.service import SAFEGUARDING, CaseRules, note_case, open_case, open_or_raise
from handoff.conversations.model import Conversation, Message

LATELY = timedelta(days=30)
STAFF_NOTE = (
    "They have blocked our texts, so nothing we send arrives. They may not be safe: find another way to "
    "reach them today, or ask the duty team."
)


async def alarm_if_at_risk(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> None:
    """Note it on the open safeguarding case and ring; without one, open it if a safety message went lately.

    The caller holds the conversation's lock."""
    case = await open_case(session, conversation, SAFEGUARDING)
    if case is None:
        if not await _warned_lately(session, now, conversation):
            return
        case, _ = await open_or_raise(session, rules, now, conversation, SAFEGUARDING, level="concern")
    note_case(session, now, case.id, STAFF_NOTE)
    level = case.level if case.level_rank >= rules.rank("urgent") else "urgent"
    await alerts.ring(session, now, case.id, level=level, area=case.area, why=alerts.BLOCKED)


async def _warned_lately(session: AsyncSession, now: datetime, conversation: Conversation) -> bool:
    query = select(Message.id).where(
        Message.conversation_id == conversation.id, Message.kind == "safety", Message.at > now - LATELY
    )
    return (await session.execute(query.limit(1))).first() is not None
