"""Work that goes on beside requests: started together, ended together, restarted when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from traceback import extract_tb
from typing import ClassVar

from handoff import metrics

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0


@contextlib.asynccontextmanager
async def background(*jobs: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run every job for as long as the block lasts; one that fails is logged and begun again."""
    tasks = [asyncio.create_task(_persist(job)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def apart(job: str, **ids: object) -> Iterator[None]:
    """One piece of a job's round: whatever goes wrong with it is counted and logged, without words, and the
    other pieces go on."""
    try:
        yield
    except Exception as error:
        metrics.STUMBLES.labels(job).inc()
        what = " ".join(f"{name}={value}" for name, value in ids.items())
        log.error("%s stumbled %s error=%s at=%s; the others go on", job, what, *_where(error))


class Rounds(ABC):
    """A job that does one round after the other, with a pause between them."""

    pause: ClassVar[float]  # seconds

    async def run_forever(self) -> None:
        while True:
            await self.round()
            await asyncio.sleep(self.pause)

    @abstractmethod
    async def round(self) -> object:
        """Whatever there is to do now."""


async def _persist(job: Callable[[], Awaitable[None]]) -> None:
    """Run a job to its end; the trace of a fault is logged once, and not again while it stays the same."""
    before = None
    while True:
        try:
            return await job()
        except Exception as error:
            where = _where(error)
            told = "background job failed job=%s error=%s at=%s; starting it again"
            log.error(told, _name(job), *where, exc_info=where != before)
            before = where
        await asyncio.sleep(PAUSE_SECONDS)


def _where(error: Exception) -> tuple[str, str]:
    """The kind of error and the innermost line it came from: no words of anyone."""
    place = extract_tb(error.__traceback__)[-1]
    return type(error).__name__, f"{place.filename.rpartition('/')[2]}:{place.lineno}"


def _name(job: Callable[[], Awaitable[None]]) -> str:
    """Whose job it is: Floods.run_forever, wherever that is written."""
    owner = getattr(job, "__self__", None)
    name: str = getattr(job, "__name__", repr(job))
    return f"{type(owner).__name__}.{name}" if owner is not None else name
