"""A service whose outbox works only when a test says so, and a Twilio that fails when told to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.service import open_or_raise
from handoff.clock import Clock
from handoff.conversations.model import Conversation, Outgoing
from handoff.conversations.service import append, lock, sms_conversation
from handoff.outbox import AT_ONCE, Outbox
from tests.handoff.fakes import FakeTwilio

PHONE, SERVICE = "+447700900123", "+447700900001"


class MoodyTwilio(FakeTwilio):
    """Takes a text and then, when told to, answers an error or nothing at all."""

    def __init__(self) -> None:
        super().__init__()
        self.code = 20500
        self.takes_but_answers = 0
        self.hangs = False
        self.taken = asyncio.Event()

    async def _send(self, request: web.Request) -> web.Response:
        if self.answers and self.answers[0] == 400:
            return web.json_response(
                {"code": self.code, "message": "no", "status": 400}, status=self.answers.pop(0)
            )
        answer = await super()._send(request)
        self.taken.set()
        if self.hangs:
            await asyncio.Event().wait()
        if self.takes_but_answers:
            return web.json_response({"message": "broken"}, status=self.takes_but_answers)
        return answer


async def drain(outbox: Outbox) -> None:
    """Let a worker send everything that is due now, until it is settled or put off."""
    while taken := await outbox._take(AT_ONCE):
        await asyncio.gather(*(outbox._deliver(text) for text in taken))


@contextmanager
def standing_still(clock: Clock) -> Iterator[None]:
    """For as long as the block lasts it is one moment."""
    moment = clock.now()
    clock.now = lambda: moment  # type: ignore[method-assign]
    try:
        yield
    finally:
        del clock.now


@dataclass
class Post:
    """A service whose outbox only works when a test says so."""

    parts: Parts
    twilio: MoodyTwilio

    def worker(self) -> Outbox:
        parts = self.parts
        return Outbox(parts.db, parts.clock, parts.hub, parts.rules, parts.twilio)

    async def drain(self, later: timedelta = timedelta(0)) -> None:
        """Send what is due so much later, and nothing that only falls due while a slow machine sends it."""
        self.parts.clock.move(later)
        with standing_still(self.parts.clock):
            await drain(self.worker())

    async def queue(
        self, *texts: str, phone: str = PHONE, safety: bool = False, author: str = "bot"
    ) -> uuid.UUID:
        now = self.parts.clock.now()
        async with self.parts.db.transaction() as session:
            found = await sms_conversation(session, now, phone, SERVICE, "camden")
            conversation = await lock(session, found.id)
            for text in texts:
                await append(session, conversation, now, author=author, text=text, safety=safety)
        return conversation.id

    async def cut_off(
        self, text: str = "hello", *, safety: bool = False, reached_twilio: bool = False
    ) -> None:
        """A text whose sender died: before Twilio had it, or after, its answer lost."""
        await self.queue(text, safety=safety)
        if reached_twilio:
            await self.parts.twilio.send(PHONE, SERVICE, text, "x")
        async with self.parts.db.transaction() as session:
            row = (await session.execute(select(Outgoing).where(Outgoing.state == "queued"))).scalar_one()
            row.state, row.attempts, row.next_try_at = "sending", 1, self.parts.clock.now()

    async def rows(self) -> list[Outgoing]:
        async with self.parts.db.reading() as session:
            return list((await session.execute(select(Outgoing).order_by(Outgoing.created_at))).scalars())

    async def row(self) -> Outgoing:
        (row,) = await self.rows()
        return row

    async def hear(self, level: str) -> None:
        """Screening hears a worry of this level, and the conversation waits for an adviser."""
        now = self.parts.clock.now()
        async with self.parts.db.transaction() as session:
            found = await sms_conversation(session, now, PHONE, SERVICE, "camden")
            conversation = await lock(session, found.id)
            await open_or_raise(session, self.parts.rules, now, conversation, "safeguarding", level=level)
            conversation.state = "waiting"

    async def adviser_joins(self) -> None:
        async with self.parts.db.transaction() as session:
            (await session.execute(select(Conversation))).scalar_one().state = "adviser"

    def bodies(self) -> list[str]:
        return [text["Body"] for text in self.twilio.sent]
