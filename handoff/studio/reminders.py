"""The job that reminds staff of reviews and of sums of money that end, by the service's own clock."""

from __future__ import annotations

import asyncio

from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content.areas import local_day
from handoff.content.facts import Facts
from handoff.content.keeping import reminders
from handoff.db import Database

LOOK_SECONDS = 30.0


class Reminders:
    """What was reminded of is in the database, so a restart repeats nothing and loses nothing."""

    def __init__(self, db: Database, clock: Clock, rules: CaseRules, facts: Facts) -> None:
        self._db, self._clock, self._rules, self._facts = db, clock, rules, facts

    async def run_forever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)  # first: a start has more urgent things to do
            await self.round()

    async def round(self) -> int:
        """Send what is due; how many reminders there were."""
        now = self._clock.now()
        today = local_day(self._rules.area(None), now)
        async with self._db.reading() as session:
            if not await reminders.due(session, today, self._facts):
                return 0
        async with self._db.transaction() as session:
            return await reminders.remind(session, now, today, self._facts, self._rules.vocabulary)
