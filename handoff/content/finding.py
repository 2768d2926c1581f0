"""The list of answers as somebody asked for it: narrowed and sorted, by words and beside those by meaning."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff.content import service
from handoff.content.comments import open_counts
from handoff.content.facts import Facts
from handoff.content.keeping import links, owners
from handoff.content.keeping.model import SourceLink
from handoff.content.keeping.owners import Owner
from handoff.content.keeping.rules import BEFORE_MONEY
from handoff.content.meaning import Meanings
from handoff.content.service import Row
from handoff.errors import Unprocessable
from handoff.feedback import service as feedback
from handoff.staff import service as staff
from handoff.staff.service import Member
from handoff.suggestions import service as suggestions

NEAR = 0.45  # how near a search must be to one of an answer's questions to be shown for its meaning
MOST_NEAR = 5
MINE, NOBODY = "me", "none"
SORTS = ("title", "review", "no", "unmet")
TICKS = ("overdue", "unhelpful", "unmet", "links", "money")
"""Past its review date or with a sum that has no known rate; somebody said "no"; asked what it did not meet;
a link to its source is broken or leads elsewhere; a sum that ends within 30 days, or has."""


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to, and its order.

    `owner` is a member of staff, "me" or "none"; `area` has words of its own; `before` is a day of review;
    `ticks` are those of TICKS that are ticked.
    """

    search: str = ""
    group: str = ""
    state: str = ""
    owner: str = ""
    writer: str = ""
    area: str = ""
    before: str = ""
    ticks: frozenset[str] = frozenset()
    sort: str = SORTS[0]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """From an address: q, group, state, owner, writer, area, before, sort, and 1 for each tick."""
        names = ("group", "state", "owner", "writer", "area", "before")
        plain = {name: query.get(name, "") for name in names}
        ticks = frozenset(name for name in TICKS if query.get(name) == "1")
        sort = query.get("sort", "")
        return cls(query.get("q", "")[:200], **plain, ticks=ticks, sort=sort if sort in SORTS else SORTS[0])

    @property
    def narrows(self) -> bool:
        """Whether more than words is asked for."""
        return replace(self, search="") != Wanted()

    @property
    def day(self) -> date | None:
        """Review dates up to this day. Unprocessable for what is none."""
        try:
            return date.fromisoformat(self.before) if self.before else None
        except ValueError:
            told = "before must be a date such as 2027-03-01."
            raise Unprocessable("bad_field", told, field="before") from None


@dataclass(frozen=True)
class Found:
    """The rows; those near in meaning, nearest first, `whole` once meanings are read; and by slug
    what is known of each: what people said of it, what they asked that it did not meet, how often they got it
    lately, whose it is, which of its links fail or lead elsewhere, and how many comments its draft has.

    `writers` wrote any of all, `keepers` may be given one. Of all answers, not only the rows: how many of
    each of TICKS, how many are the reader's, how many nobody's.
    """

    rows: list[Row] = field(default_factory=list)
    near: list[Row] = field(default_factory=list)
    whole: bool = True
    helped: Mapping[str, feedback.Counts] = field(default_factory=dict)
    unmet: Mapping[str, int] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    links: Mapping[str, SourceLink] = field(default_factory=dict)
    comments: Mapping[str, int] = field(default_factory=dict)
    writers: Mapping[uuid.UUID, str] = field(default_factory=dict)
    keepers: Mapping[uuid.UUID, str] = field(default_factory=dict)
    ticked: Mapping[str, int] = field(default_factory=dict)
    mine: int = 0
    nobodys: int = 0

    def owner(self, row: Row) -> Owner | None:
        """Whose an answer is; None also for one whose owner left."""
        owner = self.owners.get(row.slug)
        return None if owner is None or owner.gone else owner

    def no(self, row: Row) -> int:
        return self.helped[row.slug].no if row.slug in self.helped else 0


@dataclass(frozen=True)
class Asking:
    """Who asks for the list, on which day, and what it is made with."""

    who: Member
    today: date
    facts: Facts
    meanings: Meanings
    vocabulary: Vocabulary


