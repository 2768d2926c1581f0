"""What people said of the answers, for those who write them: counts, and the questions that got a "no".

Scope is that of cases: one's areas, and what came from nobody knows where.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import cases_to_open
from handoff.conversations.model import Message
from handoff.feedback.barred import barred
from handoff.feedback.model import Feedback
from handoff.feedback.use import RIGHT as RIGHT
from handoff.feedback.use import Use, use_of
from handoff.staff.service import Member

MOST = 50
LONGEST_SHOWN = 600


@dataclass(frozen=True)
class Counts:
    """How many people said yes, and how many no."""

    yes: int = 0
    no: int = 0


@dataclass(frozen=True)
class Question:
    """What someone had asked who said "no". `words` is None where only advisers may read them.

    `case_id` is a case through which the reader may open the conversation; `seq` is the answer in it.
    """

    words: str | None
    at: datetime
    area: str | None
    revision_id: uuid.UUID | None
    seq: int
    case_id: uuid.UUID | None


@dataclass(frozen=True)
class Heard:
    """What was said of one answer: in all, by revision, the newest questions that got a "no"; its use."""

    total: Counts = field(default_factory=Counts)
    revisions: dict[uuid.UUID | None, Counts] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    use: Use = field(default_factory=Use)


async def counts(session: AsyncSession, who: Member) -> dict[str, Counts]:
    """By answer; only those anybody said something of, nothing for who may not read it."""
    if not who.may(RIGHT):
        return {}
    query = select(Feedback.slug, *_counted()).where(_in_reach_of(who)).group_by(Feedback.slug)
    return {slug: Counts(yes, no) for slug, yes, no in await session.execute(query)}


async def heard(session: AsyncSession, now: datetime, zone: ZoneInfo, who: Member, slug: str) -> Heard:
    """What was said of one answer and how it is used; showing what people asked goes on record."""
    theirs = (Feedback.slug == slug, _in_reach_of(who))
    query = select(Feedback.revision_id, *_counted()).where(*theirs).group_by(Feedback.revision_id)
    revisions = {revision: Counts(yes, no) for revision, yes, no in await session.execute(query)}
    total = Counts(sum(one.yes for one in revisions.values()), sum(one.no for one in revisions.values()))
    questions = await _questions(session, who, theirs) if total.no else []
    if questions:
        await audit.record(session, now, who.id, "feedback.read", f"answer:{slug}", questions=len(questions))
    return Heard(total, revisions, questions, await use_of(session, now, zone, who, slug))


def _counted() -> tuple[ColumnElement[int], ColumnElement[int]]:
    return func.count().filter(Feedback.helped), func.count().filter(~Feedback.helped)


def _in_reach_of(who: Member) -> ColumnElement[bool]:
    return or_(Feedback.area.is_(None), Feedback.area.in_(sorted(who.areas)))


async def _questions(
    session: AsyncSession, who: Member, theirs: tuple[ColumnElement[bool], ...]
) -> list[Question]:
    query = (
        select(Feedback, Message.seq)
        .join(Message, Message.id == Feedback.message_id)
        .where(*theirs, ~Feedback.helped)
        .order_by(Feedback.at.desc(), Message.seq.desc())
        .limit(MOST)
    )
    found = (await session.execute(query)).all()
    cases = await cases_to_open(session, who, {one.conversation_id for one, _ in found})
    return [
        Question(_shown(one.question), one.at, one.area, one.revision_id, seq, cases.get(one.conversation_id))
        for one, seq in found
    ]


def _shown(question: str | None) -> str | None:
    if question is None:
        return None
    words = barred(question)
    return words if len(words) <= LONGEST_SHOWN else words[:LONGEST_SHOWN].rstrip() + " …"
