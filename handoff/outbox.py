"""The durable outbox: every text is sent once, in order, by whichever worker takes it first.

    queued    due: marked `sending` and committed before Twilio is called, so that a crash shows
    sending   its time is up and nobody settled it: in doubt. Looked up at Twilio, sent again only if not
              found; a safety message is sent again, a few times, also when nobody answers the look-up
    sent      Twilio has it; receipts take it from here
    withheld  the bot's words, overtaken: an adviser is needed or has joined, so staff alone see them

A text waits for the one before it in its conversation and for every safety message of it; a safety
message waits only for an earlier one.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff import metrics
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.model import BOT, BOT_AUTHOR, STAFF_ONLY, Conversation, Message, Outgoing
from handoff.conversations.service import lock
from handoff.db import ROW, Database
from handoff.live import CONSOLE, OUTBOX, Hub, Subscription, conversation_topic
from handoff.screening.holding import bot_may_speak
from handoff.sms.delivery import (
    BLOCKED,
    BLOCKED_CODE,
    FAILED,
    QUEUED,
    SAFETY_ALARM_AFTER,
    SENDING,
    SENT,
    WITHHELD,
    block,
    got_through,
    settle,
    tell_advisers,
)
from handoff.sms.twilio_client import InDoubt, NotSent, Refused, TwilioClient, TwilioTrouble

log = logging.getLogger(__name__)
SWEEP_SECONDS = 2.0
AT_ONCE = 8
LEASE = timedelta(seconds=20)  # longer than a look-up and a send together may take
DOUBT_PAUSE = timedelta(seconds=3)
BACK_OFF = (1, 2, 5, 10, 20, 40, 80, 160, 300, 600, 600, 600, 600, 600)  # seconds; about an hour in all
SAFETY_BACK_OFF_AT_MOST = 30
BLIND_SENDS_AT_MOST = 3  # of a safety message, while nobody can say whether it was sent


@dataclass(frozen=True)
class Taken:
    """A text this worker has claimed, and what it needs to know to send it."""

    id: uuid.UUID
    conversation_id: uuid.UUID
    to: str
    sender: str
    body: str
    safety: bool
    in_doubt: bool
    overtaken: bool
    attempts: int
    created_at: datetime


class Outbox:
    """Sends what is due; woken by the hub, and looking by itself every few seconds."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, twilio: TwilioClient) -> None:
        self._db, self._clock, self._hub, self._rules, self._twilio = db, clock, hub, rules, twilio
        self._sending: set[asyncio.Task[None]] = set()

    async def run_forever(self) -> None:
        """Work until cancelled; what is then half done is looked up at the next start."""
        if self._db.sqlite:
            await self._doubt_all()
        try:
            async with self._hub.subscribe(OUTBOX) as woken:
                while True:
                    await self._take_all(woken)
                    await woken.wait(SWEEP_SECONDS)
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _doubt_all(self) -> None:
        """SQLite has one process: whatever is still `sending` when it starts was cut off."""
        async with self._db.transaction() as session:
            cut_off = update(Outgoing).where(Outgoing.state == SENDING)
            await session.execute(cut_off.values(next_try_at=self._clock.now() + DOUBT_PAUSE))

    async def _take_all(self, woken: Subscription) -> None:
        free = AT_ONCE - len(self._sending)
        if free > 0:
            for text in await self._take(free):
                self._spawn(self._deliver(text), woken)

    def _spawn(self, work: Coroutine[Any, Any, None], woken: Subscription) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(lambda done: self._ended(done, woken))

    def _ended(self, task: asyncio.Task[None], woken: Subscription) -> None:
        self._sending.discard(task)
        woken.notice()
        if not task.cancelled() and task.exception():
            log.error("a text stumbled; it is looked up and tried again", exc_info=task.exception())

    # -- take

    async def _take(self, most: int) -> list[Taken]:
        """Claim due texts; a look without a lock first, as there mostly are none."""
        async with self._db.reading() as session:
            if (await session.execute(_due().limit(1), {"now": self._clock.now()})).first() is None:
                return []
        async with self._db.transaction(first=True) as session:
            now = self._clock.now()
            due = _due().limit(most).with_for_update(skip_locked=True, of=Outgoing, **ROW)
            rows = await session.execute(due, {"now": now})
            taken, silent = [], []
            for text, blocked_at, state, author in rows.all():
                overtaken = author == BOT_AUTHOR and state != BOT and await self._overtaken(session, text)
                if text.state == QUEUED and (blocked_at or overtaken):
                    silent.append((text.id, text.conversation_id))
                else:
                    taken.append(_claim(text, now, overtaken))
        for text_id, conversation_id in silent:
            await self._withhold(text_id, conversation_id, QUEUED)
        return taken or (await self._take(most) if silent else [])

    async def _overtaken(self, session: AsyncSession, text: Outgoing) -> bool:
        """True for a text of the bot's once the bot may no longer speak."""
        conversation = await session.get_one(Conversation, text.conversation_id)
        return not (text.safety or await bot_may_speak(session, self._rules, conversation))

    async def _withhold(self, text_id: uuid.UUID, conversation_id: uuid.UUID, state: str) -> None:
        """Not sent: the phone switched texts off, or the bot was overtaken. Looks again under the lock."""
        async with self._db.transaction() as session:
            now, conversation = self._clock.now(), await lock(session, conversation_id)
            text = await session.get_one(Outgoing, text_id, populate_existing=True)
            message = await session.get_one(Message, text.message_id)
            if text.state != state:
                return
            if message.author == BOT_AUTHOR and await self._overtaken(session, text):
                settle(text, now, WITHHELD)
                message.audience = STAFF_ONLY
            elif conversation.blocked_at is not None:
                settle(text, now, BLOCKED, BLOCKED_CODE)
                if text.safety:
                    await tell_advisers(session, self._rules, now, conversation, text, open_case=False)
        self._hub.notify(conversation_topic(conversation_id))

    # -- deliver

    async def _deliver(self, text: Taken) -> None:
        """One attempt at one text; every way it can end is written down."""
        try:
            sid = await self._already_sent(text) if text.in_doubt else None
            if sid is None and text.overtaken:
                await self._withhold(text.id, text.conversation_id, SENDING)
                return
            sid = sid or await self._twilio.send(text.to, text.sender, text.body, str(text.id))
        except TwilioTrouble as trouble:
            await self._put_off(text, trouble)
            return
        async with self._db.transaction() as session:
            row = await _row(session, text)
            row.supplier_id = row.supplier_id or sid
            if row.state == SENDING:
                now = self._clock.now()
                conversation = await session.get_one(Conversation, text.conversation_id)
                await got_through(session, self._rules, now, conversation, row)
                settle(row, now, SENT)
        self._hub.notify(conversation_topic(text.conversation_id), *([CONSOLE] if text.attempts > 1 else []))

    async def _already_sent(self, text: Taken) -> str | None:
        """The sid under which Twilio has this text and we have none. Raises InDoubt when nobody can say."""
        try:
            found = await self._twilio.find(
                text.to, text.sender, text.body, self._clock.now() - text.created_at
            )
        except TwilioTrouble as trouble:
            if text.safety and await self._may_send_blind(text):
                log.warning("look-up failed; safety text sent again text=%s code=%s", text.id, trouble.code)
                return None
            raise InDoubt(trouble.code) from None
        async with self._db.reading() as session:
            known = select(Outgoing.supplier_id).where(
                Outgoing.supplier_id.in_(found), Outgoing.id != text.id
            )
            ours = set((await session.execute(known)).scalars())
        return next((sid for sid in found if sid not in ours), None)

    async def _may_send_blind(self, text: Taken) -> bool:
        """Count one more sending of a safety message that may have arrived; the last one raises the alarm."""
        async with self._db.transaction() as session:
            row = await _row(session, text)
            if row.blind_sends >= BLIND_SENDS_AT_MOST:
                return False
            row.blind_sends += 1
            if row.blind_sends == BLIND_SENDS_AT_MOST:
                now, conversation = self._clock.now(), await lock(session, text.conversation_id)
                await tell_advisers(session, self._rules, now, conversation, row, open_case=True)
        self._hub.notify(conversation_topic(text.conversation_id), CONSOLE)
        return True

    async def _put_off(self, text: Taken, trouble: TwilioTrouble) -> None:
        """Try again later, or give up and say so."""
        log.warning("text not sent text=%s attempt=%d code=%s", text.id, text.attempts, trouble.code)
        async with self._db.transaction() as session:
            now, row = self._clock.now(), await _row(session, text)
            if row.state != SENDING:  # a receipt came meanwhile
                return
            conversation = await session.get_one(Conversation, text.conversation_id)
            row.error_code = trouble.code[:16]
            over = isinstance(trouble, Refused) or (text.attempts > len(BACK_OFF) and not text.safety)
            if over:
                await self._give_up(session, now, conversation, row, trouble.code)
            else:
                row.state = QUEUED if isinstance(trouble, NotSent) and not text.in_doubt else SENDING
                row.next_try_at = now + _pause(text, trouble)
                if text.safety and text.attempts == SAFETY_ALARM_AFTER:
                    await tell_advisers(session, self._rules, now, conversation, row, open_case=True)
        self._hub.notify(conversation_topic(text.conversation_id), CONSOLE)

    async def _give_up(
        self, session: AsyncSession, now: datetime, conversation: Conversation, row: Outgoing, code: str
    ) -> None:
        blocked = code == BLOCKED_CODE
        settle(row, now, BLOCKED if blocked else FAILED, code)
        if blocked:
            await block(session, self._rules, now, conversation)
        metrics.GIVEN_UP.inc()
        await tell_advisers(session, self._rules, now, conversation, row, open_case=row.safety or not blocked)


