"""Hears messages with two sets of phrases, in a process: `python -m handoff.screening.editions.worker`.

Reads JSON lines: first {old, new}, the two bodies, then a message each {before, floor, question, text}.
Writes a line a message: [old level, new level, what the higher side heard], and at the end how long they
took. `floor` is what the other detectors heard, which stays whatever the phrases say."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any, TextIO

from handoff.screening.phrases import PhraseScreen
from handoff.screening.verdict import Finding, Level, Verdict, rank


def main(given: TextIO, told: TextIO) -> None:
    """Hear every message twice; times are milliseconds of one message."""
    os.nice(5)  # people who write now come first
    sets = json.loads(given.readline())
    old, new = PhraseScreen.of(sets["old"]), PhraseScreen.of(sets["new"])
    for screen in (old, new):
        screen.screen("ready")
    times: dict[str, list[float]] = {"old": [], "new": []}
    for line in given:
        message = json.loads(line)
        was = _heard(old, message, times["old"])
        now = _heard(new, message, times["new"])
        _write(told, [was.level, now.level, _shown(was if rank(was.level) > rank(now.level) else now)])
    _write(told, {name: _spread(taken) for name, taken in times.items()})


def _heard(screen: PhraseScreen, message: dict[str, Any], times: list[float]) -> Verdict:
    began = time.process_time()
    found = screen.screen(message["text"], message["before"], message["question"])
    times.append(1000 * (time.process_time() - began))
    floor: Level = message["floor"]
    return Verdict.of([*found, Finding(floor, (), (), "others", "")])


def _shown(verdict: Verdict) -> list[dict[str, Any]]:
    own = [
        found for found in verdict.findings if found.detector == "phrases" and found.level == verdict.level
    ]
    return [
        {"categories": list(found.categories), "spans": [list(span) for span in found.spans]} for found in own
    ]


def _spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times) or [0.0]
    return {
        "p50": round(ordered[len(ordered) // 2], 2),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 2),
    }


def _write(told: TextIO, line: object) -> None:
    told.write(json.dumps(line) + "\n")
    told.flush()


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
