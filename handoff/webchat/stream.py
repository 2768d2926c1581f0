"""The live stream of one chat: messages numbered by seq, and the state beside them.

A notice from the hub only says "look again": the stream re-reads from its own seq, so a lost or doubled
notice, or a reconnect with Last-Event-ID, neither loses nor doubles a message.
"""

from __future__ import annotations

from aiohttp import web

from handoff import keys, sse
from handoff.conversations.service import as_json, messages_after
from handoff.live import conversation_topic
from handoff.webchat import service
from handoff.webchat.access import Chat


async def stream(request: web.Request, chat: Chat, after: int) -> web.StreamResponse:
    """Send what is there, then what comes, until someone hangs up: the reader, "Exit this page", us."""
    async with sse.opened(request) as response:
        await _follow(request, response, chat, after)
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
                await response.write(sse.event("message", as_json(message), message.seq))
                after = message.seq
            if state != shown:
                await response.write(sse.event("state", state.as_json()))
                shown = state
            if not await changes.wait(sse.BEAT_SECONDS):
                await response.write(sse.BEAT)
