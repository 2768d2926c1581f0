"""What happens with a message while the assistant is switched off: an adviser reads it; the person is told.

Screening, safety messages and the queue are not part of this and go on as ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import REQUEST
from handoff.cases.service import CaseRules, open_or_raise
from handoff.conversations.model import BOT, SYSTEM_AUTHOR, WAITING, Conversation, Turn
from handoff.conversations.service import append
from handoff.screening.messages import fixed_message

TOLD_AGAIN = timedelta(hours=12)
FACTS = {"assistant": "switched off when they wrote"}


async def hand_over(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, turn: Turn
) -> bool:
    """Open a request, so that an adviser reads it; say so unless it was said lately. True when it was said.

    The caller holds the conversation's lock and has made sure that the bot would have answered.
    """
    await open_or_raise(session, rules, now, conversation, REQUEST, facts=FACTS)
    if conversation.state == BOT:
        conversation.state = WAITING
    told = conversation.off_told_at
    if told is not None and now - told < TOLD_AGAIN:
        return False
    conversation.off_told_at = now
    sent = fixed_message("switched_off", rules.area(conversation.area), now)
    await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        kind="notice",
        text=sent.text,
        sms=sent.sms,
        turn_id=turn.id,
    )
    return True
