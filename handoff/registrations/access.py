"""The only ways to a registration: for staff by its case, for the young person by their link and birthday."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys
from handoff.cases.service import case_for
from handoff.errors import NotFound
from handoff.registrations import links
from handoff.registrations.model import ConfirmationLink, Registration
from handoff.settings import Settings
from handoff.staff.auth import refuse_other_sites
from handoff.staff.service import Member

LINK = web.RequestKey("confirmation_link", ConfirmationLink)
_READS = ("GET", "HEAD")
_NO_LINK = "There is no such page. Look at the whole link again, or ask for a new one where you registered."


async def registration_for(session: AsyncSession, who: Member, reference: str) -> Registration:
    """The registration of that reference, if its case is theirs to see; NotFound when not, or for none."""
    query = select(Registration).where(Registration.reference == reference[:16])
    found = (await session.execute(query)).scalar()
    if found is None:
        raise NotFound("There is no such registration in your areas.")
    await case_for(session, who, found.case_id)
    return found


async def link_holder(request: web.Request) -> None:
    """Whoever has a link that there is; what it then shows is for them to earn."""
    if request.method not in _READS:
        refuse_other_sites(request)
    async with request.app[keys.DB].reading() as session:
        found = await links.find(session, request.match_info["token"])
    if found is None:
        raise NotFound(_NO_LINK)
    request[LINK] = found


async def birthday_given(request: web.Request) -> None:
    """The holder of a live link who gave the right date of birth; others are sent to the question."""
    await link_holder(request)
    if not is_open(request):
        raise web.HTTPSeeOther(f"/r/{request.match_info['token']}")


def is_open(request: web.Request) -> bool:
    """Whether this browser has given the date of birth lately, and the link is still good."""
    link, now = request[LINK], request.app[keys.CLOCK].now()
    carried = request.cookies.get(cookie_name(request.app[keys.SETTINGS]), "")
    return links.is_live(link, now) and links.passes(link, now, carried)


def let_in(response: web.StreamResponse, request: web.Request) -> None:
    """Remember, for this link alone and a quarter of an hour, that the date was right."""
    value = links.pass_for(request[LINK], request.app[keys.CLOCK].now())
    _set_cookie(response, request, value, int(links.OPEN_FOR.total_seconds()))


def shut(response: web.StreamResponse, request: web.Request) -> None:
    _set_cookie(response, request, "", 0)


def cookie_name(settings: Settings) -> str:
    https = settings.public_base_url.startswith("https://")
    return "__Secure-wayline_paper" if https else "wayline_paper"


def _set_cookie(response: web.StreamResponse, request: web.Request, value: str, seconds: int) -> None:
    settings = request.app[keys.SETTINGS]
    response.set_cookie(
        cookie_name(settings),
        value,
        max_age=seconds,
        path=f"/r/{request.match_info['token']}",
        httponly=True,
        samesite="Strict",
        secure=settings.public_base_url.startswith("https://"),
    )
