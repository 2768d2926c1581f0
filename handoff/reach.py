"""How somebody in a chat can be reached once they are passed to an adviser: by a number, or at a good time.

A chat has no address to find them at again, so they are asked once; what they answer goes to the adviser, and
the assistant need not make sense of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import CaseRules, contact_case
from handoff.conversations.model import SYSTEM_AUTHOR, WEBCHAT, Conversation, Message
from handoff.conversations.service import append
from handoff.known import take_number
from handoff.screening.holding import bot_may_speak

ASKED_LATELY = timedelta(minutes=15)
NUMBER_KEPT = "Thanks. Your adviser will see that number. You can keep chatting with me here."
TIME_KEPT = "Thanks. I've noted that for your adviser. You can keep chatting with me here."
GOOD_TIME = "good_time"
_LONGEST_TIME = 80
_NUMBER = re.compile(r"\+?(?:[\doO][\s().-]{0,2}){9,15}")
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?|week ?(?:days?|ends?)|tomorrow"
_PARTS = r"(?:morning|afternoon|evening|night|lunch(?: ?time)?|noon|midday|tea ?time|any ?time)s?"
_TIME = re.compile(
    rf"\b(?:{_DAYS}|{_PARTS}|\d{{1,2}}(?:[.:]\d\d)? ?(?:am|pm)|"
    r"(?:after|before|from|till?|until|around|about|between|at) "
    r"(?:\d{1,2}(?:[.:]\d\d)?|school|college|work))\b",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?:\b(?:the|a|my|it's|its?|is|are|i'm|im|number|num|no|mobile|mob|phone|call|ring|text|txt|message|msg|reach|get"
    r"|me|on|at|in|by|for|to|and|or|you|u|can|could|please|pls|plz|thanks|thx|ty|ok|okay|yes|yeah|yh|sure|hi|best|good"
    r"|better|free|time|here|would|be|any|not|only|during|every|day|except|just|most|after|before|between|about|around"
    r"|from|till?|until|school|college|work|\d{1,2})\b|[\s,.;:!()&+'\"/-]|x+\b)++",
    re.IGNORECASE,
)


async def take(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, message: Message
) -> bool:
    """Keep a number or a good time, and say so where the bot would answer; True when that was all."""
    number = await take_number(session, rules, now, conversation, message.text)
    time = None if number else await _good_time(session, now, conversation, message.text)
    if time:
        conversation.facts = {**(conversation.facts or {}), GOOD_TIME: time}
    if not (number or time) or not await bot_may_speak(session, rules, conversation):
        return False
    await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        kind="notice",
        text=NUMBER_KEPT if number else TIME_KEPT,
        turn_id=message.turn_id,
    )
    return bool(time) or is_all(message.text)


async def _good_time(
    session: AsyncSession, now: datetime, conversation: Conversation, text: str
) -> str | None:
    """The words of a message that only says when, while it is fresh that they were asked."""
    if conversation.channel != WEBCHAT or conversation.form or not says_when(text):
        return None
    case = await contact_case(session, conversation)
    if case is None or case.declined_at or now - case.waiting_since > ASKED_LATELY:
        return None
    return text[:_LONGEST_TIME]


def is_all(text: str) -> bool:
    """Whether a message holds a number, what belongs to it, and no more."""
    return _only_beside(_NUMBER.sub(" ", text))


def says_when(text: str) -> bool:
    """Whether a message says when somebody can be reached, and no more."""
    return bool(_TIME.search(text)) and _only_beside(_TIME.sub(" ", text))


def _only_beside(rest: str) -> bool:
    return not rest.strip() or _BESIDE.fullmatch(rest) is not None
