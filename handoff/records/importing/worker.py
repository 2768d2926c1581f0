"""Works files off in the background, a few rows a transaction: a restart goes on where it stopped."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content.areas import local_day
from handoff.db import Database
from handoff.records.codes import load_codes
from handoff.records.importing import batch, service, undoing
from handoff.records.importing.batch import People
from handoff.records.importing.rows import Row, read_rows
from handoff.records.model import Import, ImportRow

log = logging.getLogger(__name__)
ROWS_AT_ONCE = 50  # a message that arrives waits no longer than these take
LOOK_EVERY, MOST_FAILURES = 1.0, 5
SILENT = timedelta(seconds=60)  # after which another process goes on with a file
KEPT = timedelta(days=7)  # a file that nobody ran


@dataclass
class Opened:
    """The file in hand: its rows, who the rows so far were, and how often a step failed."""

    file: uuid.UUID
    state: str
    rows: list[Row]
    people: People = field(default_factory=lambda: People())
    failures: int = 0


class Imports:
    """Takes one file at a time; two processes never work on the same one."""

    def __init__(self, db: Database, clock: Clock, rules: CaseRules) -> None:
        self._db, self._clock, self._rules = db, clock, rules
        self._name = uuid.uuid4().hex
        self._open: Opened | None = None

    async def run_forever(self) -> None:
        """Look for work; while there is some, go on without a pause."""
        while True:
            if not await self.step():
                await self._forget_old()
                await asyncio.sleep(LOOK_EVERY)

    async def step(self) -> bool:
        """The next few rows of the oldest file at work; whether there was one."""
        waiting = await self._take_up()
        if waiting is None:
            self._open = None
            return False
        try:
            opened = await self._opened(waiting)
            async with self._db.transaction() as session:
                query = select(Import).where(Import.id == waiting.id, Import.worker == self._name)
                found = (await session.execute(query.with_for_update(key_share=True))).scalar()
                if found is not None and found.state == opened.state:
                    await self._next(session, found, opened)
        except Exception:
            await self._failed(waiting)
        await asyncio.sleep(0)  # whoever wrote meanwhile comes first
        return True

    async def _take_up(self) -> Import | None:
        """The file to go on with: ours, or one that nobody has or whose process fell silent."""
        now = self._clock.now()
        free = or_(Import.worker.is_(None), Import.worker == self._name, Import.started_at < now - SILENT)
        query = select(Import).where(Import.state.in_(service.WORKING), free).order_by(Import.at).limit(1)
        async with self._db.reading() as session:
            found = (await session.execute(query)).scalar()
        if found is None or (found.worker == self._name and (found.started_at or now) > now - SILENT / 3):
            return found
        async with self._db.transaction() as session:
            locked = query.with_for_update(key_share=True, skip_locked=True)
            found = (await session.execute(locked)).scalar()
            if found is None:
                return None
            if found.worker != self._name and found.state == service.CHECKING:
                await service.start_over(session, found)  # a dry run lives in its process's memory
            found.worker, found.started_at = self._name, now
            return found

    async def _opened(self, found: Import) -> Opened:
        """The file's rows, read once; none are needed to undo."""
        before = self._open
        if before and (before.file, before.state) == (found.id, found.state) and found.done:
            return before
        rows: list[Row] = []
        if found.state != service.UNDOING:
            today = local_day(self._rules.area(found.area), self._clock.now())
            columns = dict(found.columns)
            rows = await asyncio.to_thread(
                lambda: read_rows(service.sheet_in(found), columns, load_codes(), today)
            )
        self._open = Opened(found.id, found.state, rows)
        if before and before.file == found.id:
            self._open.failures = before.failures
        return self._open

    async def _next(self, session: AsyncSession, found: Import, opened: Opened) -> None:
        now = self._clock.now()
        if found.state == service.UNDOING:
            await _undo(session, now, found)
            return
        dry = found.state == service.CHECKING
        taken = opened.rows[found.done : found.done + ROWS_AT_ONCE]
        outcomes = await batch.take(session, now, found, taken, dry=dry, earlier=opened.people)
        _count(found, [one.outcome for one in outcomes])
        if found.done >= len(opened.rows):
            _ended(found, now, service.CHECKED if dry else service.DONE)
            found.content = found.content if dry else None

    async def _failed(self, waiting: Import) -> None:
        """A step that fails is tried again; a file that keeps failing is left, for somebody to look at."""
        log.exception("rows of a file failed import=%s state=%s", waiting.id, waiting.state)
        opened = self._open or Opened(waiting.id, waiting.state, [])
        self._open = Opened(opened.file, opened.state, opened.rows, failures=opened.failures + 1)
        leave: dict[str, str | None] = {"worker": None}
        if self._open.failures >= MOST_FAILURES:
            leave["state"] = service.FAILED
        async with self._db.transaction() as session:
            await session.execute(update(Import).where(Import.id == waiting.id).values(**leave))
        await asyncio.sleep(LOOK_EVERY)

    async def _forget_old(self) -> None:
        """A file that was brought and never run is not kept."""
        stale = (Import.state.in_(service.STILL), Import.at < self._clock.now() - KEPT)
        async with self._db.reading() as session:
            if (await session.execute(select(Import.id).where(*stale).limit(1))).scalar() is None:
                return
        async with self._db.transaction() as session:
            await session.execute(update(Import).where(*stale).values(content=None, state=service.OLD))


async def _undo(session: AsyncSession, now: datetime, found: Import) -> None:
    query = select(ImportRow).where(ImportRow.import_id == found.id).order_by(ImportRow.number)
    rows = list((await session.execute(query.offset(found.done).limit(ROWS_AT_ONCE))).scalars())
    stay = await undoing.take_out(session, now, found, rows)
    found.counts = {**found.counts, service.STAY: found.counts.get(service.STAY, 0) + stay}
    found.done += len(rows)
    if found.done >= found.rows:
        _ended(found, now, service.UNDONE)


def _count(found: Import, outcomes: Sequence[str]) -> None:
    found.counts = dict(Counter(found.counts) + Counter(outcomes))
    found.done += len(outcomes)


def _ended(found: Import, now: datetime, state: str) -> None:
    found.state, found.finished_at, found.worker = state, now, None
    log.info("file of people state=%s rows=%d import=%s", state, found.done, found.id)
