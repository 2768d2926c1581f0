"""What else follows from a message, once its case is open and its safety message queued: its language, who is
named in it, what it says of learning and work, whether it takes something back.

What goes wrong in one step takes nothing else along, and staff are told. All of them share a savepoint, which
is enough for nearly every message; where one fails, each is done again in one of its own."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from handoff import reach, telling
from handoff.cases.service import (
    FAILURE,
    SAFEGUARDING,
    UNANSWERED,
    hold_for_leads,
    keep_from_the_named,
    keep_to_leads,
    note_case,
    open_case,
    open_cases,
    open_or_raise,
    take_back,
)
from handoff.conversations.model import ADVISER
from handoff.conversations.service import last_words
from handoff.neet import service as neet
from handoff.registrations import service as registrations
from handoff.savepoint import savepoint
from handoff.screening.heard import Heard
from handoff.screening.holding import may_hold
from handoff.screening.language import language_name
from handoff.screening.messages import fixed_message
from handoff.screening.taken_back import ALL, WITHIN, hear
from handoff.screening.verdict import at_least

log = logging.getLogger(__name__)
Step = Callable[[Heard], Awaitable[bool]]


async def go_beside(heard: Heard) -> bool:
    """Do all of it; True when all that the message says was answered, and the assistant need not be asked."""
    try:
        async with savepoint(heard.session, heard.conversation):
            return any([await step(heard) for step in STEPS.values()])
    except Exception as error:
        _log(heard, "any", error)
    return any([await _guarded(heard, name, step) for name, step in STEPS.items()])


async def _keep_from_the_named(heard: Heard) -> bool:
    await keep_from_the_named(heard.session, heard.rules, heard.now, heard.conversation)
    await keep_to_leads(heard.session, heard.rules, heard.now, heard.conversation)
    return False


async def _hear_neet(heard: Heard) -> bool:
    await neet.take_in(heard.session, heard.rules, heard.now, heard.conversation, heard.message, heard.neet)
    return False


async def _hear_no(heard: Heard) -> bool:
    return await telling.hear_no(heard.session, heard.rules, heard.now, heard.conversation, heard.message)


async def _take_reach(heard: Heard) -> bool:
    return await reach.take(heard.session, heard.rules, heard.now, heard.conversation, heard.message)


async def _hear_language(heard: Heard) -> bool:
    """What is not in English is read by an adviser the same day, as what may be unsafe is anyway."""
    if heard.language:
        needs = {"language": language_name(heard.language), "interpreter": "needed"}
        heard.conversation.facts = {**(heard.conversation.facts or {}), **needs}
        if await open_case(heard.session, heard.conversation, SAFEGUARDING) is None:
            await open_or_raise(
                heard.session, heard.rules, heard.now, heard.conversation, UNANSWERED, level="concern"
            )
    return False


async def _pause_registration(heard: Heard) -> bool:
    """Whoever was registering when something urgent came up is helped to finish it by a person."""
    if at_least(heard.danger.level, "urgent"):
        await registrations.pause(heard.session, heard.rules, heard.now, heard.conversation)
    return False


async def _take_back(heard: Heard) -> bool:
    """Note that they take back what they said; True when that was answered, and was all they said.

    Nothing is lowered by it. The first time in a case they are told that it was fine to say and that a person
    still looks, unless an adviser is there to say so; after that it gets holding text, at its usual spacing.
    """
    if hear(heard.message.text) is None or not await heard.worries(WITHIN):
        return False
    _, question = await last_words(heard.session, heard.message)
    said = hear(heard.message.text, asked=question is not None)
    if said is None:
        return False
    case = await open_case(heard.session, heard.conversation, SAFEGUARDING)
    if case is None:
        return False
    first = await take_back(heard.session, heard.rules, heard.now, case)
    if heard.conversation.state == ADVISER or at_least(heard.danger.level, "urgent"):
        return False
    if first:
        heard.conversation.holding_sent_at = heard.now  # it stands for the holding text
    elif not may_hold(heard.conversation, heard.now):
        return False
    await heard.say(fixed_message("taken_back" if first else "holding", heard.area, heard.now))
    return said == ALL and heard.danger.level == "routine" and not heard.conversation.form


STEPS: Final[dict[str, Step]] = {
    "language": _hear_language,
    "names": _keep_from_the_named,
    "neet": _hear_neet,
    "no": _hear_no,
    "reach": _take_reach,
    "registration": _pause_registration,
    "taken_back": _take_back,
}
WRONG = "Something went wrong: {}. Read what they wrote yourself."
_FAILED = {
    "language": "which language this is could not be noted",
    "names": "whether a colleague is named here could not be checked",
    "reach": "how they can be reached could not be noted",
    "registration": "the registration they had begun could not be passed on",
    "no": "whether they say no to hearing from an adviser could not be noted",
    "neet": "whether they are out of learning or work could not be noted",
    "taken_back": "whether they took something back could not be noted",
}


async def _guarded(heard: Heard, name: str, step: Step) -> bool:
    try:
        async with savepoint(heard.session, heard.conversation):
            return await step(heard)
    except Exception as error:
        _log(heard, name, error)
    try:
        async with savepoint(heard.session, heard.conversation):
            await _tell_staff(heard, name)
    except Exception as error:
        _log(heard, "note", error)
    return False


def _log(heard: Heard, name: str, error: Exception) -> None:
    log.error("beside triage failed step=%s message=%s why=%s", name, heard.message.id, type(error).__name__)


async def _tell_staff(heard: Heard, name: str) -> None:
    """A note on every open case; with none, a failure case, so that somebody reads it.

    Where names could not be looked for, whoever may be named does not open it: leads alone do.
    """
    cases = await open_cases(heard.session, heard.conversation)
    if not cases:
        cases = [(await open_or_raise(heard.session, heard.rules, heard.now, heard.conversation, FAILURE))[0]]
    for case in cases:
        note_case(heard.session, heard.now, case.id, WRONG.format(_FAILED[name]))
    if name == "names":
        await hold_for_leads(heard.session, heard.now, cases)
