"""The heart: an inbound message is stored, screened, and answered exactly once, whatever dies meanwhile.

    receive   (`receiving`) stored and committed: from here on nothing can be lost
    screen    (`triaging`) at once, in a transaction of its own, never behind an earlier turn
    ask       one turn of a conversation at a time, in order, no transaction held meanwhile
    finish    under the conversation's lock: may the bot still speak? store replies, close the turn, together

Rasa gives the same replies to the same message id, and `finish` closes a turn once, so two workers on one
turn do no harm: the lease only saves work. What a crash leaves undone, `sweep` picks up.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from handoff import metrics
from handoff.asking import Asking, Outcome
from handoff.background import apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.model import (
    BOT,
    DONE,
    FAILED,
    HELD,
    OFF,
    RECEIVED,
    SCREENED,
    SMS,
    Conversation,
    Message,
    Turn,
)
from handoff.conversations.service import lock
from handoff.db import Database
from handoff.live import CONSOLE, OUTBOX, Hub, conversation_topic, turn_topic
from handoff.receiving import Received, Receiving
from handoff.screening.holding import bot_may_speak
from handoff.switches import service as switches
from handoff.telling import tell
from handoff.triaging import Triaged, Triaging, close

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=45)
SWEEP_SECONDS = 3.0
_UNDONE = (
    select(Turn)
    .where(Turn.conversation_id == bindparam("conversation"), Turn.state != DONE)
    .order_by(Turn.seq)
    .limit(2)
)


class Turns:
    """Takes messages in and sees every one of them through."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, asking: Asking) -> None:
        self._db, self._clock, self._hub, self._rules, self._asking = db, clock, hub, rules, asking
        self._receiving = Receiving(db, clock, rules, asking, lambda at: self._announce(at, for_staff=True))
        self._triaging = Triaging(db, clock, rules, asking)
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
        received = await self._receiving.receive(conversation_id, external_id, text, skip_bot=skip_bot)
        if received.fresh:
            self._hub.notify(conversation_topic(conversation_id))
            self._spawn(self._screen_and_go_on(received.turn_id, received.fresh))
        return received

    # -- screen

    async def _screen_and_go_on(self, turn_id: uuid.UUID, message: Message) -> None:
        if turn_id in self._screening:
            return
        self._screening.add(turn_id)
        try:
            self._tell(await self._triaging.see_to(turn_id, message))
        finally:
            self._screening.discard(turn_id)
        self._go_on(message.conversation_id)

    def _tell(self, done: Triaged | None) -> None:
        if done and (done.for_staff or done.turn.state == DONE):
            self._announce(done.conversation, done.turn, for_staff=done.for_staff)

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
            while True:
                await self._db.in_line()
                if self._stopping:
                    return
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
        which = {"conversation": conversation_id}
        if self._db.sqlite:  # one process: nobody to share with
            async with self._db.reading(brief=True) as session:
                undone = (await session.execute(_UNDONE, which)).scalars().all()
            ready = bool(undone) and undone[0].state == SCREENED
            return undone[0] if ready else None, len(undone) > 1
        now = self._clock.now()
        async with self._db.transaction() as session:
            undone = (await session.execute(_UNDONE, which)).scalars().all()
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
        async with self._db.transaction(brief=True) as session:
            conversation = await lock(session, conversation_id)
            turn = await session.get_one(Turn, turn_id, populate_existing=True)
            if turn.state == DONE:
                return
            may_speak = await bot_may_speak(session, self._rules, conversation)
            off = may_speak and await switches.is_off(session, conversation.channel)
            speaks = may_speak and not off
            if speaks and outcome.name == HELD:
                return  # it was not for the bot when Rasa would have been asked, and now is: ask after all
            for_staff = await self._asking.store(session, now, conversation, turn, outcome, speaks)
            if off:
                await self._asking.stand_in(session, now, conversation, turn)
            elif speaks:
                await tell(session, self._rules, now, conversation, turn)
            close(turn, now, OFF if off else outcome.name if speaks else HELD)
        metrics.TURN_SECONDS.observe((now - turn.created_at).total_seconds())
        self._announce(conversation, turn, for_staff=for_staff)

    # -- keep going

    async def wait(self, turn_id: uuid.UUID, seconds: float, *, fresh: bool = False) -> bool:
        """True once the turn is done, False when `seconds` have passed.

        One that is `fresh` was taken in this moment, by a service without other processes: nobody else can
        have done it, and it is not looked up.
        """
        fresh = fresh and self._db.sqlite
        deadline = asyncio.get_running_loop().time() + seconds
        async with self._hub.subscribe(turn_topic(turn_id)) as done:
            while True:
                if not fresh and await self._is_done(turn_id):
                    return True
                fresh = False
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                if await done.wait(min(left, SWEEP_SECONDS)):
                    return True

    async def _is_done(self, turn_id: uuid.UUID) -> bool:
        async with self._db.reading(brief=True) as session:
            return (await session.get_one(Turn, turn_id)).state == DONE

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
                with apart("sweep", turn=turn_id):
                    await self._take_up(turn_id, conversation_id, message_id)
            elif state == SCREENED and conversation_id not in self._running:
                self._go_on(conversation_id)

    async def _take_up(self, turn_id: uuid.UUID, conversation_id: uuid.UUID, message_id: uuid.UUID) -> None:
        """Screen a message after all; one that cannot be read any more (a lost key) is told to a person."""
        try:
            async with self._db.reading() as session:
                message = await session.get_one(Message, message_id)
        except Exception as error:
            log.error("a message cannot be read turn=%s why=%s", turn_id, type(error).__name__)
            self._tell(await self._triaging.give_up(turn_id, conversation_id))
        else:
            self._spawn(self._screen_and_go_on(turn_id, message))

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
