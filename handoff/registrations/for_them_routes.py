"""The page on which an adviser finishes a registration somebody began: only what is left is asked."""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys
from handoff.bodies import form_fields
from handoff.errors import NotFound
from handoff.live import CONSOLE, OUTBOX, conversation_topic
from handoff.pages import page
from handoff.registrations import for_them
from handoff.registrations.for_them import At, Saved
from handoff.security import access
from handoff.staff.auth import signed_in, staff_page

PATH = "/staff/cases/{id}/registration"


@access(staff_page("record.edit"))
async def show(request: web.Request) -> web.Response:
    """GET: what is left to ask."""
    return await _page(request, Saved(), {})


@access(staff_page("record.edit"))
async def save(request: web.Request) -> web.Response:
    """POST: what can be read is kept; the registration's page once nothing is left."""
    form = await form_fields(request)
    key = form.get("key", "")[:64] or uuid.uuid4().hex
    async with request.app[keys.DB].transaction() as session:
        at = _at(request, session)
        saved = await for_them.save(at, form, f"staff:{key}"[:64])
        thread = await at.conversation()
    request.app[keys.HUB].notify(CONSOLE, OUTBOX, conversation_topic(thread.id))
    if saved.reference:
        said = "told" if saved.told else "untold"
        raise web.HTTPSeeOther(f"/staff/registrations/{saved.reference}?said={said}")
    return await _page(request, saved, form)


async def _page(request: web.Request, saved: Saved, form: dict[str, str]) -> web.Response:
    async with request.app[keys.DB].transaction() as session:
        seen: dict[str, Any] = await for_them.look(_at(request, session))
    return page(
        request, "registrations/for_them.html", status=422 if saved.wrong else 200, wrong=saved.wrong,
        form=form, key=form.get("key") or uuid.uuid4().hex, labels=for_them.LABELS, choices=for_them.choices,
        case_id=request.match_info["id"], may=signed_in(request).may, **seen,
    )  # fmt: skip


def _at(request: web.Request, session: AsyncSession) -> At:
    try:
        case_id = uuid.UUID(request.match_info["id"])
    except ValueError:
        raise NotFound("There is no such case.") from None
    app = request.app
    now, base = app[keys.CLOCK].now(), app[keys.SETTINGS].public_base_url
    return At(session, app[keys.RULES], now, signed_in(request), case_id, base)


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, save)
