"""Receipts that got lost, as happens while we are down: what became of a text is asked once, by its sid.

Twilio tells each step to our webhook a few times at most, and then no more.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from handoff.background import Rounds
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.model import Outgoing
from handoff.db import Database
from handoff.live import CONSOLE, Hub, conversation_topic
from handoff.sms.delivery import SENT, Receipt, take_receipt
from handoff.sms.twilio_client import TwilioClient, TwilioTrouble

log = logging.getLogger(__name__)
AT_ONCE = 50


class LostReceipts(Rounds):
    """Asks about texts that were sent a while ago and of which nothing was heard."""

    pause = 60.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, twilio: TwilioClient) -> None:
        self._db, self._clock, self._hub, self._rules, self._twilio = db, clock, hub, rules, twilio

    async def round(self) -> None:
        """Ask about those that are due; what cannot be asked now is asked in the next round."""
        for text in await self._due():
            try:
                receipt: Receipt | None = await self._ask(text.supplier_id or "")
            except TwilioTrouble as trouble:
                log.warning("a receipt cannot be looked up text=%s code=%s", text.id, trouble.code)
                if not trouble.unknown:
                    return
                receipt = None
            await self._take(text, receipt)

    async def _ask(self, sid: str) -> Receipt:
        status, code = await self._twilio.status(sid)
        return Receipt(sid, "", status, code)

    async def _due(self) -> Sequence[Outgoing]:
        query = (
            select(Outgoing)
            .where(Outgoing.state == SENT, Outgoing.next_try_at <= self._clock.now())
            .where(Outgoing.supplier_id.is_not(None))
            .order_by(Outgoing.next_try_at)
            .limit(AT_ONCE)
        )
        async with self._db.reading() as session:
            return (await session.execute(query)).scalars().all()

    async def _take(self, text: Outgoing, receipt: Receipt | None) -> None:
        now: datetime = self._clock.now()
        async with self._db.transaction() as session:
            if receipt:
                await take_receipt(session, self._rules, now, receipt)
            asked = update(Outgoing).where(Outgoing.id == text.id, Outgoing.state == SENT)
            await session.execute(asked.values(next_try_at=None))
        topics = [CONSOLE] if receipt and receipt.bad else []
        self._hub.notify(conversation_topic(text.conversation_id), *topics)
