"""The pages of notices for staff: what Jobcentre Plus is told, how it stands, and telling it by hand."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys
from handoff.bodies import form_fields, text_field
from handoff.content.areas import Area, clock_words
from handoff.errors import Handler, NotFound, Refusal
from handoff.jobcentre import claimant_routes, desk, outside_routes, settings_routes
from handoff.jobcentre.access import area_of, areas_of, id_in, notice_for, notices_in
from handoff.jobcentre.model import (
    ACKNOWLEDGED,
    BY_HAND,
    QUEUED,
    SENDING,
    TOLD,
    Channel,
    Notice,
)
from handoff.jobcentre.wording import CHANNELS, KINDS, STATES, Words, error_words
from handoff.live import CONSOLE
from handoff.pages import page
from handoff.security import access
from handoff.staff import service as staff_service
from handoff.staff.auth import signed_in, staff_page
from handoff.staff.service import Member

RIGHT = "jobcentre.tell"
MOST, LONGEST = 200, 100
SAID = {
    "told": "Noted: you told them.",
    "confirmed": "Noted: they have it.",
    "send": "It goes out now. This page shows when it has.",
}
Act = Callable[[AsyncSession, datetime, Member, uuid.UUID, str], Awaitable[None]]


@dataclass(frozen=True)
class Shown:
    """A notice as the list shows it: no name, only what staff must see to."""

    notice: Notice
    kind: str
    state: str
    trouble: str
    tone: str
    when: str


@access(staff_page(RIGHT))
async def notices_page(request: web.Request) -> web.Response:
    """GET /staff/jobcentre?area=camden&show=open|done"""
    who, rules = signed_in(request), request.app[keys.RULES]
    slug, done = request.query.get("area", ""), request.query.get("show") == "done"
    area = area_of(rules, who, slug) if slug else None
    async with request.app[keys.DB].reading() as session:
        found = await notices_in(session, who, area.slug if area else None, done=done, limit=MOST)
    return page(
        request, "jobcentre/notices.html", notices=[_shown(request, one) for one in found], done=done,
        area=area, areas=areas_of(rules, who), area_name=_area_name(request), most=MOST,
    )  # fmt: skip


@access(staff_page(RIGHT))
async def notice_page(request: web.Request) -> web.Response:
    """GET /staff/jobcentre/notices/{id}: everything that is or was told, and what can be done about it."""
    async with request.app[keys.DB].transaction() as session:
        now = request.app[keys.CLOCK].now()
        await desk.look(session, now, signed_in(request), id_in(request.match_info["id"]))
    return await _notice(request)


async def _notice(request: web.Request, refusal: Refusal | None = None, typed: str = "") -> web.Response:
    who, rules = signed_in(request), request.app[keys.RULES]
    async with request.app[keys.DB].reading() as session:
        found = await notice_for(session, who, id_in(request.match_info["id"]))
        names = await staff_service.names(session, [found.staff_id])
        can_send = desk.has_channel(await session.get(Channel, found.area or ""))
    words = Words(found.id, found.kind, found.reference, found.about, rules.area(found.area))
    return page(
        request, "jobcentre/notice.html", status=refusal.status if refusal else 200, refusal=refusal,
        notice=found, words=words, shown=_shown(request, found), by=names.get(found.staff_id or found.id),
        via=CHANNELS.get(found.via or "", ""), moment=_moments(request, found.area), can_send=can_send,
        said=SAID.get(request.query.get("said", "")), typed=typed, longest=LONGEST,
    )  # fmt: skip


def acted(name: str, act: Act) -> Handler:
    """The handler of one of the page's forms; after a no, what was typed is still there."""

    @access(staff_page(RIGHT))
    async def handler(request: web.Request) -> web.StreamResponse:
        form = await form_fields(request)
        notice_id = id_in(request.match_info["id"])
        try:
            whom = text_field(form, "whom", LONGEST, needed=False)
            async with request.app[keys.DB].transaction() as session:
                await act(session, request.app[keys.CLOCK].now(), signed_in(request), notice_id, whom)
        except NotFound:
            raise
        except Refusal as refusal:
            return await _notice(request, refusal, form.get("whom", ""))
        request.app[keys.HUB].notify(CONSOLE)
        raise web.HTTPSeeOther(f"/staff/jobcentre/notices/{notice_id}?said={name}")

    return handler


@access(staff_page(RIGHT))
async def back_to_notice(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther(f"/staff/jobcentre/notices/{id_in(request.match_info['id'])}")


async def _send(session: AsyncSession, now: datetime, who: Member, notice_id: uuid.UUID, whom: str) -> None:
    await desk.send_now(session, now, who, notice_id)


def _shown(request: web.Request, notice: Notice) -> Shown:
    moment = _moments(request, notice.area)
    at = notice.acknowledged_at or notice.sent_at or notice.waiting_since
    trouble = error_words(notice.error_code) if notice.state in (QUEUED, SENDING) else ""
    late = bool(notice.raised_at or trouble or notice.state == BY_HAND)
    settled = notice.state in (ACKNOWLEDGED, TOLD)
    tone = "good" if settled else "warm" if late else "plain"
    return Shown(notice, KINDS[notice.kind], STATES[notice.state], trouble, tone, moment(at))


def _area_name(request: web.Request) -> Callable[[str | None], str]:
    areas = request.app[keys.RULES].areas
    return lambda slug: areas[slug].name if slug and slug in areas else "Area not known"


def _moments(request: web.Request, slug: str | None) -> Callable[[datetime | None], str]:
    """Instants as staff read them: "22 November at 2.31pm"."""
    area: Area = request.app[keys.RULES].area(slug)

    def words(at: datetime | None) -> str:
        if at is None:
            return ""
        local = at.astimezone(area.timezone)
        return f"{local.day} {local:%B} at {clock_words(local.time())}"

    return words


def setup(app: web.Application) -> None:
    settings_routes.setup(app)
    claimant_routes.setup(app)
    outside_routes.setup(app)
    app.router.add_get("/staff/jobcentre", notices_page)
    app.router.add_get("/staff/jobcentre/notices/{id}", notice_page)
    acts: dict[str, Any] = {"told": desk.told, "confirmed": desk.confirmed, "send": _send}
    for name, act in acts.items():
        app.router.add_post(f"/staff/jobcentre/notices/{{id}}/{name}", acted(name, act))
        app.router.add_get(f"/staff/jobcentre/notices/{{id}}/{name}", back_to_notice)
