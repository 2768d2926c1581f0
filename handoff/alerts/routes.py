"""The pages of alerts and the rota; all work without JavaScript."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.alerts import api, bell, readiness, rota, view
from handoff.alerts.bell import bell_of
from handoff.alerts.model import Shift
from handoff.bodies import form_fields
from handoff.content.areas import local_day
from handoff.errors import NotFound, Refusal
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import signed_in, staff, staff_page

SAID = {"added": "Added to the rota.", "removed": "Taken off the rota."}
Form = dict[str, str]


@access(staff("case.read", touch=False))
async def bell_part(request: web.Request) -> web.Response:
    """The bell alone, for a page that is open."""
    return page(request, "alerts/_bell.html", bell=bell_of(request))


@access(staff_page("case.read"))
async def alerts_page(request: web.Request) -> web.Response:
    """GET /staff/alerts: what rings, and what rang before."""
    who, rules, now = signed_in(request), request.app[keys.RULES], request.app[keys.CLOCK].now()
    async with request.app[keys.DB].reading() as session:
        ringing = await view.rings(session, rules, who)
        before = await view.rings(session, rules, who, view.ALL, limit=50)
    over = [ring for ring in before if ring.alert.acknowledged_at]
    return page(
        request, "alerts/alerts.html", ringing=ringing, over=over, now=now, span=view.span, rules=rules
    )


@access(staff_page("case.read"))
async def alert_page(request: web.Request) -> web.Response:
    """GET /staff/alerts/{reference}: where the link of a mail or text leads, one tap from acknowledging."""
    who, rules = signed_in(request), request.app[keys.RULES]
    async with request.app[keys.DB].reading() as session:
        ring = await view.ring_of_case(session, rules, who, request.match_info["reference"])
    now = request.app[keys.CLOCK].now()
    return page(request, "alerts/alert.html", ring=ring, now=now, span=view.span, rules=rules)


@access(staff_page("case.read"))
async def acknowledge(request: web.Request) -> web.Response:
    """I have it: on to the case, or back to the page one was on."""
    form = await form_fields(request)
    try:
        alert_id = uuid.UUID(form.get("alert", ""))
    except ValueError:
        raise NotFound("There is no such alert in your areas.") from None
    ring = await api.acknowledged(request, alert_id)
    raise web.HTTPSeeOther(f"/staff/cases/{ring.case.id}")


@access(staff_page("case.read"))
async def back_to_alerts(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/staff/alerts")


@access(staff_page("rota.read"))
async def rota_page(request: web.Request) -> web.Response:
    """GET /staff/rota?area=camden&from=2026-11-23"""
    return await _rota(request, request.query.get("area", ""), request.query.get("from", ""))


async def _rota(
    request: web.Request, slug: str, day: str, *, refusal: Refusal | None = None, form: Form | None = None
) -> web.Response:
    who, rules, now = signed_in(request), request.app[keys.RULES], request.app[keys.CLOCK].now()
    mine = [area for area in rules.areas.values() if area.slug in who.areas]
    if not mine:
        raise NotFound("You have no areas yet, so there is no rota to show.")
    area = rota.area_for(rules, who, slug or mine[0].slug)
    monday = api.monday_in(day) or rota.monday_of(area, now)
    async with request.app[keys.DB].reading() as session:
        week = await rota.week(session, rules, now, area, monday)
        faults = await readiness.faults_of(session, area, now) if who.may("rota.edit") else []
        unwoken = await readiness.mobile_fault(session, area, now) if who.may("rota.edit") else None
    context: dict[str, Any] = {
        "week": week,
        "areas": mine,
        "form": form or {},
        "refusal": refusal,
        "faults": faults,
        "unwoken": unwoken,
        "ahead": readiness.soon(area, local_day(area, now)) if who.may("rota.edit") else None,
        "demo": request.app[keys.SETTINGS].demo,
        "roles": rota.ROLES,
        "until": monday + timedelta(days=6),
        "this_week": rota.monday_of(area, now),
        "before": monday - rota.WEEK,
        "after": monday + rota.WEEK,
        "said": SAID.get(request.query.get("said", "")),
    }
    return page(request, "alerts/rota.html", status=refusal.status if refusal else 200, **context)


@access(staff_page("rota.edit"))
async def add_shift(request: web.Request) -> web.Response:
    form = await form_fields(request)
    given = {name: form.get(name, "").strip() for name in ("area", "role", "staff", "starts_at", "ends_at")}
    try:
        async with request.app[keys.DB].transaction() as session:
            shift = await api.add(request, session, given)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _rota(request, given["area"], form.get("from", ""), refusal=refusal, form=form)
    raise web.HTTPSeeOther(f"/staff/rota?area={shift.area}&from={_day(request, shift)}&said=added")


@access(staff_page("rota.edit"))
async def remove_shift(request: web.Request) -> web.Response:
    form = await form_fields(request)
    try:
        shift_id = uuid.UUID(request.match_info["id"])
    except ValueError:
        raise NotFound("There is no such shift in your areas.") from None
    async with request.app[keys.DB].transaction() as session:
        shift = await rota.remove_shift(session, request.app[keys.CLOCK].now(), signed_in(request), shift_id)
    back = api.monday_in(form.get("from", "")) or _day(request, shift)
    raise web.HTTPSeeOther(f"/staff/rota?area={shift.area}&from={back}&said=removed")


@access(staff_page("rota.read"))
async def back_to_rota(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/staff/rota")


def _day(request: web.Request, shift: Shift) -> str:
    area = request.app[keys.RULES].areas[shift.area]
    return rota.monday_of(area, shift.starts_at).isoformat()


def setup(app: web.Application) -> None:
    app.middlewares.append(bell.look)
    app[keys.TEMPLATES].globals["bell_of"] = bell_of
    api.setup(app)
    app.router.add_get("/staff/alerts", alerts_page)
    app.router.add_get("/staff/alerts/bell", bell_part)
    app.router.add_post("/staff/alerts/acknowledge", acknowledge)
    app.router.add_get("/staff/alerts/acknowledge", back_to_alerts)
    app.router.add_get("/staff/alerts/{reference}", alert_page)
    app.router.add_get("/staff/rota", rota_page)
    app.router.add_post("/staff/rota/shifts", add_shift)
    app.router.add_get("/staff/rota/shifts", back_to_rota)
    app.router.add_post("/staff/rota/shifts/{id}/remove", remove_shift)
