"""Matches thousands of phrases against words in one pass, in time that grows only with the text.

Phrases compile to one automaton whose states are made as texts need them; there is no backtracking."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

START, END = "^", "$"
_GAP = {"*": 3, "**": 7}
_GAP_STOPS = frozenset({"not", "never", START, END})
_LEXEME = re.compile(r"\*\*|[()|?*^$]|<[\w-]+>|[^\s()|?*^$<>]+")
_MOST_STATES = 20_000


class PhraseFault(ValueError):
    """A phrase that cannot be read; the message names it and what is wrong."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Phrase number `phrase` matched words[start:end]."""

    phrase: int
    start: int
    end: int


class Patterns:
    """Phrases, added one by one, then found together.

    Syntax: words; `(a|b c)` alternatives; `x?` optional; `*` up to 3 and `**` up to 7 words between, never
    across a negation; `<name>` a slot; `^` and `$` the start and end of the message."""

    def __init__(self, slots: Mapping[str, str], canonical: Callable[[str], Iterable[str]]) -> None:
        self._slots = slots
        self._canonical = canonical
        self._edges: list[dict[str, set[int]]] = []
        self._skips: list[set[int]] = []
        self._free: list[set[int]] = []
        self._phrases: list[tuple[int, int]] = []
        self._named: list[frozenset[str]] = []
        self._closed: list[frozenset[int]] | None = None
        self._lock = Lock()

    def add(self, phrase: str) -> int:
        """Takes in one phrase and gives its number. Raises PhraseFault."""
        start = self._state()
        end = self._compile(phrase, start)
        if end in self._closure(start):
            raise PhraseFault(f"{phrase!r} would match nothing at all")
        self._phrases.append((start, end))
        self._named.append(frozenset(word for edges in self._edges[start:] for word in edges))
        self._closed = None
        return len(self._phrases) - 1

    def named(self, phrase: int) -> frozenset[str]:
        """The words that `phrase` names; what stands in its gaps it does not know."""
        return self._named[phrase]

    def vocabulary(self) -> set[str]:
        """Every word that some phrase names."""
        return {word for edges in self._edges for word in edges}

    def ends(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """(phrase number, index after its last word) for every match, in order of ending.

        Messages are screened in threads, and what is worked out for one is kept for the next: one at a time.
        """
        with self._lock:
            return list(self._ends_in(words))

    def _ends_in(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        if self._closed is None:
            self._freeze()
        state = 0
        for index, word in enumerate(words):
            key = (state, word)
            following = self._moves.get(key)
            if following is None:
                following = self._move(state, word)
            state = following
            for phrase in self._accepts[state]:
                yield phrase, index + 1

    def find(self, phrase: int, words: Sequence[str], end: int, longest: bool = False) -> Hit:
        """The match of `phrase` that ends at `end`: the shortest, or the longest."""
        first, last = self._phrases[phrase]
        found = end
        for start in range(end - 1, max(-1, end - 40), -1):
            states = self._closure(first)
            for word in words[start:end]:
                states = self._advance(states, word)
                if not states:
                    break
            if last in states:
                found = start
                if not longest:
                    break
        return Hit(phrase, found, end)

    def _state(self) -> int:
        self._edges.append({})
        self._skips.append(set())
        self._free.append(set())
        return len(self._edges) - 1

    def _compile(self, phrase: str, start: int) -> int:
        lexemes = _LEXEME.findall(phrase)
        end, rest = self._sequence(lexemes, 0, start, phrase)
        if rest != len(lexemes):
            raise PhraseFault(f"{phrase!r} has a bracket or bar that does not belong")
        return end

    def _sequence(self, lexemes: list[str], at: int, state: int, phrase: str) -> tuple[int, int]:
        while at < len(lexemes) and lexemes[at] not in (")", "|"):
            before = state
            state, at = self._item(lexemes, at, state, phrase)
            if at < len(lexemes) and lexemes[at] == "?":
                self._free[before].add(state)
                at += 1
        return state, at

    def _item(self, lexemes: list[str], at: int, state: int, phrase: str) -> tuple[int, int]:
        lexeme = lexemes[at]
        if lexeme == "(":
            return self._choice(lexemes, at + 1, state, phrase)
        if lexeme == "?":
            raise PhraseFault(f"{phrase!r} has a ? with nothing before it")
        if lexeme in _GAP:
            return self._gap(state, _GAP[lexeme]), at + 1
        if lexeme in (START, END):
            return self._word(state, lexeme), at + 1
        if lexeme.startswith("<"):
            return self._slot(lexeme[1:-1], state, phrase), at + 1
        for word in self._canonical(lexeme):
            state = self._word(state, word)
        return state, at + 1

    def _choice(self, lexemes: list[str], at: int, state: int, phrase: str) -> tuple[int, int]:
        join, empty = self._state(), False
        while True:
            branch = self._state()
            self._free[state].add(branch)
            end, at = self._sequence(lexemes, at, branch, phrase)
            self._free[end].add(join)
            empty = empty or end == branch
            if at >= len(lexemes):
                raise PhraseFault(f"{phrase!r} has a bracket that is not closed")
            at += 1
            if lexemes[at - 1] == ")":
                break
        if empty and lexemes[at : at + 1] != ["?"]:
            raise PhraseFault(f"{phrase!r} has a choice of filler words only, so it would match without any")
        return join, at

    def _slot(self, name: str, state: int, phrase: str) -> int:
        if name not in self._slots:
            raise PhraseFault(f"{phrase!r} uses <{name}>, which is not a slot")
        join = self._state()
        inner = self._state()
        self._free[state].add(inner)
        self._free[self._compile(f"({self._slots[name]})", inner)].add(join)
        return join

    def _word(self, state: int, word: str) -> int:
        following = self._state()
        self._edges[state].setdefault(word, set()).add(following)
        return following

    def _gap(self, state: int, most: int) -> int:
        end = self._state()
        self._free[state].add(end)
        for _ in range(most):
            following = self._state()
            self._skips[state].add(following)
            self._free[following].add(end)
            state = following
        return end

    def _closure(self, state: int) -> frozenset[int]:
        if self._closed is not None and state < len(self._closed):
            return self._closed[state]
        seen, todo = {state}, [state]
        while todo:
            for other in self._free[todo.pop()]:
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return frozenset(seen)

    def _advance(self, states: Iterable[int], word: str) -> frozenset[int]:
        out: set[int] = set()
        skip = word not in _GAP_STOPS
        for state in states:
            for following in self._edges[state].get(word, ()):
                out |= self._closure(following)
            if skip:
                for following in self._skips[state]:
                    out |= self._closure(following)
        return frozenset(out)

    def _freeze(self) -> None:
        self._closed = None
        self._closed = [self._closure(state) for state in range(len(self._edges))]
        self._starts = frozenset(state for first, _ in self._phrases for state in self._closed[first])
        self._opening: dict[str, set[int]] = {}
        for state in self._starts:
            for word, following in self._edges[state].items():
                opened = self._opening.setdefault(word, set())
                for other in following:
                    opened |= self._closed[other]
        self._ends = {last: number for number, (_, last) in enumerate(self._phrases)}
        self._forget()

    def _forget(self) -> None:
        self._sets: list[frozenset[int]] = [frozenset()]
        self._numbers: dict[frozenset[int], int] = {frozenset(): 0}
        self._accepts: list[tuple[int, ...]] = [()]
        self._moves: dict[tuple[int, str], int] = {}

    def _move(self, state: int, word: str) -> int:
        states = self._advance(self._sets[state], word) | self._opening.get(word, frozenset())
        number = self._numbers.get(states)
        if number is not None:
            self._moves[(state, word)] = number
            return number
        if len(self._sets) > _MOST_STATES:
            self._forget()
            return self._remember(states)
        number = self._moves[(state, word)] = self._remember(states)
        return number

    def _remember(self, states: frozenset[int]) -> int:
        number = self._numbers.setdefault(states, len(self._sets))
        if number == len(self._sets):
            self._sets.append(states)
            self._accepts.append(tuple(sorted(self._ends[s] for s in states if s in self._ends)))
        return number
