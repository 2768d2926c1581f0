"""Days as staff type them and lists hold them, the British way round, and as they are said in words."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

_FORMS = (
    "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y",
    "%d/%m/%y", "%d-%b-%y",
)  # fmt: skip
_TIME = re.compile(r"[T ]\d\d:\d\d(:\d\d)?.*$")


@lru_cache(maxsize=4096)
def day_in(text: str) -> date | None:
    """The day that a text is; the time that a spreadsheet adds is left off. None for no day of our time.

    For whom the assistant talks with see registrations/birthday.py: they are asked again rather than guessed.
    """
    bare = _TIME.sub("", text.strip())
    for form in _FORMS:
        try:
            day = datetime.strptime(bare, form).date()
        except ValueError:
            continue
        if 1900 <= day.year <= 2100:
            return day
    return None


def day_words(day: date) -> str:
    """As people write it: 3 February 2010."""
    return f"{day.day} {day:%B %Y}"
