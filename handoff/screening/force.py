"""The phrases and fixed messages in force in this process, swapped whole when another edition is approved.

First the live edition, then those approved before it, then the shipped files while they match their seal.
What cannot be used is tried once, remembered and named in `faults`; with nothing left `get` raises."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from handoff.screening import sets
from handoff.screening.phrases import PhraseScreen
from handoff.screening.wordings import Wordings, read_wordings

log = logging.getLogger(__name__)
T = TypeVar("T")
_REMEMBERED = 8  # compiled sets: the shipped one, the live one, a few that could be gone back to


class NoUsableSet(LookupError):
    """Nothing is in force: no approved edition and no sealed file can be used."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A set that may be used: `number` of its edition, None for the shipped files."""

    body: str
    sha256: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """What is in force, in a sentence each what should be and is not, and which editions were `refused`."""

    compiled: T | None
    sha256: str = ""
    number: int | None = None
    faults: tuple[str, ...] = ()
    refused: tuple[int, ...] = ()


class InForce(Generic[T]):
    """One kind of set; `get` never waits once something was chosen."""

    def __init__(self, kind: str, compile_body: Callable[[str], T]) -> None:
        self.kind = kind
        self._compile = compile_body
        self._held: Held[T] | None = None
        self._asked = self._answered = 0
        self._known: dict[str, T | str] = {}
        self._shipped: dict[Path, Candidate | str] = {}

    def get(self) -> T:
        """The set in force. Raises NoUsableSet."""
        compiled = self.held.compiled
        if compiled is None:
            raise NoUsableSet(self.kind)
        return compiled

    @property
    def held(self) -> Held[T]:
        """What is in force; the shipped files before anything was taken up."""
        if self._held is None:
            self._held = self.choose(())
        return self._held

    @property
    def stands_in(self) -> bool:
        """What was approved cannot be used, and the shipped words are what runs."""
        shipped = self._read_shipped()
        same = isinstance(shipped, Candidate) and self.held.sha256 == shipped.sha256
        return same and bool(self.held.faults)

    def choose(self, editions: Sequence[Candidate]) -> Held[T]:
        """The first of `editions` and the shipped files that can be used. Compiles: call it in a thread."""
        shipped = self._read_shipped()
        faults = [shipped] if isinstance(shipped, str) else []
        refused: list[int] = []
        for candidate in [*editions, *([shipped] if isinstance(shipped, Candidate) else [])]:
            compiled = self._compiled(candidate)
            if not isinstance(compiled, str):
                return Held(compiled, candidate.sha256, candidate.number, tuple(faults), tuple(refused))
            faults.append(compiled)
            refused += [candidate.number] if candidate.number else []
        return Held(None, faults=(*faults, f"No {self.kind} can be used."), refused=tuple(refused))

    def ask(self) -> int:
        """A place in line for `use`, taken before what is chosen from is read."""
        self._asked += 1
        return self._asked

    def use(self, held: Held[T], asked: int) -> None:
        """Put it in force, at once and whole, unless what was read later is in force already."""
        if asked < self._answered:
            return
        self._answered = asked
        for fault in held.faults:
            log.error("screening degraded kind=%s: %s", self.kind, fault)
        self._held = held

    def reset(self) -> None:
        """Back to what runs before anything was taken up: the shipped files."""
        self._held = None

    def _read_shipped(self) -> Candidate | str:
        """The shipped files, read once in a process, or why they are not used."""
        folder = sets.SHIPPED
        if folder not in self._shipped:
            try:
                body = sets.read_sealed(self.kind, folder)
                self._shipped[folder] = Candidate(body, sets.digest(body))
            except Exception as error:
                self._shipped[folder] = f"The shipped {self.kind} are not used: {error}."
                log.error("shipped set not used kind=%s: %s", self.kind, error)
        return self._shipped[folder]

    def _compiled(self, candidate: Candidate) -> T | str:
        """The compiled set, or why there is none; each is tried once."""
        named = f"Edition {candidate.number}" if candidate.number else f"The shipped {self.kind}"
        if sets.digest(candidate.body) != candidate.sha256:
            return f"{named} is not used: it was altered after approval."
        if candidate.sha256 not in self._known:
            while len(self._known) >= _REMEMBERED:
                self._known.pop(next(iter(self._known)))
            try:
                self._known[candidate.sha256] = self._compile(candidate.body)
            except Exception as error:
                self._known[candidate.sha256] = f"{named} is not used: it is broken ({type(error).__name__})."
        return self._known[candidate.sha256]


def _ready_screen(body: str) -> PhraseScreen:
    """Compiled and used once, so that the first message does not wait for what is made at first use."""
    screen = PhraseScreen.of(body)
    screen.screen("ready")
    return screen


PHRASES: InForce[PhraseScreen] = InForce(sets.PHRASES, _ready_screen)
WORDINGS: InForce[Wordings] = InForce(sets.MESSAGES, read_wordings)
ALL: tuple[InForce[PhraseScreen] | InForce[Wordings], ...] = (PHRASES, WORDINGS)


def of(kind: str) -> InForce[PhraseScreen] | InForce[Wordings]:
    """What of a kind is in force in this process."""
    return next(one for one in ALL if one.kind == kind)
