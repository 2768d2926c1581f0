"""Rings for safeguarding leads and managers while screening runs on less than what was approved, or an area
is not served as it should be: a notice on every page and a mail, at once, at any change, and each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import ClassVar

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, metrics
from handoff.audit import AuditEntry
from handoff.background import Rounds, apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content.notices import AREAS, DEGRADED, tell_leads
from handoff.db import Database
from handoff.screening import service as screening

_ONE_TELLER = 0x44_45_47  # a PostgreSQL advisory lock: two processes never tell of the same
_ACTION = "faults.change"
AGAIN = timedelta(days=1)
SCREENING_PAGE, ROTA_PAGE = "/staff/screening", "/staff/rota"
STILL_READ = "Messages are still read; fewer are heard."
STOOD_IN = (
    "This is said until it is mended and Wayline started again. For a detail or people that an area lacks, "
    "the default area's stand in."
)


class Degraded(Rounds):
    """Looks at what is said of both. The audit has each change, so that of all processes one tells of it, a
    restart repeats nothing, and what was mended meanwhile rings when it is back."""

    pause: ClassVar[float] = 60.0

    def __init__(self, db: Database, clock: Clock, rules: CaseRules) -> None:
        self._db, self._clock, self._rules = db, clock, rules
        self._seen: dict[str, str] = {}  # by page, what this process saw when it looked last

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
        """Tell of these faults where they are a change, or nobody was told of them for a day."""
        mark = _mark(faults)
        changed = self._seen.get(page) != mark
        if not (faults or changed):
            return False
        now = self._clock.now()
        async with self._db.transaction() as session:
            lately = await self._lately(session, f"faults:{page}")
            news = mark != [_mark(()), *lately][-1] if changed else mark not in lately
            if news:
                await audit.record(session, now, "system", _ACTION, f"faults:{page}", mark=mark)
            if news and faults:
                await tell_leads(session, now, " ".join([*faults, closing]), page, subject)
        self._seen[page] = mark
        return news and bool(faults)

    async def _lately(self, session: AsyncSession, about: str) -> list[str]:
        """What processes saw in the last day, at each change, the newest last. Where they disagree, one that
        sees what it saw before is no change: they do not ring in turn."""
        if session.get_bind().dialect.name == "postgresql":
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_TELLER})
        query = select(AuditEntry).where(
            AuditEntry.subject == about,
            AuditEntry.action == _ACTION,
            AuditEntry.at > self._clock.now() - AGAIN,
        )
        entries = await session.execute(query.order_by(AuditEntry.id))
        return [entry.detail["mark"] for entry in entries.scalars()]


def _mark(faults: Sequence[str]) -> str:
    """Stands for these faults in the audit, which holds no words."""
    return sha256("\n".join(sorted(faults)).encode()).hexdigest()
