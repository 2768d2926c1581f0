"""Who is writing in one answer just now: kept for half a minute, so that it survives nobody's crash."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys, sse
from handoff.content.model import Answer, EditorHere
from handoff.db import Database
from handoff.errors import NotFound, NotSignedIn
from handoff.security import access
from handoff.staff import service as staff_service
from handoff.staff.auth import signed_in, staff, who_is
from handoff.staff.service import Member

GONE = timedelta(seconds=2 * sse.BEAT_SECONDS + 5)


def topic(slug: str) -> str:
    """What is told when somebody comes to an answer's draft or leaves it."""
    return f"editing:{slug}"


@access(staff("content.edit", touch=False))
async def editors(request: web.Request) -> web.StreamResponse:
    """GET /api/staff/answers/{slug}/editors: an event `editors` {names} when another comes or goes."""
    slug, who, db = request.match_info["slug"], signed_in(request), request.app[keys.DB]
    async with db.reading() as session:
        if await session.get(Answer, slug) is None:
            raise NotFound("There is no such answer.")
    async with sse.opened(request) as response:
        try:
            with suppress(NotSignedIn, SQLAlchemyError):  # the page connects again
                await _follow(request, response, slug)
        finally:
            await _leave(db, slug, who)
            request.app[keys.HUB].notify(topic(slug))
    return response


async def _follow(request: web.Request, response: web.StreamResponse, slug: str) -> None:
    hub, shown = request.app[keys.HUB], None
    async with hub.subscribe(topic(slug)) as changes:
        while True:
            who = await who_is(request, touch=False)
            if who is None:
                raise NotSignedIn()
            now = request.app[keys.CLOCK].now()
            async with request.app[keys.DB].transaction() as session:
                names = await _here(session, now, slug, who)
            if shown is None:
                hub.notify(topic(slug))
            await response.write(sse.BEAT if names == shown else sse.event("editors", {"names": names}))
            shown = names
            await changes.wait(sse.BEAT_SECONDS)


async def _here(session: AsyncSession, now: datetime, slug: str, who: Member) -> list[str]:
    """Say that somebody is here; the names of the others."""
    await session.merge(EditorHere(slug=slug, staff_id=who.id, seen_at=now))
    await session.flush()
    query = select(EditorHere.staff_id).where(
        EditorHere.slug == slug, EditorHere.staff_id != who.id, EditorHere.seen_at > now - GONE
    )
    return sorted((await staff_service.names(session, (await session.execute(query)).scalars())).values())


async def _leave(db: Database, slug: str, who: Member) -> None:
    gone = delete(EditorHere).where(EditorHere.slug == slug, EditorHere.staff_id == who.id)
    with suppress(SQLAlchemyError):  # then it is out of date by itself
        async with db.transaction() as session:
            await session.execute(gone)
