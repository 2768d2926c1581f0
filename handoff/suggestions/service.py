"""What editors can do about questions that no answer met: see them, use them for a draft, dismiss them, undo."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.conversations.model import Conversation
from handoff.feedback import service as feedback
from handoff.staff.service import Member
from handoff.suggestions.model import Unmet

FEWEST = 3
"""People who asked nearly the same before any of their words are shown: fewer might be known by them."""
NEAR_ENOUGH = 45
"""Hundredths from which a group is told of at an answer: as near as a search finds it."""


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
