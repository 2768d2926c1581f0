"""The staff API for alerts and the rota (described in openapi.yml)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.alerts import rota, view
from handoff.alerts import service as alerts
from handoff.alerts.model import Alert, Shift
from handoff.bodies import json_object, text_field
from handoff.cases.access import case_to_change
from handoff.cases.queue import iso
from handoff.db import ROW
from handoff.errors import NotFound, Unprocessable
from handoff.live import CONSOLE
from handoff.security import access
from handoff.staff.auth import signed_in, staff


@access(staff("case.read", touch=False))
async def ringing(request: web.Request) -> web.Response:
    """GET /api/staff/alerts?state=ringing|all: those of one's areas."""
    which = request.query.get("state", view.RINGING)
    if which not in (view.RINGING, view.ALL):
        raise Unprocessable("bad_field", "state must be ringing or all.", field="state")
    async with request.app[keys.DB].reading() as session:
        found = await view.rings(session, request.app[keys.RULES], signed_in(request), which)
    return web.json_response({"alerts": [ring.as_json() for ring in found]})


@access(staff("case.read"))
async def acknowledge(request: web.Request) -> web.Response:
    """POST /api/staff/alerts/{id}/acknowledge -> the alert; the second of two changes nothing."""
    ring = await acknowledged(request, _id(request.match_info["id"], "alert"))
    return web.json_response(ring.as_json())


async def acknowledged(request: web.Request, alert_id: uuid.UUID) -> view.Ring:
    """The signed-in member of staff has it. NotFound when the alert's case is not theirs to see."""
    who, rules = signed_in(request), request.app[keys.RULES]
    async with request.app[keys.DB].transaction() as session:
        ring = await view.ring_for(session, rules, who, alert_id)
        await case_to_change(session, who, ring.case.id)
        alert = await session.get_one(Alert, alert_id, populate_existing=True, with_for_update=ROW)
        await alerts.acknowledge(session, request.app[keys.CLOCK].now(), alert, who.id)
        ring = await view.ring_for(session, rules, who, alert_id)
    request.app[keys.HUB].notify(CONSOLE)
    return ring


@access(staff("rota.read"))
async def shown_rota(request: web.Request) -> web.Response:
    """GET /api/staff/rota?area=camden&from=2026-11-23: the week that has that day, and who is told now."""
    rules, now = request.app[keys.RULES], request.app[keys.CLOCK].now()
    area = rota.area_for(rules, signed_in(request), request.query.get("area", rules.default_area))
    monday = monday_in(request.query.get("from", "")) or rota.monday_of(area, now)
    async with request.app[keys.DB].reading() as session:
        found = await rota.week(session, rules, now, area, monday)
    return web.json_response(
        {
            "area": area.slug,
            "from": monday.isoformat(),
            "until": (monday + rota.WEEK).isoformat(),
            "now": {
                role: [{"id": str(one.id), "name": one.name} for one in people]
                for role, people in found.chain.items()
            },
            "shifts": [_shift(shift, found.names) for shift in found.shifts],
            "gaps": [{"role": gap.role, "from": iso(gap.start), "until": iso(gap.end)} for gap in found.gaps],
        }
    )


@access(staff("rota.edit"))
async def add_shift(request: web.Request) -> web.Response:
    """POST /api/staff/rota/shifts {area, role, staff, starts_at, ends_at?} -> 201 the shift."""
    body, rules, now = await json_object(request), request.app[keys.RULES], request.app[keys.CLOCK].now()
    async with request.app[keys.DB].transaction() as session:
        shift = await add(request, session, {name: _text(body, name) for name in _FIELDS})
        week = await rota.week(session, rules, now, rules.areas[shift.area], rota.monday_of(
            rules.areas[shift.area], shift.starts_at
        ))  # fmt: skip
    return web.json_response(_shift(shift, week.names), status=201)


@access(staff("rota.edit"))
async def remove_shift(request: web.Request) -> web.Response:
    shift_id = _id(request.match_info["id"], "shift")
    async with request.app[keys.DB].transaction() as session:
        await rota.remove_shift(session, request.app[keys.CLOCK].now(), signed_in(request), shift_id)
    return web.Response(status=204)


async def add(request: web.Request, session: Any, given: dict[str, str]) -> Shift:
    """Put the shift that these fields describe on the rota."""
    rules, who = request.app[keys.RULES], signed_in(request)
    area = rota.area_for(rules, who, given["area"])
    try:
        staff_id = uuid.UUID(given["staff"])
    except ValueError:
        raise Unprocessable("unknown_colleague", "Choose who is on call.", field="staff") from None
    ends = given["ends_at"]
    return await rota.add_shift(
        session, rules, request.app[keys.CLOCK].now(), who, area,
        role=given["role"], staff_id=staff_id,
        starts_at=rota.local_time(area, given["starts_at"], "starts_at"),
        ends_at=rota.local_time(area, ends, "ends_at") if ends else None,
    )  # fmt: skip


_FIELDS = ("area", "role", "staff", "starts_at", "ends_at")


def monday_in(text: str) -> date | None:
    """The Monday of the week of that day; None for no day. Unprocessable for a text that is no day."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unprocessable("bad_field", "from must be a day such as 2026-11-23.", field="from") from None
    if not 2000 <= day.year <= 2100:
        raise Unprocessable("bad_field", "from must be a day such as 2026-11-23.", field="from")
    return day - timedelta(days=day.weekday())


def _text(body: dict[str, Any], name: str) -> str:
    return text_field(body, name, 64, needed=False)


def _shift(shift: Shift, names: dict[uuid.UUID, str]) -> dict[str, Any]:
    return {
        "id": str(shift.id),
        "area": shift.area,
        "role": shift.role,
        "staff": {"id": str(shift.staff_id), "name": names.get(shift.staff_id, "")},
        "starts_at": iso(shift.starts_at),
        "ends_at": iso(shift.ends_at),
    }


def _id(text: str, what: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(f"There is no such {what} in your areas.") from None


def setup(app: web.Application) -> None:
    app.router.add_get("/api/staff/alerts", ringing)
    app.router.add_post("/api/staff/alerts/{id}/acknowledge", acknowledge)
    app.router.add_get("/api/staff/rota", shown_rota)
    app.router.add_post("/api/staff/rota/shifts", add_shift)
    app.router.add_delete("/api/staff/rota/shifts/{id}", remove_shift)