@cache
def _due() -> Select[Outgoing, datetime | None, str, str]:
    """Texts whose time has come by `now`: safety first, the rest in the order of their conversation.

    Built once: making this statement takes longer than running it."""
    message, earlier, before = aliased(Message), aliased(Outgoing), aliased(Message)
    waiting = (QUEUED, SENDING)
    in_front = exists().where(
        earlier.conversation_id == Outgoing.conversation_id,
        earlier.state.in_(waiting),
        before.id == earlier.message_id,
        or_(
            and_(Outgoing.safety.is_(False), earlier.safety.is_(True)),
            and_(Outgoing.safety == earlier.safety, before.seq < message.seq),
        ),
    )
    return (
        select(Outgoing, Conversation.blocked_at, Conversation.state, message.author)
        .join(message, message.id == Outgoing.message_id)
        .join(Conversation, Conversation.id == Outgoing.conversation_id)
        .where(Outgoing.state.in_(waiting), Outgoing.next_try_at <= bindparam("now"), ~in_front)
        .order_by(Outgoing.safety.desc(), Outgoing.created_at, message.seq)
    )


def _claim(text: Outgoing, now: datetime, overtaken: bool) -> Taken:
    in_doubt = text.state == SENDING
    text.state, text.next_try_at, text.attempts = SENDING, now + LEASE, text.attempts + 1
    return Taken(
        text.id,
        text.conversation_id,
        text.to,
        text.sender,
        text.body,
        text.safety,
        in_doubt,
        overtaken,
        text.attempts,
        text.created_at,
    )


async def _row(session: AsyncSession, text: Taken) -> Outgoing:
    await lock(session, text.conversation_id)
    return await session.get_one(Outgoing, text.id, populate_existing=True)


def _pause(text: Taken, trouble: TwilioTrouble) -> timedelta:
    pause = timedelta(seconds=BACK_OFF[min(text.attempts, len(BACK_OFF)) - 1])
    if text.safety:
        pause = min(pause, timedelta(seconds=SAFETY_BACK_OFF_AT_MOST))
    return max(pause, DOUBT_PAUSE) if isinstance(trouble, InDoubt) else pause
