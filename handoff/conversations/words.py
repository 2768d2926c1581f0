"""What counts as a person's words: normalising, and what is too little or too much for one message."""

from __future__ import annotations

import unicodedata

LONGEST = 5_000
_KEPT_CONTROLS = {"\n", "\t"}
_JOINERS = {"\u200c", "\u200d"}  # join emoji and letters of some scripts


def normalise(text: str) -> str:
    """NFC, without control and invisible characters or lone surrogates; outer white space goes.

    A text of nothing but what cannot be seen becomes empty.
    """
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
        if character in _KEPT_CONTROLS
        or character in _JOINERS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return kept.strip() if any(not c.isspace() and c not in _JOINERS and not _filler(c) for c in kept) else ""


def _filler(character: str) -> bool:
    """Letters that show nothing: Hangul fillers, Braille blank, variation selectors."""
    return character in "\u115f\u1160\u3164\uffa0\u2800" or "\ufe00" <= character <= "\ufe0f"


def defused(text: str) -> str:
    """The text as Rasa may read it: a leading slash would name an intent."""
    return text.lstrip("/ \n\t") or "..."
