"""Answers of the form as they are read, on a day and in areas that stay the same."""

from __future__ import annotations

from datetime import date

from handoff.content.areas import load_areas
from handoff.registrations.fields import Known, read
from handoff.registrations.reading import Accepted

AREAS = load_areas()
TODAY = date(2026, 11, 22)
CHAT = Known(TODAY, AREAS)
TEXTER = Known(TODAY, AREAS, texting_from="+447700900111")


def value(field: str, text: str, known: Known = CHAT) -> str:
    """What is kept of an answer, or the code of why it is not taken."""
    found = read(field, text, known)
    return found.value if isinstance(found, Accepted) else found.code
