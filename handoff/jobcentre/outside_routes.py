"""What Jobcentre staff and their server reach without an account: a signed link or a signed call is the key.

A link opens one notice, or one area's form, and nothing else; a page is only read with GET, so that a mail
program that opens links confirms nothing, and confirming is a POST from that page. Nothing is set in the
browser, nothing comes from elsewhere, no search engine keeps it.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, keys
from handoff.bodies import form_fields, parsed_object, text_field
from handoff.db import ROW
from handoff.errors import Forbidden, NotFound, TooMany, Unprocessable
from handoff.jobcentre import chasing
from handoff.jobcentre.channels.web import SIGNATURE, is_signed
from handoff.jobcentre.claimant_routes import taken
from handoff.jobcentre.claimants import FIELDS, Faults
from handoff.jobcentre.links import AreaLink, NoticeLink, read_area_token, read_notice_token
from handoff.jobcentre.model import Channel, Notice
from handoff.jobcentre.options import Web, loaded
from handoff.jobcentre.wording import Words
from handoff.live import CONSOLE
from handoff.pages import page
from handoff.security import Throttle, access, anyone, client_address
from handoff.staff.auth import refuse_other_sites

ACTOR = "jobcentre"
LONGEST = 100
PER_MINUTE = 120  # from one address: an office shares one
TRIES = web.AppKey("jobcentre_tries", Throttle)
UNKNOWN = "This link does not work. Check that you have all of it, or ask whoever sent it for a new one."
OVER = "This link has run out. Ask whoever sent it for a new one."
TAKEN_BACK = (
    "The young person has taken back their permission, so we show nothing here any more. Please delete what "
    "we told you about them, unless the law asks you to keep it."
)


@access(anyone)
async def notice_page(request: web.Request) -> web.Response:
    """GET /jobcentre/notices/{token}: the one notice, to read; that it was read is noted."""
    link = _notice_link(request)
    if isinstance(link, str):
        return _no_link(request, link)
    async with request.app[keys.DB].transaction() as session:
        notice = await session.get(Notice, link.notice_id)
        if notice is None or notice.withdrawn_at is not None:
            return _no_link(request, TAKEN_BACK if notice else UNKNOWN)
        now = request.app[keys.CLOCK].now()
        await audit.record(session, now, ACTOR, "jobcentre.read", f"jobcentre_notice:{notice.id}")
    return _notice(request, notice)


@access(anyone)
async def confirm(request: web.Request) -> web.Response:
    """POST /jobcentre/notices/{token}: they have it. Twice is as good as once."""
    refuse_other_sites(request)
    link = _notice_link(request)
    if isinstance(link, str):
        return _no_link(request, link)
    by = text_field(await form_fields(request), "by", LONGEST, needed=False)
    async with request.app[keys.DB].transaction() as session:
        notice = await session.get(Notice, link.notice_id, with_for_update=ROW)
        if notice is None or notice.withdrawn_at is not None:
            return _no_link(request, TAKEN_BACK if notice else UNKNOWN)
        await chasing.confirm(session, request.app[keys.CLOCK].now(), notice, "link", by=by, actor=ACTOR)
    request.app[keys.HUB].notify(CONSOLE)
    return _notice(request, notice)


@access(anyone)
async def claimant_page(request: web.Request) -> web.Response:
    """GET /jobcentre/claimants/{token}: the form for one area."""
    link = await _area_link(request)
    return _no_link(request, link) if isinstance(link, str) else _claimant(request, link)


@access(anyone)
async def tell(request: web.Request) -> web.Response:
    """POST /jobcentre/claimants/{token}. The answer never says whether we know this person."""
    refuse_other_sites(request)
    link = await _area_link(request)
    if isinstance(link, str):
        return _no_link(request, link)
    form = await form_fields(request)
    try:
        await taken(request, request.app[keys.RULES].areas[link.area], form, "link", ACTOR)
    except Faults as faults:
        return _claimant(request, link, form, faults.by_field)
    return _claimant(request, link, thanked=True)


@access(anyone)
async def acknowledge(request: web.Request) -> web.Response:
    """POST /webhooks/jobcentre/{area} {id, reference?}, signed as our webhook is -> {acknowledged: true}."""
    _slow_down(request)
    raw, now, area = await request.read(), request.app[keys.CLOCK].now(), request.match_info["area"]
    async with request.app[keys.DB].reading() as session:
        if not await _signed(request, session, area, raw, now):
            raise Forbidden("bad_signature", "This call is not signed with the secret we share.")
    body = parsed_object(raw)
    async with request.app[keys.DB].transaction() as session:
        notice = await session.get(Notice, _uuid(body), with_for_update=ROW)
        if notice is None or notice.area != area:
            raise NotFound("There is no such notice.")
        by = text_field(body, "reference", LONGEST, needed=False)
        await chasing.confirm(session, now, notice, "callback", by=by, actor=ACTOR)
    request.app[keys.HUB].notify(CONSOLE)
    return web.json_response({"acknowledged": True})


async def _signed(request: web.Request, session: AsyncSession, area: str, raw: bytes, now: datetime) -> bool:
    channel = await session.get(Channel, area)
    options = loaded(channel.kind, channel.options) if channel else None
    given = request.headers.get(SIGNATURE, "")
    return isinstance(options, Web) and is_signed(options.secret, given, raw, now)


def _uuid(body: dict[str, Any]) -> uuid.UUID:
    try:
        return uuid.UUID(text_field(body, "id", 36))
    except ValueError:
        raise Unprocessable("bad_field", "id must be the id of a notice.", field="id") from None


def _notice_link(request: web.Request) -> NoticeLink | str:
    """What the link opens, or why it opens nothing."""
    _slow_down(request)
    link = read_notice_token(request.match_info["token"])
    if link is None:
        return UNKNOWN
    return link if request.app[keys.CLOCK].now() < link.expires else OVER


async def _area_link(request: web.Request) -> AreaLink | str:
    _slow_down(request)
    link = read_area_token(request.match_info["token"])
    if link is None or link.area not in request.app[keys.RULES].areas:
        return UNKNOWN
    async with request.app[keys.DB].reading() as session:
        channel = await session.get(Channel, link.area)
    newest = channel is not None and channel.link_serial == link.serial
    return link if newest and request.app[keys.CLOCK].now() < link.expires else OVER


def _slow_down(request: web.Request) -> None:
    caller = client_address(request, request.app[keys.SETTINGS].trusted_proxies)
    if not request.app[TRIES].allows(caller):
        raise TooMany("too_many", "That is a lot at once. Wait a minute and try again.")


def _notice(request: web.Request, notice: Notice) -> web.Response:
    area = request.app[keys.RULES].area(notice.area)
    words = Words(notice.id, notice.kind, notice.reference, notice.about, area)
    return _unlisted(
        page(request, "jobcentre/outside_notice.html", words=words, notice=notice, longest=LONGEST)
    )


def _claimant(
    request: web.Request,
    link: AreaLink,
    form: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    thanked: bool = False,
) -> web.Response:
    area = request.app[keys.RULES].areas[link.area]
    return _unlisted(
        page(
            request, "jobcentre/outside_claimant.html", status=422 if faults else 200, area=area,
            form=form or {}, faults=faults or {}, fields=FIELDS, thanked=thanked,
        )
    )  # fmt: skip


def _no_link(request: web.Request, why: str) -> web.Response:
    status = 410 if why in (OVER, TAKEN_BACK) else 404
    return _unlisted(page(request, "jobcentre/no_link.html", status=status, why=why))


def _unlisted(response: web.Response) -> web.Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def setup(app: web.Application) -> None:
    app[TRIES] = Throttle(PER_MINUTE, 60.0)
    app.router.add_get("/jobcentre/notices/{token}", notice_page)
    app.router.add_post("/jobcentre/notices/{token}", confirm)
    app.router.add_get("/jobcentre/claimants/{token}", claimant_page)
    app.router.add_post("/jobcentre/claimants/{token}", tell)
    app.router.add_post("/webhooks/jobcentre/{area}", acknowledge)
