"""Who is signed in, and the access rules for staff: `@access(staff("case.read"))`.

Every write also proves that it comes from our own page. The attack: another site makes a signed-in
browser post to us. The defence: SameSite=Strict on the cookie, Sec-Fetch-Site (or Origin, where a browser
sends none), and a token of the session in X-CSRF-Token or the form's `csrf` field.
"""

from __future__ import annotations

import hmac
from urllib.parse import quote, urlsplit

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields
from handoff.errors import Forbidden, NotSignedIn
from handoff.security import Rule
from handoff.settings import Settings
from handoff.staff import service
from handoff.staff.service import ABSOLUTE, Member
from handoff.switches import service as switches

STAFF = web.RequestKey("staff", Member)
SWITCHED_OFF = web.RequestKey("switched_off", list[switches.Turned])  # what every page's frame says
_READS = ("GET", "HEAD", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def staff(right: str | None = None, *, touch: bool = True) -> Rule:
    """Signed-in staff with this right (any signed-in staff without one).

    `touch=False` is for what a page does by itself: it must not keep an unattended session alive.
    """

    async def rule(request: web.Request) -> None:
        who = await _member(request, touch)
        if request.method not in _READS:
            await _prove_own_page(request, who)
        if right and not who.may(right):
            raise Forbidden("no_right", "Your role does not include this. Ask your manager if it should.")
        request[STAFF] = who

    return rule


def staff_page(right: str | None = None) -> Rule:
    """The same for a page: someone not signed in is sent to the sign-in page and back again.

    The page's frame says where the assistant is off, so that is looked up here.
    """
    ask = staff(right)

    async def rule(request: web.Request) -> None:
        try:
            await ask(request)
        except NotSignedIn:
            back = request.path if request.method == "GET" else "/staff"
            raise web.HTTPSeeOther(f"/staff?next={quote(back)}") from None
        async with request.app[keys.DB].reading() as session:
            request[SWITCHED_OFF] = [one for one in await switches.switches(session) if not one.on]

    return rule


def signed_in(request: web.Request) -> Member:
    """The member of staff that the route's rule let in."""
    return request[STAFF]


def refuse_other_sites(request: web.Request) -> None:
    """Forbidden when a browser says that another site sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden("other_site", "This came from another site, so nothing was done.")
        return
    origin = request.headers.get("Origin", "null")  # "null" is what our own no-referrer forms send
    ours = {urlsplit(request.app[keys.SETTINGS].public_base_url).netloc, request.host}
    if origin != "null" and urlsplit(origin).netloc not in ours:
        raise Forbidden("other_site", "This came from another site, so nothing was done.")


def give_cookie(response: web.StreamResponse, settings: Settings, token: str) -> None:
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=_https(settings),
    )


def take_cookie(response: web.StreamResponse, settings: Settings) -> None:
    response.set_cookie(
        cookie_name(settings),
        "",
        max_age=0,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=_https(settings),
    )


def cookie_name(settings: Settings) -> str:
    """With https the browser itself vouches (`__Host-`) that nobody else set it."""
    return "__Host-wayline_staff" if _https(settings) else "wayline_staff"


def _https(settings: Settings) -> bool:
    return settings.public_base_url.startswith("https://")


async def who_is(request: web.Request, touch: bool = True) -> Member | None:
    """The signed-in member of staff, or None."""
    token = request.cookies.get(cookie_name(request.app[keys.SETTINGS]))
    if not token:
        return None
    now, db = request.app[keys.CLOCK].now(), request.app[keys.DB]
    async with db.reading() as session:
        found = await service.member(session, request.app[keys.RULES].vocabulary, now, token)
    if found is None:
        return None
    who, worth_noting = found
    if touch and worth_noting:
        async with db.transaction() as session:
            await service.note_visit(session, now, who.session_id)
    return who


async def _member(request: web.Request, touch: bool) -> Member:
    who = await who_is(request, touch)
    if who is None:
        raise NotSignedIn()
    return who


async def _prove_own_page(request: web.Request, who: Member) -> None:
    refuse_other_sites(request)
    given = request.headers.get("X-CSRF-Token")
    if given is None and request.content_type in _FORMS:
        given = (await form_fields(request)).get("csrf", "")
    if not hmac.compare_digest((given or "").encode(), who.csrf.encode()):
        raise Forbidden("bad_csrf", "This page is out of date. Load it again, then try once more.")
