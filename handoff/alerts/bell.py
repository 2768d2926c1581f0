"""What rings, at the top of every page of the console until it is acknowledged, without JavaScript too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from handoff import keys
from handoff.alerts import view
from handoff.errors import Handler
from handoff.staff.auth import STAFF
from handoff.staff.service import Member

SHOWN = 3


@dataclass(frozen=True)
class Bell:
    """The worst alerts that ring in one's areas, and how many more there are."""

    rings: Sequence[view.Ring]
    more: int
    now: datetime

    def since(self, ring: view.Ring) -> str:
        return view.span(self.now - ring.alert.started_at)


BELL = web.RequestKey("bell", Bell)


@web.middleware
async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Before a page of the console is made, see what rings for who asked for it."""
    who = request.get(STAFF)
    if who is not None and request.path.startswith("/staff/") and who.may("case.read"):
        request[BELL] = await bell_for(request, who)
    return await handler(request)


async def bell_for(request: web.Request, who: Member) -> Bell:
    async with request.app[keys.DB].reading() as session:
        found = await view.rings(session, request.app[keys.RULES], who, limit=SHOWN)
        all_of_them = await view.how_many_ring(session, who) if len(found) == SHOWN else len(found)
    return Bell(found, all_of_them - len(found), request.app[keys.CLOCK].now())


def bell_of(request: web.Request) -> Bell | None:
    """The bell of the page that is being made; None for somebody who sees no cases."""
    return request.get(BELL)
