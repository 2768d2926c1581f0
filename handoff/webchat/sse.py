"""The live stream of one chat: messages numbered by seq, and the state beside them.

A notice from the hub only says "look again": the stream re-reads from its own seq, so a lost or doubled
notice, or a reconnect with Last-Event-ID, neither loses nor doubles a message.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.conversations.service import as_json, messages_after
from handoff.live import conversation_topic
from handoff.webchat import service
from handoff.webchat.access import Chat

HEARTBEAT = 15.0
STREAMS: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("webchat-streams", set)
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


def event(name: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One server-sent event; JSON has no bare newline, so one data line is enough."""
    lines = [f"event: {name}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return ("\n".join(lines) + "\n\n").encode()


async def stream(request: web.Request, chat: Chat, after: int) -> web.StreamResponse:
    """Send what is there, then what comes, until someone hangs up: the reader, "Exit this page", us."""
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(request)
    task = asyncio.current_task()
    assert task is not None
    request.app[STREAMS].add(task)
    try:
        await _follow(request, response, chat, after)
    except ConnectionResetError:
        pass  # the reader hung up
    finally:
        request.app[STREAMS].discard(task)
    return response


async def _follow(request: web.Request, response: web.StreamResponse, chat: Chat, after: int) -> None:
    shown: service.State | None = None
    await response.write(b"retry: 1000\n\n")
    async with request.app[keys.HUB].subscribe(conversation_topic(chat.conversation_id)) as changes:
        while True:
            async with request.app[keys.DB].reading() as session:
                if not await service.still_open(session, chat):
                    return
                messages = await messages_after(session, chat.conversation_id, after)
                state = await service.state_of(session, chat.conversation_id)
            for message in messages:
                await response.write(event("message", as_json(message), message.seq))
                after = message.seq
            if state != shown:
                await response.write(event("state", state.as_json()))
                shown = state
            if not await changes.wait(HEARTBEAT):
                await response.write(b": still here\n\n")


async def end_streams(app: web.Application) -> None:
    """On shutdown: an open stream would otherwise hold the service up."""
    streams = app[STREAMS]
    for task in tuple(streams):
        task.cancel()
