"""The labelled messages that come with the product: made up, each with the least level it must get."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from handoff.screening.sets import SHIPPED
from handoff.screening.verdict import Level


@dataclass(frozen=True, slots=True)
class Labelled:
    """A made-up message; at `routine` anything heard at urgent or above is a false alarm."""

    text: str
    level: Level


@cache
def labelled() -> tuple[Labelled, ...]:
    """Every message here that is labelled with a level (an installation may leave them out)."""
    files = sorted((SHIPPED / "examples").glob("*.yml"))
    blocks = [block for file in files for block in yaml.safe_load(file.read_text(encoding="utf-8"))]
    rated = [block for block in blocks if "level" in block]
    return tuple(Labelled(text, block["level"]) for block in rated for text in block["texts"])
