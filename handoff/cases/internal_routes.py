"""What the actions may ask about cases: open one, and hear when a person will answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import json_object, text_field
from handoff.cases.clocks import in_words
from handoff.cases.contact import say_yes
from handoff.cases.model import REQUEST, UNANSWERED, Case, CaseCall
from handoff.cases.service import open_or_raise
from handoff.content.areas import Area, is_open, next_opening
from handoff.conversations import service as conversations
from handoff.conversations.model import BOT, CLOSED, WAITING
from handoff.errors import Unprocessable
from handoff.internal import actions, conversation_id
from handoff.live import CONSOLE, conversation_topic
from handoff.security import access

REASONS = (REQUEST, UNANSWERED)
_LONGEST_FACT = 500


@access(actions)
async def open_case(request: web.Request) -> web.Response:
    """POST /internal/cases {reason, facts, conversation, message_id}: a repeat is told the same."""
    body = await json_object(request)
    reason, facts, message_id = _reason(body), _facts(body), text_field(body, "message_id", 64)
    conversation = conversation_id(body.get("conversation"))
    key, now, rules = f"{message_id}:{reason}", request.app[keys.CLOCK].now(), request.app[keys.RULES]
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        told = await session.get(CaseCall, key)
        if told:
            return web.json_response(told.result)
        case, created = await open_or_raise(session, rules, now, thread, reason, facts=facts)
        if reason == REQUEST and facts.get("adviser") != "declined":
            await say_yes(session, rules, now, thread)
        if reason == REQUEST and thread.state in (BOT, CLOSED):
            thread.state = WAITING
        result = _told(case, created, now, rules.area(case.area))
        session.add(CaseCall(key=key, case_id=case.id, result=result, at=now))
    request.app[keys.HUB].notify(CONSOLE, conversation_topic(conversation))
    return web.json_response(result)


def _told(case: Case, created: bool, now: datetime, area: Area) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "created": created,
        **_opening(area, now, "in_hours"),
        "reply_by": in_words(case.due_at, now, area),
    }


def _opening(area: Area, now: datetime, name: str) -> dict[str, Any]:
    is_there = is_open(area, now)
    return {name: is_there, "next_opening": None if is_there else next_opening(area, now)}


def _reason(body: dict[str, Any]) -> str:
    reason = body.get("reason")
    if reason not in REASONS:
        raise Unprocessable("bad_field", f"reason must be one of {', '.join(REASONS)}.", field="reason")
    return str(reason)


def _facts(body: dict[str, Any]) -> dict[str, str]:
    facts = body.get("facts") or {}
    if not isinstance(facts, dict):
        raise Unprocessable("bad_field", "facts must be an object of texts.", field="facts")
    return {str(name)[:64]: str(value)[:_LONGEST_FACT] for name, value in facts.items() if value is not None}


def setup(app: web.Application) -> None:
    app.router.add_post("/internal/cases", open_case)
