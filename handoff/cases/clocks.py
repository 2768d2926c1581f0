"""When a case is due: the sooner of what its reason and its level ask for (data/vocabulary.yml)."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.vocabulary import Vocabulary
from handoff.content.areas import WEEKDAYS, Area, clock_words, closed_at, is_open, opens_at


def due_at(vocabulary: Vocabulary, reason: str, level: str, now: datetime, area: Area) -> datetime:
    """The instant by which an adviser must have claimed the case."""
    because = vocabulary.reasons[reason]
    how_bad = vocabulary.levels[level]
    due = []
    if because.due_minutes is not None:
        due.append(_open_minutes_after(now, because.due_minutes, area))
    if because.due_working_days is not None:
        due.append(working_days_after(now, because.due_working_days, area))
    if how_bad.clock == "working_day":
        due.append(working_days_after(now, 0, area))
    elif how_bad.claim_minutes is not None:
        due.append(now + timedelta(minutes=how_bad.claim_minutes))
    return min(due)


def _open_minutes_after(now: datetime, minutes: int, area: Area) -> datetime:
    """`minutes` later, counted only while the area is open."""
    at, left = now, timedelta(minutes=minutes)
    while True:
        if not is_open(area, at):
            at = opens_at(area, at)
        closing = _closes_at(area, at)
        if at + left <= closing:
            return at + left
        left -= closing - at
        at = closing


def open_hours_before(at: datetime, hours: int, area: Area) -> datetime:
    """`hours` earlier, counted only while the area is open; `at` itself where it has not been open lately."""
    left = timedelta(hours=hours)
    while closing := at if is_open(area, at) else closed_at(area, at):
        opening = _opened_at(area, closing)
        if closing - left >= opening:
            return closing - left
        left -= closing - opening
        at = opening - timedelta(microseconds=1)
    return at


def working_days_after(now: datetime, days: int, area: Area) -> datetime:
    """The close of the working day that is `days` working days after this one.

    This one is today while the area is open or still opens today, however late it is, else the next.
    """
    at = now if is_open(area, now) else opens_at(area, now)
    for _ in range(days):
        at = opens_at(area, _closes_at(area, at))
    return _closes_at(area, at)


def _opened_at(area: Area, by_day: datetime) -> datetime:
    local = by_day.astimezone(area.timezone)
    return datetime.combine(local.date(), area.opening[local.weekday()][0], tzinfo=area.timezone)


def _closes_at(area: Area, open_at: datetime) -> datetime:
    local = open_at.astimezone(area.timezone)
    closing = area.opening[local.weekday()][1]
    return datetime.combine(local.date(), closing, tzinfo=area.timezone)


def in_words(at: datetime, now: datetime, area: Area) -> str:
    """An instant to come, as people say it there: "2.30pm today", "9.30am tomorrow", "5pm on Tuesday"."""
    local = at.astimezone(area.timezone)
    ahead = (local.date() - now.astimezone(area.timezone).date()).days
    when = clock_words(local.time())
    if ahead <= 0:
        return f"{when} today"
    if ahead == 1:
        return f"{when} tomorrow"
    return f"{when} on {WEEKDAYS[local.weekday()]}" + ("" if ahead < 7 else f" {local.day} {local:%B}")
