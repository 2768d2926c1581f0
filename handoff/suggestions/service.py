"""What editors can see of questions that no answer met; `deciding` has what they can do about them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.content.checks import asked_as
from handoff.conversations.model import Conversation
from handoff.feedback import service as feedback
from handoff.staff import service as staff
from handoff.staff.service import Member
from handoff.suggestions.asked import may_be_read
from handoff.suggestions.model import Suggestion, Unmet
from handoff.suggestions.reading import Reading

FEWEST = 3
"""Chats and phones that asked nearly the same before any of the words are shown: fewer might be known by
them. Somebody who comes back to the chat is counted again, so it is not this that keeps a name unseen."""
NEAR_ENOUGH = 45
"""Hundredths from which a group is told of at an answer: as near as a search finds it."""
WORDINGS = 5
MOST_GROUPS = 20
LATELY = timedelta(days=14)
MOST_DECIDED = 20
Rows = Sequence[tuple[Unmet, uuid.UUID]]


@dataclass(frozen=True)
class Group:
    """Questions that mean nearly the same: how many chats and phones asked, when first and last, why each was
    unmet (chats and phones by code), the nearest answer and how near (hundredths), the most typical words."""

    id: uuid.UUID
    people: int
    first: datetime
    last: datetime
    why: Mapping[str, int]
    slug: str | None
    near: int
    wordings: Sequence[str]


@dataclass(frozen=True)
class Listed:
    """The groups that may be shown, those most people asked first; `more` are not on the page, `hidden` were
    asked by too few people each, and `ready` is false while words are still being read."""

    groups: Sequence[Group]
    more: int
    hidden: int
    ready: bool


async def listed(
    session: AsyncSession, now: datetime, who: Member, reading: Reading, slug: str = ""
) -> Listed:
    """What people of one's areas asked and got no good answer to, near one answer or any; the look is on
    record."""
    by_group: dict[uuid.UUID, list[tuple[Unmet, uuid.UUID]]] = {}
    for row, person in await _rows(session, who):
        if not slug or (row.slug == slug and row.near >= NEAR_ENOUGH):
            by_group.setdefault(row.group_id, []).append((row, person))
    found = [rows for rows in by_group.values() if _people(rows) >= FEWEST]
    found.sort(key=lambda rows: (-_people(rows), rows[0][0].group_id))
    groups = [_group(rows, reading) for rows in found[:MOST_GROUPS]] if reading.ready else []
    if groups:
        await audit.record(session, now, who.id, "suggestions.read", "suggestions", groups=len(groups))
    return Listed(groups, len(found) - len(groups), len(by_group) - len(found), reading.ready)


async def group_of(session: AsyncSession, who: Member, group_id: uuid.UUID) -> Rows:
    """The open questions of a group that somebody may see, the most typical first; none where too few are."""
    rows = await _rows(session, who, Unmet.group_id == group_id)
    return rows if _people(rows) >= FEWEST else []


async def decided(session: AsyncSession, now: datetime, who: Member) -> list[tuple[Suggestion, str]]:
    """What was decided lately about questions of one's areas, or by oneself, and by whom; newest first."""
    theirs = exists().where(Unmet.suggestion_id == Suggestion.id, in_reach_of(who))
    query = select(Suggestion).where(
        Suggestion.undone_at.is_(None),
        Suggestion.at > now - LATELY,
        or_(theirs, Suggestion.by_id == who.id),
    )
    newest = query.order_by(Suggestion.at.desc(), Suggestion.id).limit(MOST_DECIDED)
    found = list((await session.execute(newest)).scalars())
    names = await staff.names(session, [one.by_id for one in found])
    return [(one, names.get(one.by_id, "A colleague")) for one in found]


async def unmet_counts(session: AsyncSession, who: Member) -> dict[str, int]:
    """How many people asked something near an answer that it did not meet, by the answer's slug.

    Counts the groups that the reader is shown: of their areas, undecided, of FEWEST people or more.
    """
    if not who.may(feedback.RIGHT):
        return {}
    people = func.count(Conversation.contact_id.distinct())
    groups = (
        select(Unmet.slug, people.label("people"))
        .join(Conversation, Conversation.id == Unmet.conversation_id)
        .where(Unmet.suggestion_id.is_(None), Unmet.near >= NEAR_ENOUGH, in_reach_of(who))
        .group_by(Unmet.group_id, Unmet.slug)
        .having(people >= FEWEST)
        .subquery()
    )
    query = select(groups.c.slug, func.sum(groups.c.people)).group_by(groups.c.slug)
    return {slug: int(count) for slug, count in await session.execute(query)}


def in_reach_of(who: Member) -> ColumnElement[bool]:
    """Questions of one's areas, and those that came from nobody knows where."""
    return or_(Unmet.area.is_(None), Unmet.area.in_(sorted(who.areas)))


async def _rows(session: AsyncSession, who: Member, *only: ColumnElement[bool]) -> Rows:
    """Open questions with who asked; looked at anew whether they may be read."""
    query = (
        select(Unmet, Conversation.contact_id)
        .join(Conversation, Conversation.id == Unmet.conversation_id)
        .where(Unmet.suggestion_id.is_(None), in_reach_of(who), *only)
        .where(may_be_read(Unmet.message_id, Conversation.contact_id))
        .order_by(Unmet.typical.desc(), Unmet.message_id)
    )
    return [(row, person) for row, person in await session.execute(query)]


def _people(rows: Rows) -> int:
    return len({person for _, person in rows})


def _group(rows: Rows, reading: Reading) -> Group:
    first = rows[0][0]
    why = Counter(code for code, _ in {(row.why, person) for row, person in rows})
    times = [row.at for row, _ in rows]
    return Group(
        first.group_id,
        _people(rows),
        min(times),
        max(times),
        why,
        first.slug,
        first.near,
        list(words_of(rows, reading))[:WORDINGS],
    )


def words_of(rows: Rows, reading: Reading) -> Iterator[str]:
    """What was asked, each wording once, the most typical first, as editors may read it."""
    said = set()
    for row, _ in rows:
        words = reading.shown(row.message_id)
        if words and asked_as(words) not in said:
            said.add(asked_as(words))
            yield words