async def find(session: AsyncSession, asking: Asking, wanted: Wanted) -> Found:
    """Answers that have every word; beside them the few whose questions mean nearly what is looked for."""
    listed = await service.listed(session, asking.today, asking.facts)
    found = await _known(session, asking, listed)
    ticks = {row.slug: _ticks(row, found, asking.today) for row in listed}
    kept = [
        row
        for row in listed
        if wanted.ticks <= ticks[row.slug]
        and _is_theirs(found.owner(row), wanted.owner, asking.who)
        and _fits(row, wanted)
    ]
    with_words = [row for row in kept if row.mentions(wanted.search)] if wanted.search else kept
    said = {row.slug for row in with_words}
    others = [row for row in kept if row.slug not in said] if wanted.search.strip() else []
    near = await _near(asking.meanings, wanted.search, others) if others else []
    standing = [found.owner(row) for row in listed if row.state != "withdrawn"]
    return replace(
        found,
        rows=sorted(with_words, key=_ORDERS[wanted.sort](found)),
        near=near or [],
        whole=near is not None,
        ticked=Counter(name for names in ticks.values() for name in names),
        mine=sum(_is_theirs(owner, MINE, asking.who) for owner in standing),
        nobodys=standing.count(None),
    )


async def _known(session: AsyncSession, asking: Asking, rows: Sequence[Row]) -> Found:
    keepers = await owners.editors(session, asking.vocabulary)
    troubled = await links.troubled(session)
    by_slug = ((row.slug, troubled[url]) for row in rows for url in row.sources if url in troubled)
    return Found(
        helped=await feedback.counts(session, asking.who),
        unmet=await suggestions.unmet_counts(session, asking.who),
        asked=await feedback.asked_lately(session, asking.today, asking.who),
        comments=await open_counts(session),
        owners=await owners.owners(session, keepers),
        links=dict(sorted(by_slug, key=lambda one: one[1].broken_since is not None)),  # a broken one stays
        writers=await staff.names(session, {row.writer for row in rows}),
        keepers={one.id: one.name for one in keepers},
    )


def _ticks(row: Row, found: Found, today: date) -> frozenset[str]:
    """Which of TICKS hold of an answer."""
    hold = {
        "overdue": row.overdue or row.figure_overdue_since is not None,
        "unhelpful": found.no(row) > 0,
        "unmet": row.slug in found.unmet,
        "links": row.slug in found.links,
        "money": row.figure_until is not None and row.figure_until <= today + BEFORE_MONEY[0],
    }
    return frozenset(name for name in TICKS if hold[name])


def _is_theirs(owner: Owner | None, wanted: str, who: Member) -> bool:
    if wanted == NOBODY:
        return owner is None
    return not wanted or (owner is not None and str(owner.id) == (str(who.id) if wanted == MINE else wanted))


def _fits(row: Row, wanted: Wanted) -> bool:
    return (
        wanted.group in ("", row.group)
        and wanted.state in ("", row.state)
        and wanted.writer in ("", str(row.writer))
        and (not wanted.area or wanted.area in row.areas)
        and (wanted.day is None or row.review_on <= wanted.day)
    )


_ORDERS: Mapping[str, Callable[[Found], Callable[[Row], Any]]] = {
    "title": lambda found: lambda row: (row.group, row.title.casefold()),
    "review": lambda found: lambda row: (row.review_on, row.title.casefold()),
    "no": lambda found: lambda row: (-found.no(row), row.title.casefold()),
    "unmet": lambda found: lambda row: (-found.unmet.get(row.slug, 0), row.title.casefold()),
}


async def _near(meanings: Meanings, words: str, rows: Sequence[Row]) -> list[Row] | None:
    """None while the live answers' questions are still being read."""
    index = await meanings.index()
    if index is None:
        return None
    [vector] = await meanings.encode([words])
    score = index.best(vector)
    near = [row for row in rows if score.get(row.slug, 0.0) >= NEAR]
    return sorted(near, key=lambda row: -score[row.slug])[:MOST_NEAR]
