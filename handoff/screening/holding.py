"""Whether the bot may speak in a conversation, and how often fixed words stand in for it meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import CaseRules, open_cases
from handoff.conversations.model import BOT, SMS, WAITING, Conversation

SPACING = {"webchat": timedelta(minutes=5), SMS: timedelta(minutes=15)}  # between automatic holding texts


async def bot_may_speak(session: AsyncSession, rules: CaseRules, conversation: Conversation) -> bool:
    """The bot owns the conversation, or it waits for an adviser at concern or below."""
    if conversation.state == BOT:
        return True
    if conversation.state != WAITING:
        return False
    return all(case.level_rank < rules.rank("urgent") for case in await open_cases(session, conversation))


def may_hold(conversation: Conversation, now: datetime) -> bool:
    """Whether an automatic holding text or apology may go out again; if so, it counts as sent."""
    last = conversation.holding_sent_at
    if last is not None and now - last < SPACING[conversation.channel]:
        return False
    conversation.holding_sent_at = now
    return True


def just_told(conversation: Conversation, now: datetime) -> bool:
    """The last safety message went out within the spacing."""
    told = conversation.safety_sent
    spacing = SPACING[conversation.channel]
    return told is not None and now - datetime.fromisoformat(told["at"]) < spacing
