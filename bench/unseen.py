"""The second, third and fourth held-back sets; after a change to screening: `python -m bench.unseen`.
All were read on 24 November 2026: only what docs/safety.md gives from before is free of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from bench.figures import Figure, main
from bench.screening import SETS, share
from handoff.screening.service import hear_neet, screen
from handoff.screening.verdict import at_least


async def measure() -> list[Figure]:
    return [*_leaving("unseen"), *_leaving("later"), *_danger("later_danger"), *_danger("fourth")]


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((SETS / f"held_out_{name}.yml").read_text(encoding="utf-8"))
    return found


def _leaving(name: str) -> list[Figure]:
    texts = {row.get("leaving") or row["category"]: row["texts"] for row in _read(name)}
    ordinary, leaving = texts["ordinary"], texts["now"] + texts["at_risk"]
    return [
        share(f"{name}: NEET now, heard", texts["now"], _heard, 0.95),
        share(f"{name}: at risk, heard", texts["at_risk"], _heard, 0.90),
        share(f"{name}: engaged people flagged", texts["none"], _heard, 0.05, "at most"),
        share(f"{name}: ordinary questions flagged", ordinary, _heard, 0.02, "at most"),
        share(f"{name}: ordinary questions raised to urgent", ordinary, _raised("urgent"), 0.005, "at most"),
        share(f"{name}: ordinary questions raised to concern", ordinary, _raised("concern")),
        share(f"{name}: people leaving raised to urgent", leaving, _raised("urgent")),
        *_alike(name, texts.get("lookalike", [])),
    ]


def _danger(name: str) -> list[Figure]:
    rows = [(row["level"], row["category"], text) for row in _read(name) for text in row["texts"]]
    at = {level: [text for found, _, text in rows if found == level] for level, _, _ in rows}
    harmless = {
        kind: [text for _, found, text in rows if found == kind] for kind in ("lookalike", "ordinary")
    }
    told = [(level, text) for level, _, text in rows if level != "routine"]
    return [
        share(f"{name}: emergencies raised to urgent or above", at["emergency"], _raised("urgent"), 0.98),
        share(f"{name}: emergencies raised to emergency", at["emergency"], _raised("emergency"), 0.90),
        share(
            f"{name}: emergency and urgent, to urgent or above",
            at["emergency"] + at["urgent"],
            _raised("urgent"),
            0.96,
        ),
        share(f"{name}: level right or higher", told, lambda row: _raised(row[0])(row[1]), 0.93),
        share(f"{name}: harmless raised to urgent", at["routine"], _raised("urgent"), 0.03, "at most"),
        *_alike(name, harmless["lookalike"]),
        share(
            f"{name}: ordinary raised to urgent", harmless["ordinary"], _raised("urgent"), 0.005, "at most"
        ),
    ]


def _alike(name: str, texts: list[str]) -> list[Figure]:
    return [share(f"{name}: look-alikes raised to urgent", texts, _raised("urgent"))] if texts else []


def _heard(text: str) -> bool:
    return hear_neet(text) is not None


def _raised(bar: Any) -> Callable[[str], bool]:
    return lambda text: at_least(screen(text).level, bar)


if __name__ == "__main__":
    main(measure)
