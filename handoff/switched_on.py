"""Texts are on again for a phone: what it was not to miss, and was told while they were off, is said now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import SAFEGUARDING, CaseRules, note_open_cases, open_case, open_cases
from handoff.conversations.model import EVERYONE, SYSTEM_AUTHOR, Conversation, Message, Outgoing
from handoff.conversations.service import append
from handoff.screening.messages import fixed_message, safety_message_of
from handoff.sms.delivery import BLOCKED
from handoff.sms.replies import mark_of

SENT_NOW = "They switched texts on again, so what had not arrived was sent now."


async def make_good(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> None:
    """Send the safety message that did not leave, as it reads now; holding text where there was another.

    Nothing for one whose cases are all closed: somebody has seen to it. The caller holds the lock.
    """
    if not await _was_refused(session, conversation) or not await open_cases(session, conversation):
        return
    area, told = rules.area(conversation.area), conversation.safety_sent
    if told and await open_case(session, conversation, SAFEGUARDING):
        sent = safety_message_of(told["level"], told["categories"], area, now)
        conversation.safety_sent = {**told, "at": now.isoformat()}
    else:
        sent = fixed_message("holding", area, now)
    conversation.holding_sent_at = None  # none arrived
    await note_open_cases(session, now, conversation, SENT_NOW)
    await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        kind="safety",
        text=sent.text,
        sms=sent.sms,
        safety=True,
    )


async def was_welcomed(session: AsyncSession, message: Message) -> bool:
    """Whether this text switched texts on: the fixed words that answer it are in the conversation."""
    answered = select(Message.id).where(
        Message.conversation_id == message.conversation_id,
        Message.external_id == mark_of(message.external_id or ""),
        Message.audience == EVERYONE,
    )
    return (await session.execute(answered)).first() is not None


async def _was_refused(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether the last of our safety texts was held back because texts were off."""
    last = (
        select(Outgoing.state)
        .join(Message, Message.id == Outgoing.message_id)
        .where(Outgoing.conversation_id == conversation.id, Outgoing.safety.is_(True))
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return (await session.execute(last)).scalar() == BLOCKED
