"""Follows what is approved, at once when told and by looking now and then: every process screens alike."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from handoff.audit import AuditEntry
from handoff.db import Database
from handoff.live import Hub
from handoff.screening import force
from handoff.screening.editions.service import APPROVALS, SCREENING
from handoff.screening.force import Candidate, InForce
from handoff.screening.model import LIVE, RETIRED, Edition

LOOK_SECONDS = 1.5  # an approved edition is promised within two seconds, also when a notice is lost
_FALL_BACKS = 3  # how many approved editions before the live one are tried


class EditionKeeper:
    """Puts the approved editions in force in this process."""

    def __init__(self, db: Database, hub: Hub) -> None:
        self._db, self._hub = db, hub
        self._seen: dict[str, list[tuple[int, str]]] = {}

    async def reload(self) -> None:
        """Take up what is approved now; compiling happens beside the loop, the swap is one assignment."""
        for one in force.ALL:
            await self._reload(one)

    async def keep_fresh(self) -> None:
        """Follow approvals until cancelled."""
        async with self._hub.subscribe(SCREENING) as notices:
            while True:
                with contextlib.suppress(SQLAlchemyError):  # what is in force stays so meanwhile
                    await self.reload()
                await notices.wait(LOOK_SECONDS)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Approved editions are in force for as long as the block lasts; after it, the shipped files."""
        await self.reload()
        try:
            yield
        finally:
            for one in force.ALL:
                one.reset()

    async def _reload(self, one: InForce[Any]) -> None:
        asked = one.ask()
        async with self._db.reading() as session:
            heads = await _heads(session, one.kind)
            if heads == self._seen.get(one.kind):
                return
            editions = await _candidates(session, one.kind, heads)
        one.use(await asyncio.to_thread(one.choose, editions), asked)
        self._seen[one.kind] = heads


async def _heads(session: AsyncSession, kind: str) -> list[tuple[int, str]]:
    """(number, hash) of the live edition and of those before it, the last in force first."""
    query = (
        select(Edition.number, Edition.sha256)
        .where(Edition.kind == kind, Edition.state.in_((LIVE, RETIRED)))
        .order_by(Edition.state == RETIRED, Edition.live_at.desc(), Edition.number.desc())
        .limit(1 + _FALL_BACKS)
    )
    return [(number, sha256) for number, sha256 in await session.execute(query)]


async def _candidates(session: AsyncSession, kind: str, heads: list[tuple[int, str]]) -> list[Candidate]:
    """The editions as they were approved: with the hash of the audit, which nobody can change."""
    query = select(Edition).where(Edition.kind == kind, Edition.number.in_([number for number, _ in heads]))
    rows = (await session.execute(query.options(undefer(Edition.body)))).scalars()
    found = {one.number: one for one in rows}
    approved = await _approved(session, [f"edition:{one.id}" for one in found.values()])
    editions = (found[number] for number, _ in heads)
    return [Candidate(one.body, approved.get(f"edition:{one.id}", ""), one.number) for one in editions]


async def _approved(session: AsyncSession, subjects: list[str]) -> dict[str, str]:
    query = select(AuditEntry).where(AuditEntry.subject.in_(subjects), AuditEntry.action.in_(APPROVALS))
    entries = (await session.execute(query.order_by(AuditEntry.id))).scalars()
    return {entry.subject: str(entry.detail.get("sha256")) for entry in entries}
