"""The files that came in, as they were written: the newest that are wanted are what goes out is laid out by.

Each import keeps its own, so that discarding it, or opening it again, is all it takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.audit import AuditEntry
from handoff.content.imports import IMPORTED, MOST, drafts_of
from handoff.content.model import PUBLISHED, SET_ASIDE, ContentFile, Revision

LAYOUT = "layout"
"""Under this, the record of an import has the number of its files."""
_UNNUMBERED = 0  # what came in before imports had numbers


async def layouts(session: AsyncSession) -> dict[str, str]:
    """By name, the text that came in last, but for imports of which every draft was set aside."""
    kept = await _kept(session)
    states = await _states(session, kept)
    wanted = (files for number, files in sorted(kept.items()) if not _unwanted(states.get(number)))
    return {name: text for files in wanted for name, text in files.items()}


async def keep(session: AsyncSession, now: datetime, files: Mapping[str, str]) -> int:
    """Keep files that come in; the number for the record of the import. One import at a time."""
    kept = await _kept(session)
    number = max(kept, default=_UNNUMBERED) + 1
    await _forget(session, kept)
    session.add_all(ContentFile(name=_row(number, name), text=text, at=now) for name, text in files.items())
    await session.flush()
    return number


async def _kept(session: AsyncSession) -> dict[int, dict[str, str]]:
    kept: dict[int, dict[str, str]] = defaultdict(dict)
    for one in (await session.execute(select(ContentFile))).scalars():
        number, _, name = one.name.rpartition("/")
        kept[int(number or _UNNUMBERED)][name] = one.text
    return kept


async def _states(session: AsyncSession, kept: Collection[int]) -> dict[int, set[str]]:
    """The states that the drafts of each import are in, by the number of its files."""
    query = select(AuditEntry).where(AuditEntry.subject == "content", AuditEntry.action == IMPORTED)
    found = {}
    for entry in (await session.execute(query)).scalars().all():
        if (number := int(entry.detail.get(LAYOUT, -1))) in kept:
            drafts = Revision.id.in_(await drafts_of(session, entry))
            found[number] = set((await session.execute(select(Revision.state).where(drafts))).scalars())
    return found


def _unwanted(states: set[str] | None) -> bool:
    return states == {SET_ASIDE}


async def _forget(session: AsyncSession, kept: Mapping[int, Mapping[str, str]]) -> None:
    """Drop what can never go out again: what came before files that stay whatever is discarded, and what was
    discarded so long ago that the page no longer offers to open it again."""
    states = await _states(session, kept)
    covered: set[str] = set()
    gone = []
    for place, number in enumerate(sorted(kept, reverse=True)):
        theirs = states.get(number)
        old = place >= MOST and _unwanted(theirs)
        gone += [_row(number, name) for name in kept[number] if old or name in covered]
        if not theirs or PUBLISHED in theirs:
            covered.update(kept[number])
    await session.execute(delete(ContentFile).where(ContentFile.name.in_(gone)))


def _row(number: int, name: str) -> str:
    return f"{number}/{name}" if number else name
