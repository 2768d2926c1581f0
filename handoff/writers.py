"""Whose turn it is to write: SQLite takes one writer at a time, and a message that arrives goes first."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Writers:
    """A lock with two queues: who comes `first` waits only for those who came first before them."""

    def __init__(self) -> None:
        self._busy = False
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._tickets = count()

    @asynccontextmanager
    async def turn(self, *, first: bool = False) -> AsyncIterator[None]:
        """Wait for the turn, hold it for the block."""
        if self._busy:
            await self._queue(first)
        self._busy = True
        try:
            yield
        finally:
            self._hand_on()

    async def _queue(self, first: bool) -> None:
        ours: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not first, next(self._tickets), ours))
        try:
            await ours
        except asyncio.CancelledError:
            if ours.done() and not ours.cancelled():  # the turn came as we left
                self._hand_on()
            raise

    def _hand_on(self) -> None:
        """Give the turn to the next who still waits; it stays taken meanwhile, so nobody slips in."""
        while self._waiting:
            *_, waiting = heapq.heappop(self._waiting)
            if not waiting.done():
                waiting.set_result(None)
                return
        self._busy = False
