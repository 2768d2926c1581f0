"""The console's pages and forms: everything works without JavaScript, and live with it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields, json_object, text_field
from handoff.cases import situation, view, work
from handoff.cases.access import case_for, case_id_in
from handoff.cases.numbers import Number
from handoff.cases.routes import colleague, desk_of, tell
from handoff.cases.work import Desk
from handoff.console.context import case_context, desktop, queue_context
from handoff.conversations.words import LONGEST
from handoff.errors import NotFound, Refusal, Unprocessable
from handoff.pages import page
from handoff.security import access
from handoff.sms.gsm7 import parts
from handoff.staff import service as staff_service
from handoff.staff.auth import signed_in, staff, staff_page

SHOWN = ("waiting", "mine", "all", "closed")
Form = dict[str, str]
Act = Callable[[Desk, uuid.UUID, Form], Awaitable[Any]]


@access(staff_page("case.read"))
async def queue_page(request: web.Request) -> web.Response:
    return await _queue(request, "console/queue.html")


@access(staff("case.read", touch=False))
async def queue_part(request: web.Request) -> web.Response:
    """The list alone, for a page that is open."""
    return await _queue(request, "console/_queue_list.html")


async def _queue(request: web.Request, template: str) -> web.Response:
    show, number = request.query.get("show", "waiting"), request.query.get("page", "1")
    wanted = max(1, int(number)) if re.fullmatch("[0-9]{1,4}", number) else 1
    async with request.app[keys.DB].reading() as session:
        context = await queue_context(request, session, show if show in SHOWN else "waiting", wanted)
    return page(request, template, said=request.query.get("said", ""), **context)


@access(staff_page("case.claim"))
async def take_next(request: web.Request) -> web.Response:
    async with request.app[keys.DB].transaction() as session:
        taken = await work.take_next(desk_of(request, session))
    if taken is None:
        raise web.HTTPSeeOther("/staff/queue?said=nothing")
    tell(request, taken.conversation_id)
    raise web.HTTPSeeOther(f"/staff/cases/{taken.id}")


@access(staff_page("case.read"))
async def case_page(request: web.Request) -> web.Response:
    """The case; the look is recorded."""
    case_id = case_id_in(request.match_info["id"])
    async with request.app[keys.DB].transaction() as session:
        who = signed_in(request)
        await case_for(session, who, case_id)
        await view.note_read(session, request.app[keys.CLOCK].now(), who, case_id)
    return await _case(request, "console/case.html", case_id)


@access(staff("case.read", touch=False))
async def case_part(request: web.Request) -> web.Response:
    """What changes while the page is open: one look for all of a session's."""
    return await _case(request, "console/_case_live.html", case_id_in(request.match_info["id"]))


async def _case(
    request: web.Request, template: str, case_id: uuid.UUID, *, refusal: Refusal | None = None,
    form: Form | None = None, numbers: list[Number] | None = None,
) -> web.Response:  # fmt: skip
    """Draw the case; asked for past its page, as a refused form does, that is a look as well."""
    await _note_look(request, case_id)
    async with request.app[keys.DB].reading() as session:
        found = await case_for(session, signed_in(request), case_id)
        seen = await view.look(session, signed_in(request), found)
        lines = await view.transcript(session, found.conversation_id)
        context = await case_context(request, session, seen, lines)
    return page(
        request, template, status=refusal.status if refusal else 200, refusal=refusal, form=form or {},
        revealed=numbers, reply_id=str(uuid.uuid4()), longest=LONGEST, **context,
    )  # fmt: skip


async def _note_look(request: web.Request, case_id: uuid.UUID) -> None:
    """Record a look, unless one of this session is recorded: a page that is open asks every 20 seconds."""
    who = signed_in(request)
    async with request.app[keys.DB].reading() as session:
        await case_for(session, who, case_id)
        if await view.is_noted(session, who, case_id):
            return
    async with request.app[keys.DB].transaction() as session:
        await view.note_read(session, request.app[keys.CLOCK].now(), who, case_id)


