"""A figure and its bar, and the little arithmetic that every script needs."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ops.console import one_sentence, say


@dataclass(frozen=True)
class Figure:
    """One measured number; `bar` is what it must stay under (or reach, for a rate), None when only told."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.at_least else self.value < self.bar

    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        sign = "at least" if self.at_least else "under"
        bar = "" if self.bar is None else f"{sign} {_shown(self.bar)} {self.unit}"
        verdict = "" if self.bar is None else ("met" if self.met else "**missed**")
        return f"| {self.what} | {_shown(self.value)} {self.unit} | {bar} | {verdict} |"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


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
