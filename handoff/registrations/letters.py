"""The support letter: an area's template, what is filled in, and the letter as a document."""

from __future__ import annotations

import re
from datetime import date

from handoff.content.areas import Area
from handoff.days import day_words
from handoff.registrations.documents import Document
from handoff.registrations.model import Registration, SupportLetter

LONGEST = 5_000
_WORD = re.compile(r"\{(\w+)\}")
_TO_WRITE = re.compile(r"\[[^\]\n]{0,500}\]")


def filled_in(template: str, registration: Registration, area: Area, adviser: str) -> str:
    """The template with its {words} filled in once: what is filled in is not read again."""
    words = {
        "name": registration.name,
        "date_of_birth": day_words(date.fromisoformat(registration.date_of_birth)),
        "reference": registration.reference,
        "registered_on": day_words(registration.registered_on),
        "area": area.name,
        "phone": area.phone,
        "adviser": adviser,
    }
    text = _WORD.sub(lambda match: words.get(match[1], match[0]), template.strip())
    return re.sub(r"(?<=[^\n.,:;])\n(?=[a-z])", " ", text)


def unwritten(text: str) -> bool:
    """Whether a part that was the adviser's to write still stands in its square brackets."""
    return bool(_TO_WRITE.search(text))


def as_document(letter: SupportLetter, registration: Registration, area: Area) -> Document:
    """The letter as it was worded and dated."""
    lines = (" ".join(line.split()) for line in letter.text.splitlines())
    return Document(
        title="Letter of support",
        authority=area.name,
        foot=f"{registration.reference}, {area.name}",
        intro=[day_words(letter.dated_on)],
        closing=[line for line in lines if line],
    )
