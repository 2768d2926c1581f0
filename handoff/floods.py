"""Tells whoever wrote more at once than the assistant answers, once they have stopped.

What is to be told stands on the conversation, so a restart loses nothing and of two processes one tells."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select

from handoff.background import Rounds, apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.model import SYSTEM_AUTHOR, Conversation
from handoff.conversations.service import append, lock, repeat_question
from handoff.db import Database
from handoff.live import OUTBOX, Hub, conversation_topic
from handoff.screening.holding import bot_may_speak
from handoff.switches import service as switches
from handoff.telling import tell

OVER_AFTER = timedelta(seconds=5)
TOLD = (
    "That was a lot at once, and that's OK. I've kept every message, but I couldn't answer them all. "
    "Ask me again, one thing at a time."
)


class Floods(Rounds):
    """The job that looks for floods that are over."""

    pause = 2.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules

    async def round(self) -> None:
        """Tell everybody whose last message beyond the limit is a moment old."""
        query = select(Conversation.id).where(Conversation.flooded_at <= self._clock.now() - OVER_AFTER)
        async with self._db.reading() as session:
            over = list((await session.execute(query)).scalars())
        for conversation_id in over:
            with apart("floods", conversation=conversation_id):
                await self._tell(conversation_id)

    async def _tell(self, conversation_id: uuid.UUID) -> None:
        """Once, and only where the assistant is the one who answers them."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            conversation = await lock(session, conversation_id)
            last = conversation.flooded_at
            if last is None or last > now - OVER_AFTER:
                return
            conversation.flooded_at = None
            speaks = await bot_may_speak(session, self._rules, conversation)
            if not speaks or conversation.blocked_at or await switches.is_off(session, conversation.channel):
                return
            await append(session, conversation, now, author=SYSTEM_AUTHOR, kind="notice", text=TOLD)
            await tell(session, self._rules, now, conversation)
            if conversation.form:
                await repeat_question(session, conversation, now)
        self._hub.notify(conversation_topic(conversation_id), OUTBOX)
