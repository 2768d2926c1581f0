"""A figure and its bar, and the little arithmetic that every script needs."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from ops.console import one_sentence, say


@dataclass(frozen=True)
class Figure:
    """One measured number; `bar` is what it must keep to in the given sense, None when only told.

    A share has no unit. Without a value, `missing` says what to do to have it measured.
    """

    what: str
    value: float | None
    unit: str = ""
    bar: float | None = None
    sense: Literal["under", "at most", "at least"] = "under"
    missing: str = ""

    @property
    def met(self) -> bool:
        """Whether the bar is kept; what has no bar, or was not measured, misses none."""
        if self.bar is None or self.value is None:
            return True
        if self.sense == "at least":
            return self.value >= self.bar
        return self.value <= self.bar if self.sense == "at most" else self.value < self.bar

    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        bar = "" if self.bar is None else f"{self.sense} {self._shown(self.bar)}"
        if self.value is None:
            return f"| {self.what} | not measured: {self.missing} | {bar} | |"
        verdict = "" if self.bar is None else ("met" if self.met else "**missed**")
        return f"| {self.what} | {self._shown(self.value)} | {bar} | {verdict} |"

    def _shown(self, value: float) -> str:
        if not self.unit:
            return f"{value:.3f}"
        number = f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
        return f"{number} {self.unit}"


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def milliseconds(seconds: Iterable[float], share: float) -> float:
    """The percentile of some durations, in milliseconds."""
    return 1000 * percentile(seconds, share)


def middle(values: Sequence[float]) -> float:
    """The median of several runs."""
    return float(median(values))


def table(figures: Iterable[Figure]) -> str:
    """The figures as Markdown."""
    head = ["| what | figure | bar | |", "|---|---|---|---|"]
    return "\n".join([*head, *(figure.row() for figure in figures)])


def main(measure: Callable[[], Coroutine[Any, Any, list[Figure]]]) -> None:
    """Run one script alone; exit code 1 when a figure misses its bar."""
    with one_sentence():
        figures = asyncio.run(measure())
    say(table(figures))
    raise SystemExit(0 if all(figure.met for figure in figures) else 1)
