"""What changed between two texts, word by word, for showing them side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `changed` when the other text does not have it."""

    text: str
    changed: bool


def difference(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces: joined, each side's pieces are that text."""
    before, after = _words(old), _words(new)
    left, right = [], []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if a < b:
            left.append(Piece("".join(before[a:b]), tag != "equal"))
        if c < d:
            right.append(Piece("".join(after[c:d]), tag != "equal"))
    return left, right


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)
