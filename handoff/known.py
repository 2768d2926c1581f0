"""Keeps what a message says in passing of the person: used from the same turn on, and not asked again."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import AT_RISK, FAILURE, NEET, UNANSWERED, CaseRules, open_cases, place_open_cases
from handoff.conversations.hearing import AREA, Facts, hear
from handoff.conversations.model import ADVISER, WAITING, WEBCHAT, Contact, Conversation
from handoff.registrations.contact import read_phone
from handoff.registrations.reading import Accepted
from handoff.screening.holding import bot_may_speak

_TOLD_OF = (NEET, AT_RISK, UNANSWERED, FAILURE)
"""The cases that an adviser answers while the assistant goes on."""
_LONG_NUMBER = re.compile(r"(?:[\doO][^\w\n]{0,2}){9}")
_NOT_TO_USE = re.compile(
    r"\b(?:do ?n[o'’]?t|never)\s+(?:\w+\s+)?(?:call|ring|phone|text|txt|message|use)\b", re.IGNORECASE
)


def stated(rules: CaseRules, conversation: Conversation, text: str) -> Facts:
    """What a message states of the person. Answers to a form are the form's own and are left to it, but for
    where they live: help that is called for in the midst of it comes from there."""
    heard = hear(text, rules.areas)
    return {AREA: heard[AREA]} if conversation.form and AREA in heard else {} if conversation.form else heard


async def take_note(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, heard: Facts
) -> None:
    """Add what was stated to the conversation's facts; what is said later replaces the earlier.

    The caller holds the conversation's lock.
    """
    before = conversation.facts or {}
    if AREA in heard:
        heard = await _place(session, rules, now, conversation, heard)
    after = {name: value for name, value in {**before, **heard}.items() if value != ""}
    if after != before:
        conversation.facts = after


async def take_number(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, text: str
) -> bool:
    """Keep a phone number that someone writes in a chat once an adviser answers, or is to, or was told.

    A chat has no address to find them at again, so they are asked for one. What is said later replaces the
    earlier; a number not to ring is none. While a bot's form is open its answers are its own. True when kept.
    """
    if conversation.channel != WEBCHAT or not await _is_expected(session, conversation):
        return False
    if conversation.form and await bot_may_speak(session, rules, conversation):
        return False
    found = _LONG_NUMBER.search(text) and not _NOT_TO_USE.search(text)
    number = read_phone(text) if found else None
    if not isinstance(number, Accepted):
        return False
    contact = await session.get_one(Contact, conversation.contact_id)
    if contact.reach != number.value:
        contact.reach = number.value
        await audit.record(session, now, "person", "contact.reach", f"conversation:{conversation.id}")
    return True


async def _is_expected(session: AsyncSession, conversation: Conversation) -> bool:
    if conversation.state in (WAITING, ADVISER):
        return True
    cases = await open_cases(session, conversation)
    return any(case.reason in _TOLD_OF and case.declined_at is None for case in cases)


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
