"""Signing in and out: the JSON API of the contract and the sign-in page."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields, json_object, text_field
from handoff.crypto import keyring
from handoff.errors import Refusal, TooMany
from handoff.pages import page
from handoff.security import Throttle, access, anyone, client_address
from handoff.staff import service
from handoff.staff.auth import give_cookie, refuse_other_sites, signed_in, staff, take_cookie, who_is
from handoff.staff.guesses import Guesses
from handoff.staff.model import StaffSession
from handoff.staff.service import Member

_WRONG_HERE, _WRONG_ANYWHERE = 10, 50  # wrong guesses at one account: from one address, from all

_PAGE = re.compile(r"/staff(/[a-zA-Z0-9_-]+)+(\?[a-zA-Z0-9_=&%+-]*)?")


class SignInLimits:
    """How often one address may try, and how many wrong guesses one account stands."""

    def __init__(self, per_second: int) -> None:
        self.tries = Throttle(per_second, 1.0)
        self.here, self.anywhere = Guesses(_WRONG_HERE), Guesses(_WRONG_ANYWHERE)


LIMITS = web.AppKey("sign_in_limits", SignInLimits)


@access(anyone)
async def sign_in(request: web.Request) -> web.Response:
    """POST /api/staff/session {email, password, code?} -> the cookie and {csrf}."""
    body = await json_object(request)
    email, password = text_field(body, "email", 254), text_field(body, "password", 1024)
    token, session = await _sign_in(request, email, password, text_field(body, "code", 16, needed=False))
    response = web.json_response({"csrf": session.csrf})
    give_cookie(response, request.app[keys.SETTINGS], token)
    return response


@access(staff())
async def who(request: web.Request) -> web.Response:
    """GET /api/staff/session -> who is signed in, and the token for writes."""
    me = signed_in(request)
    body = {"id": str(me.id), "name": me.name, "roles": me.roles, "areas": sorted(me.areas), "csrf": me.csrf}
    return web.json_response(body)


@access(staff())
async def sign_out(request: web.Request) -> web.Response:
    await _sign_out(request)
    response = web.Response(status=204)
    take_cookie(response, request.app[keys.SETTINGS])
    return response


@access(anyone)
async def sign_in_page(request: web.Request) -> web.Response:
    """GET /staff: the sign-in form, or straight on to one's work."""
    me = await who_is(request)
    if me:
        raise web.HTTPSeeOther(_first_page(me))
    return _form(request, _safe_next(request.query.get("next", "")))


@access(anyone)
async def back_to_sign_in(request: web.Request) -> web.Response:
    """A refused form shows under its own address; loaded anew, that leads to the sign-in page."""
    raise web.HTTPSeeOther("/staff")


@access(anyone)
async def sign_in_form(request: web.Request) -> web.Response:
    form = await form_fields(request)
    email, password, code = (form.get(name, "") for name in ("email", "password", "code"))
    onward = _safe_next(form.get("next", ""))
    try:
        token, _ = await _sign_in(request, email[:254], password[:1024], code[:16])
    except Refusal as refusal:
        return _form(request, onward, refusal=refusal, email=email)
    response = web.Response(status=303, headers={"Location": onward})
    give_cookie(response, request.app[keys.SETTINGS], token)
    return response


@access(staff())
async def sign_out_form(request: web.Request) -> web.Response:
    await _sign_out(request)
    response = web.Response(status=303, headers={"Location": "/staff"})
    take_cookie(response, request.app[keys.SETTINGS])
    return response


async def _sign_in(request: web.Request, email: str, password: str, code: str) -> tuple[str, StaffSession]:
    refuse_other_sites(request)
    settings, limits = request.app[keys.SETTINGS], request.app[LIMITS]
    address = client_address(request, settings.trusted_proxies)
    account = keyring.blind_index(email.strip().lower())
    here = f"{account} {address}"
    if not limits.tries.allows(address):
        raise TooMany("too_many", "Too many people are signing in from here at once. Try again in a moment.")
    if limits.here.spent(here) or limits.anywhere.spent(account):
        raise TooMany("too_many", "Too many tries. Wait 15 minutes, or ask your administrator.")
    try:
        return await service.sign_in(
            request.app[keys.DB],
            request.app[keys.CLOCK].now(),
            email,
            password,
            code,
            code_required=not settings.demo,
        )
    except service.SignInRefused as refusal:
        if refusal.code != "code_required":
            limits.here.wrong(here)
            limits.anywhere.wrong(account)
        raise


async def _sign_out(request: web.Request) -> None:
    async with request.app[keys.DB].transaction() as session:
        await service.sign_out(session, request.app[keys.CLOCK].now(), signed_in(request))


def _form(request: web.Request, onward: str, refusal: Refusal | None = None, email: str = "") -> web.Response:
    settings = request.app[keys.SETTINGS]
    context: dict[str, Any] = {
        "refusal": refusal,
        "email": email,
        "next": onward,
        "ask_code": not settings.demo,
        "demo": settings.demo,
    }
    return page(request, "staff/sign_in.html", status=refusal.status if refusal else 200, **context)


def _first_page(me: Member) -> str:
    return (
        "/staff/queue"
        if me.may("case.read")
        else "/staff/answers"
        if me.may("content.read")
        else "/staff/account"
    )


def _safe_next(address: str) -> str:
    """Only a page of the console itself; anything else would let a link lead someone away."""
    return address if _PAGE.fullmatch(address) else "/staff"


def setup(app: web.Application) -> None:
    app[keys.TEMPLATES].globals["signed_in"] = signed_in
    app[LIMITS] = SignInLimits(app[keys.SETTINGS].limits.sign_ins_per_address_second)
    app.router.add_post("/api/staff/session", sign_in)
    app.router.add_get("/api/staff/session", who)
    app.router.add_delete("/api/staff/session", sign_out)
    app.router.add_get("/staff", sign_in_page)
    app.router.add_post("/staff/sign-in", sign_in_form)
    app.router.add_post("/staff/sign-out", sign_out_form)
    for form in ("/staff/sign-in", "/staff/sign-out"):
        app.router.add_get(form, back_to_sign_in)
