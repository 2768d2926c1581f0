"""Server-sent events: a response that stays open, until the reader hangs up or the service stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

BEAT_SECONDS = 15.0  # something is sent at least so often: a dead line or an ended session is noticed
BEAT = b": still here\n\n"
STREAMS: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("streams", set)
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


@asynccontextmanager
async def opened(request: web.Request) -> AsyncIterator[web.StreamResponse]:
    """The response to write events to; a reader who hangs up ends the block quietly."""
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(request)
    task, streams = asyncio.current_task(), request.app[STREAMS]
    assert task is not None
    streams.add(task)
    try:
        with suppress(ConnectionResetError):
            yield response
    finally:
        streams.discard(task)


def event(name: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One event; JSON has no bare newline, so one data line is enough."""
    lines = [f"event: {name}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return ("\n".join(lines) + "\n\n").encode()


async def end_streams(app: web.Application) -> None:
    """On shutdown: an open stream would otherwise hold the service up; pages connect again elsewhere."""
    streams = app[STREAMS]
    for task in tuple(streams):
        task.cancel()


def setup(app: web.Application) -> None:
    app[STREAMS] = set()
    app.on_shutdown.append(end_streams)
