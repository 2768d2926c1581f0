"""Removes, once a night by the area's clock, what has been kept long enough (data/reference/retention.yml).

A night is a row that one process takes for ten minutes at a time: a second one leaves it alone, and goes on
where a dead one stopped. Each thing that goes is one short transaction that looks again under its lock, with
its count and its entry in the audit: nobody waits for the run, and nothing is counted twice.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.background import apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.db import ROW, Database
from handoff.keeping import DRAFTS, KINDS, load_policy
from handoff.rasa import Rasa
from handoff.registrations.model import Draft
from handoff.retention import due
from handoff.retention.model import Count, Run
from handoff.retention.removing import forget_in_rasa, forget_old_notes

log = logging.getLogger(__name__)
LOOK_SECONDS = 60.0
LEASE = timedelta(minutes=10)
ACTOR = "system"


class Keeper:
    """The job that forgets."""

    def __init__(self, db: Database, clock: Clock, rules: CaseRules, rasa: Rasa) -> None:
        load_policy()  # a file that cannot be used stops the start, not the first night
        self._db, self._clock, self._rasa = db, clock, rasa
        self._timezone = rules.area(None).timezone
        self._name = str(uuid.uuid4())

    async def run_forever(self) -> None:
        while True:
            with apart("retention"):
                await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> bool:
        """Do the night's run if it is due and nobody else does; whether it was done here."""
        night = night_of(self._clock.now(), self._timezone)
        ours = await self._take(night)
        if ours:
            await self.remove_due(night)
        await forget_in_rasa(self._db, self._rasa)
        return ours

    async def count_due(self) -> dict[str, int]:
        """How many of each kind a run would remove now; nothing is changed."""
        now, found = self._clock.now(), Counter[str](dict.fromkeys(KINDS, 0))
        async with self._db.reading() as session:
            old = select(func.count()).select_from(Draft).where(due.drafts(now))
            found[DRAFTS] = (await session.execute(old)).scalar_one()
            for kind in due.KINDS:
                after: uuid.UUID | None = None
                while True:
                    page = await kind.page(session, now, after)
                    found[kind.code] += len(page.due)
                    if (after := page.after) is None:
                        break
        return dict(found)

    async def remove_due(self, night: date | None = None) -> dict[str, int]:
        """Remove what is due now, kind by kind, and say so in the audit; how many of each."""
        removed = Counter[str](dict.fromkeys(KINDS, 0))
        removed[DRAFTS] = await self._forget_drafts()
        for kind in due.KINDS:
            after: uuid.UUID | None = None
            while True:
                async with self._db.reading() as session:
                    page = await kind.page(session, self._clock.now(), after)
                for one in page.due:
                    with apart("retention", kind=kind.code, id=one):
                        removed[kind.code] += await self._take_out(kind, one)
                if night:
                    await self._still_ours(night)
                if (after := page.after) is None:
                    break
        await self._end(night, removed)
        return dict(removed)

    async def _take_out(self, kind: due.Kind, one: uuid.UUID) -> bool:
        async with self._db.transaction() as session:
            now = self._clock.now()
            if not await kind.take_out(session, now, one):
                return False
            await self._count(session, now, kind.code, 1)
            subject = f"{kind.subject}:{one}"
            await audit.record(session, now, ACTOR, "retention.remove", subject, kind=kind.code)
        await asyncio.sleep(0)  # whoever wrote meanwhile comes first
        return True

    async def _forget_drafts(self) -> int:
        async with self._db.transaction() as session:
            now = self._clock.now()
            await forget_old_notes(session, now)
            gone = await session.execute(
                delete(Draft).where(due.drafts(now)).returning(Draft.conversation_id)
            )
            ids = sorted(str(one) for one in gone.scalars())
            if ids:
                await self._count(session, now, DRAFTS, len(ids))
            for one in ids:
                subject = f"conversation:{one}"
                await audit.record(session, now, ACTOR, "retention.remove", subject, kind=DRAFTS)
        return len(ids)

    async def _count(self, session: AsyncSession, now: datetime, kind: str, more: int) -> None:
        key = {"day": now.astimezone(self._timezone).date(), "kind": kind}
        insert = sqlite.insert if self._db.sqlite else postgresql.insert
        first = insert(Count).values(**key, removed=more)
        again = {"removed": Count.removed + more}
        await session.execute(first.on_conflict_do_update(index_elements=["day", "kind"], set_=again))

    # -- whose night it is

    async def _take(self, night: date) -> bool:
        """Take the night, or go on with it where its process fell silent.

        The first night of a database is left out: whoever upgrades can look at a dry run first.
        """
        async with self._db.reading() as session:
            found, any_run = await session.get(Run, night), (await session.execute(select(Run.night))).first()
            if found and not self._is_free(found):
                return False
        async with self._db.transaction() as session:
            now = self._clock.now()
            insert = sqlite.insert if self._db.sqlite else postgresql.insert
            first = insert(Run).values(night=night, finished_at=None if any_run else now)
            await session.execute(first.on_conflict_do_nothing(index_elements=["night"]))
            run = await session.get_one(Run, night, with_for_update=ROW, populate_existing=True)
            if not self._is_free(run):
                return False
            run.worker, run.leased_until = self._name, now + LEASE
            return True

    def _is_free(self, run: Run) -> bool:
        silent = run.leased_until is None or run.leased_until < self._clock.now()
        return run.finished_at is None and (silent or run.worker == self._name)

    async def _still_ours(self, night: date) -> None:
        async with self._db.transaction() as session:
            run = await session.get_one(Run, night, with_for_update=ROW)
            run.leased_until = self._clock.now() + LEASE

    async def _end(self, night: date | None, removed: Mapping[str, int]) -> None:
        async with self._db.transaction() as session:
            now = self._clock.now()
            if night:
                run = await session.get_one(Run, night, with_for_update=ROW)
                run.finished_at, run.worker, run.leased_until = now, None, None
            day = now.astimezone(self._timezone).date()
            counts = {kind: count for kind, count in removed.items() if count}
            await session.flush()
            await audit.record(session, now, ACTOR, "retention.run", f"retention:{day}", **counts)
        log.info("retention ran removed=%d", sum(removed.values()))


def night_of(now: datetime, timezone: ZoneInfo) -> date:
    """The night that is due: today's once its hour has come, until then yesterday's."""
    local = now.astimezone(timezone)
    return local.date() if local.time() >= load_policy().at else local.date() - timedelta(days=1)
