"""`make bench`: runs every script, or those named (`python -m bench chat memory`), and prints the table for
docs/performance.md. Exit code 1 when a figure misses its bar."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from datetime import UTC, datetime

from bench import (
    chat,
    console,
    diet,
    importing,
    learning,
    memory,
    safety,
    screening,
    sets,
    start,
    studio,
    understanding,
    webhook,
    wording,
)
from bench.figures import Figure, table
from ops.console import Trouble, one_sentence, say

SCRIPTS = {
    "understanding": understanding.measure,
    "sets": sets.measure,
    "chat": chat.measure,
    "webhook": webhook.measure,
    "console": console.measure,
    "importing": importing.measure,
    "studio": studio.measure,
    "learning": learning.measure,
    "wording": wording.measure,
    "screening": screening.measure,
    "safety": safety.measure,
    "memory": memory.measure,
    "start": start.measure,
    "diet": diet.measure,
}


def main() -> None:
    """Measure one thing after another, each on a system of its own."""
    with one_sentence():
        figures: list[Figure] = []
        for name in sys.argv[1:] or SCRIPTS:
            if name not in SCRIPTS:
                raise Trouble(f"There is no {name!r}; choose from {', '.join(SCRIPTS)}.")
            say(f"== {name}")
            found = asyncio.run(SCRIPTS[name]())
            say(table(found))
            figures += found
    say(f"\n{_machine()}\n\n{table(figures)}")
    sys.exit(0 if all(figure.met for figure in figures) else 1)


def _machine() -> str:
    """When and on what it was measured."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} processors, {gigabytes:.0f} GiB, "
        f"Python {platform.python_version()}, load at the end {load:.1f}"
    )


if __name__ == "__main__":
    main()
