"""What screening says about a message: findings, and the highest level among them.

Pure values; triage (elsewhere) stores them and acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["routine", "concern", "urgent", "emergency"]

LEVELS: tuple[Level, ...] = ("routine", "concern", "urgent", "emergency")


def rank(level: Level) -> int:
    """0 for routine to 3 for emergency: the order of data/vocabulary.yml."""
    return LEVELS.index(level)


def at_least(level: Level, bar: Level) -> bool:
    """Whether `level` is `bar` or higher."""
    return rank(level) >= rank(bar)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing heard: the person's own words as evidence, and where in their text they stand.

    `unread`: heard in words that could not be read, so nothing sent to them says what it is about."""

    level: Level
    categories: tuple[str, ...]
    evidence: tuple[str, ...]
    detector: str
    version: str
    spans: tuple[tuple[int, int], ...] = ()
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level of a message and the findings that gave it; findings come highest first."""

    level: Level = "routine"
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: list[Finding]) -> Verdict:
        """A verdict at the highest level among `findings` (routine when there are none)."""
        ordered = sorted(findings, key=lambda finding: -rank(finding.level))
        return cls(ordered[0].level if ordered else "routine", tuple(ordered))

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category found, each once, those of the highest findings first."""
        return tuple(dict.fromkeys(code for finding in self.findings for code in finding.categories))

    @staticmethod
    def highest(a: Verdict, b: Verdict) -> Verdict:
        """Both detectors' findings under the higher of the two levels."""
        return Verdict.of([*a.findings, *b.findings])
