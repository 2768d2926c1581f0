"""Turns what someone typed into plain words that phrases can match, each knowing where it stood.

Undoes what hides words: case, accents, leet, spacing, repeats, glued words, text-speak, misspellings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_APOSTROPHES = frozenset("'`\u00b4\u02bc\u2018\u2019\u2032\uff07")
_PLAIN = {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "\u0640": "", "ى": "ي", "ة": "ه"}
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_L = str.maketrans("013457@$!", "oleastasi")
_INNER = frozenset("@$!*#")
_RUN = re.compile(r"(.)\1+")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_LONGEST_WORD = 64
# Scripts without spaces are read sign by sign: Thai, kana, Chinese characters.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CYRILLIC_TWINS = str.maketrans("аеорсухіѕ", "aeopcyxis")


@dataclass(frozen=True, slots=True)
class Word:
    """A plain word and the half-open range of the original text it came from."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """One character folded: compatibility forms, case, accents and invisible characters gone."""
    if char in _APOSTROPHES:
        return ""
    out = []
    for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", char).casefold()):
        kind = unicodedata.category(part)
        indic = "\u0900" <= part <= "\u0dff"
        if kind == "Cf" or (kind == "Mn" and not indic):
            continue
        out.append(_PLAIN.get(part, part))
    return "".join(out)


def _is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in ("Mc", "Mn")


class Spelling:
    """The words phrases know, and how people write them.

    `respell` maps a written form to the plain words it stands for; `fuzzy` are words that matter so much that
    one wrong, missing, extra or swapped letter is forgiven; `fillers` are dropped wherever they stand."""

    def __init__(
        self,
        respell: Mapping[str, str],
        fuzzy: Iterable[str],
        fillers: Iterable[str],
        emoji: Mapping[str, str],
        keep: Iterable[str] = (),
    ) -> None:
        self._respell = {fold(key): tuple(value.split()) for key, value in respell.items()}
        self._fuzzy = frozenset(fuzzy)
        self._fillers = frozenset(fillers)
        self._emoji = dict(emoji)
        self._keep = frozenset(keep)
        self._known: set[str] = set(self._respell) | self._fuzzy | self._fillers | self._keep
        self._deletes = _deletes(self._fuzzy)
        self._cache: dict[str, tuple[str, ...]] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Take in words used by phrases, so that odd writing is read towards them."""
        self._known.update(words)
        self._cache.clear()

    def words(self, text: str) -> list[Word]:
        """The plain words of `text` in order, fillers left out."""
        raw = self._spaced_out(self._joined(list(self._raw(text))))
        out = []
        for piece in raw:
            for word in self.canonical(piece.text):
                if word not in self._fillers:
                    out.append(Word(word, piece.start, piece.end))
        return out

    def canonical(self, written: str) -> tuple[str, ...]:
        """The plain words that one written form stands for."""
        if written not in self._cache:
            if len(self._cache) > 50_000:
                self._cache.clear()
            self._cache[written] = self._read(written)
        return self._cache[written]

    def _raw(self, text: str) -> Iterable[Word]:
        chars: list[str] = []
        start = end = 0
        for index, char in enumerate(text):
            folded = _plain(char)
            alone = self._emoji.get(char) or (folded if _UNSPACED.match(char) else "")
            inside = bool(chars) and char in _INNER and _is_word(text[index + 1 : index + 2] or " ")
            if not alone and (inside or not folded or all(map(_is_word, folded))):
                start = start if chars else index
                chars.append(char if inside else folded)
                end = index + 1
                continue
            yield from _word(chars, start, end)
            chars = []
            if alone:
                yield Word(alone, index, index + 1)
        yield from _word(chars, start, end)

    def _joined(self, raw: list[Word]) -> list[Word]:
        """Puts "sui cide" and "my self" back together."""
        out: list[Word] = []
        for word in raw:
            if (
                out
                and len(out[-1].text) > 1
                and len(word.text) > 1
                and out[-1].text + word.text in self._fuzzy
            ):
                last = out.pop()
                word = Word(last.text + word.text, last.start, word.end)
            out.append(word)
        return out

    def _spaced_out(self, raw: list[Word]) -> list[Word]:
        """Reads "k i l l  m y s e l f": three or more single letters in a row that make known words."""
        out: list[Word] = []
        index = 0
        while index < len(raw):
            stop = index
            while stop < len(raw) and len(raw[stop].text) == 1 and stop - index < _LONGEST_WORD:
                stop += 1
            letters = raw[index:stop]
            parts = self._split("".join(word.text for word in letters)) if len(letters) > 2 else None
            if parts:
                out.extend(_relay(parts, letters))
            else:
                out.extend(letters)
            if stop == index:
                out.append(raw[index])
                stop += 1
            index = stop
        return out

    def _read(self, written: str) -> tuple[str, ...]:
        if written in self._respell:
            return self._respell[written]
        if written in self._known or written.isdigit() or len(written) > _LONGEST_WORD:
            return (written,)
        for guess in self._guesses(written):
            if guess in self._known:
                return self._respell.get(guess, (guess,))
        near = self._near(written)
        if near:
            return (near,)
        parts = self._split(written) if len(written) > 5 else None
        if parts and any(part in self._fuzzy or part in self._keep for part in parts):
            return tuple(word for part in parts for word in self._respell.get(part, (part,)))
        symbols = re.split(r"[@$!*#]+", written)
        return (
            tuple(w for part in symbols if part for w in self.canonical(part))
            if len(symbols) > 1
            else (written,)
        )

    def _guesses(self, written: str) -> Iterable[str]:
        if not written.isalpha():
            yield written.translate(_LEET)
            yield written.translate(_LEET_L)
        if not written.isascii():
            yield written.translate(_CYRILLIC_TWINS)
        if "*" in written or "#" in written:
            shape = re.compile("".join("." if c in "*#" else re.escape(c) for c in written))
            yield from (word for word in self._keep | self._fuzzy if shape.fullmatch(word))
        if _RUN.search(written):
            yield _LONG_RUN.sub(r"\1\1", written)
            yield _LONG_RUN.sub(r"\1", written)
            yield _RUN.sub(r"\1", written)

    def _near(self, written: str) -> str | None:
        if len(written) < 5:
            return None
        for shape in (written, *_without_one(written)):
            for word in self._deletes.get(shape, ()):
                if word[0] == written[0] and _one_slip(word, written):
                    return word
        return None

    def _split(self, glued: str) -> list[str] | None:
        """Known words that make up `glued` exactly, fewest first; None when there are none."""
        best: list[list[str] | None] = [[]] + [None] * len(glued)
        for end in range(1, len(glued) + 1):
            for start in range(max(0, end - 12), end):
                head, piece = best[start], glued[start:end]
                if head is None or not (piece in self._known and (len(piece) > 1 or piece in "iu")):
                    continue
                if best[end] is None or len(head) + 1 < len(best[end] or []):
                    best[end] = [*head, piece]
        return best[-1] if glued else None


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """A written word in the form `Spelling` sees it before reading."""
    return "".join(map(_plain, word))


def _word(chars: list[str], start: int, end: int) -> Iterable[Word]:
    text = "".join(chars)
    if text:
        yield Word(text, start, end)


def _relay(parts: list[str], letters: list[Word]) -> Iterable[Word]:
    at = 0
    for part in parts:
        yield Word(part, letters[at].start, letters[at + len(part) - 1].end)
        at += len(part)


def _without_one(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def _deletes(words: Iterable[str]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) > 5:
            for shape in {word, *_without_one(word)}:
                table.setdefault(shape, []).append(word)
    return table


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter added, lost, changed or swapped with its neighbour turns `a` into `b`."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    x, y = a[start:], b[start:]
    return x[1:] == y or x == y[1:] or x[1:] == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])
