"""The second held-back set, asked when a change to screening is finished: `python -m bench.unseen`.
Its figures go to docs/safety.md; nothing is ever tuned on it, so its misses are not printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import yaml

from bench.figures import Figure, main
from bench.screening import SETS, wilson
from handoff.screening.service import hear_neet, screen
from handoff.screening.verdict import at_least


async def measure() -> list[Figure]:
    rows = yaml.safe_load((SETS / "held_out_unseen.yml").read_text(encoding="utf-8"))
    texts = {row.get("leaving") or row["category"]: row["texts"] for row in rows}
    ordinary, alike = texts["ordinary"], texts["lookalike"]
    return [
        _share("unseen: NEET now, heard", texts["now"], _heard, 0.95),
        _share("unseen: at risk, heard", texts["at_risk"], _heard, 0.90),
        _share("unseen: engaged people flagged", texts["none"], _heard, 0.05, "at most"),
        _share("unseen: ordinary questions flagged", ordinary, _heard, 0.02, "at most"),
        _share("unseen: ordinary questions raised to urgent", ordinary, _raised("urgent"), 0.005, "at most"),
        _share("unseen: look-alikes raised to urgent", alike, _raised("urgent")),
        _share("unseen: ordinary questions raised to concern", ordinary, _raised("concern")),
        _share("unseen: people leaving raised to urgent", texts["now"] + texts["at_risk"], _raised("urgent")),
    ]


def _share(
    what: str,
    texts: Sequence[str],
    holds: Callable[[str], bool],
    bar: float | None = None,
    sense: Any = "at least",
) -> Figure:
    """A share of the texts, with its interval and their number in its name."""
    found = sum(map(holds, texts))
    low, high = wilson(found, len(texts))
    return Figure(
        f"{what} ({low:.3f} to {high:.3f} of {len(texts)})", found / len(texts), bar=bar, sense=sense
    )


def _heard(text: str) -> bool:
    return hear_neet(text) is not None


def _raised(bar: Any) -> Callable[[str], bool]:
    return lambda text: at_least(screen(text).level, bar)


if __name__ == "__main__":
    main(measure)
