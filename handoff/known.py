"""Keeps what a message says in passing of the person: used from the same turn on, and not asked again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import CaseRules, place_open_cases
from handoff.conversations.hearing import AREA, Facts, hear
from handoff.conversations.model import Conversation


async def take_note(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, text: str
) -> None:
    """Add what the message states to the conversation's facts; what is said later replaces the earlier.

    The caller holds the conversation's lock. Answers to a form are the form's own and are left to it.
    """
    heard = {} if conversation.form else hear(text, rules.areas)
    if not heard:
        return
    before = conversation.facts or {}
    if AREA in heard:
        heard = await _place(session, rules, now, conversation, heard)
    after = {name: value for name, value in {**before, **heard}.items() if value != ""}
    if after != before:
        conversation.facts = after


async def _place(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, heard: Facts
) -> Facts:
    """Give the conversation the area they said, when it has none or has it only from what they said before.

    The area of the page or number they wrote to is not moved: what they say beside it is kept as a fact
    (the two are the same only when the area was heard). Cases placed before stay where they are.
    """
    earlier, area = (conversation.facts or {}).get(AREA), str(heard[AREA])
    if conversation.area is None or conversation.area == earlier:
        conversation.area = area
        await place_open_cases(session, rules, now, conversation)
    elif area == conversation.area:
        return {**heard, AREA: ""}
    return heard
