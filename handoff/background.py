"""Work that goes on beside requests: started together, ended together, restarted when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

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


async def _persist(job: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await job()
        except Exception:
            log.exception(
                "background job failed job=%s; starting it again", getattr(job, "__qualname__", job)
            )
        await asyncio.sleep(PAUSE_SECONDS)
