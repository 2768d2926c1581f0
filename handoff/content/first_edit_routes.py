"""The page of the guided first edit, with all its steps in plain words; works without JavaScript."""

from __future__ import annotations

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields
from handoff.content import first_edit
from handoff.content.standing import live_titles
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import signed_in, staff_page

HOME = "/staff/answers/first-edit"


@access(staff_page(first_edit.RIGHT))
async def steps(request: web.Request) -> web.Response:
    """GET: what happens in which order, and a button to begin or to go on with it."""
    async with request.app[keys.DB].reading() as session:
        began = await first_edit.first_edit(session, signed_in(request))
        choices = await first_edit.choices(session)
        titles = await live_titles(session)
    going_on = titles.get(began.slug or "") if began and not began.done_at else None
    return page(
        request, "content/first_edit.html", began=began, going_on=going_on, choices=choices,
        steps=first_edit.STEPS,
    )  # fmt: skip


@access(staff_page(first_edit.RIGHT))
async def begin(request: web.Request) -> web.Response:
    """POST {slug}: from now on the guide stands beside this answer."""
    slug = (await form_fields(request)).get("slug", "")
    async with request.app[keys.DB].transaction() as session:
        await first_edit.begin(session, request.app[keys.CLOCK].now(), signed_in(request), slug)
    raise web.HTTPSeeOther(f"/staff/answers/{slug}")


@access(staff_page(first_edit.RIGHT))
async def put_off(request: web.Request) -> web.Response:
    async with request.app[keys.DB].transaction() as session:
        await first_edit.put_off(session, request.app[keys.CLOCK].now(), signed_in(request))
    raise web.HTTPSeeOther("/staff/answers")


@access(staff_page(first_edit.RIGHT))
async def finish(request: web.Request) -> web.Response:
    async with request.app[keys.DB].transaction() as session:
        await first_edit.finish(session, request.app[keys.CLOCK].now(), signed_in(request))
    raise web.HTTPSeeOther("/staff/answers")


@access(staff_page(first_edit.RIGHT))
async def back(request: web.Request) -> web.Response:
    """The address of a form, loaded anew, leads to the page of the steps."""
    raise web.HTTPSeeOther(HOME)


def setup(app: web.Application) -> None:
    app.router.add_get(HOME, steps)
    for name, handler in (("begin", begin), ("put-off", put_off), ("finish", finish)):
        app.router.add_post(f"{HOME}/{name}", handler)
        app.router.add_get(f"{HOME}/{name}", back)
