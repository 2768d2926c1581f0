"""What the actions may ask about a registration: begin, keep an answer, look, leave, come back, finish."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys
from handoff.bodies import json_object, string_field, text_field
from handoff.conversations import service as conversations
from handoff.conversations.model import SMS, Conversation
from handoff.errors import Conflict, NotFound, Unprocessable
from handoff.internal import actions, conversation_id, is_over, message_id
from handoff.live import CONSOLE, conversation_topic
from handoff.registrations import come_back, drafts, finishing, form, permissions
from handoff.registrations.asking import question
from handoff.registrations.birthday import read_birthday
from handoff.registrations.fields import FIELDS, Known
from handoff.registrations.reading import Accepted, Problem
from handoff.security import access

_LONGEST_KEY = 64


@access(actions)
async def begin(request: web.Request) -> web.Response:
    """POST /internal/registrations/drafts: how it stands, what is known put down; `kept`: begun before."""
    body = await json_object(request)
    conversation, now, rules = _conversation(body), request.app[keys.CLOCK].now(), request.app[keys.RULES]
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        answers, kept = await drafts.begin(session, rules, now, thread)
        told = await _stands(request, session, thread, answers)
    return web.json_response(told | {"kept": kept})


@access(actions)
async def answer(request: web.Request) -> web.Response:
    """POST /internal/registrations/answers {field, text, again?}: what is accepted is kept at once."""
    body = await json_object(request)
    conversation, name, said = _conversation(body), _field(body), string_field(body, "text")
    now, db, rules = request.app[keys.CLOCK].now(), request.app[keys.DB], request.app[keys.RULES]
    async with db.reading() as session:
        thread = await session.get(Conversation, conversation)
        if thread is None:
            raise NotFound()
        known = await drafts.known_about(session, rules, now, thread)
        doubted = await drafts.doubt(session, conversation)
    given = await drafts.read_answer(known, name, said, doubted, bool(body.get("again")))
    async with db.transaction() as session:
        thread = await _in_form(session, body, await conversations.lock(session, conversation))
        if isinstance(given.answer, Problem):
            if given.answer.code == "age_differs" and given.answer.value:
                await drafts.keep_doubt(session, now, thread, given.answer.value)
            if given.answer.code == "which_contact":
                await drafts.keep_unsafe(session, now, thread, said)
            return web.json_response(_refused(given.answer, known))
        kept = await session.begin_nested()
        for field, one in {name: given.answer, **given.beside}.items():
            await drafts.keep_answer(session, now, thread, field, one)
        answers = await drafts.draft_answers(session, conversation)
        elsewhere = drafts.sent_elsewhere(answers, rules, known.today)
        if elsewhere:
            await kept.rollback()  # a correction may be a slip: what was answered before still stands
            return web.json_response(_refused(Problem("not_here", elsewhere.slug), known))
        await kept.commit()
        told = await _stands(request, session, thread, answers)
    return web.json_response(told | {"ok": True, "value": given.answer.value, "shown": given.answer.shown})


@access(actions)
async def draft(request: web.Request) -> web.Response:
    """GET /internal/registrations/drafts?conversation=...: how it stands."""
    conversation = conversation_id(request.query.get("conversation"))
    async with request.app[keys.DB].reading() as session:
        thread = await session.get(Conversation, conversation)
        if thread is None:
            raise NotFound()
        answers = await drafts.draft_answers(session, (await _in_form(session, request.query, thread)).id)
        return web.json_response(await _stands(request, session, thread, answers))


@access(actions)
async def forget(request: web.Request) -> web.Response:
    """DELETE /internal/registrations/drafts?conversation=...: 204, also when there is none."""
    conversation = conversation_id(request.query.get("conversation"))
    async with request.app[keys.DB].transaction() as session:
        await drafts.forget_draft(session, request.app[keys.CLOCK].now(), conversation)
    return web.Response(status=204)


@access(actions)
async def ask(request: web.Request) -> web.Response:
    """GET /internal/registrations/questions/{field}?conversation=...: its words and choices."""
    conversation, name = conversation_id(request.query.get("conversation")), request.match_info["field"]
    async with request.app[keys.DB].reading() as session:
        thread = await session.get(Conversation, conversation)
        if thread is None or name not in FIELDS:
            raise NotFound()
        answers = await drafts.draft_answers(session, (await _in_form(session, request.query, thread)).id)
    values = drafts.values_of({field: one for field, one in answers.items() if not one.get("elsewhere")})
    asked = question(name, values, request.app[keys.RULES].areas, thread.channel == SMS)
    return web.json_response(asked)


@access(actions)
async def save(request: web.Request) -> web.Response:
    """POST /internal/registrations/codes: a come-back code; null while there is no date of birth."""
    body = await json_object(request)
    async with request.app[keys.DB].transaction() as session:
        thread = await _in_form(session, body, await conversations.lock(session, _conversation(body)))
        code = await come_back.save(session, request.app[keys.CLOCK].now(), thread)
    return web.json_response({"code": code})


@access(actions)
async def return_to_draft(request: web.Request) -> web.Response:
    """POST /internal/registrations/returns {code, birthday, message_id}: how it stands, or the tries left.

    A repeat is told the same.
    """
    body = await json_object(request)
    conversation, now, rules = _conversation(body), request.app[keys.CLOCK].now(), request.app[keys.RULES]
    code, said = come_back.code_in(string_field(body, "code")) or "", string_field(body, "birthday")
    message = message_id(body.get("message_id"))
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        born = read_birthday(said, drafts.today_of(rules, now, thread))
        if isinstance(born, Problem) and born.signpost is None:
            return web.json_response({"ok": False, "problem": born.code})
        date = born.value if isinstance(born, Accepted) else ""
        back = await come_back.come_back(session, now, thread, message, code, date)
        if not back.found:
            return web.json_response({"ok": False, "problem": "no_match", "tries_left": back.tries_left})
        answers = await drafts.draft_answers(session, conversation)
        told = await _stands(request, session, thread, answers)
    return web.json_response(told | {"ok": True})


@access(actions)
async def take_back(request: web.Request) -> web.Response:
    """POST /internal/registrations/permissions {purpose}: taken back; whether anyone registered from here."""
    body = await json_object(request)
    conversation, purpose = _conversation(body), text_field(body, "purpose", 16)
    if purpose not in permissions.WORDS:
        raise Unprocessable("bad_field", "purpose is unknown.", field="purpose")
    async with request.app[keys.DB].transaction() as session:
        thread = await conversations.lock(session, conversation)
        now, rules = request.app[keys.CLOCK].now(), request.app[keys.RULES]
        done = await permissions.take_back(session, rules, now, thread, purpose)
    request.app[keys.HUB].notify(CONSOLE, conversation_topic(conversation))
    return web.json_response({"found": done.found, "had_gone": done.had_gone})


@access(actions)
async def register(request: web.Request) -> web.Response:
    """POST /internal/registrations: the reference, the same one however often a turn is repeated.

    `link` is null where somebody registers again from another contact: an adviser checks first.
    """
    body = await json_object(request)
    conversation, key = _conversation(body), text_field(body, "message_id", _LONGEST_KEY)
    async with request.app[keys.DB].transaction() as session:
        thread = await _in_form(session, body, await conversations.lock(session, conversation))
        now = request.app[keys.CLOCK].now()
        told = await finishing.register(session, request.app[keys.RULES], now, thread, key)
    threads = {conversation, told.conversation_id}
    request.app[keys.HUB].notify(CONSOLE, *map(conversation_topic, threads))
    link = f"{request.app[keys.SETTINGS].public_base_url}{told.link}" if told.link else None
    return web.json_response({"reference": told.reference, "created": told.created, "link": link})


async def _stands(
    request: web.Request, session: AsyncSession, thread: Conversation, answers: drafts.Answers
) -> dict[str, Any]:
    """What is answered, as it may be shown here, and what is still to ask."""
    areas = request.app[keys.RULES].areas
    shown = {name: _shown(one) for name, one in answers.items()}
    return {"answers": shown, "missing": form.missing(drafts.values_of(answers), areas)}


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    """What was given from another contact is not said here."""
    return {"shown": None} if one.get("elsewhere") else {"shown": one["shown"]}


def _refused(problem: Problem, known: Known) -> dict[str, Any]:
    words: dict[str, Any] = {"council": problem.council} if problem.council else {}
    if problem.guessed:
        words["guessed"] = True
    if problem.code == "age_differs" and problem.value:
        words |= {"said": known.age, "makes": drafts.years(problem.value, known.today)}
    return {"ok": False, "problem": problem.code, "signpost": problem.signpost, "words": words}


def _conversation(body: Mapping[str, Any]) -> uuid.UUID:
    return conversation_id(body.get("conversation"))


async def _in_form(session: AsyncSession, said: Mapping[str, Any], thread: Conversation) -> Conversation:
    """The conversation, whose form is open. Conflict `over` once an adviser has finished it for them.

    An episode that only grew too long ends too, while a form is beginning in it: that form goes on.
    """
    if is_over(said.get("conversation"), thread.episode) and await finishing.was_finished(session, thread):
        raise Conflict("over", "An adviser has finished this registration.")
    return thread


def _field(body: Mapping[str, Any]) -> str:
    field = body.get("field")
    if field not in FIELDS:
        raise Unprocessable("bad_field", f"field must be one of {', '.join(FIELDS)}.", field="field")
    return str(field)


def setup(app: web.Application) -> None:
    add = app.router
    add.add_post("/internal/registrations", register)
    add.add_post("/internal/registrations/drafts", begin)
    add.add_get("/internal/registrations/drafts", draft)
    add.add_delete("/internal/registrations/drafts", forget)
    add.add_post("/internal/registrations/answers", answer)
    add.add_get("/internal/registrations/questions/{field}", ask)
    add.add_post("/internal/registrations/codes", save)
    add.add_post("/internal/registrations/returns", return_to_draft)
    add.add_post("/internal/registrations/permissions", take_back)
