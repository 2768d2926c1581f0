"""Screens what is too long for a message, in one thread of its own: nobody else's message waits behind it.

A text is heard window after window, each no dearer than a message. Beginning and end come first, whatever
else waits; then all that is between them, of one text at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from handoff.screening.service import StoredFinding, screen
from handoff.screening.verdict import LEVELS, Finding, Verdict, rank

WINDOW, OVERLAP = 2_500, 500  # characters


class LongTexts:
    """The thread, and who is next in it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "long-texts")
        self._between = asyncio.Semaphore(1)

    async def verdicts(self, text: str) -> AsyncIterator[Verdict]:
        """What beginning and end say; then, where there is more between them, what all of it says."""
        first, *between, last = windows(text)
        ends = await self._verdict([first, last])
        yield ends
        if between:
            async with self._between:
                found = await self._verdict(between)
            yield _each_kind_once([*ends.findings, *found.findings])

    async def _verdict(self, parts: Iterable[str]) -> Verdict:
        """One window at a time, so that the ends of another text need not wait for more than one."""
        loop, found = asyncio.get_running_loop(), list[Finding]()
        for part in parts:
            found += (await loop.run_in_executor(self._thread, screen, part)).findings
        return _each_kind_once(found)


def windows(text: str) -> list[str]:
    """The text in stretches that overlap, two or more; every character is in one."""
    starts = range(0, max(len(text) - OVERLAP, WINDOW - OVERLAP + 1), WINDOW - OVERLAP)
    return [text[start : start + WINDOW] for start in starts]


def _each_kind_once(found: Iterable[Finding]) -> Verdict:
    """The same thing heard in many windows is one finding, with the words that showed it first."""
    kinds: dict[tuple[object, ...], Finding] = {}
    for one in found:
        kinds.setdefault((one.detector, one.version, one.level, one.categories), one)
    return Verdict.of(list(kinds.values()))


def news(verdict: Verdict, known: Sequence[StoredFinding]) -> Verdict | None:
    """What was not found in the text before: a higher level, another category, another detector's."""
    highest = max((LEVELS.index(one.level) for one in known), default=-1)
    codes = {code for one in known for code in one.categories}
    detectors = {one.detector for one in known}
    fresh = [
        one
        for one in verdict.findings
        if rank(one.level) > highest or set(one.categories) - codes or one.detector not in detectors
    ]
    return Verdict.of(fresh) if fresh else None
