"""Server-sent events: a response that stays open, until the reader hangs up or the service stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

BEAT_SECONDS = 15.0  # something is sent at least so often: a dead line or an ended session is noticed
BEAT = b": still here\n\n"
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


@dataclass
class Streams:
    """An application's open streams; none stays open once it stops."""

    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    ended: bool = False


STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)


@asynccontextmanager
async def opened(request: web.Request) -> AsyncIterator[web.StreamResponse]:
    """The response to write events to; a reader who hangs up ends the block quietly."""
    task, streams = asyncio.current_task(), request.app[STREAMS]
    assert task is not None
    if streams.ended:  # asked for before the stop, and only now here
        raise asyncio.CancelledError
    streams.tasks.add(task)
    try:
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(request)
        with suppress(ConnectionResetError):
            yield response
    finally:
        streams.tasks.discard(task)


def event(name: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One event; JSON has no bare newline, so one data line is enough."""
    lines = [f"event: {name}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return ("\n".join(lines) + "\n\n").encode()


async def end_streams(app: web.Application) -> None:
    """On shutdown: an open stream would otherwise hold the service up; pages connect again elsewhere."""
    streams = app[STREAMS]
    streams.ended = True
    for task in tuple(streams.tasks):
        task.cancel()


def setup(app: web.Application) -> None:
    app[STREAMS] = Streams()
    app.on_shutdown.append(end_streams)
