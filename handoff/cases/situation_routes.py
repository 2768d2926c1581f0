"""The staff API for what was learned of somebody's situation."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handoff.bodies import json_object, text_field
from handoff.cases import situation
from handoff.cases.access import case_id_in
from handoff.cases.model import Case
from handoff.cases.routes import act, id_of
from handoff.cases.work import Desk
from handoff.conversations.model import Conversation
from handoff.neet import service as neet
from handoff.security import access
from handoff.staff.auth import staff


@access(staff("case.read"))
async def activities(request: web.Request) -> web.Response:
    """GET /api/staff/activities: the codes that an adviser may set."""
    listed = [{"code": one.code, "label": one.label, "group": one.group} for one in neet.activities()]
    return web.json_response({"activities": listed})


@access(staff("case.note"))
async def set_activity(request: web.Request) -> web.Response:
    """POST .../activity {code} -> the situation."""
    case_id, code = id_of(request), text_field(await json_object(request), "code", 8)
    return await act(request, lambda desk: situation.set_activity(desk, case_id, code), _situation)


@access(staff("case.note"))
async def strike_out(request: web.Request) -> web.Response:
    """POST .../learned/{learned}/wrong -> the situation."""
    case_id, learned = id_of(request), case_id_in(request.match_info["learned"])
    return await act(request, lambda desk: situation.strike_out(desk, case_id, learned), _situation)


async def _situation(desk: Desk, case: Case) -> dict[str, Any]:
    conversation = await desk.session.get_one(Conversation, case.conversation_id)
    return (await neet.situation(desk.session, conversation)).as_json()


def setup(app: web.Application) -> None:
    app.router.add_get("/api/staff/activities", activities)
    app.router.add_post("/api/staff/cases/{id}/activity", set_activity)
    app.router.add_post("/api/staff/cases/{id}/learned/{learned}/wrong", strike_out)
