"""When staff are reminded, until when a signed-off answer is good, and when a link counts as broken.

Pure: days and moments in, decisions out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handoff.content.keeping.model import FAILED

BEFORE_REVIEW = timedelta(days=14)
BEFORE_MONEY = (timedelta(days=30), timedelta(days=7))
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
SHORTEST, LONGEST = timedelta(days=30), timedelta(days=366)
FURTHEST = timedelta(days=2 * 366)
"""How far off an editor may set the next review."""


def review_step(today: date, review_on: date) -> int | None:
    """Which reminder of a review is due: -1 from 14 days before, 0 from the day, 1 a week later and so on.

    After days on which nobody looked the newest alone is due.
    """
    if today < review_on - BEFORE_REVIEW:
        return None
    return -1 if today < review_on else (today - review_on) // WEEK


def money_step(today: date, last: date) -> int | None:
    """Which reminder of a sum's last day is due: -2 from 30 days before, -1 from 7, 0 once it is over."""
    if today > last:
        return 0
    far, near = BEFORE_MONEY
    if today >= last - near:
        return -1
    return -2 if today >= last - far else None


def next_review(today: date, checked: date, review_on: date, rates_end: Iterable[date]) -> date:
    """When to look again at what is right today: after as long as it was given before (30 days to a year), or
    the day after the last of a sum that it names, if that is sooner."""
    usual = today + min(max(review_on - checked, SHORTEST), LONGEST)
    return min([usual, *(last + DAY for last in rates_end if last > today)])


@dataclass(frozen=True)
class Standing:
    """What a look at a link comes to: since when it fails, since when it is broken, and the next look."""

    failing_since: datetime | None
    broken_since: datetime | None
    due_at: datetime


def judged(
    now: datetime, state: str, failing_since: datetime | None, broken_since: datetime | None
) -> Standing:
    """A link that works is looked at weekly; one that fails the next day again, and if it fails then too, a
    day or more after it first did, it is broken."""
    if state != FAILED:
        return Standing(None, None, now + WEEK)
    since = failing_since or now
    if now - since >= DAY:
        return Standing(since, broken_since or since, now + DAY)
    return Standing(since, None, since + DAY)
