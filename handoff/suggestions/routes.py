"""The editors' page of questions without a good answer, and its forms. Works without JavaScript."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from handoff import keys
from handoff.background import background
from handoff.bodies import form_fields
from handoff.content.meaning import MEANINGS
from handoff.content.standing import listened, live_titles
from handoff.content.steps import editing
from handoff.content.workflow import Editing
from handoff.errors import NotFound, Refusal
from handoff.feedback import service as feedback
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import signed_in, staff_page
from handoff.suggestions import deciding, service
from handoff.suggestions.model import Suggestion
from handoff.suggestions.reading import Reading

READING: web.AppKey[Reading] = web.AppKey("reading", Reading)
HERE = "/staff/answers/suggestions"
WHY = {
    "not_understood": "not understood",
    "not_chosen": "got choices, and took none",
    "not_ours": "taken for nothing of ours",
    "no_help": "said the answer did not help",
}
Form = dict[str, str]
Act = Callable[[Editing, Reading, uuid.UUID, Form], Awaitable[Suggestion]]


@access(staff_page(feedback.RIGHT))
async def suggestions_page(request: web.Request) -> web.Response:
    """GET /staff/answers/suggestions?answer=: the groups, and what was decided lately."""
    return await _page(request)


async def _page(request: web.Request, refusal: Refusal | None = None) -> web.Response:
    who, now = signed_in(request), request.app[keys.CLOCK].now()
    near = request.query.get("answer", "")[:64]
    async with request.app[keys.DB].transaction() as session:
        found = await service.listed(session, now, who, request.app[READING], near)
        decided = await service.decided(session, now, who)
        titles = await live_titles(session)
    return page(
        request, "suggestions/list.html", status=refusal.status if refusal else 200, refusal=refusal,
        found=found, decided=decided, titles=titles, near=near, why=WHY, reasons=deciding.REASONS,
        here=HERE, fewest=service.FEWEST, near_enough=service.NEAR_ENOUGH, now=now,
        done=request.query.get("done", ""), span=_span(request),
    )  # fmt: skip


async def _add(work: Editing, reading: Reading, group: uuid.UUID, form: Form) -> Suggestion:
    asked = form.get("slug", "").strip()
    named = (slug for slug, title in (await live_titles(work.session)).items() if title == asked)
    return await deciding.add_examples(work, reading, group, next(named, asked[:64]))


async def _begin(work: Editing, reading: Reading, group: uuid.UUID, form: Form) -> Suggestion:
    return await deciding.new_answer(work, reading, group)


async def _dismiss(work: Editing, reading: Reading, group: uuid.UUID, form: Form) -> Suggestion:
    return await deciding.dismiss(work, group, form.get("reason", ""))


async def _undo(work: Editing, reading: Reading, decision: uuid.UUID, form: Form) -> Suggestion:
    return await deciding.undo(work, reading, decision)


def _posted(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    @access(staff_page("content.edit"))
    async def handler(request: web.Request) -> web.Response:
        form, one = await form_fields(request), _id_in(request)
        reading = request.app[READING]
        try:
            heard = await _heard(request, one) if act in (_add, _begin) else {}
            async with request.app[keys.DB].transaction() as session:
                done = await act(replace(editing(request, session), heard=heard), reading, one, form)
        except Refusal as refusal:
            return await _page(request, refusal)
        raise web.HTTPSeeOther(f"{HERE}?done={'undone' if done.undone_at else done.id}")

    return handler


async def _heard(request: web.Request, group: uuid.UUID) -> dict[str, bool]:
    """Whether screening hears danger in a group's words, asked before the transaction: it takes a while."""
    async with request.app[keys.DB].reading() as session:
        rows = await service.group_of(session, signed_in(request), group)
    return await listened(deciding.whole(rows, request.app[READING]))


@access(staff_page(feedback.RIGHT))
async def back_to_list(request: web.Request) -> web.Response:
    """A refused form shows the list under the form's address; loaded anew, that leads to the list."""
    raise web.HTTPSeeOther(HERE)


def _span(request: web.Request) -> Callable[[datetime, datetime], str]:
    """Two moments as days: "3 November", "3 to 20 November", "28 October to 3 November"."""
    zone = request.app[keys.RULES].area(None).timezone

    def span(first: datetime, last: datetime) -> str:
        begun, ended = first.astimezone(zone), last.astimezone(zone)
        if begun.date() == ended.date():
            return f"{ended.day} {ended:%B}"
        same = (begun.year, begun.month) == (ended.year, ended.month)
        return f"{begun.day}{'' if same else f' {begun:%B}'} to {ended.day} {ended:%B}"

    return span


def _id_in(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["id"])
    except ValueError:
        raise NotFound("There are no such questions.") from None


def setup(app: web.Application) -> None:
    """After the answers, whose questions it compares with."""
    app[READING] = Reading(app[keys.DB], app[keys.CLOCK], app[MEANINGS])

    async def reading(app: web.Application) -> AsyncIterator[None]:
        async with background(app[READING].run_forever):
            yield

    app.cleanup_ctx.append(reading)
    app.router.add_get(HERE, suggestions_page)
    for name, act in (("examples", _add), ("answer", _begin), ("dismiss", _dismiss), ("undo", _undo)):
        app.router.add_post(f"{HERE}/{{id}}/{name}", _posted(act))
        app.router.add_get(f"{HERE}/{{id}}/{name}", back_to_list)
