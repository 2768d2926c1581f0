"""What changed between two texts, word by word, for showing them side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

ENOUGH_WORDS = 3


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `changed` when the other text does not have it."""

    text: str
    changed: bool


def difference(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces: joined, each side's pieces are that text."""
    before, after = _words(old), _words(new)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    left: list[Piece] = []
    right: list[Piece] = []
    for number, (tag, a, b, c, d) in enumerate(steps):
        between = 0 < number < len(steps) - 1
        changed = tag != "equal" or (between and _is_small(before[a:b]))
        _add(left, "".join(before[a:b]), changed)
        _add(right, "".join(after[c:d]), changed)
    return left, right


def _is_small(words: list[str]) -> bool:
    """Too little in common, between two changes, to help a reader."""
    return sum(word.isalnum() for word in words) < ENOUGH_WORDS


def _add(pieces: list[Piece], text: str, changed: bool) -> None:
    if text and pieces and pieces[-1].changed == changed:
        text = pieces.pop().text + text
    if text:
        pieces.append(Piece(text, changed))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)
