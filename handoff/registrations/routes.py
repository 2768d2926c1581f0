"""The confirmation behind its link: asks for the date of birth, then shows, prints, and can be locked again.

Nothing else is on these pages: no script, nothing from elsewhere, nothing a search engine keeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, keys
from handoff.bodies import form_fields
from handoff.content.areas import Area
from handoff.errors import NotFound, TooMany
from handoff.live import CONSOLE, OUTBOX, conversation_topic
from handoff.pages import page
from handoff.records import service as records
from handoff.registrations import links
from handoff.registrations.access import LINK, birthday_given, is_open, let_in, link_holder, shut
from handoff.registrations.documents import Document, confirmation, for_jobcentre
from handoff.registrations.eligibility import reasons
from handoff.registrations.model import Registration
from handoff.registrations.pdf import make_pdf
from handoff.registrations.permissions import may_tell_jobcentre
from handoff.security import access

_NOT_A_DATE = "Give the date as numbers, such as 3 2 2010."
_MISSED = "That is not the date of birth we have. You can try {left} more {times}."


@access(link_holder)
async def show(request: web.Request) -> web.Response:
    """GET /r/{token}: the question, or the confirmation for whoever has just answered it."""
    if is_open(request):
        return await _document(request, "confirmation")
    return _question(request)


@access(link_holder)
async def answer(request: web.Request) -> web.Response:
    """POST /r/{token} {day, month, year}: right, and the confirmation opens for a quarter of an hour."""
    link, now = request[LINK], request.app[keys.CLOCK].now()
    if not links.is_live(link, now):
        return _question(request)
    form = await form_fields(request)
    given = _date_in(form)
    if given is None:
        return _question(request, form, _NOT_A_DATE)
    async with request.app[keys.DB].transaction() as session:
        left = await links.try_birthday(session, now, link, given.isoformat())
    if left is None:
        response = web.Response(status=303, headers={"Location": f"/r/{request.match_info['token']}"})
        let_in(response, request)
        return _private(response)
    if left == 0:
        link.wrong_tries = links.MOST_TRIES
    return _question(request, form, _MISSED.format(left=left, times="time" if left == 1 else "times"))


@access(birthday_given)
async def jobcentre(request: web.Request) -> web.Response:
    """GET /r/{token}/jobcentre: the Jobcentre's copy, while there is a permission for one."""
    return await _document(request, "jobcentre")


@access(birthday_given)
async def download(request: web.Request) -> web.Response:
    """GET /r/{token}/confirmation.pdf and .../jobcentre.pdf"""
    which = request.match_info["which"]
    registration, document = await _read(request, which, "download")
    body = await asyncio.to_thread(make_pdf, document, request.app[keys.CLOCK].now())
    return _private(pdf_response(body, f"{which}-{registration.reference}"))


@access(link_holder)
async def renew(request: web.Request) -> web.Response:
    """POST /r/{token}/new: a new link goes to where they registered; who asks learns nothing else."""
    now, rules = request.app[keys.CLOCK].now(), request.app[keys.RULES]
    said = "If it is safe to write there, a new link is on its way to where you registered, by chat or text."
    async with request.app[keys.DB].transaction() as session:
        registration = await session.get_one(Registration, request[LINK].registration_id)
        base = request.app[keys.SETTINGS].public_base_url
        try:
            await links.ask_for_link(session, rules, now, registration, base)
        except TooMany as refusal:
            said = refusal.message
    request.app[keys.HUB].notify(CONSOLE, OUTBOX, conversation_topic(registration.conversation_id))
    return _private(page(request, "registrations/link_sent.html", said=said))


@access(link_holder)
async def close(request: web.Request) -> web.Response:
    """POST /r/{token}/close: the next to look must give the date of birth again."""
    response = page(request, "registrations/closed.html")
    shut(response, request)
    return _private(response)


def pdf_response(body: bytes, name: str) -> web.Response:
    """A PDF to keep; the name holds no name of anybody."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


async def document_of(
    session: AsyncSession, areas: Callable[[str | None], Area], registration: Registration, which: str
) -> Document:
    """The paper asked for; NotFound for a Jobcentre's copy without the permission."""
    area = areas(registration.area)
    tells, since = (
        await may_tell_jobcentre(session, registration),
        await _seeking_since(session, registration),
    )
    if which == "confirmation":
        return confirmation(registration, area, tells, since is not None)
    if not tells:
        raise NotFound("There is no copy for Jobcentre Plus, because you said that we may not tell them.")
    return for_jobcentre(registration, area, reasons().get(registration.ground or ""), since)


async def _seeking_since(session: AsyncSession, registration: Registration) -> date | None:
    """When the activity that registering stands for begins on their record; None where they do another."""
    if registration.record_id is None:
        return None
    doing = await records.current_activity(session, registration.record_id)
    return doing.started_on if doing and doing.code == records.SEEKING else None


async def _document(request: web.Request, which: str) -> web.Response:
    registration, document = await _read(request, which, "read")
    async with request.app[keys.DB].reading() as session:
        tells = await may_tell_jobcentre(session, registration)
    return _private(
        page(
            request,
            "registrations/confirmation.html",
            document=document,
            which=which,
            at=f"/r/{request.match_info['token']}",
            jobcentre=tells,
        )
    )


async def _read(request: web.Request, which: str, how: str) -> tuple[Registration, Document]:
    """The registration and its paper; that it was seen is recorded."""
    now: datetime = request.app[keys.CLOCK].now()
    async with request.app[keys.DB].transaction() as session:
        registration = await session.get_one(Registration, request[LINK].registration_id)
        document = await document_of(session, request.app[keys.RULES].area, registration, which)
        subject = f"registration:{registration.id}"
        await audit.record(session, now, "person", f"registration.{how}", subject, document=which)
    return registration, document


def _question(
    request: web.Request, form: dict[str, str] | None = None, problem: str | None = None
) -> web.Response:
    """The page that asks; or says that this link is over, and offers a new one."""
    now, link = request.app[keys.CLOCK].now(), request[LINK]
    over = "tried" if link.wrong_tries >= links.MOST_TRIES else "late" if now >= link.expires_at else None
    template = "registrations/link_over.html" if over else "registrations/birthday.html"
    at = f"/r/{request.match_info['token']}"
    status = 410 if over else 422 if problem else 200
    return _private(
        page(request, template, status=status, form=form or {}, problem=problem, over=over, at=at)
    )


def _private(response: web.Response) -> web.Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _date_in(form: dict[str, str]) -> date | None:
    """The date typed in three boxes; None when it is none."""
    try:
        year, month, day = (int(form.get(name, "").strip()[:4]) for name in ("year", "month", "day"))
        return date(year, month, day)
    except ValueError:
        return None


def setup(app: web.Application) -> None:
    app.router.add_get("/r/{token}", show)
    app.router.add_post("/r/{token}", answer)
    app.router.add_post("/r/{token}/new", renew)
    app.router.add_post("/r/{token}/close", close)
    app.router.add_get("/r/{token}/jobcentre", jobcentre)
    app.router.add_get("/r/{token}/{which:confirmation|jobcentre}.pdf", download)
