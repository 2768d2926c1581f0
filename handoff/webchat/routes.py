"""The chat's JSON API: open, send, read, follow, leave. The contract is /api/openapi.json."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import string_field
from handoff.conversations.service import as_json, messages_after
from handoff.security import Throttle, access, anyone
from handoff.webchat import helped, intake, pages_routes, service
from handoff.webchat.access import CHAT, bearer
from handoff.webchat.body import read_object, seq_or_start, seq_value, uuid_field
from handoff.webchat.stream import stream

WAIT_SECONDS = 25.0


@access(anyone)
async def open_chat(request: web.Request) -> web.Response:
    area = intake.known_area(request, (await read_object(request)).get("area"))
    await intake.slow_down(request)
    async with request.app[keys.DB].transaction() as session:
        conversation, token = await service.open_chat(session, request.app[keys.CLOCK].now(), area)
    return web.json_response({"token": token, "conversation": str(conversation.id)}, status=201)


@access(bearer)
async def send(request: web.Request) -> web.Response:
    body, conversation_id = await read_object(request), request[CHAT].conversation_id
    received = await intake.take_in(
        request, conversation_id, uuid_field(body, "id"), string_field(body, "text")
    )
    turns, wanted = request.app[keys.TURNS], request.query.get("wait") == "1"
    if not wanted or not await turns.wait(received.turn_id, WAIT_SECONDS, fresh=not received.repeated):
        return web.json_response({"seq": received.seq}, status=202)
    async with request.app[keys.DB].reading(brief=True) as session:
        replies = await service.replies_to(session, received.turn_id)
    return web.json_response({"seq": received.seq, "replies": replies})


@access(bearer)
async def read(request: web.Request) -> web.Response:
    chat, after = request[CHAT], seq_value(request.query.get("after", ""), "after")
    async with request.app[keys.DB].reading() as session:
        state = await service.state_of(session, chat.conversation_id)
        messages = await messages_after(session, chat.conversation_id, after)
    body: dict[str, Any] = state.as_json() | {"messages": [as_json(message) for message in messages]}
    return web.json_response(body)


@access(bearer)
async def events(request: web.Request) -> web.StreamResponse:
    after, last = seq_value(request.query.get("after", ""), "after"), request.headers.get("Last-Event-ID")
    return await stream(request, request[CHAT], seq_or_start(last) if last else after)


@access(bearer)
async def leave(request: web.Request) -> web.Response:
    await intake.leave_chat(request, request[CHAT])
    return web.Response(status=204)


def setup(app: web.Application) -> None:
    app[intake.OPENINGS] = Throttle(app[keys.SETTINGS].limits.chats_per_address_minute, 60)
    app[intake.MESSAGES] = Throttle(app[keys.SETTINGS].limits.chat_messages_per_second, 1)
    router = app.router
    router.add_post("/api/chat", open_chat)
    router.add_post("/api/chat/messages", send)
    router.add_get("/api/chat/messages", read)
    router.add_get("/api/chat/events", events)
    router.add_post("/api/chat/leave", leave)
    helped.setup(app)
    pages_routes.setup(app)
