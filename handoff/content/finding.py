"""The list of answers as somebody asked for it: by words and, beside those, by meaning."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content import service
from handoff.content.facts import Facts
from handoff.content.meaning import Meanings
from handoff.content.service import Row
from handoff.errors import Unprocessable
from handoff.feedback import service as feedback
from handoff.staff import service as staff
from handoff.staff.service import Member

NEAR = 0.45  # how near a search must be to one of an answer's questions to be shown for its meaning
MOST_NEAR = 5


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; `said` has the filters that need an answer's text."""

    said: Mapping[str, Any]
    owner: str = ""
    before: str = ""
    unhelpful: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """From an address: q, group, state, overdue=1, owner, before (a day), unhelpful=1."""
        said = {
            "search": query.get("q", "")[:200],
            "group": query.get("group", ""),
            "state": query.get("state", ""),
            "overdue": query.get("overdue") == "1",
        }
        owner, before = query.get("owner", ""), query.get("before", "")
        return cls(said, owner, before, query.get("unhelpful") == "1")

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
    """The rows; those near in meaning, nearest first; what people said of each; and who wrote any of all."""

    rows: list[Row]
    near: list[Row]
    helped: Mapping[str, feedback.Counts]
    owners: Mapping[uuid.UUID, str]


async def find(
    session: AsyncSession, who: Member, today: date, facts: Facts, meanings: Meanings, wanted: Wanted
) -> Found:
    """Answers that have every word; beside them the few whose questions mean nearly what is looked for."""
    helped = await feedback.counts(session, who)
    words, day = str(wanted.said["search"]), wanted.day
    listed = await service.listed(session, today, facts, **{**wanted.said, "search": ""})
    owners = await staff.names(session, {row.owner for row in listed})
    kept = [
        row
        for row in listed
        if wanted.owner in ("", str(row.owner))
        and (day is None or row.review_on <= day)
        and (not wanted.unhelpful or (row.slug in helped and helped[row.slug].no))
    ]
    if not words.strip():
        return Found(kept, [], helped, owners)
    with_words = [row for row in kept if row.mentions(words)]
    others = [row for row in kept if not row.mentions(words)]
    return Found(with_words, await _near(meanings, words, others), helped, owners)


async def _near(meanings: Meanings, words: str, rows: Sequence[Row]) -> list[Row]:
    index = await meanings.index()
    if index is None:
        return []
    [vector] = await meanings.encode([words])
    score = index.best(vector)
    near = [row for row in rows if score.get(row.slug, 0.0) >= NEAR]
    return sorted(near, key=lambda row: -score[row.slug])[:MOST_NEAR]
