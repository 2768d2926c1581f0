"""Hears that a message is not in English and is more than a greeting (data/screening/languages.yml).

By its script, or by its commonest words; an adviser reads what it hears the same day."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import yaml

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_LETTERS, _LEAST_DENSE_LETTERS = 8, 4
_LEAST_WORDS, _LEAST_KNOWN_WORDS = 4, 3
_DATA: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "data" / "screening" / "languages.yml").read_text(encoding="utf-8")
)
_SCRIPTS: dict[str, str] = _DATA["scripts"]
_ENGLISH = frozenset(_DATA["english"].split())
_WORD_SETS = {language: frozenset(words.split()) for language, words in _DATA["words"].items()}


def foreign_language(text: str) -> str | None:
    """The language (or script) of a message that is not English and more than a greeting, else None."""
    words = [word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", text))]
    return _by_script(text) or _by_words(words)


def _by_script(text: str) -> str | None:
    """A script other than Latin that carries at least eight letters and most of the message."""
    counts: dict[str, int] = {}
    letters = [char for char in text if char.isalpha()]
    for char in letters:
        if not char.isascii():
            script = unicodedata.name(char, "").split(" ")[0].split("-")[0]
            counts[script] = counts.get(script, 0) + 1
    found = {script: count for script, count in counts.items() if script in _SCRIPTS}
    if not found:
        return None
    script = max(found, key=lambda name: found[name])
    dense = script in ("CJK", "HANGUL", "HIRAGANA", "KATAKANA")
    enough = found[script] >= (_LEAST_DENSE_LETTERS if dense else _LEAST_LETTERS)
    return _SCRIPTS[script] if enough and 2 * found[script] >= len(letters) else None


def _by_words(words: list[str]) -> str | None:
    """A language whose commonest words are a third of the message or more, and outnumber English ones.

    Three words are enough when the language has them all.
    """
    if len(words) < _LEAST_KNOWN_WORDS:
        return None
    english = sum(word in _ENGLISH for word in words)
    for language, common in _WORD_SETS.items():
        hits = sum(word in common for word in words)
        distinct = len({word for word in words if word in common and word not in _ENGLISH})
        needed = len(words) if len(words) < _LEAST_WORDS else len(words) / 3
        if distinct >= 2 and hits >= needed and hits > english:
            return str(language)
    return None
