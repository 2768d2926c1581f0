"""How names are compared, however they were typed: without case, accents and marks."""

from __future__ import annotations

import re
import unicodedata

_NOT_LETTERS = re.compile(r"[^\w]+|_", re.UNICODE)
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`ʼ"), None)


def folded(text: str) -> str:
    """Letters and digits only, small, without accents: the whole name in one piece."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in plain if char.isalnum())
    return kept or text.strip().casefold()


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name or text, folded; a hyphen parts two words, an apostrophe belongs to its word."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_APOSTROPHES))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(_NOT_LETTERS.sub(" ", bare).split())