def posted(right: str, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A form of the case page: do it and show the case again; after a no, all that was typed is there."""

    @access(staff_page(right))
    async def handler(request: web.Request) -> web.Response:
        case_id = case_id_in(request.match_info["id"])
        form = await form_fields(request)
        try:
            async with request.app[keys.DB].transaction() as session:
                result = await act(desk_of(request, session), case_id, form)
        except NotFound:
            raise
        except Refusal as refusal:
            return await _case(request, "console/case.html", case_id, refusal=refusal, form=form)
        await _tell(request, case_id)
        if result:
            return await _case(request, "console/case.html", case_id, numbers=result)
        raise web.HTTPSeeOther(f"/staff/cases/{case_id}")

    return handler


@access(staff_page("case.read"))
async def back_to_case(request: web.Request) -> web.Response:
    """A refused form shows the case under the form's address; loaded anew, that leads to the case."""
    raise web.HTTPSeeOther(f"/staff/cases/{case_id_in(request.match_info['id'])}")


async def _tell(request: web.Request, case_id: uuid.UUID) -> None:
    async with request.app[keys.DB].reading() as session:
        found = await case_for(session, signed_in(request), case_id)
    tell(request, found.conversation_id)


async def _reply(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await work.reply(desk, case_id, text_field(form, "text", LONGEST), form.get("id") or None)


async def _note(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await work.note(desk, case_id, text_field(form, "text", LONGEST))


async def _transfer(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    why = text_field(form, "why", LONGEST, needed=False)
    await work.transfer(desk, case_id, colleague(form.get("to", "")), why)


async def _escalate(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await work.escalate(desk, case_id, text_field(form, "why", LONGEST))


async def _close(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    decision = text_field(form, "decision", LONGEST, needed=False)
    await work.close(desk, case_id, form.get("outcome", ""), decision)


async def _claim(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await work.claim(desk, case_id)


async def _hand_back(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await work.hand_back(desk, case_id)


async def _allow_automatic(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await work.allow_automatic(desk, case_id)


async def _activity(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await situation.set_activity(desk, case_id, form.get("code", ""))


async def _strike_out(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await situation.strike_out(desk, case_id, case_id_in(form.get("learned", "")))


async def _return(desk: Desk, case_id: uuid.UUID, form: Form) -> None:
    await work.return_to_queue(desk, case_id)


async def _reveal(desk: Desk, case_id: uuid.UUID, form: Form) -> list[Number]:
    return await work.reveal_numbers(desk, case_id)


@access(staff("case.reply", touch=False))
async def text_parts(request: web.Request) -> web.Response:
    """POST /api/staff/text-parts {text} -> {parts}: how many texts these words would be."""
    text = text_field(await json_object(request), "text", LONGEST, needed=False)
    return web.json_response({"parts": parts(text) if text else 0, "characters": len(text)})


@access(staff_page())
async def account(request: web.Request) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        phone = await staff_service.phone_of(session, signed_in(request).id)
    return _account(request, phone or "")


@access(staff_page())
async def save_phone(request: web.Request) -> web.Response:
    """Where one's own alerts are texted."""
    typed = (await form_fields(request)).get("phone", "").strip()[:40]
    try:
        async with request.app[keys.DB].transaction() as session:
            now = request.app[keys.CLOCK].now()
            await staff_service.set_phone(session, now, signed_in(request), typed)
    except Unprocessable as refusal:
        return _account(request, typed, refusal)
    raise web.HTTPSeeOther("/staff/account?said=phone")


@access(staff_page())
async def back_to_account(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/staff/account")


def _account(request: web.Request, phone: str, refusal: Refusal | None = None) -> web.Response:
    return page(
        request, "console/account.html", status=refusal.status if refusal else 200, refusal=refusal,
        desk=desktop(request, {}), phone=phone, said=request.query.get("said", ""),
    )  # fmt: skip


def setup(app: web.Application) -> None:
    app.router.add_get("/staff/queue", queue_page)
    app.router.add_get("/staff/queue/list", queue_part)
    app.router.add_post("/staff/take-next", take_next)
    app.router.add_get("/staff/account", account)
    app.router.add_post("/staff/account/phone", save_phone)
    app.router.add_get("/staff/account/phone", back_to_account)
    app.router.add_post("/api/staff/text-parts", text_parts)
    app.router.add_get("/staff/cases/{id}", case_page)
    app.router.add_get("/staff/cases/{id}/live", case_part)
    for name, right, act in (
        ("claim", "case.claim", _claim),
        ("reply", "case.reply", _reply),
        ("notes", "case.note", _note),
        ("hand-back", "case.reply", _hand_back),
        ("allow-automatic", "case.reply", _allow_automatic),
        ("activity", "case.note", _activity),
        ("strike-out", "case.note", _strike_out),
        ("return", "case.transfer", _return),
        ("transfer", "case.transfer", _transfer),
        ("escalate", "case.raise", _escalate),
        ("reveal", "reveal_number", _reveal),
        ("close", "case.close", _close),
    ):
        app.router.add_post(f"/staff/cases/{{id}}/{name}", posted(right, act))
        app.router.add_get(f"/staff/cases/{{id}}/{name}", back_to_case)
