"""What the actions may ask about somebody's situation: take a no, and hold a check-in."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import json_object, text_field
from handoff.cases import service as cases
from handoff.conversations import service as conversations
from handoff.conversations.model import Conversation
from handoff.errors import NotFound, Unprocessable
from handoff.internal import actions, conversation_id
from handoff.live import CONSOLE, conversation_topic
from handoff.neet import check_in
from handoff.security import access

_LONGEST_KEY, _LONGEST_ANSWER = 64, 5_000


@access(actions)
async def no(request: web.Request) -> web.Response:
    """POST /internal/neet/no {conversation, message_id}: they want no contact; a repeat is told the same."""
    body = await json_object(request)
    conversation = conversation_id(body.get("conversation"))
    text_field(body, "message_id", _LONGEST_KEY)
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        declined = await cases.say_no(session, request.app[keys.CLOCK].now(), thread)
    request.app[keys.HUB].notify(CONSOLE, conversation_topic(conversation))
    return web.json_response({"declined": declined})


@access(actions)
async def yes(request: web.Request) -> web.Response:
    """POST /internal/neet/yes {conversation, message_id}: they want the contact after all that they declined.

    `when` they will hear from somebody; null when there is no such case, or they had not said no.
    """
    body = await json_object(request)
    conversation = conversation_id(body.get("conversation"))
    text_field(body, "message_id", _LONGEST_KEY)
    rules, now = request.app[keys.RULES], request.app[keys.CLOCK].now()
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        wanted = await cases.say_yes(session, rules, now, thread)
        case = await cases.contact_case(session, thread)
        # Said again with the same message, the clock runs already.
        again = case is not None and case.declined_at is None
        when = cases.contact_by(case, rules, now) if case and (wanted or again) else None
    request.app[keys.HUB].notify(CONSOLE, conversation_topic(conversation))
    return web.json_response({"when": when})


@access(actions)
async def started(request: web.Request) -> web.Response:
    """GET /internal/check-in?conversation=...: what need not be asked, and when an adviser is in touch."""
    conversation = conversation_id(request.query.get("conversation"))
    async with request.app[keys.DB].reading() as session:
        thread = await session.get(Conversation, conversation)
        if thread is None:
            raise NotFound()
        now = request.app[keys.CLOCK].now()
        found = await check_in.started(session, request.app[keys.RULES], now, thread)
    return web.json_response(found)


@access(actions)
async def answer(request: web.Request) -> web.Response:
    """POST /internal/check-in/answers {question, text}: kept at once; what it led to."""
    body = await json_object(request)
    conversation, question = conversation_id(body.get("conversation")), _question(body)
    text = text_field(body, "text", _LONGEST_ANSWER)
    text_field(body, "message_id", _LONGEST_KEY)
    rules, now = request.app[keys.RULES], request.app[keys.CLOCK].now()
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        noted = await check_in.answer(session, rules, now, thread, question, text)
    request.app[keys.HUB].notify(CONSOLE, conversation_topic(conversation))
    return web.json_response(noted)


def _question(body: dict[str, Any]) -> str:
    question = body.get("question")
    if question not in check_in.QUESTIONS:
        raise Unprocessable(
            "bad_field", f"question must be one of {', '.join(check_in.QUESTIONS)}.", field="question"
        )
    return str(question)


def setup(app: web.Application) -> None:
    app.router.add_post("/internal/neet/no", no)
    app.router.add_post("/internal/neet/yes", yes)
    app.router.add_get("/internal/check-in", started)
    app.router.add_post("/internal/check-in/answers", answer)
