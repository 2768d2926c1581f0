"""The page and the API by which an editor begins an answer that there was not before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields, json_object, text_field
from handoff.content.beginning import GROUPS, begin_answer
from handoff.content.checks import TITLE_LENGTH
from handoff.content.overlong import as_named
from handoff.content.steps import editing
from handoff.errors import Refusal, Unprocessable
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import staff, staff_page


@access(staff_page("content.edit"))
async def new_page(request: web.Request) -> web.Response:
    """GET /staff/answers/new: a title and a group is all it takes."""
    return _page(request)


@access(staff_page("content.edit"))
async def begin_by_form(request: web.Request) -> web.Response:
    """POST /staff/answers/new: to the new answer's draft."""
    form = await form_fields(request)
    try:
        slug = await _begun(request, form)
    except Refusal as refusal:
        return _page(request, form, as_named(refusal, {}))
    raise web.HTTPSeeOther(f"/staff/answers/{slug}?said=begin")


@access(staff("content.edit"))
async def begin(request: web.Request) -> web.Response:
    """POST /api/staff/answers {title, group}: 201 with the new answer's slug."""
    slug = await _begun(request, await json_object(request))
    return web.json_response({"slug": slug}, status=201)


async def _begun(request: web.Request, given: Mapping[str, Any]) -> str:
    title, group = text_field(given, "title", TITLE_LENGTH), text_field(given, "group", 32)
    if group not in GROUPS:
        raise Unprocessable("bad_field", f"group must be one of {', '.join(GROUPS)}.", field="group")
    async with request.app[keys.DB].transaction() as session:
        draft = await begin_answer(editing(request, session), title, group)
    return draft.slug


def _page(
    request: web.Request, given: Mapping[str, Any] | None = None, refusal: Refusal | None = None
) -> web.Response:
    status = refusal.status if refusal else 200
    shown = {"given": given or {}, "refusal": refusal, "groups": GROUPS, "most": TITLE_LENGTH}
    return page(request, "content/new.html", status=status, **shown)


def setup(app: web.Application) -> None:
    app.router.add_get("/staff/answers/new", new_page)
    app.router.add_post("/staff/answers/new", begin_by_form)
    app.router.add_post("/api/staff/answers", begin)
