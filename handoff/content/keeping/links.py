"""The links to sources: which there are, which are due for a look, and what the looks have shown.

A host's addresses are looked at by one process at a time, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.content import notices
from handoff.content.facts import Facts
from handoff.content.keeping.model import FAILED, LONGEST_ADDRESS, MOVED, WORKS, SourceLink
from handoff.content.keeping.owners import editors, owners
from handoff.content.keeping.rules import judged
from handoff.content.live import live_release, release_revisions
from handoff.content.remembered import live_and_open
from handoff.db import ROW

AT_ONCE = 20
LEASE = timedelta(minutes=30)  # longer than so many looks may take
_ONE_LIST = 0x4C_4E_4B  # a PostgreSQL advisory lock: two processes never add the same address
CODES: Mapping[str, str] = {
    "timeout": "the site did not answer in time",
    "certificate": "the site's certificate is not valid",
    "no_name": "there is no site of that name",
    "no_connection": "the site could not be reached",
    "private": "it leads into a private network",
    "bad_address": "it is not a web address that can be opened",
    "too_many": "it leads from page to page without end",
    "404": "the page is not there",
    "410": "the page was taken away",
}


@dataclass(frozen=True)
class Seen:
    """What a look at an address came to: works, moved (to another page), closed (the site lets no program
    look) or failed; `code` is the HTTP status or a word of CODES."""

    state: str
    code: str
    moved_to: str | None = None


async def addresses(session: AsyncSession, facts: Facts) -> dict[str, list[str]]:
    """The addresses of the live answers' sources, each with the slugs that name it; one with an area's
    details in it is one address an area."""
    live, _ = await live_and_open(session, await live_release(session), facts)
    found: dict[str, list[str]] = {}
    for slug, one in live.items():
        for url in () if one.revision.goes_to else one.sources:
            found.setdefault(url, []).append(slug)
    return found


async def is_listed(session: AsyncSession, wanted: Iterable[str]) -> bool:
    """Whether exactly these addresses are looked at."""
    known = set((await session.execute(select(SourceLink.url))).scalars())
    return known == {url for url in wanted if len(url) <= LONGEST_ADDRESS}


async def is_any_due(session: AsyncSession, now: datetime) -> bool:
    """A look without a lock, as there mostly is nothing."""
    due = select(SourceLink.url).where(SourceLink.due_at <= now).limit(1)
    return (await session.execute(due)).first() is not None


async def keep_list(session: AsyncSession, now: datetime, wanted: Iterable[str]) -> None:
    """Have every wanted address looked at from now on, and forget those that no answer names any more."""
    able = {url: urlsplit(url).hostname or "" for url in wanted if len(url) <= LONGEST_ADDRESS}
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_LIST})
    known = set((await session.execute(select(SourceLink.url))).scalars())
    if known - able.keys():
        await session.execute(delete(SourceLink).where(SourceLink.url.in_(known - able.keys())))
    new = sorted(able.keys() - known)
    session.add_all(SourceLink(url=url, host=able[url][:253], due_at=now) for url in new)
    await session.flush()


async def claim(session: AsyncSession, now: datetime) -> list[str]:
    """Some addresses that are due, all of one host that nobody else is looking at; none when none is due."""
    free = or_(SourceLink.leased_until.is_(None), SourceLink.leased_until <= now)
    busy = select(SourceLink.host).where(SourceLink.leased_until > now)
    due = select(SourceLink.host).where(SourceLink.due_at <= now, free, SourceLink.host.not_in(busy))
    host = (await session.execute(due.order_by(SourceLink.due_at, SourceLink.url).limit(1))).scalar()
    if host is None:
        return []
    theirs = select(SourceLink).where(SourceLink.host == host).order_by(SourceLink.url)
    locked = theirs.with_for_update(**ROW).execution_options(populate_existing=True)
    rows = list((await session.execute(locked)).scalars())
    if any(row.leased_until and row.leased_until > now for row in rows):
        return []  # another process was quicker
    ours = [row for row in rows if row.due_at <= now][:AT_ONCE]
    for row in ours:
        row.leased_until = now + LEASE
    return [row.url for row in ours]


async def note(
    session: AsyncSession, now: datetime, url: str, seen: Seen, slugs: Iterable[str], vocabulary: Vocabulary
) -> None:
    """Write down what a look came to; whoever keeps the answers is told when a link turns out broken."""
    row = await session.get(SourceLink, url, with_for_update=ROW)
    if row is None:  # no answer names it any more
        return
    was_broken = row.broken_since is not None
    standing = judged(now, seen.state, row.failing_since, row.broken_since)
    row.state, row.code, row.moved_to = seen.state, seen.code, seen.moved_to
    row.failing_since, row.broken_since, row.due_at = (
        standing.failing_since, standing.broken_since, standing.due_at,
    )  # fmt: skip
    row.checked_at, row.leased_until = now, None
    if row.broken_since and not was_broken:
        await _tell(session, now, sorted(slugs), vocabulary)


async def _tell(session: AsyncSession, now: datetime, slugs: list[str], vocabulary: Vocabulary) -> None:
    keepers = await editors(session, vocabulary)
    given = await owners(session, keepers)
    live = await release_revisions(session, await live_release(session))
    for slug in (one for one in slugs if one in live):
        owner = given.get(slug)
        to = [owner.id] if owner and not owner.gone else [one.id for one in keepers]
        words = f"The link to the source of “{live[slug].title}” does not work any more."
        await notices.tell(session, now, to, words, f"/staff/answers/{slug}")
        await audit.record(session, now, "system", "answer.link_broken", f"answer:{slug}")


async def looks(session: AsyncSession, urls: Iterable[str]) -> list[SourceLink]:
    """What was seen at these addresses, those that trouble first."""
    query = select(SourceLink).where(SourceLink.url.in_(set(urls)), SourceLink.checked_at.is_not(None))
    found = (await session.execute(query)).scalars()
    return sorted(found, key=lambda row: (row.broken_since is None, row.state == WORKS, row.url))


async def troubled(session: AsyncSession) -> dict[str, SourceLink]:
    """The addresses that are broken or lead elsewhere."""
    query = select(SourceLink).where(or_(SourceLink.broken_since.is_not(None), SourceLink.state == MOVED))
    return {row.url: row for row in (await session.execute(query)).scalars()}


def why(row: SourceLink) -> str:
    """In words for editors, why a look failed."""
    code = row.code or ""
    if code in CODES:
        return CODES[code]
    return f"the site answered with error {code}" if row.state == FAILED else "the site lets no program look"
