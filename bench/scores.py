"""How good the understanding was: what became of each question, and the arithmetic on it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, TypeVar

T = TypeVar("T")
HELD = "held"
PERSON = "talk-to-person"
BANDS = 10


@dataclass(frozen=True)
class Outcome:
    """What a question got first: `kind` as in the chat's messages, `got` the answer, `offered` the choices.

    Held: a person instead of an answer, offered with kind words about a worry or told by a safety message.
    """

    expected: str
    kind: str
    got: str | None = None
    offered: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """An answer came first, the right one or not."""
        return self.kind == "answer"

    @property
    def right(self) -> bool:
        """The right answer came first."""
        return self.answered and self.got == self.expected

    @property
    def wrong(self) -> bool:
        """Another answer came first, or small talk or a form where a question was asked."""
        return not self.right and self.kind in ("answer", "talk", "prompt")

    @property
    def offered_right(self) -> bool:
        """Choices came first, the right one among them: never counted as right."""
        return self.kind == "choices" and self.expected in self.offered


def outcome(expected: str, replies: Sequence[Mapping[str, Any]]) -> Outcome:
    """What became of a question, from the chat's replies; kind words before an answer are no answer."""
    spoken = [reply for reply in replies if reply["kind"] not in ("safety", "notice")]
    first = next((reply for reply in spoken if reply["kind"] != "talk"), None) or next(iter(spoken), None)
    if first is None or (first["kind"] == "talk" and PERSON in _offered(first)):
        return Outcome(expected, HELD)
    return Outcome(expected, first["kind"], first["answer"], _offered(first))


def _offered(reply: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(choice["answer"] for choice in reply["choices"] if choice["answer"])


def share(items: Sequence[T], good: Callable[[T], bool]) -> float:
    """The part of the items that are good, 0 to 1."""
    return fmean(map(good, items))


def confusions(outcomes: Iterable[Outcome]) -> list[tuple[str, str, int]]:
    """What was asked, what was wrongly given and how often; most frequent first."""
    pairs = Counter((found.expected, found.got or found.kind) for found in outcomes if found.wrong)
    return [(expected, got, count) for (expected, got), count in pairs.most_common()]


@dataclass(frozen=True)
class Guess:
    """A confidence, 0 to 1, and whether it was deserved."""

    confidence: float
    right: bool


@dataclass(frozen=True)
class Band:
    """The guesses of one range of confidence: how many, their mean confidence, the part that was right."""

    low: float
    high: float
    count: int
    promised: float
    right: float


def bands(guesses: Iterable[Guess], count: int = BANDS) -> list[Band]:
    """The guesses by confidence in bands of one width, the empty ones left out."""
    members: dict[int, list[Guess]] = {}
    for guess in guesses:
        members.setdefault(min(int(guess.confidence * count), count - 1), []).append(guess)
    return [
        Band(
            place / count,
            (place + 1) / count,
            len(held),
            fmean(guess.confidence for guess in held),
            fmean(guess.right for guess in held),
        )
        for place, held in sorted(members.items())
    ]


def calibration_error(found: Sequence[Band]) -> float:
    """Expected calibration error: how far promised and right lie apart, bands by their guesses."""
    whole = sum(band.count for band in found)
    return sum(band.count * abs(band.promised - band.right) for band in found) / whole


def auroc(inside: Iterable[float], outside: Iterable[float]) -> float:
    """How often a score from inside beats one from outside; equal scores count half."""
    ours, theirs = Counter(inside), Counter(outside)
    beaten = below = 0.0
    for score in sorted(ours.keys() | theirs.keys()):
        beaten += ours[score] * (below + theirs[score] / 2)
        below += theirs[score]
    return beaten / (ours.total() * theirs.total())
