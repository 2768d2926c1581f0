"""The middle of a turn: a message that was taken in is screened and triaged, and its turn goes on or ends.

It has a transaction of its own, never behind an earlier turn. A message on which this fails for good goes to
an adviser as urgent, unscreened: nobody is missed because something here is broken."""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import metrics
from handoff.alerts import service as alerts
from handoff.asking import Asking
from handoff.cases.service import FAILURE, CaseRules, note_case, open_or_raise
from handoff.clock import Clock
from handoff.conversations.model import (
    ANSWERED,
    BOT,
    DONE,
    FAILED,
    HELD,
    OFF,
    RECEIVED,
    SCREENED,
    SKIPPED,
    SMS,
    SYSTEM_AUTHOR,
    WAITING,
    Conversation,
    Message,
    Turn,
)
from handoff.conversations.service import append, last_choices, last_words, lock
from handoff.db import Database
from handoff.registrations import renewing
from handoff.render import all_chosen
from handoff.savepoint import savepoint
from handoff.screening.heard import Heard
from handoff.screening.holding import bot_may_speak
from handoff.screening.messages import fixed_message
from handoff.screening.service import screen
from handoff.screening.tapped import hear_choices
from handoff.screening.triage import triage
from handoff.screening.verdict import Verdict
from handoff.sms import replies
from handoff.switched_on import was_welcomed
from handoff.switches import service as switches

log = logging.getLogger(__name__)
PAUSES = (0.1, 0.5)  # seconds before it is tried again
UNREAD = "Screening failed on a message, so nothing in it was heard. Read it yourself, now."


@dataclass(frozen=True)
class Triaged:
    """A turn after its triage; `for_staff`: something was found that they have to see."""

    conversation: Conversation
    turn: Turn
    for_staff: bool


class Triaging:
    """Screens messages and acts on what is found."""

    def __init__(self, db: Database, clock: Clock, rules: CaseRules, asking: Asking) -> None:
        self._db, self._clock, self._rules, self._asking = db, clock, rules, asking

    async def see_to(self, turn_id: uuid.UUID, message: Message) -> Triaged | None:
        """Screen and triage, a few times if need be, else give it to a person; None if it was done before."""
        for pause in (*PAUSES, None):
            try:
                return await self._triage(turn_id, message)
            except Exception as error:
                log.error("triage failed turn=%s why=%s", turn_id, type(error).__name__)
            if pause:
                await asyncio.sleep(pause)
        return await self.give_up(turn_id, message.conversation_id)

    async def _triage(self, turn_id: uuid.UUID, message: Message) -> Triaged | None:
        verdict = await self._verdict(message)
        now = self._clock.now()
        async with self._db.transaction(taking_in=True) as session:
            conversation = await lock(session, message.conversation_id)
            turn = await session.get_one(Turn, turn_id)
            if turn.state != RECEIVED:
                return None
            turn.state = SCREENED
            command = _command(conversation, turn, message.text)
            switches_texts = await _switches_texts(session, conversation, message, command)
            heard = Heard(session, self._rules, now, conversation, message, verdict, switches_texts)
            answered = await triage(heard)
            outcome = await self._outcome(session, now, conversation, turn, bool(answered or command))
            if outcome is None and await _answers_reminder(heard):
                outcome = ANSWERED
            if outcome == OFF:
                await self._asking.stand_in(session, now, conversation, turn)
            if outcome:
                close(turn, now, outcome)
        metrics.SCREENED.labels(verdict.level).inc()
        return Triaged(conversation, turn, bool(verdict.findings) or outcome == ANSWERED)

    async def _outcome(
        self, session: AsyncSession, now: datetime, conversation: Conversation, turn: Turn, answered: bool
    ) -> str | None:
        """How the turn ends here; None when the assistant is to be asked.

        What the phone network acts on itself (STOP) is answered by the texts, whatever the switch says.
        """
        if not await bot_may_speak(session, self._rules, conversation):
            return HELD
        if answered:
            return SKIPPED
        if await switches.is_off(session, conversation.channel):
            return OFF
        if turn.outcome != SKIPPED:
            return None
        conversation.flooded_at = now  # one of too many at once: they are told when they have stopped
        await self._asking.be_kind(session, now, conversation, turn.message_id, turn.id)
        return SKIPPED

    async def give_up(self, turn_id: uuid.UUID, conversation_id: uuid.UUID) -> Triaged | None:
        """Give a message that cannot be screened to a person, unread; None if it was done before."""
        now = self._clock.now()
        async with self._db.transaction(taking_in=True) as session:
            conversation = await lock(session, conversation_id)
            turn = await session.get_one(Turn, turn_id)
            if turn.state != RECEIVED:
                return None
            await to_a_person(session, self._rules, now, conversation, turn_id)
            close(turn, now, FAILED)
        return Triaged(conversation, turn, True)

    # -- verdict

    async def _verdict(self, message: Message) -> Verdict:
        before, question, offered = await self._before(message)
        tapped = hear_choices(all_chosen(message.text, offered), self._rules.vocabulary.choices.values())
        return Verdict.highest(await verdict_on(message.text, before, question), tapped)

    async def _before(self, message: Message) -> tuple[list[str], str | None, list[dict[str, Any]]]:
        """What stands before a message; where that cannot be read, the message is screened by itself."""
        if message.seq == 1:
            return [], None, []
        try:
            async with self._db.reading(brief=True) as session:
                before, question = await last_words(session, message)
                return before, question, await last_choices(session, message.conversation_id, message.seq)
        except Exception as error:
            log.error("screened without context message=%s why=%s", message.id, type(error).__name__)
            return [], None, []


