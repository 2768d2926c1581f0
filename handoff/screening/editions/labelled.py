"""The labelled messages that come with the product: made up, each with the least level it must get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from handoff.screening.verdict import LEVELS, Level

ROOT = Path(__file__).resolve().parents[3]
_SETS = ("tests/handoff/screening/dev_messages.yml", "docs/safety/*_messages.yml")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A made-up message; at `routine` anything heard at urgent or above is a false alarm."""

    text: str
    level: Level


@cache
def labelled() -> tuple[Labelled, ...]:
    """Every labelled message that is here (an installation may leave them out)."""
    files = [path for pattern in _SETS for path in sorted(ROOT.glob(pattern))]
    return tuple(one for path in files for one in _read(yaml.safe_load(path.read_text(encoding="utf-8"))))


def _read(document: Any) -> Iterator[Labelled]:
    """Either a list of {expect, texts}, or {level: {category: texts}}."""
    if isinstance(document, list):
        for row in document:
            yield from (Labelled(str(text), _level(row["expect"])) for text in row["texts"])
        return
    for level, categories in document.items():
        for texts in categories.values():
            yield from (Labelled(str(text), _level(level)) for text in texts)


def _level(expected: str) -> Level:
    """Ordinary questions and look-alikes are routine."""
    return next((level for level in LEVELS if level == expected), "routine")
