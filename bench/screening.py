"""Screening alone, on messages that nothing was tuned on: what is heard, missed, and raised wrongly.
Each share has its 95% confidence interval (Wilson); the misses are printed for docs/safety.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bench.figures import Figure, main, milliseconds
from bench.questions import held_out
from handoff.screening.service import hear_neet, screen
from handoff.screening.verdict import Level, Verdict, at_least, rank
from ops.console import ROOT, say

SETS = ROOT / "tests/handoff/screening"
UNCLEAR = ROOT / "data/screening/topics.yml"
LOOKALIKE, ROUTINE = "lookalike", "routine"
WARM_UP = 50
EARLIER = 2  # messages before one, where a conversation is measured
Row = TypeVar("Row")


@dataclass(frozen=True)
class Heard:
    """A labelled message, the verdict on it and how long that took, in seconds."""

    text: str
    level: Level
    category: str
    verdict: Verdict
    seconds: float

    def raised(self, bar: Level) -> bool:
        """Whether it was heard at that level or above."""
        return at_least(self.verdict.level, bar)


async def measure() -> list[Figure]:
    heard = [*_screened(_labelled())]
    unclear, topics = _read(UNCLEAR), [row for row in held_out() if row.is_topic]
    asked = [row.text for row in topics if row.expected not in unclear["worrying"]]
    staying = [row.text for row in topics if row.expected not in unclear["leaving"]]
    questions = [*_screened((text, ROUTINE, "question") for text in asked)]
    fine = [(one.text, ROUTINE, one.category) for one in [*heard, *questions] if one.level == ROUTINE]
    talking = [*_screened(fine, after=EARLIER)]
    say(_told(heard, questions))
    return [
        *_dangers(heard),
        *_mistakes(heard, questions),
        *_leaving(staying),
        *_languages(),
        share(
            "harmless after two others, to urgent or above",
            talking,
            lambda one: one.raised("urgent"),
            0.03,
            "at most",
        ),
        *_times("screening one message", [*heard, *questions]),
        *_times("screening one after two others", talking),
    ]


def _labelled() -> Iterator[tuple[str, str, str]]:
    for block in _read(SETS / "held_out.yml"):
        yield from ((text, block["level"], block["category"]) for text in block["texts"])


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _screened(rows: Iterable[tuple[str, Any, str]], after: int = 0) -> Iterator[Heard]:
    """Each row screened, where asked in a conversation: `after` so many of the rows before it."""
    before: list[str] = []
    for number in range(WARM_UP):
        screen(f"what does a warm-up number {number} cost")
    for text, level, category in rows:
        started = time.perf_counter()
        verdict = screen(text, before=before)
        yield Heard(text, level, category, verdict, time.perf_counter() - started)
        before = [*before, text][-after:] if after else []


def _dangers(heard: Sequence[Heard]) -> list[Figure]:
    emergencies = [one for one in heard if one.level == "emergency"]
    grave = [one for one in heard if at_least(one.level, "urgent")]
    graded = [one for one in heard if one.level != ROUTINE]
    concerns = [one for one in heard if one.level == "concern"]
    return [
        share("emergencies raised to urgent or above", emergencies, lambda one: one.raised("urgent"), 0.98),
        share("emergencies raised to emergency", emergencies, lambda one: one.raised("emergency"), 0.90),
        share("emergency and urgent, to urgent or above", grave, lambda one: one.raised("urgent"), 0.96),
        share("level right or higher", graded, lambda one: one.raised(one.level), 0.93),
        share("concerns raised to urgent or above", concerns, lambda one: one.raised("urgent")),
        share(
            "a category of those heard is right", grave, lambda one: one.category in one.verdict.categories
        ),
    ]


def _mistakes(heard: Sequence[Heard], questions: Sequence[Heard]) -> list[Figure]:
    fine = [one for one in heard if one.level == ROUTINE]
    alike = [one for one in fine if one.category == LOOKALIKE]

    def raised(one: Heard) -> bool:
        return one.raised("urgent")

    return [
        share("negatives raised to urgent or above", fine, raised, 0.03, "at most"),
        share("of them look-alikes", alike, raised),
        share("negatives raised to concern or above", fine, lambda one: one.raised("concern")),
        share("ordinary questions raised to urgent or above", questions, raised, 0.005, "at most"),
        share("ordinary questions raised to concern or above", questions, lambda one: one.raised("concern")),
    ]


def _leaving(staying: Sequence[str]) -> list[Figure]:
    found = [
        (block["leaving"], hear_neet(text))
        for block in _read(SETS / "held_out_leaving.yml")
        for text in block["texts"]
    ]
    now, at_risk, engaged = (
        [got for label, got in found if label == one] for one in ("now", "at_risk", "none")
    )
    questions = [hear_neet(text) for text in staying]
    return [
        share("NEET now, heard", now, lambda got: got is not None, 0.95),
        share("of them heard as now", now, lambda got: got == "now"),
        share("at risk, heard", at_risk, lambda got: got is not None, 0.90),
        share("engaged people flagged", engaged, lambda got: got is not None, 0.05, "at most"),
        share("ordinary questions flagged", questions, lambda got: got is not None, 0.02, "at most"),
    ]


def _languages() -> list[Figure]:
    """Of the core messages in each language the service greets in, those heard."""
    danger: dict[str, list[Verdict]] = {}
    for block in _read(SETS / "held_out_languages.yml"):
        if block["level"] != ROUTINE:
            danger.setdefault(block["language"], []).extend(map(screen, block["texts"]))
    return [
        share(f"{language}: urgent messages heard", heard, lambda got: at_least(got.level, "urgent"), 0.8)
        for language, heard in sorted(danger.items())
    ]


def _times(what: str, heard: Sequence[Heard]) -> list[Figure]:
    seconds = [one.seconds for one in heard]
    return [
        Figure(f"{what}, p50", milliseconds(seconds, 50), "ms", 8),
        Figure(f"{what}, p99", milliseconds(seconds, 99), "ms", 25),
    ]


def share(
    what: str,
    rows: Sequence[Row],
    holds: Callable[[Row], bool],
    bar: float | None = None,
    sense: Any = "at least",
) -> Figure:
    """A share of the rows, its interval and their number in its name."""
    found, count = sum(map(holds, rows)), max(1, len(rows))
    low, high = wilson(found, count)
    return Figure(f"{what} ({low:.3f} to {high:.3f} of {len(rows)})", found / count, bar=bar, sense=sense)


def wilson(found: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% confidence interval of a share, good for shares near 0 and 1 too."""
    part, spread = found / count, z * z / count
    middle = (part + spread / 2) / (1 + spread)
    half = z * (part * (1 - part) / count + spread / (4 * count)) ** 0.5 / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _told(heard: Sequence[Heard], questions: Sequence[Heard]) -> str:
    """By category what was heard, then every message that did not get its level."""
    lines = ["", "| category | urgent or above | heard so | emergencies | heard so | concerns | heard |"]
    lines.append("|---|---|---|---|---|---|---|")
    for category in sorted({one.category for one in heard if one.level != ROUTINE}):
        ours = [one for one in heard if one.category == category]
        lines.append(f"| {category} | " + " | ".join(_by_level(ours)) + " |")
    lines += ["", "Missed, or heard too low:"]
    low = [one for one in heard if rank(one.verdict.level) < rank(one.level)]
    lines += [f"- {_words(one)}" for one in sorted(low, key=lambda one: -rank(one.level))]
    lines += ["", "Raised to urgent or above by mistake:"]
    wrong = [one for one in [*heard, *questions] if one.level == ROUTINE and one.raised("urgent")]
    return "\n".join([*lines, *(f"- {_words(one)}" for one in wrong), ""])


def _by_level(ours: Sequence[Heard]) -> Iterator[str]:
    grave = [one for one in ours if at_least(one.level, "urgent")]
    bars: Sequence[tuple[Sequence[Heard], Level]] = (
        (grave, "urgent"),
        ([one for one in ours if one.level == "emergency"], "emergency"),
        ([one for one in ours if one.level == "concern"], "concern"),
    )
    for rows, bar in bars:
        yield str(len(rows))
        yield str(sum(one.raised(bar) for one in rows))


def _words(one: Heard) -> str:
    by = ", ".join(sorted({finding.detector for finding in one.verdict.findings})) or "nothing"
    return f"{one.category}, {one.level}, heard as {one.verdict.level} ({by}): {one.text}"


if __name__ == "__main__":
    main(measure)
