"""What the API and the page without JavaScript do alike: which area, how fast, take a message in, leave."""

from __future__ import annotations

import uuid
from asyncio import sleep as pause

from aiohttp import web

from handoff import keys
from handoff.errors import Unprocessable
from handoff.live import CONSOLE, conversation_topic
from handoff.receiving import Received
from handoff.security import Throttle, client_address
from handoff.webchat import service
from handoff.webchat.access import Chat

SLOWED_SECONDS = 2.0
OPENINGS: web.AppKey[Throttle] = web.AppKey("webchat-openings", Throttle)
MESSAGES: web.AppKey[Throttle] = web.AppKey("webchat-messages", Throttle)


def known_area(request: web.Request, area: object) -> str | None:
    """The area's slug, None when not given; Unprocessable lists the slugs there are."""
    if area is None or area == "":
        return None
    areas = request.app[keys.RULES].areas
    if not isinstance(area, str) or area not in areas:
        sentence = f"area must be one of {', '.join(areas)}."
        raise Unprocessable("unknown_area", sentence, field="area", allowed=list(areas))
    return area


async def slow_down(request: web.Request) -> None:
    """A new chat waits a little once its address has opened its share; nobody is refused."""
    address = client_address(request, request.app[keys.SETTINGS].trusted_proxies)
    if not request.app[OPENINGS].allows(address):
        await pause(SLOWED_SECONDS)


async def take_in(request: web.Request, conversation_id: uuid.UUID, message_id: str, text: str) -> Received:
    """Store and screen a message; over the session's limit it is kept, but the bot does not answer it."""
    within = request.app[MESSAGES].allows(str(conversation_id))
    return await request.app[keys.TURNS].receive(conversation_id, message_id, text, skip_bot=not within)


async def leave_chat(request: web.Request, chat: Chat) -> None:
    async with request.app[keys.DB].transaction() as session:
        await service.leave(session, request.app[keys.CLOCK].now(), chat)
    request.app[keys.HUB].notify(conversation_topic(chat.conversation_id), CONSOLE)
