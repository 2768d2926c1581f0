"""Live updates for the console: how much waits, and that the case on the screen changed.

An event says that something changed; the page asks for what. So a missed event loses nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from handoff import keys, sse
from handoff.cases import queue
from handoff.cases.access import case_for, case_id_in
from handoff.errors import NotSignedIn
from handoff.live import CONSOLE, conversation_topic
from handoff.security import access
from handoff.staff.auth import signed_in, staff, who_is
from handoff.switches import service as switches

GATHER_SECONDS = 0.2  # many changes at once make one event


@access(staff("case.read", touch=False))
async def events(request: web.Request) -> web.StreamResponse:
    """GET /api/staff/events?case=ID: `queue` {waiting, urgent, mine, off}, and `case` for the one shown."""
    topics = [CONSOLE]
    if "case" in request.query:
        async with request.app[keys.DB].reading() as session:
            case = await case_for(session, signed_in(request), case_id_in(request.query["case"]))
        topics.append(conversation_topic(case.conversation_id))
    async with sse.opened(request) as response:
        with suppress(NotSignedIn, SQLAlchemyError):  # the page connects again
            await _follow(request, response, topics)
    return response


async def _follow(request: web.Request, response: web.StreamResponse, topics: list[str]) -> None:
    async with request.app[keys.HUB].subscribe(*topics) as changes:
        shown = await _send_state(request, response)
        while True:
            changed = await changes.wait(sse.BEAT_SECONDS)
            if changed:
                await asyncio.sleep(GATHER_SECONDS)
            shown = await _send_state(request, response, None if changed else shown)


async def _send_state(
    request: web.Request, response: web.StreamResponse, shown: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One look, its counts and where the assistant is off: only a beat when all is as `shown`.

    Nobody tells of a claim that lapses: the counts do. NotSignedIn once the session has ended.
    """
    who = await who_is(request, touch=False)
    if who is None:
        raise NotSignedIn()
    moment = queue.Moment(request.app[keys.RULES], request.app[keys.CLOCK].now())
    async with request.app[keys.DB].reading() as session:
        found: dict[str, Any] = await queue.counts(session, who, moment)
        found["off"] = [channel for channel in switches.CHANNELS if await switches.is_off(session, channel)]
    if found == shown:
        await response.write(sse.BEAT)
        return found
    await response.write(sse.event("queue", found))
    if "case" in request.query:
        await response.write(sse.event("case", {}))
    return found
