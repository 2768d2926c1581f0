"""How far the assistant is with a release that it learns; the release page shows it too."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handoff import keys
from handoff.content import api
from handoff.content.learning import Progress, learning, progress, usual_seconds
from handoff.content.model import Training
from handoff.security import access
from handoff.staff.auth import staff


@access(staff("content.read", touch=False))
async def trainings(request: web.Request) -> web.Response:
    """GET /api/staff/trainings: newest first."""
    async with request.app[keys.DB].reading() as session:
        found, usual = await learning(session), await usual_seconds(session)
    now = request.app[keys.CLOCK].now()
    return web.json_response({"trainings": [_training(one, progress(one, now, usual)) for one in found]})


def _training(one: Training, far: Progress) -> dict[str, Any]:
    return {
        "number": one.number,
        "why": one.why,
        "state": one.state,
        "stage": far.stage,
        "percent": far.percent,
        "seconds_left": far.seconds_left,
        "took": one.took or {},
        "faults": one.faults,
        "release": one.release,
        "at": api.iso(one.at),
        "finished_at": api.iso(one.finished_at),
    }


def setup(app: web.Application) -> None:
    app.router.add_get("/api/staff/trainings", trainings)
