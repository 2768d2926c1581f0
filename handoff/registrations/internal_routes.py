"""What the actions may ask about a registration: check and keep an answer, look, forget, finish."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import json_object, text_field
from handoff.conversations import service as conversations
from handoff.conversations.model import Conversation
from handoff.errors import NotFound, Unprocessable
from handoff.internal import actions, conversation_id
from handoff.live import CONSOLE, conversation_topic
from handoff.registrations import service
from handoff.registrations.fields import FIELDS, read
from handoff.registrations.reading import Problem
from handoff.security import access

_LONGEST_KEY = 64


@access(actions)
async def answer(request: web.Request) -> web.Response:
    """POST /internal/registrations/answers {field, text}: an accepted answer is in the draft at once."""
    body = await json_object(request)
    conversation, field, said = conversation_id(body.get("conversation")), _field(body), _said(body)
    now, db = request.app[keys.CLOCK].now(), request.app[keys.DB]
    async with db.reading() as session:
        thread = await session.get(Conversation, conversation)
        if thread is None:
            raise NotFound()
        known = await service.known_about(session, request.app[keys.RULES], now, thread)
    found = await asyncio.to_thread(read, field, said, known)  # dateparser loads languages from disk
    if isinstance(found, Problem):
        return web.json_response({"ok": False, "problem": found.code, "signpost": found.signpost})
    async with db.transaction() as session:
        thread = await conversations.lock(session, conversation)
        await service.keep_answer(session, now, thread, field, found)
    return web.json_response({"ok": True, "value": found.value, "shown": found.shown})


@access(actions)
async def draft(request: web.Request) -> web.Response:
    """GET /internal/registrations/draft?conversation=..."""
    conversation = conversation_id(request.query.get("conversation"))
    async with request.app[keys.DB].reading() as session:
        answers = await service.draft_answers(session, conversation)
    return web.json_response({"answers": answers, "complete": service.is_complete(answers)})


@access(actions)
async def forget(request: web.Request) -> web.Response:
    """DELETE /internal/registrations/draft?conversation=...: 204, also when there is none."""
    conversation = conversation_id(request.query.get("conversation"))
    async with request.app[keys.DB].transaction() as session:
        await service.forget_draft(session, request.app[keys.CLOCK].now(), conversation)
    return web.Response(status=204)


@access(actions)
async def register(request: web.Request) -> web.Response:
    """POST /internal/registrations: the reference, the same one however often a turn is repeated."""
    body = await json_object(request)
    conversation, key = (
        conversation_id(body.get("conversation")),
        text_field(body, "message_id", _LONGEST_KEY),
    )
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        now = request.app[keys.CLOCK].now()
        told = await service.register(session, request.app[keys.RULES], now, thread, key)
    threads = {conversation, told.conversation_id}
    request.app[keys.HUB].notify(CONSOLE, *map(conversation_topic, threads))
    return web.json_response({"reference": told.reference, "created": told.created})


def _field(body: dict[str, Any]) -> str:
    field = body.get("field")
    if field not in FIELDS:
        raise Unprocessable("bad_field", f"field must be one of {', '.join(FIELDS)}.", field="field")
    return str(field)


def _said(body: dict[str, Any]) -> str:
    """Their words as they came: an empty answer is a problem to tell them about, not a bad request."""
    said = body.get("text")
    if not isinstance(said, str):
        raise Unprocessable("bad_field", "text must be a text.", field="text")
    return said


def setup(app: web.Application) -> None:
    app.router.add_post("/internal/registrations/answers", answer)
    app.router.add_get("/internal/registrations/draft", draft)
    app.router.add_delete("/internal/registrations/draft", forget)
    app.router.add_post("/internal/registrations", register)
