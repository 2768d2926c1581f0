"""The adviser's page of one registration: what is left to do, saved part by part; its papers; its end."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys, national_insurance
from handoff.bodies import form_fields, text_field
from handoff.cases.service import case_for
from handoff.content.areas import local_day
from handoff.days import day_words
from handoff.errors import NotFound, Refusal, count_refusal
from handoff.pages import page
from handoff.registrations import completing, consenting, links, parts, permissions
from handoff.registrations.completing import At
from handoff.registrations.contact import without_number
from handoff.registrations.documents import ENDS
from handoff.registrations.eligibility import reasons
from handoff.registrations.ending import ENDS_BY_HAND, end_by_hand
from handoff.registrations.letters import LONGEST, as_document
from handoff.registrations.model import SupportLetter
from handoff.registrations.pdf import make_pdf
from handoff.registrations.periods import terms_of
from handoff.registrations.permissions import may_tell_jobcentre
from handoff.registrations.routes import document_of, pdf_response
from handoff.security import access
from handoff.staff import service as staff
from handoff.staff.auth import signed_in, staff_page

Form = dict[str, str]
Act = Callable[[At, Form], Awaitable[Any]]


@access(staff_page("record.read"))
async def show(request: web.Request) -> web.Response:
    """GET /staff/registrations/{reference}: the look is recorded."""
    async with request.app[keys.DB].transaction() as session:
        at = at_in(request, session)
        await at.record("registration.read", await at.look())
    return await _page(request)


def posted(right: str, said: str, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A form of the page: do it and show the page again; after a no, all that was typed is there."""

    @access(staff_page(right))
    async def handler(request: web.Request) -> web.Response:
        form = await form_fields(request)
        try:
            async with request.app[keys.DB].transaction() as session:
                await act(at_in(request, session), form)
        except NotFound:
            raise
        except Refusal as refusal:
            count_refusal(request, refusal)
            return await _page(request, refusal=refusal, form=form)
        raise web.HTTPSeeOther(f"/staff/registrations/{request.match_info['reference']}?said={said}")

    return handler


@access(staff_page("record.edit"))
async def save_part(request: web.Request) -> web.Response:
    """POST /staff/registrations/{reference}/parts/{part}"""
    part = request.match_info["part"]
    if part not in parts.TITLES:
        raise NotFound()

    async def save(at: At, form: Form) -> None:
        await completing.save_part(at, part, form, reasons())

    return await posted("record.edit", part, save)(request)


@access(staff_page("record.edit"))
async def save_permission(request: web.Request) -> web.Response:
    """POST /staff/registrations/{reference}/permissions/{purpose}: their answer, talked over."""

    async def save(at: At, form: Form) -> None:
        await consenting.put_down(at, request.match_info["purpose"], form)

    return await posted("record.edit", "permission", save)(request)


@access(staff_page("reveal_number"))
async def reveal(request: web.Request) -> web.Response:
    """POST .../reveal {what}: the page with a number in full, once."""
    what = (await form_fields(request)).get("what", "")
    try:
        async with request.app[keys.DB].transaction() as session:
            shown = await completing.reveal(at_in(request, session), what)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _page(request, refusal=refusal)
    return await _page(request, revealed={what: shown})


@access(staff_page("record.read"))
async def paper(request: web.Request) -> web.Response:
    """GET .../confirmation.pdf and .../jobcentre.pdf"""
    which = request.match_info["which"]
    async with request.app[keys.DB].transaction() as session:
        at = at_in(request, session)
        registration = await at.look()
        document = await document_of(session, at.rules.area, registration, which)
        await at.record("registration.download", registration, document=which)
    body = await asyncio.to_thread(make_pdf, document, at.now)
    return pdf_response(body, f"{which}-{registration.reference}")


@access(staff_page("record.read"))
async def letter(request: web.Request) -> web.Response:
    """GET .../letters/{id}.pdf"""
    async with request.app[keys.DB].transaction() as session:
        at = at_in(request, session)
        registration = await at.look()
        found = await session.get(SupportLetter, _uuid(request.match_info["id"]))
        if found is None or found.registration_id != registration.id:
            raise NotFound("There is no such letter.")
        document = as_document(found, registration, at.rules.area(registration.area))
        await at.record("registration.download", registration, document="letter", letter=str(found.id))
    body = await asyncio.to_thread(make_pdf, document, found.made_at)
    return pdf_response(body, f"letter-{registration.reference}-{found.dated_on}")


