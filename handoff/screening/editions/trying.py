"""Trying a message out: what is heard of it now, and with words that are not in force (yet)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from handoff.screening import sets
from handoff.screening.phrases import PhraseScreen
from handoff.screening.service import screen
from handoff.screening.verdict import Finding, Verdict

_REMEMBERED = 2


@dataclass(frozen=True, slots=True)
class Tried:
    """What was heard now, and with the draft (None without one); `plain` is how phrases read the message."""

    text: str
    now: Verdict
    draft: Verdict | None
    plain: str


class Bench:
    """Compiles sets that are tried out, beside the loop, and remembers the last few."""

    def __init__(self) -> None:
        self._compiled: dict[str, PhraseScreen] = {}

    async def compiled(self, body: str) -> PhraseScreen:
        """The screen of a body. Raises what compiling raises: PhraseFault and worse."""
        name = sets.digest(body)
        if name not in self._compiled:
            made = await asyncio.to_thread(PhraseScreen.of, body)
            while len(self._compiled) >= _REMEMBERED:
                self._compiled.pop(next(iter(self._compiled)))
            self._compiled[name] = made
        return self._compiled[name]

    async def try_out(self, text: str, now_in_force: str | None, draft: str | None) -> Tried:
        """Hear `text` as the service does, and with the phrases of `draft` in the place of its own."""
        now = await asyncio.to_thread(screen, text)
        body = draft or now_in_force
        phrases = await self.compiled(body) if body else None
        plain = " ".join(phrases.plain(text)) if phrases else ""
        if not draft or phrases is None:
            return Tried(text, now, None, plain)
        heard: list[Finding] = await asyncio.to_thread(phrases.screen, text)
        others = [found for found in now.findings if found.detector not in ("phrases", "failure")]
        return Tried(text, now, Verdict.of([*heard, *others]), plain)
