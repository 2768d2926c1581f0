"""Times as people at work read them: how long someone has waited, how soon a case is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from handoff.cases.clocks import in_words
from handoff.content.areas import Area, clock_words

HEARD = {
    "phrases": "heard by the phrases",
    "model": "heard by the model",
    "language": "heard by the language check",
    "choice": "tapped",
    "context": "heard over several messages",
    "neet": "heard by the check for leaving work or learning",
    "failure": "screening failed: read it yourself",
}
"""Which detector made a finding."""
ACTIVITY_GROUPS = {
    "compulsory": "Up to Year 11",
    "education": "In education",
    "employment": "In employment",
    "training": "In training",
    "re_engagement": "Re-engagement",
    "neet": "Not in education, employment or training",
    "neither": "Neither",
    "not_known": "Not known",
}
SOON = timedelta(minutes=10)
_COUNT_DOWN = timedelta(minutes=90)


def span(length: timedelta) -> str:
    """A stretch of time in one or two units: "under a minute", "12 min", "2 h 5 min", "3 days"."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days = hours // 24
    return f"{days} day" + ("s" if days > 1 else "")


def due(at: datetime, now: datetime, area: Area) -> str:
    """When a case must be taken: "overdue by 3 min", "due in 12 min", "due 5pm on Tuesday"."""
    if at <= now:
        return f"overdue by {span(now - at)}"
    if at - now < _COUNT_DOWN:
        return f"due in {span(at - now)}"
    return f"due {in_words(at, now, area)}"


def due_tone(at: datetime, now: datetime) -> str:
    """`overdue`, `soon`, or `later`."""
    return "overdue" if at <= now else "soon" if at - now <= SOON else "later"


def moment(at: datetime, area: Area) -> str:
    """The time of a message where the adviser works: "2.31pm"."""
    return clock_words(at.astimezone(area.timezone).time())


def day(at: datetime, area: Area) -> str:
    """The day of a message: "Sunday 22 November"."""
    local = at.astimezone(area.timezone)
    return f"{local:%A} {local.day} {local:%B}"
