"""The form's rules: what is still to ask, what one message answers at once, what a doubt is settled by. Pure.

Values are those of accepted answers, by field (handoff/registrations/fields.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date

from handoff.content.areas import Area
from handoff.registrations.borough import place_of
from handoff.registrations.fields import FIELDS, Known, read
from handoff.registrations.postcode import Place, authority_of
from handoff.registrations.reading import Accepted, Problem

BOROUGH = "borough"
VOLUNTEERED = ("date_of_birth", "postcode", "contact")
"""What people put behind their name without being asked; each looks like nothing else."""
_PARTS = re.compile(r"\s*[,;\n]\s*|\s+(?:and|born|dob)\s+(?=\S*\d)|\s+(?=born\b)")
_STANDS = re.compile(
    r"\W*(?:(?:the|that|this|my) )?date(?: is)?(?: (?:right|correct|fine|ok))?\W*", re.IGNORECASE
)
_YES = re.compile(
    r"\W*(?:y|ye|yes|yeah|yh|yep|yup|correct|that'?s right|its right|it'?s right)\b.*", re.IGNORECASE
)
_AGE_AGAIN = re.compile(
    r"\W*(?:i'?m |i am |my age(?: is| right)?\b|age\b|the age\b)?(?:\W*1\d)?(?: is (?:right|correct))?\W*",
    re.I,
)


def home_of(values: Mapping[str, str], areas: Mapping[str, Area]) -> Place | None:
    """Where they live: as the list of postcodes says, else as they do; None while neither is known."""
    listed = authority_of(values["postcode"], areas) if "postcode" in values else None
    return listed or (place_of(values[BOROUGH], areas) if BOROUGH in values else None)


def missing(values: Mapping[str, str], areas: Mapping[str, Area]) -> list[str]:
    """The fields still to ask, in the form's order."""
    settled = "postcode" not in values or home_of(values, areas) is not None
    return [field for field in FIELDS if field not in values and not (field == BOROUGH and settled)]


def apart(text: str, known: Known) -> tuple[str, dict[str, Accepted]]:
    """The name in an answer to the first question, and what else was said behind it, by field."""
    name, *rest = _PARTS.split(text)
    found: dict[str, Accepted] = {}
    for part in rest:
        for field in VOLUNTEERED:
            answer = read(field, part, known) if re.search(r"\d|@", part) else None
            if field not in found and isinstance(answer, Accepted):
                found[field] = answer
                break
        else:
            return text, {}
    return (name, found) if found else (text, {})


def settled_date(text: str, doubted: str) -> str | Problem:
    """What was meant by the answer to "which is right, your age or the date?": a date to read, or the age."""
    said = text.replace("’", "'")
    if _STANDS.fullmatch(said) or _YES.fullmatch(said):
        return doubted
    return Problem("date_again") if _AGE_AGAIN.fullmatch(said) else text


def dropped_with(field: str) -> Collection[str]:
    """Answers that stand no longer when another is given anew."""
    return (BOROUGH,) if field == "postcode" else ()


def born(values: Mapping[str, str]) -> date:
    return date.fromisoformat(values["date_of_birth"])
