"""What follows from a verdict, in the turn it is heard: findings, the case, the safety message, a quiet bot.

Runs inside the caller's transaction, under the conversation's lock. Nothing stands before the safety message
but its case; what else follows comes after it (`beside`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handoff.cases.service import (
    DONE_BY_SOMEBODY,
    SAFEGUARDING,
    open_case,
    open_or_raise,
    points_here,
)
from handoff.conversations.model import BOT, WAITING
from handoff.screening.beside import go_beside
from handoff.screening.context import ALLEGATION, WINDOW, adds_up, allegation
from handoff.screening.heard import Heard
from handoff.screening.holding import bot_may_speak, just_told, may_hold
from handoff.screening.messages import fixed_message, safety_message
from handoff.screening.service import store_findings
from handoff.screening.verdict import Level, Verdict, at_least

AFRESH = timedelta(hours=12)


async def triage(heard: Heard) -> bool:
    """Act on a verdict about one message; True when the assistant need not be asked, as all was said.

    Most messages worry nobody, in a conversation that never did: one look, and there is nothing to act on.
    """
    if not heard.verdict.findings and await heard.was_never_worried():
        return False
    heard = await _in_context(heard)
    store_findings(heard.session, heard.now, heard.message, heard.verdict)
    warned = await _keep_safe(heard)
    answered = await go_beside(heard)
    if not (warned or heard.switches):
        await _hold(heard)
    return answered


async def _in_context(heard: Heard) -> Heard:
    """The same with the finding that this message makes together with those before, if it does."""
    found = allegation(heard.message.text) if await _accuses_us(heard) else None
    if found is None and heard.danger.level == "concern":
        found = adds_up(await heard.worries(WINDOW), heard.danger)
    return replace(heard, verdict=Verdict.of([*heard.verdict.findings, found])) if found else heard


async def _accuses_us(heard: Heard) -> bool:
    """It gives somebody here for the harm that was told just before: "it was my adviser"."""
    if ALLEGATION in heard.danger.categories or not DONE_BY_SOMEBODY & await heard.just_told():
        return False
    return points_here(heard.message.text, await heard.asked())


async def _keep_safe(heard: Heard) -> bool:
    """The case, a quiet bot, and the safety message where one is due; True when it was sent."""
    conversation, danger = heard.conversation, heard.danger
    if conversation.safety_sent and not await open_case(heard.session, conversation, SAFEGUARDING):
        conversation.safety_sent = None  # what was said about an earlier case counts no more
    if not at_least(danger.level, "concern"):
        return False
    await open_or_raise(
        heard.session,
        heard.rules,
        heard.now,
        conversation,
        SAFEGUARDING,
        level=danger.level,
        categories=danger.categories,
    )
    if not at_least(danger.level, "urgent"):
        return False
    if conversation.state == BOT:
        conversation.state = WAITING
    if not _safety_due(heard):
        return False
    await _send_safety(heard)
    return True


def _safety_due(heard: Heard) -> bool:
    """A rise in level or a new category, counted afresh 12 hours after the last safety message."""
    told, danger = heard.conversation.safety_sent, heard.danger
    if told is None or heard.now - datetime.fromisoformat(told["at"]) >= AFRESH:
        return True
    return not at_least(told["level"], danger.level) or bool(set(danger.categories) - set(told["categories"]))


async def _send_safety(heard: Heard) -> None:
    told: dict[str, Any] = heard.conversation.safety_sent or {"level": "routine", "categories": []}
    level: Level = told["level"] if at_least(told["level"], heard.danger.level) else heard.danger.level
    categories = sorted({*told["categories"], *heard.danger.categories})
    heard.conversation.safety_sent = {"level": level, "categories": categories, "at": heard.now.isoformat()}
    await heard.say(safety_message(heard.danger, heard.area, heard.now))


async def _hold(heard: Heard) -> None:
    """While the bot is quiet and nobody has joined: we have it, a person was told (not too often).

    The first message after a safety message is answered at once: silence would read as nobody listening.
    A further emergency gets the emergency text in its place, whoever owns the conversation, once the last
    one is old enough: what was said to other words meanwhile does not put it off.
    """
    if heard.danger.level == "emergency" and not just_told(heard.conversation, heard.now):
        await _send_safety(heard)
    elif await _waits_for_a_word(heard) and may_hold(heard.conversation, heard.now):
        await heard.say(fixed_message("holding", heard.area, heard.now))


async def _waits_for_a_word(heard: Heard) -> bool:
    """The bot is quiet, nobody has joined, and nothing was said since: a disclosure that came after it
    may have been screened before it, and answered."""
    conversation = heard.conversation
    if conversation.state != WAITING or await bot_may_speak(heard.session, heard.rules, conversation):
        return False
    return not await heard.was_told_since()
