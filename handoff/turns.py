"""The heart: an inbound message is stored, screened, and answered exactly once, whatever dies meanwhile.

    receive   normalise, de-duplicate, store, note plain facts, commit: from here on nothing can be lost
    screen    at once, in a transaction of its own, never behind an earlier turn
    ask       one turn of a conversation at a time, in order, no transaction held meanwhile
    finish    under the conversation's lock: may the bot still speak? store replies, close the turn, together

Rasa gives the same replies to the same message id, and `finish` closes a turn once, so two workers on one
turn do no harm: the lease only saves work. What a crash leaves undone, `sweep` picks up.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import metrics
from handoff.asking import Asking, Outcome
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.model import (
    BOT,
    CLOSED,
    DONE,
    FAILED,
    HELD,
    OFF,
    PERSON_AUTHOR,
    RECEIVED,
    SCREENED,
    SKIPPED,
    SMS,
    STAFF_ONLY,
    Conversation,
    Message,
    Turn,
)
from handoff.conversations.service import (
    append,
    as_json,
    heard_from,
    last_choices,
    last_words,
    lock,
    replies_of,
    said_before,
    turn_of,
)
from handoff.conversations.words import LONGEST, normalise
from handoff.db import Database
from handoff.errors import Conflict, TooLong, Unprocessable
from handoff.known import take_note, take_number
from handoff.live import CONSOLE, OUTBOX, Hub, conversation_topic, turn_topic
from handoff.render import all_chosen
from handoff.screening.service import screen
from handoff.screening.tapped import hear_choices
from handoff.screening.triage import Heard, bot_may_speak, triage
from handoff.screening.verdict import Verdict
from handoff.switches import service as switches

log = logging.getLogger(__name__)
IDLE_EPISODE = timedelta(hours=12)
LONGEST_EPISODE = 60
CHECK_IN_FORM = "check_in_form"
LEASE = timedelta(seconds=45)
SWEEP_SECONDS = 3.0


@dataclass(frozen=True)
class Received:
    """Where a message now stands; `fresh` is the message itself unless this id was here before."""

    seq: int
    turn_id: uuid.UUID
    fresh: Message | None = None

    @property
    def repeated(self) -> bool:
        return self.fresh is None


class Turns:
    """Takes messages in and sees every one of them through."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, asking: Asking) -> None:
        self._db, self._clock, self._hub, self._rules, self._asking = db, clock, hub, rules, asking
        self._me = str(uuid.uuid4())
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: set[uuid.UUID] = set()
        self._screening: set[uuid.UUID] = set()
        self._again: set[uuid.UUID] = set()
        self._stopping = False

    # -- receive

    async def receive(
        self, conversation_id: uuid.UUID, external_id: str, text: str, *, skip_bot: bool = False
    ) -> Received:
        """Take a message in; it is stored when this returns, and answered in the background.

        Raises Unprocessable `empty`, Conflict `id_reused`, TooLong `too_long` (screened first).
        """
        words = normalise(text)
        if not words:
            raise Unprocessable("empty", "Write a message first.", field="text")
        if len(words) > LONGEST:
            raise await self._too_long(conversation_id, external_id, words)
        try:
            received = await self._store(conversation_id, external_id, words, skip_bot)
        except IntegrityError:  # the same id at the same moment: the other one stored it
            received = await self._store(conversation_id, external_id, words, skip_bot)
        if received.fresh:
            self._hub.notify(conversation_topic(conversation_id))
            self._spawn(self._screen_and_go_on(received.turn_id, received.fresh))
        return received

    async def _store(
        self, conversation_id: uuid.UUID, external_id: str, words: str, skip_bot: bool
    ) -> Received:
        now = self._clock.now()
        async with self._db.transaction(first=True) as session:
            conversation = await lock(session, conversation_id)
            known = await turn_of(session, conversation_id, external_id)
            if known:
                if known[0].text != words:
                    raise Conflict("id_reused", "This message id was used for another text.", field="id")
                return Received(known[0].seq, known[1].id)
            _begin_turn(conversation, now)
            turn = Turn(
                id=uuid.uuid4(),
                conversation_id=conversation_id,
                episode=conversation.episode,
                created_at=now,
                outcome=SKIPPED if skip_bot else None,
            )
            message = await append(
                session,
                conversation,
                now,
                author=PERSON_AUTHOR,
                text=words,
                external_id=external_id,
                turn_id=turn.id,
            )
            turn.message_id, turn.seq = message.id, message.seq
            session.add(turn)
            await take_note(session, self._rules, now, conversation, words)
            metrics.MESSAGES.labels(conversation.channel).inc()
            return Received(message.seq, turn.id, message)

    async def _too_long(self, conversation_id: uuid.UUID, external_id: str, words: str) -> TooLong:
        """Nothing worrying in it is lost: at concern or above it is kept for staff (once) and triaged."""
        sentence = f"That is longer than {LONGEST} characters. Send it in parts; nothing is lost."
        verdict = await self._verdict(words, [], None)
        if self._rules.rank(verdict.level) < self._rules.rank("concern"):
            return TooLong("too_long", sentence, field="text")
        copy_id = f"long:{hashlib.sha256(f'{external_id} {words}'.encode()).hexdigest()[:32]}"
        async with self._db.transaction(first=True) as session:
            conversation = await lock(session, conversation_id)
            message = await said_before(session, conversation, copy_id)
            if message is None:
                message = await self._keep_for_staff(session, conversation, copy_id, words, verdict)
            replies = await replies_of(session, message.turn_id) if message.turn_id else []
        self._announce(conversation, for_staff=True)
        beside = {"seq": message.seq, "replies": [as_json(reply) for reply in replies]}
        return TooLong("too_long", sentence, field="text", beside=beside)

    async def _keep_for_staff(
        self, session: AsyncSession, conversation: Conversation, copy_id: str, words: str, verdict: Verdict
    ) -> Message:
        now = self._clock.now()
        _begin_turn(conversation, now)
        message = await append(
            session,
            conversation,
            now,
            author=PERSON_AUTHOR,
            text=words,
            external_id=copy_id,
            turn_id=uuid.uuid4(),
            audience=STAFF_ONLY,
        )
        await triage(Heard(session, self._rules, now, conversation, message, verdict))
        await take_number(session, self._rules, now, conversation, words)
        return message

    # -- screen

    async def _screen_and_go_on(self, turn_id: uuid.UUID, message: Message) -> None:
        if turn_id in self._screening:
            return
        self._screening.add(turn_id)
        try:
            await self._screen(turn_id, message)
        finally:
            self._screening.discard(turn_id)
        self._go_on(message.conversation_id)

    async def _screen(self, turn_id: uuid.UUID, message: Message) -> None:
        async with self._db.reading() as session:
            before, question = await last_words(session, message)
            offered = await last_choices(session, message.conversation_id, message.seq)
        tapped = hear_choices(all_chosen(message.text, offered), self._rules.vocabulary.choices.values())
        verdict = Verdict.highest(await self._verdict(message.text, before, question), tapped)
        now = self._clock.now()
        async with self._db.transaction(first=True) as session:
            conversation = await lock(session, message.conversation_id)
            turn = await session.get_one(Turn, turn_id)
            if turn.state != RECEIVED:
                return
            turn.state = SCREENED
            answered = await triage(Heard(session, self._rules, now, conversation, message, verdict))
            await take_number(session, self._rules, now, conversation, message.text)
            if not await bot_may_speak(session, self._rules, conversation):
                _close(turn, now, HELD)
            elif answered:
                _close(turn, now, SKIPPED)
            elif await switches.is_off(session, conversation.channel):
                await self._asking.stand_in(session, now, conversation, turn)
                _close(turn, now, OFF)
            elif turn.outcome == SKIPPED:
                _close(turn, now, SKIPPED)
        metrics.SCREENED.labels(verdict.level).inc()
        if verdict.findings or turn.state == DONE:
            self._announce(conversation, turn, for_staff=bool(verdict.findings))

    async def _verdict(self, words: str, before: list[str], question: str | None) -> Verdict:
        """In a thread: what the network and the phrases take, others need not wait for."""
        return await asyncio.to_thread(screen, words, before=before, question=question)

    # -- ask and finish

    def _go_on(self, conversation_id: uuid.UUID) -> None:
        """Work on the conversation's undone turns, one at a time; a call meanwhile makes it look again."""
        if conversation_id in self._running:
            self._again.add(conversation_id)
            return
        self._running.add(conversation_id)
        self._spawn(self._drain(conversation_id))

    async def _drain(self, conversation_id: uuid.UUID) -> None:
        patient = True
        try:
            while not self._stopping:
                self._again.discard(conversation_id)
                turn, more = await self._next(conversation_id)
                if turn:
                    outcome = await self._asking.outcome_of(turn, patient=patient)
                    patient = outcome.name != FAILED
                    await self._finish(turn.id, conversation_id, outcome)
                if not (turn and more) and conversation_id not in self._again:
                    return
        finally:
            self._running.discard(conversation_id)

    async def _next(self, conversation_id: uuid.UUID) -> tuple[Turn | None, bool]:
        """The first undone turn, if it is screened and nobody else works on it; and whether more follow."""
        first = select(Turn).where(Turn.conversation_id == conversation_id, Turn.state != DONE)
        first = first.order_by(Turn.seq).limit(2)
        if self._db.sqlite:  # one process: nobody to share with
            async with self._db.reading() as session:
                undone = (await session.execute(first)).scalars().all()
            ready = bool(undone) and undone[0].state == SCREENED
            return undone[0] if ready else None, len(undone) > 1
        now = self._clock.now()
        async with self._db.transaction() as session:
            undone = (await session.execute(first)).scalars().all()
            if not undone or undone[0].state != SCREENED:
                return None, False
            turn = undone[0]
            free = or_(Turn.leased_until.is_(None), Turn.leased_until < now, Turn.lease == self._me)
            mine = update(Turn).where(Turn.id == turn.id, Turn.state == SCREENED, free)
            taken = await session.execute(mine.values(lease=self._me, leased_until=now + LEASE))
            return turn if taken.rowcount else None, len(undone) > 1  # type: ignore[attr-defined]

    async def _finish(self, turn_id: uuid.UUID, conversation_id: uuid.UUID, outcome: Outcome) -> None:
        """Store the replies and close the turn together, if that was not done already."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            conversation = await lock(session, conversation_id)
            turn = await session.get_one(Turn, turn_id, populate_existing=True)
            if turn.state == DONE:
                return
            may_speak = await bot_may_speak(session, self._rules, conversation)
            off = may_speak and await switches.is_off(session, conversation.channel)
            speaks = may_speak and not off
            for_staff = await self._asking.store(session, now, conversation, turn, outcome, speaks)
            if off:
                await self._asking.stand_in(session, now, conversation, turn)
            _close(turn, now, OFF if off else outcome.name if speaks else HELD)
        metrics.TURN_SECONDS.observe((now - turn.created_at).total_seconds())
        self._announce(conversation, turn, for_staff=for_staff)

    # -- keep going

    async def wait(self, turn_id: uuid.UUID, seconds: float) -> bool:
        """True once the turn is done, False when `seconds` have passed."""
        deadline = asyncio.get_running_loop().time() + seconds
        async with self._hub.subscribe(turn_topic(turn_id)) as done:
            while True:
                async with self._db.reading() as session:
                    if (await session.get_one(Turn, turn_id)).state == DONE:
                        return True
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                if await done.wait(min(left, SWEEP_SECONDS)):
                    return True

    async def sweep_forever(self) -> None:
        """Pick up what a crash, a lost lease or a missed notice left undone."""
        while True:
            try:
                await self.sweep()
            except Exception:
                log.exception("sweep failed; trying again")
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Take up each undone turn that nobody here works on."""
        query = select(Turn.id, Turn.conversation_id, Turn.message_id, Turn.state)
        async with self._db.reading() as session:
            undone = (await session.execute(query.where(Turn.state != DONE).order_by(Turn.seq))).all()
        for turn_id, conversation_id, message_id, state in undone:
            if state == RECEIVED and turn_id not in self._screening:
                async with self._db.reading() as session:
                    message = await session.get_one(Message, message_id)
                self._spawn(self._screen_and_go_on(turn_id, message))
            elif state == SCREENED and conversation_id not in self._running:
                self._go_on(conversation_id)

    async def stop(self) -> None:
        """Let what is under way end for a moment; what does not is picked up at the next start."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=3)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _announce(
        self, conversation: Conversation, turn: Turn | None = None, *, for_staff: bool = False
    ) -> None:
        """Tell whoever watches the conversation; the console too, if a case changed or an adviser has it."""
        self._hub.notify(conversation_topic(conversation.id))
        if for_staff or conversation.state != BOT:
            self._hub.notify(CONSOLE)
        if turn and turn.state == DONE:
            self._hub.notify(turn_topic(turn.id))
        if conversation.channel == SMS:
            self._hub.notify(OUTBOX)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("a turn stumbled; the sweep takes it up", exc_info=task.exception())


def _begin_turn(conversation: Conversation, now: datetime) -> None:
    """Reopen a closed conversation; start a new episode when the old one is stale or long (no form open)."""
    if conversation.state == CLOSED:
        conversation.state = BOT
    last = conversation.last_inbound_at
    stale = last is not None and now - last >= IDLE_EPISODE
    if stale and conversation.form == CHECK_IN_FORM:
        conversation.form = None  # its answers are kept, and days later nobody wants its next question
    if not conversation.form and (stale or conversation.episode_turns >= LONGEST_EPISODE):
        conversation.episode += 1
        conversation.episode_turns = 0
    conversation.episode_turns += 1
    heard_from(conversation, now)


def _close(turn: Turn, now: datetime, outcome: str) -> None:
    turn.state, turn.outcome, turn.done_at = DONE, outcome, now
    metrics.TURNS.labels(outcome).inc()
