"""The staff API for cases (design: contracts, "Staff")."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.vocabulary import Coded
from handoff import audit, keys
from handoff.bodies import json_object, text_field
from handoff.cases import queue, quiet, view, work
from handoff.cases.access import case_for, case_id_in
from handoff.cases.model import Case
from handoff.cases.record import record_of
from handoff.cases.stream import events
from handoff.cases.work import Desk
from handoff.conversations.words import LONGEST
from handoff.errors import Unprocessable
from handoff.live import CONSOLE, OUTBOX, conversation_topic
from handoff.security import access
from handoff.staff.auth import signed_in, staff

Action = Callable[[Desk], Awaitable[Case]]
Says = Callable[[Desk, Case], Awaitable[dict[str, Any]]]


@access(staff("case.read"))
async def vocabulary(request: web.Request) -> web.Response:
    """GET /api/staff/vocabulary: the code lists of the screens."""
    words = request.app[keys.RULES].vocabulary
    lists: dict[str, Mapping[str, Coded]] = {
        "levels": words.levels,
        "reasons": words.reasons,
        "categories": words.categories,
        "outcomes": words.outcomes,
    }
    return web.json_response(
        {
            name: [{"code": one.code, "label": one.label} for one in entries.values() if not one.retired]
            for name, entries in lists.items()
        }
    )


@access(staff("case.read"))
async def cases(request: web.Request) -> web.Response:
    """GET /api/staff/cases?state=open&limit=N&mine=1, in queue order."""
    state, limit = request.query.get("state", "open"), whole_number(request, "limit", 100, 1, queue.MOST)
    if state not in queue.STATES:
        raise Unprocessable("bad_field", f"state must be one of {', '.join(queue.STATES)}.", field="state")
    mine = request.query.get("mine") == "1"
    async with request.app[keys.DB].reading() as session:
        desk = desk_of(request, session)
        found = await queue.listed(session, desk.who, desk.moment, state=state, limit=limit, mine=mine)
        names = await queue.owner_names(session, found)
    return web.json_response({"cases": [queue.as_json(case, names) for case in found]})


@access(staff("case.read"))
async def case(request: web.Request) -> web.Response:
    """GET /api/staff/cases/{id}: the case and what is known; the look is recorded."""
    who = signed_in(request)
    async with request.app[keys.DB].transaction() as session:
        found = await case_for(session, who, case_id_in(request.match_info["id"]))
        await view.note_read(session, request.app[keys.CLOCK].now(), who, found.id)
        seen = await view.look(session, who, found)
        record = await record_of(session, request.app[keys.RULES], found)
        silence = (await quiet.quiet(session, desk_of(request, session).moment, [found])).get(found.id)
    return web.json_response(seen.as_json() | record.as_json() | quiet.as_json(silence))


@access(staff("case.read"))
async def messages(request: web.Request) -> web.Response:
    """GET /api/staff/cases/{id}/messages?after=N: the words, staff-only ones flagged by `audience`."""
    who, after = signed_in(request), whole_number(request, "after", 0, 0, 2**31 - 1)
    async with request.app[keys.DB].transaction() as session:
        found = await case_for(session, who, case_id_in(request.match_info["id"]))
        await audit.record(
            session, request.app[keys.CLOCK].now(), who.id, "case.read_messages", f"case:{found.id}"
        )
        lines = await view.transcript(session, found.conversation_id, after)
    return web.json_response({"messages": [line.as_json() for line in lines]})


@access(staff("case.claim"))
async def claim(request: web.Request) -> web.Response:
    return await act(request, lambda desk: work.claim(desk, id_of(request)))


@access(staff("case.claim"))
async def take_next(request: web.Request) -> web.Response:
    """POST /api/staff/cases/take-next: the top case, or 204 when nothing waits."""
    async with request.app[keys.DB].transaction() as session:
        desk = desk_of(request, session)
        taken = await work.take_next(desk)
        body = await _json(desk, taken) if taken else None
    if taken is None or body is None:
        return web.Response(status=204)
    tell(request, taken.conversation_id)
    return web.json_response(body)


@access(staff("case.reply"))
async def reply(request: web.Request) -> web.Response:
    """POST .../reply {text, id?} -> 202 {seq}; the same id again says nothing twice."""
    body = await json_object(request)
    text, key = text_field(body, "text", LONGEST), text_field(body, "id", 36, needed=False)
    async with request.app[keys.DB].transaction() as session:
        message = await work.reply(desk_of(request, session), id_of(request), text, key or None)
    tell(request, message.conversation_id)
    return web.json_response({"seq": message.seq}, status=202)


@access(staff("case.note"))
async def note(request: web.Request) -> web.Response:
    text = text_field(await json_object(request), "text", LONGEST)
    return await act(request, lambda desk: work.note(desk, id_of(request), text))


@access(staff("case.reply"))
async def hand_back(request: web.Request) -> web.Response:
    return await act(request, lambda desk: work.hand_back(desk, id_of(request)))


@access(staff("case.reply"))
async def allow_automatic(request: web.Request) -> web.Response:
    return await act(request, lambda desk: work.allow_automatic(desk, id_of(request)))


@access(staff("case.transfer"))
async def return_to_queue(request: web.Request) -> web.Response:
    return await act(request, lambda desk: work.return_to_queue(desk, id_of(request)))


@access(staff("case.transfer"))
async def transfer(request: web.Request) -> web.Response:
    """POST .../transfer {to, why?}"""
    body = await json_object(request)
    to, why = colleague(text_field(body, "to", 36)), text_field(body, "why", LONGEST, needed=False)
    return await act(request, lambda desk: work.transfer(desk, id_of(request), to, why))


@access(staff("case.raise"))
async def escalate(request: web.Request) -> web.Response:
    """POST .../escalate {why} -> the safeguarding case."""
    why = text_field(await json_object(request), "why", LONGEST)
    return await act(request, lambda desk: work.escalate(desk, id_of(request), why))


@access(staff("reveal_number"))
async def reveal(request: web.Request) -> web.Response:
    async with request.app[keys.DB].transaction() as session:
        numbers = await work.reveal_numbers(desk_of(request, session), id_of(request))
    shown = [
        {"number": one.number, "registration": one.registration, "written": one.written} for one in numbers
    ]
    return web.json_response({"number": numbers[0].number, "numbers": shown})


@access(staff("case.close"))
async def close(request: web.Request) -> web.Response:
    """POST .../close {outcome, decision?}"""
    body = await json_object(request)
    outcome = str(body.get("outcome", ""))
    decision = text_field(body, "decision", LONGEST, needed=False)
    return await act(request, lambda desk: work.close(desk, id_of(request), outcome, decision))


def desk_of(request: web.Request, session: Any) -> Desk:
    return Desk(session, request.app[keys.RULES], request.app[keys.CLOCK].now(), signed_in(request))


def tell(request: web.Request, conversation_id: uuid.UUID) -> None:
    """After the commit: whoever looks at the queue, the conversation or the outbox looks again."""
    request.app[keys.HUB].notify(CONSOLE, conversation_topic(conversation_id), OUTBOX)


def colleague(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Unprocessable(
            "unknown_colleague", "Choose a colleague who can take this case.", field="to"
        ) from None


def whole_number(request: web.Request, name: str, usual: int, least: int, most: int) -> int:
    """A number from the query; Unprocessable when it is none or out of range."""
    text = request.query.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        raise Unprocessable(
            "bad_field", f"{name} must be a whole number from {least} to {most:,}.", field=name
        )
    return int(text)


async def _json(desk: Desk, case: Case) -> dict[str, Any]:
    await desk.session.flush()
    return queue.as_json(case, await queue.owner_names(desk.session, [case])) | {"outcome": case.outcome}


async def act(request: web.Request, action: Action, says: Says = _json) -> web.Response:
    """Do one thing to a case: the answer is what is said of it then, and whoever looks at it is told."""
    async with request.app[keys.DB].transaction() as session:
        desk = desk_of(request, session)
        changed = await action(desk)
        await session.flush()
        body = await says(desk, changed)
    tell(request, changed.conversation_id)
    return web.json_response(body)


def id_of(request: web.Request) -> uuid.UUID:
    """The case that the address names."""
    return case_id_in(request.match_info["id"])


def setup(app: web.Application) -> None:
    at = "/api/staff/cases"
    app.router.add_get("/api/staff/vocabulary", vocabulary)
    app.router.add_get("/api/staff/events", events)
    app.router.add_get(at, cases)
    app.router.add_post(f"{at}/take-next", take_next)
    app.router.add_get(f"{at}/{{id}}", case)
    app.router.add_get(f"{at}/{{id}}/messages", messages)
    for name, handler in (
        ("claim", claim),
        ("reply", reply),
        ("notes", note),
        ("hand-back", hand_back),
        ("allow-automatic", allow_automatic),
        ("return", return_to_queue),
        ("transfer", transfer),
        ("escalate", escalate),
        ("reveal", reveal),
        ("close", close),
    ):
        app.router.add_post(f"{at}/{{id}}/{name}", handler)
