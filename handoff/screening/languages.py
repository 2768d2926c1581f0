"""The words and scripts that languages are known by (data/screening/languages.yml, sealed), indexed by word.

The only reader of that file; what follows from them is decided in `language`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from handoff.screening import sets

SHORTEST_BEGINNING = 4
Codes = frozenset[str]

# Combining vowel signs of the Indian scripts are parts of words, though no letters.
_WORD = re.compile(r"(?:[^\W_]|[\u0900-\u0dff])+")
_PLAIN = str.maketrans({"ł": "l", "ı": "i", "đ": "d", "ə": "e", "ß": "ss", "æ": "ae", "ø": "o"})


def words_of(text: str) -> list[str]:
    """The words of a text in small letters and without accents; numbers are left out."""
    apart = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(char for char in apart if unicodedata.category(char) != "Mn").translate(_PLAIN)
    return [word for word in _WORD.findall(plain) if not word.isdigit()]


def written(text: str) -> list[str]:
    """The same words as they are written, accents included."""
    composed = unicodedata.normalize("NFC", text.casefold())
    return [word for word in _WORD.findall(composed) if not word.isdigit()]


class NoLanguages(LookupError):
    """The lists of languages cannot be used."""


class Languages:
    """Every language that can be heard. Words are as `words_of` gives them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        languages = data["languages"]
        self.names: dict[str, str] = {code: one["name"] for code, one in languages.items()}
        self.letters = {code: frozenset(one.get("letters", "")) for code, one in languages.items()}
        self.agreeing = {
            code: frozenset(words_of(one.get("agreeing", ""))) for code, one in languages.items()
        }
        self.greetings = _index(languages, "greetings")
        self.short = _index(languages, "short")
        self.english, self.neutral, self.loans = (
            frozenset(words_of(data[name])) for name in ("english", "neutral", "loans")
        )
        self.dense, self.whole = frozenset(data["dense"]), frozenset(data["whole"])
        self._joined = {code: _joined(languages[code]["greetings"]) for code in data["unspaced"]}
        self.scripts: dict[str, list[tuple[str, frozenset[str]]]] = {
            script: [(option["language"], frozenset(option.get("letters", ""))) for option in options]
            for script, options in data["scripts"].items()
        }
        whole = _index(languages, "words")
        # A word of greeting says a language as clearly as any other, unless it is one of its `short` ones.
        self._words = {
            word: whole.get(word, frozenset())
            | (self.greetings.get(word, frozenset()) - self.short.get(word, frozenset()))
            for word in {*whole, *self.greetings}
        }
        self._beginnings = _index(languages, "words", beginnings=True)
        self._first_letters = frozenset(word[:SHORTEST_BEGINNING] for word in self._beginnings)

    def of(self, word: str) -> Codes:
        """The languages that a word clearly belongs to."""
        found = self._words.get(word, frozenset())
        if word[:SHORTEST_BEGINNING] in self._first_letters:
            for end in range(SHORTEST_BEGINNING, len(word) + 1):
                found |= self._beginnings.get(word[:end], frozenset())
        return found

    def greets(self, word: str, code: str) -> bool:
        """Whether a word is one of greeting, thanks, yes or no in a language."""
        joined = self._joined.get(code)
        return code in self.greetings.get(word, frozenset()) or bool(joined and joined.fullmatch(word))


def _index(
    languages: Mapping[str, Mapping[str, Any]], kind: str, *, beginnings: bool = False
) -> dict[str, Codes]:
    found: dict[str, set[str]] = {}
    for code, language in languages.items():
        for word in _entries(str(language.get(kind, "")).split(), beginnings):
            found.setdefault(word, set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items()}


def _joined(greetings: str) -> re.Pattern[str]:
    """Greetings of a language without spaces, several as one; a sign alone may change its neighbour."""
    longest_first = sorted((word for word in words_of(greetings) if len(word) > 1), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})++")


def _entries(entries: Iterable[str], beginnings: bool) -> list[str]:
    return [word for entry in entries if entry.endswith("*") is beginnings for word in words_of(entry)]


def shipped_languages() -> Languages:
    """The shipped lists, read once in a process. NoLanguages when they are not as they were approved: then
    every message goes to an adviser, as with phrases."""
    known = _read(sets.SHIPPED)
    if known is None:
        raise NoLanguages
    return known


@cache
def _read(folder: Path) -> Languages | None:
    return sets.made_of(Languages, sets.LANGUAGES, folder=folder, lost="no language can be heard")
