"""Texts that Twilio took while we were down: fetched at start and every few minutes, as if just arrived.

A list that cannot be read never stops anything; the next round asks for the same time again. A text that
comes by webhook before its phone's older texts were fetched is answered first: waiting for a list would
make everyone's first answer as late as Twilio is slow.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import func, select

from handoff.clock import Clock
from handoff.conversations.model import PERSON_AUTHOR, SMS, Conversation, Message
from handoff.db import Database
from handoff.sms.inbox import Inbox
from handoff.sms.twilio_client import Inbound, TwilioClient, TwilioTrouble

log = logging.getLogger(__name__)
EVERY_SECONDS, LONGEST_PAUSE = 300.0, 60.0
SOON_AFTER_START = (5.0, 30.0)  # what came between the first list and the first open port
FAILURES_TO_TELL = 3  # the built-in simulator is not up yet when the first round asks
OVERLAP = timedelta(minutes=15)
AT_START = timedelta(days=1)
_AT_ONCE = 200


class CatchUp:
    """Asks Twilio for the texts since the last one seen, and takes in those we do not know."""

    def __init__(self, db: Database, clock: Clock, inbox: Inbox, twilio: TwilioClient) -> None:
        self._db, self._clock, self._inbox, self._twilio = db, clock, inbox, twilio
        self._complete_until: datetime | None = None
        self._failures, self._rounds = 0, 0

    async def run_forever(self) -> None:
        """One round at once, two soon after, then one every few minutes; sooner while a list fails."""
        while True:
            await self.round()
            await asyncio.sleep(self._pause())

    def _pause(self) -> float:
        if self._failures:
            return float(min(2**self._failures, LONGEST_PAUSE))
        return SOON_AFTER_START[self._rounds - 1] if self._rounds <= len(SOON_AFTER_START) else EVERY_SECONDS

    async def round(self) -> int:
        """Take in what is missing; how many texts that were."""
        started = datetime.now(UTC)
        try:
            listed = await self._twilio.inbound_since(await self._since())
        except TwilioTrouble as trouble:
            self._failures += 1
            if self._failures == FAILURES_TO_TELL:
                log.warning("the list of texts cannot be read; trying again code=%s", trouble.code)
            return 0
        missing = [text for some in _batches(listed) for text in await self._inbox.unknown(some)]
        for text in missing:
            await self._inbox.take_in(text)
        if missing:
            log.info("took in texts that came while we were away count=%d", len(missing))
        self._complete_until, self._failures, self._rounds = started, 0, self._rounds + 1
        return len(missing)

    async def _since(self) -> datetime:
        """From when to ask, in the real time that Twilio keeps (the product's clock may be moved)."""
        now = datetime.now(UTC)
        if self._complete_until is not None:
            return self._complete_until - OVERLAP
        query = (
            select(func.max(Message.at))
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.channel == SMS, Message.author == PERSON_AUTHOR)
        )
        async with self._db.reading() as session:
            last: datetime | None = (await session.execute(query)).scalar()
        silence = self._clock.now() - last if last else AT_START
        return now - max(silence, AT_START) - OVERLAP


def _batches(texts: Iterable[Inbound]) -> Iterator[list[Inbound]]:
    """The texts in lists short enough for one question to the database."""
    left = iter(texts)
    while some := list(islice(left, _AT_ONCE)):
        yield some
