"""What somebody of 16 writes to register, message by message."""

from __future__ import annotations

import re
from datetime import date

REFERENCE = re.compile(r"Your reference is (WAY-\w{6})")


def form(name: str) -> list[str]:
    """All messages, from the wish to the last yes (a name is registered only once)."""
    return [
        "i need to register to get benefits",
        name,
        about_sixteen(),
        "NW1 2DB",
        "07700 900123",
        "At school or college",
        "since july",
        "no",
        "i have no support from my parents",
        "yes",
        "no",
        "yes that's right",
    ]


def about_sixteen() -> str:
    """A date of birth of someone who is 16 today."""
    today = date.today()
    return f"3 January {today.year - 16}" if today > date(today.year, 1, 3) else f"3 June {today.year - 17}"
