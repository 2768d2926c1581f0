"""Rings for safeguarding leads and managers while screening runs on less than what was approved: a notice on
every page and a mail, at once and again each day until it is mended."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from sqlalchemy import select

from handoff import metrics
from handoff.background import Rounds, apart
from handoff.clock import Clock
from handoff.content.model import ContentNotice
from handoff.content.notices import DEGRADED, tell_leads
from handoff.db import Database
from handoff.screening import service as screening

AGAIN = timedelta(days=1)
PAGE = "/staff/screening"


class Degraded(Rounds):
    """Looks at what screening says of itself; who was told is in the database: a restart repeats nothing."""

    pause: ClassVar[float] = 60.0

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def round(self) -> bool:
        """Whether somebody was told now."""
        told = False
        with apart("degraded"):
            told = await self._look()
        return told

    async def _look(self) -> bool:
        faults = screening.faults()
        metrics.SCREENING_FAULTS.set(len(faults))
        if not faults:
            return False
        now, words = self._clock.now(), " ".join([*faults, "Messages are still read; fewer are heard."])
        lately = select(ContentNotice.id).where(
            ContentNotice.subject == DEGRADED, ContentNotice.at > now - AGAIN
        )
        async with self._db.transaction() as session:
            if (await session.execute(lately.limit(1))).first():
                return False
            await tell_leads(session, now, words, PAGE, DEGRADED)
        return True
