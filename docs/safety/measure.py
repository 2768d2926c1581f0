"""Prints the figures of docs/safety.md: what screening hears in labelled messages, and what it gets wrong.

.venv/bin/python -m docs.safety.measure
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from handoff.screening.service import phrase_screen, screen
from handoff.screening.verdict import Level, at_least

ROOT = Path(__file__).resolve().parents[2]
HEAD = "| should be | category | messages | right level or above | urgent or above |\n|---|---|---|---|---|"
Row = tuple[str, str, list[str]]


def development() -> Iterator[Row]:
    """(level, category, texts) of the messages the phrases were tuned on."""
    for row in _read(ROOT / "tests/handoff/screening/dev_messages.yml"):
        yield row["expect"], row.get("category", "mixed"), [str(text) for text in row["texts"]]


def written_apart(name: str) -> Iterator[Row]:
    """(level, category, texts) of a set written by somebody who had not seen the phrases."""
    for level, categories in _read(Path(__file__).parent / f"{name}_messages.yml").items():
        for category, texts in categories.items():
            yield level, category, texts


def report(title: str, rows: list[Row]) -> None:
    """One line a level and category, then the messages that did not get their level."""
    print(f"\n{title}\n\n{HEAD}")
    wrong = []
    for level, category, texts in rows:
        heard = {text: screen(text).level for text in texts}
        right = [text for text in texts if _right(level, heard[text])]
        urgent = sum(at_least(found, "urgent") for found in heard.values())
        wrong += [(level, heard[text], text) for text in texts if text not in right]
        print(f"| {level} | {category} | {len(texts)} | {len(right)} | {urgent} |")
    print("\nNot as it should be:")
    for level, found, text in wrong:
        print(f"- {level}, heard as {found}: {text}")


def _right(level: str, found: Level) -> bool:
    """A risk must be heard at its level or above; everything else must stay routine."""
    if level in ("emergency", "urgent", "concern"):
        return at_least(found, level)  # type: ignore[arg-type]
    return found == "routine"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    print(f"Phrases {phrase_screen().version}")
    report("Development set", list(development()))
    for name in ("first", "second", "third"):
        report(f"The {name} set written apart", list(written_apart(name)))
