"""What else follows from a message, once its case is open and its safety message queued: who is named in it,
what it says of learning and work, whether it takes something back.

Each part has a savepoint of its own: what goes wrong in one takes nothing else with it, and staff are told."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from handoff.cases.service import (
    FAILURE,
    SAFEGUARDING,
    keep_from_the_named,
    note_case,
    open_case,
    open_cases,
    open_or_raise,
    take_back,
)
from handoff.conversations.model import ADVISER
from handoff.neet import service as neet
from handoff.screening.heard import Heard
from handoff.screening.messages import fixed_message
from handoff.screening.taken_back import ALL, WITHIN, hear
from handoff.screening.verdict import at_least

log = logging.getLogger(__name__)
Step = Callable[[Heard], Awaitable[bool]]


async def go_beside(heard: Heard) -> bool:
    """Do all of it; True when what the message says has been answered, and the assistant need not be asked."""
    answered = False
    for name, step in STEPS.items():
        answered = await _guarded(heard, name, step) or answered
    return answered


async def _keep_from_the_named(heard: Heard) -> bool:
    await keep_from_the_named(heard.session, heard.rules, heard.now, heard.conversation)
    return False


async def _hear_neet(heard: Heard) -> bool:
    await neet.take_in(heard.session, heard.rules, heard.now, heard.conversation, heard.message, heard.neet)
    return False


async def _take_back(heard: Heard) -> bool:
    """Note that they take back what they said; True when they were answered and the message says nothing else.

    Nothing is lowered by it. The first time in a case they are told that it was fine to say and that a person
    still looks, unless an adviser is there to say so; after that it gets holding text, at its usual spacing.
    """
    said = hear(heard.message.text)
    if said is None or not await heard.worries(WITHIN):
        return False
    case = await open_case(heard.session, heard.conversation, SAFEGUARDING)
    if case is None:
        return False
    first = await take_back(heard.session, heard.rules, heard.now, case)
    if heard.conversation.state == ADVISER or at_least(heard.danger.level, "urgent"):
        return False
    kind = "taken_back" if first else "holding"
    if not (first or may_hold(heard.conversation, heard.now)):
        return False
    heard.conversation.holding_sent_at = heard.now
    await heard.say(fixed_message(kind, heard.area, heard.now))
    return said == ALL and heard.danger.level == "routine" and not heard.conversation.form
