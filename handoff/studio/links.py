"""The job that looks at the links to sources every week, where the installation lets it use the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from aiohttp import ClientSession

from handoff.background import apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content.facts import Facts
from handoff.content.keeping import links
from handoff.db import Database
from handoff.settings import Settings
from handoff.studio.fetching import look, open_web

LOOK_SECONDS = 60.0


class LinkChecks:
    """One host after the other, one address after the other; what is due is in the database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        rules: CaseRules,
        facts: Facts,
        settings: Settings,
        web: Callable[[], ClientSession] = open_web,
    ) -> None:
        self._db, self._clock, self._rules, self._facts = db, clock, rules, facts
        self._allowed, self._web = settings.check_links, web

    async def run_forever(self) -> None:
        while self._allowed:
            await asyncio.sleep(LOOK_SECONDS)  # first: a start has more urgent things to do
            await self.round()

    async def round(self) -> int:
        """Look at everything that is due; how many addresses there were. Nothing where it is not allowed."""
        if not self._allowed:
            return 0
        async with self._db.reading() as session:
            named = await links.addresses(session, self._facts)
            listed = await links.is_listed(session, named)
        if not listed:
            async with self._db.transaction() as session:
                await links.keep_list(session, self._clock.now(), named)
        async with self._db.reading() as session:
            if not await links.is_any_due(session, self._clock.now()):
                return 0
        return await self._look_at_all(named)

    async def _look_at_all(self, named: Mapping[str, Sequence[str]]) -> int:
        done = 0
        async with self._web() as http:
            while urls := await self._claim():
                for url in urls:
                    with apart("links"):
                        seen = await look(http, url)
                        async with self._db.transaction() as session:
                            told = (url, seen, named.get(url, ()), self._rules.vocabulary)
                            await links.note(session, self._clock.now(), *told)
                done += len(urls)
        return done

    async def _claim(self) -> list[str]:
        async with self._db.transaction() as session:
            return await links.claim(session, self._clock.now())
