"""How an answer is used, counted from what is kept of conversations anyway: no page counts anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff.conversations.model import BOT_AUTHOR, EVERYONE, Conversation, Message, of_kind
from handoff.staff.service import Member

RIGHT = "feedback.read"
WEEKS = 12
LATELY = timedelta(weeks=4)
FEW = 5
PERSON = "talk-to-person"
RIGHT_AFTER = timedelta(hours=1)
AGAIN = timedelta(days=1)
Given = tuple[datetime, str, str | None, str | None, datetime | None]
"""When an answer was given, by which channel and in which area; the next answer in the talk, and when."""


@dataclass(frozen=True)
class Use:
    """How often people of one's areas got an answer in the last WEEKS weeks: by week (its Monday, oldest
    first), channel and area; how often a person (`passed`) or the same `again` was what they got next."""

    weeks: Mapping[date, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    areas: Mapping[str | None, int] = field(default_factory=dict)
    passed: int = 0
    again: int = 0

    @property
    def total(self) -> int:
        return sum(self.weeks.values())

    @property
    def most(self) -> int:
        """The count of the fullest week, at least 1."""
        return max(1, *self.weeks.values())

    def few(self, area: str | None) -> str:
        """The count of one area in words, small ones not exactly."""
        count = self.areas.get(area, 0)
        return str(count) if count >= FEW else f"fewer than {FEW}"


async def use_of(session: AsyncSession, now: datetime, zone: ZoneInfo, who: Member, slug: str) -> Use:
    """The counts of one answer; weeks are those of `zone`, the last one not over yet."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    since = datetime.combine(weeks[0], time(), zone)
    given, then = Message, aliased(Message)
    query = (
        select(given.at, Conversation.channel, Conversation.area, then.answer, then.at)
        .join(Conversation, Conversation.id == given.conversation_id)
        .outerjoin(then, (then.conversation_id == given.conversation_id) & (then.seq == _next_answer()))
        .where(*_is_answer(given), given.answer == slug, given.at >= since, _in_reach_of(who))
    )
    rows: list[Given] = [(*row,) for row in await session.execute(query)]
    days = Counter(at.astimezone(zone).date() for at, *_ in rows)
    by_week = Counter[date]()
    for day, count in days.items():
        by_week[day - timedelta(days=day.weekday())] += count
    return Use(
        {week: by_week[week] for week in weeks},
        Counter(channel for _, channel, *_ in rows),
        Counter(area for _, _, area, *_ in rows),
        _came_next(rows, PERSON, RIGHT_AFTER),
        _came_next(rows, slug, AGAIN),
    )


def _came_next(rows: Iterable[Given], answer: str, within: timedelta) -> int:
    return sum(bool(then == answer and later and later - at <= within) for at, _, _, then, later in rows)


async def asked_lately(session: AsyncSession, today: date, who: Member) -> dict[str, int]:
    """How often each answer was given in the last four weeks, by slug; nothing for who may not read it."""
    if not who.may(RIGHT):
        return {}
    since = datetime.combine(today - LATELY, time(), UTC)
    query = (
        select(Message.answer, func.count())
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*_is_answer(Message), Message.at >= since, _in_reach_of(who))
        .group_by(Message.answer)
    )
    return {str(slug): count for slug, count in await session.execute(query)}


def _is_answer(message: type[Message]) -> tuple[ColumnElement[bool], ...]:
    return of_kind(message, "answer"), message.author == BOT_AUTHOR, message.audience == EVERYONE


def _next_answer() -> ColumnElement[int]:
    """The number of the next answer in the conversation of a message."""
    later = aliased(Message)
    query = select(func.min(later.seq)).where(
        *_is_answer(later), later.conversation_id == Message.conversation_id, later.seq > Message.seq
    )
    return query.correlate(Message).scalar_subquery()


def _in_reach_of(who: Member) -> ColumnElement[bool]:
    return or_(Conversation.area.is_(None), Conversation.area.in_(sorted(who.areas)))
