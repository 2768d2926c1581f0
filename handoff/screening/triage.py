"""What follows from a verdict, in the turn it is heard: findings, the case, the safety message, a quiet bot.

Runs inside the caller's transaction, under the conversation's lock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import (
    SAFEGUARDING,
    UNANSWERED,
    CaseRules,
    keep_from_the_named,
    open_case,
    open_cases,
    open_or_raise,
    take_back,
)
from handoff.content.areas import Area
from handoff.conversations.model import ADVISER, BOT, SMS, SYSTEM_AUTHOR, WAITING, Conversation, Message
from handoff.conversations.service import append
from handoff.neet import service as neet
from handoff.screening.context import CONTEXT, WINDOW, Worry, adds_up
from handoff.screening.language import language_name
from handoff.screening.messages import Sent, fixed_message, safety_message
from handoff.screening.model import StoredFinding
from handoff.screening.service import NEET, store_findings
from handoff.screening.taken_back import ALL
from handoff.screening.taken_back import hear as hear_taken_back
from handoff.screening.verdict import Level, Verdict, at_least

AFRESH = timedelta(hours=12)
TAKEN_BACK_WITHIN = timedelta(hours=12)
SPACING = {"webchat": timedelta(minutes=5), SMS: timedelta(minutes=15)}  # between automatic holding texts


@dataclass(frozen=True)
class Heard:
    """A message of a locked conversation and the verdict on it, inside one transaction."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    conversation: Conversation
    message: Message
    verdict: Verdict

    @property
    def danger(self) -> Verdict:
        """The verdict without the finding that the message is not in English."""
        return Verdict.of([found for found in self.verdict.findings if found.detector != "language"])

    @property
    def neet(self) -> str | None:
        """Heard of not being in learning or work: "now", "at_risk", or nothing."""
        return next((one.version for one in self.verdict.findings if one.detector == NEET), None)

    async def say(self, sent: Sent) -> None:
        """Send a fixed message as part of the turn."""
        await append(
            self.session,
            self.conversation,
            self.now,
            author=SYSTEM_AUTHOR,
            text=sent.text,
            sms=sent.sms,
            kind="safety",
            turn_id=self.message.turn_id,
            safety=True,
        )


async def triage(heard: Heard) -> bool:
    """Act on a verdict about one message; True when the assistant need not be asked, as all was said."""
    heard = await _in_context(heard)
    store_findings(heard.session, heard.now, heard.message, heard.verdict)
    told = heard.conversation.safety_sent is not None
    if told and await open_case(heard.session, heard.conversation, SAFEGUARDING) is None:
        heard.conversation.safety_sent = None  # what was said about an earlier case counts no more
    await _open_cases(heard)
    await keep_from_the_named(heard.session, heard.rules, heard.now, heard.conversation)
    await neet.take_in(heard.session, heard.rules, heard.now, heard.conversation, heard.message, heard.neet)
    taken_back = await _take_back(heard)
    if at_least(heard.danger.level, "urgent"):
        if heard.conversation.state == BOT:
            heard.conversation.state = WAITING
        if _safety_due(heard):
            await _send_safety(heard)
            return False
    await _hold(heard)
    return taken_back


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


async def _in_context(heard: Heard) -> Heard:
    """The same with the finding that this message makes together with those before, if it does."""
    if heard.danger.level != "concern":
        return heard
    found = adds_up(await _worries(heard, WINDOW), heard.danger)
    return replace(heard, verdict=Verdict.of([*heard.verdict.findings, found])) if found else heard


async def _worries(heard: Heard, within: timedelta) -> list[Worry]:
    """What was heard lately in other messages, since an adviser last dealt with it; what added up stays."""
    lately = or_(StoredFinding.at > heard.now - within, StoredFinding.detector == CONTEXT)
    query = select(StoredFinding.message_id, StoredFinding.level, StoredFinding.categories).where(
        StoredFinding.conversation_id == heard.conversation.id,
        StoredFinding.message_id != heard.message.id,
        StoredFinding.level != "routine",
        StoredFinding.detector != "language",
        lately,
    )
    if heard.conversation.afresh_at is not None:
        query = query.where(StoredFinding.at > heard.conversation.afresh_at)
    rows = await heard.session.execute(query)
    return [Worry(message, level != "concern", frozenset(codes)) for message, level, codes in rows]


async def _take_back(heard: Heard) -> bool:
    """Note that they take back what they said; True when this message says nothing else.

    Nothing is lowered by it. The first time in a case they are told that it was fine to say and that a person
    still looks, unless an adviser is there to say so.
    """
    said = hear_taken_back(heard.message.text)
    if said is None or not await _worries(heard, TAKEN_BACK_WITHIN):
        return False
    case = await open_case(heard.session, heard.conversation, SAFEGUARDING)
    if case is None:
        return False
    first = await take_back(heard.session, heard.rules, heard.now, case)
    if first and heard.conversation.state != ADVISER and not at_least(heard.danger.level, "urgent"):
        heard.conversation.holding_sent_at = heard.now  # it stands for the holding text
        await heard.say(fixed_message("taken_back", _area(heard), heard.now))
    return said == ALL and heard.danger.level == "routine" and not heard.conversation.form


async def _open_cases(heard: Heard) -> None:
    danger = heard.danger
    if at_least(danger.level, "concern"):
        await open_or_raise(
            heard.session,
            heard.rules,
            heard.now,
            heard.conversation,
            SAFEGUARDING,
            level=danger.level,
            categories=danger.categories,
        )
    language = next((one.version for one in heard.verdict.findings if one.detector == "language"), None)
    if language:
        needs = {"language": language_name(language), "interpreter": "needed"}
        heard.conversation.facts = {**(heard.conversation.facts or {}), **needs}
        await open_or_raise(
            heard.session, heard.rules, heard.now, heard.conversation, UNANSWERED, level="concern"
        )


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
    await heard.say(safety_message(heard.danger, _area(heard), heard.now))


async def _hold(heard: Heard) -> None:
    """While the bot is quiet and nobody has joined: we have it, a person was told (not too often).

    The first message after a safety message is answered at once: silence would read as nobody listening.
    A further emergency gets the emergency text in its place, whoever owns the conversation, once the last
    one is old enough.
    """
    again = heard.danger.level == "emergency" and not _just_told(heard)
    quiet = not await bot_may_speak(heard.session, heard.rules, heard.conversation)
    if not (again or (quiet and heard.conversation.state == WAITING)):
        return
    if not may_hold(heard.conversation, heard.now):
        return
    if again:
        await heard.say(safety_message(heard.danger, _area(heard), heard.now))
    else:
        await heard.say(fixed_message("holding", _area(heard), heard.now))


def _just_told(heard: Heard) -> bool:
    """The last safety message went out within the spacing."""
    told = heard.conversation.safety_sent
    spacing = SPACING[heard.conversation.channel]
    return told is not None and heard.now - datetime.fromisoformat(told["at"]) < spacing


def _area(heard: Heard) -> Area:
    return heard.rules.area(heard.conversation.area)
