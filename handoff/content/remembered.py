"""Revisions as the list of answers needs them, read once: a version of a revision never changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content.facts import Facts, fill
from handoff.content.model import OPEN, ReleaseItem, Revision

MOST = 5_000
_CHUNK = 500
Version = tuple[uuid.UUID, int]


@dataclass(frozen=True)
class Known:
    """A revision, all its words to look for one in, the keys of the sums that it names, and the addresses of
    its source."""

    revision: Revision
    words: str
    sums: tuple[str, ...]
    sources: tuple[str, ...]


_KNOWN: dict[Version, Known] = {}


async def live_and_open(
    session: AsyncSession, number: int, facts: Facts
) -> tuple[dict[str, Known], dict[str, list[Known]]]:
    """A release's revisions by slug, and every revision that is not decided yet by slug, oldest first."""
    which = (Revision.id, Revision.version, Revision.slug)
    live = select(*which).join(ReleaseItem, ReleaseItem.revision_id == Revision.id)
    live_rows = (await session.execute(live.where(ReleaseItem.number == number))).all()
    undecided = select(*which).where(Revision.state.in_(OPEN)).order_by(Revision.number)
    open_rows = (await session.execute(undecided)).all()
    known = await _known(session, [(one, version) for one, version, _ in (*live_rows, *open_rows)], facts)
    drafts: dict[str, list[Known]] = {}
    for one, version, slug in open_rows:
        drafts.setdefault(slug, []).append(known[one, version])
    return {slug: known[one, version] for one, version, slug in live_rows}, drafts


async def _known(session: AsyncSession, versions: Iterable[Version], facts: Facts) -> dict[Version, Known]:
    wanted = set(versions)
    found = {one: _KNOWN[one] for one in wanted if one in _KNOWN}
    new = [one for one, version in wanted - found.keys()]
    for start in range(0, len(new), _CHUNK):
        query = select(Revision).where(Revision.id.in_(new[start : start + _CHUNK]))
        for revision in (await session.execute(query)).scalars():
            found[revision.id, revision.version] = _read(revision, facts)
    if len(_KNOWN) + len(new) > MOST:
        _KNOWN.clear()
    _KNOWN.update(found)
    return found


def _read(revision: Revision, facts: Facts) -> Known:
    sums = tuple(figure.key for figure in facts.figures_in(*revision.texts))
    words = " ".join((revision.slug, revision.title, *revision.texts, *revision.examples))
    return Known(revision, words.casefold(), sums, tuple(addresses(revision, facts)))


def addresses(revision: Revision, facts: Facts) -> list[str]:
    """The addresses that a wording names as its source: one, or with an area's details in it one an area."""
    url = str(revision.source["url"])
    if "{" not in url:
        return [url]
    return list(dict.fromkeys(fill(url, area.words) for area in facts.areas.values()))