async def verdict_on(words: str, before: list[str], question: str | None) -> Verdict:
    """In a thread: what the network and the phrases take, others need not wait for."""
    return await asyncio.to_thread(screen, words, before=before, question=question)


async def to_a_person(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    turn_id: uuid.UUID | None,
) -> None:
    """A message that could not be screened: an urgent case that rings, a quiet bot, and a word about it."""
    case, _ = await open_or_raise(session, rules, now, conversation, FAILURE, level="urgent")
    note_case(session, now, case.id, UNREAD)
    await alerts.ring(session, now, case.id, level=case.level, area=case.area)
    if conversation.state == BOT:
        conversation.state = WAITING
    sent = fixed_message("failure", rules.area(conversation.area), now)
    await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        kind="safety",
        text=sent.text,
        sms=sent.sms,
        turn_id=turn_id,
        safety=True,
    )


async def _answers_reminder(heard: Heard) -> bool:
    """Whether a message that worries nobody answers the question of a registration; a fault says no."""
    if heard.verdict.level != "routine":
        return False
    try:
        said = renewing.plain_answer(heard.message.text)
        if said is None:
            return False
        async with savepoint(heard.session, heard.conversation):
            return await renewing.hear(
                heard.session, heard.rules, heard.now, heard.conversation, heard.message, said
            )
    except Exception as error:
        log.error("reminder not answered message=%s why=%s", heard.message.id, type(error).__name__)
        return False


def close(turn: Turn, now: datetime, outcome: str) -> None:
    """End a turn, and say how."""
    turn.state, turn.outcome, turn.done_at = DONE, outcome, now
    metrics.TURNS.labels(outcome).inc()


async def _switches_texts(
    session: AsyncSession, conversation: Conversation, message: Message, command: str | None
) -> bool:
    """Whether the command switches our texts off, or on where they are off, or were until it was answered."""
    if command != replies.ON:
        return command == replies.OFF
    return conversation.blocked_at is not None or await was_welcomed(session, message)


def _command(conversation: Conversation, turn: Turn, text: str) -> str | None:
    """What a text tells the phone network to do, if it does.

    A YES that switched texts on again may have done so by now: as a command it was not for the assistant.
    """
    if conversation.channel != SMS:
        return None
    return replies.command(text, conversation.blocked_at is not None or turn.outcome == SKIPPED)
