"""Rings for safeguarding leads and managers while screening runs on less than what was approved, or an area
is not served as it should be: a notice on every page and a mail, at once, at any change, and each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import select

from handoff import metrics
from handoff.background import Rounds, apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content.model import ContentNotice
from handoff.content.notices import AREAS, DEGRADED, tell_leads
from handoff.db import Database
from handoff.screening import service as screening

AGAIN = timedelta(days=1)
SCREENING_PAGE, ROTA_PAGE = "/staff/screening", "/staff/rota"
STILL_READ = "Messages are still read; fewer are heard."
STOOD_IN = (
    "This is said until it is mended and Wayline started again. For a detail or people that an area lacks, "
    "the default area's stand in."
)


class Degraded(Rounds):
    """Looks at what is said of both; who was told is in the database: a restart repeats nothing."""

    pause: ClassVar[float] = 60.0

    def __init__(self, db: Database, clock: Clock, rules: CaseRules) -> None:
        self._db, self._clock, self._rules = db, clock, rules
        self._mended: set[str] = set()  # what was well again when this process looked last

    async def round(self) -> bool:
        """Whether somebody was told now."""
        told = False
        with apart("degraded"):
            faults = screening.faults()
            metrics.SCREENING_FAULTS.set(len(faults))
            told = await self._tell(faults, STILL_READ, SCREENING_PAGE, DEGRADED)
        with apart("degraded"):
            wrong = [f"{fault}." for fault in self._rules.faults]
            told |= await self._tell(wrong, STOOD_IN, ROTA_PAGE, AREAS)
        return told

    async def _tell(self, faults: Sequence[str], closing: str, page: str, subject: str) -> bool:
        """Tell of these faults, unless they were told lately and never mended since."""
        if not faults:
            self._mended.add(subject)
            return False
        now, words = self._clock.now(), " ".join([*faults, closing])
        lately = select(ContentNotice.words).where(
            ContentNotice.subject == subject, ContentNotice.at > now - AGAIN
        )
        async with self._db.transaction() as session:
            known = (await session.execute(lately)).scalars()
            if subject not in self._mended and words in known:
                return False
            await tell_leads(session, now, words, page, subject)
        self._mended.discard(subject)
        return True