@access(staff_page("record.read"))
async def back(request: web.Request) -> web.Response:
    """A refused form shows the page under the form's address; loaded anew, that leads to the page."""
    raise web.HTTPSeeOther(f"/staff/registrations/{request.match_info['reference']}")


async def _page(
    request: web.Request,
    *,
    refusal: Refusal | None = None,
    form: Form | None = None,
    revealed: Form | None = None,
) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        at = at_in(request, session)
        context = await _context(request, at)
    return page(
        request, "registrations/complete.html", status=refusal.status if refusal else 200, refusal=refusal,
        wrong=refusal.extra.get("field", "") if refusal else "", form=form or {}, revealed=revealed or {},
        said=request.query.get("said", ""), **context,
    )  # fmt: skip


async def _context(request: web.Request, at: At) -> dict[str, Any]:
    """What the page shows. `left` is what is still to do; `details` what was kept."""
    registration = await at.look()
    area, terms = at.rules.area(registration.area), terms_of(registration.area)
    today, made = local_day(area, at.now), await completing.letters(at, registration)
    said = consenting.answers(registration)
    staff_ids = [registration.checked_by_id, *(one.staff_id for one in made), *(one["by"] for one in said)]
    case = await case_for(at.session, at.who, registration.case_id)
    return {
        "registration": registration,
        "case": case,
        "area": area,
        "details": registration.details or {},
        "left": parts.missing(registration),
        "names": await staff.names(at.session, staff_ids),
        "letters": made,
        "draft": await completing.draft_letter(at),
        "parts": parts,
        "masked_ni": national_insurance.masked,
        "consenting": consenting,
        "talked_over": said,
        "allowed": {
            purpose: getattr(registration, column) for purpose, column in permissions.COLUMNS.items()
        },
        "words_of": permissions.WORDS,
        "today": today,
        "contact": without_number(completing.secrets_of(registration)["safe_contact"]),
        "grounds": reasons(),
        "ends": ENDS_BY_HAND,
        "why_ended": ENDS.get(registration.end_reason or ""),
        "day": day_words,
        "local_day": lambda moment: day_words(local_day(area, moment)),
        "born": day_words(date.fromisoformat(registration.date_of_birth)),
        "tells_jobcentre": await may_tell_jobcentre(at.session, registration),
        "latest_contact": terms.latest_contact(today),
        "longest_letter": LONGEST,
        "late": registration.checked_at is None and at.now > case.due_at,
        "at": f"/staff/registrations/{registration.reference}",
        "may": at.who.may,
    }


def at_in(request: web.Request, session: AsyncSession) -> At:
    app = request.app
    return At(
        session, app[keys.RULES], app[keys.CLOCK].now(), signed_in(request), request.match_info["reference"]
    )


async def _check(at: At, form: Form) -> None:
    await completing.check(at)


async def _letter(at: At, form: Form) -> None:
    await completing.make_letter(at, text_field(form, "text", LONGEST))


async def _end(at: At, form: Form) -> None:
    await end_by_hand(at, form.get("reason", ""))


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("There is no such letter.") from None


def setup(app: web.Application) -> None:
    base = app[keys.SETTINGS].public_base_url
    at = "/staff/registrations/{reference}"

    async def send_link(there: At, form: Form) -> None:
        await links.send_link(there.session, there.now, await there.look(), base, there.who.id)

    app.router.add_get(at, show)
    app.router.add_get(f"{at}/{{which:confirmation|jobcentre}}.pdf", paper)
    app.router.add_get(f"{at}/letters/{{id}}.pdf", letter)
    app.router.add_post(f"{at}/parts/{{part}}", save_part)
    app.router.add_get(f"{at}/parts/{{part}}", back)
    app.router.add_post(f"{at}/permissions/{{purpose:{'|'.join(consenting.WHOM)}}}", save_permission)
    app.router.add_get(f"{at}/permissions/{{purpose}}", back)
    app.router.add_post(f"{at}/reveal", reveal)
    app.router.add_get(f"{at}/reveal", back)
    for name, right, act in (
        ("check", "record.edit", _check),
        ("letters", "record.edit", _letter),
        ("end", "record.edit", _end),
        ("link", "case.reply", send_link),
    ):
        app.router.add_post(f"{at}/{name}", posted(right, name, act))
        app.router.add_get(f"{at}/{name}", back)
