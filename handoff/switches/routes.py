"""The switch for staff who may turn it, as an API and as a page; everybody on duty sees how it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields, json_object, text_field
from handoff.content.areas import clock_words
from handoff.errors import Refusal, Unprocessable
from handoff.live import CONSOLE
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import SWITCHED_OFF, signed_in, staff, staff_page
from handoff.switches import service
from handoff.switches.service import CHANNELS, Turned

LONGEST_REASON = 500


@access(staff())
async def read(request: web.Request) -> web.Response:
    """GET /api/staff/switches -> {switches: [{channel, on, reason, by, at}]}"""
    return web.json_response(await _as_json(request))


@access(staff("bot.switch"))
async def turn(request: web.Request) -> web.Response:
    """PUT /api/staff/switches {channel, on, reason}; turned so already, nothing changes."""
    body = await json_object(request)
    on = body.get("on")
    if not isinstance(on, bool):
        raise Unprocessable("bad_field", "on must be true or false.", field="on")
    await _turn(request, text_field(body, "channel", 16), on, _reason(body, on))
    return web.json_response(await _as_json(request))


@access(staff_page("bot.switch"))
async def switches_page(request: web.Request) -> web.Response:
    return await _page(request)


@access(staff_page("bot.switch"))
async def turn_form(request: web.Request) -> web.Response:
    """The page's form; after a no, what was typed is still there."""
    form = await form_fields(request)
    channel, on = request.match_info["channel"], form.get("on") == "yes"
    try:
        await _turn(request, channel, on, _reason(form, on))
    except Refusal as refusal:
        return await _page(request, refusal=refusal, wrong=channel, reason=form.get("reason", ""))
    raise web.HTTPSeeOther("/staff/switches")


@access(staff_page("bot.switch"))
async def back_to_page(request: web.Request) -> web.Response:
    """A refused form shows under its own address; loaded anew, that leads to the page."""
    raise web.HTTPSeeOther("/staff/switches")


@access(staff_page())
async def banner(request: web.Request) -> web.Response:
    """The banner alone, for a page that is open."""
    return page(request, "switches/_banner.html")


def _reason(fields: dict[str, Any], on: bool) -> str:
    """Why; needed to switch it off."""
    try:
        return text_field(fields, "reason", LONGEST_REASON, needed=not on)
    except Unprocessable:
        raise Unprocessable("reason_required", "Say why it is switched off.", field="reason") from None


async def _turn(request: web.Request, channel: str, on: bool, reason: str) -> None:
    if channel not in CHANNELS:
        raise Unprocessable("bad_field", f"channel must be one of {', '.join(CHANNELS)}.", field="channel")
    now, who = request.app[keys.CLOCK].now(), signed_in(request)
    async with request.app[keys.DB].transaction() as session:
        await service.turn(session, now, who, channel, on, reason)
    request.app[keys.HUB].notify(CONSOLE)


async def _as_json(request: web.Request) -> dict[str, Any]:
    async with request.app[keys.DB].reading() as session:
        found = await service.switches(session)
    return {"switches": [one.as_json() for one in found]}


async def _page(request: web.Request, refusal: Refusal | None = None, **typed: str) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        found, earlier = await service.switches(session), await service.history(session)
    status = refusal.status if refusal else 200
    shown = {"wrong": "", "reason": ""} | typed
    return page(
        request, "switches/switches.html", status=status, refusal=refusal, switches=found, earlier=earlier,
        longest=LONGEST_REASON, **shown,
    )  # fmt: skip


def switched_off(request: web.Request) -> list[Turned]:
    """For every staff page: the channels whose assistant is off (the page's rule read them)."""
    found: list[Turned] = request.get(SWITCHED_OFF, [])
    return found


def moment_words(request: web.Request) -> Callable[[datetime], str]:
    """Instants as staff read them: "2.31pm on Sunday 22 November"."""
    zone = request.app[keys.RULES].area(None).timezone

    def words(at: datetime) -> str:
        local = at.astimezone(zone)
        return f"{clock_words(local.time())} on {local:%A} {local.day} {local:%B}"

    return words


def channel_label(request: web.Request) -> Callable[[str], str]:
    return lambda code: request.app[keys.RULES].vocabulary.channels[code].label


def setup(app: web.Application) -> None:
    app[keys.TEMPLATES].globals.update(
        switched_off=switched_off, moment_words=moment_words, channel_label=channel_label
    )
    app.router.add_get("/api/staff/switches", read)
    app.router.add_put("/api/staff/switches", turn)
    app.router.add_get("/staff/switches", switches_page)
    app.router.add_get("/staff/switches/banner", banner)
    app.router.add_post("/staff/switches/{channel}", turn_form)
    app.router.add_get("/staff/switches/{channel}", back_to_page)
