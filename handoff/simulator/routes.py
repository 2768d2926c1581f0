"""The page with the phones on it, and what its script asks for. Demo only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import phonenumbers
from aiohttp import web

from handoff import keys, sse
from handoff.bodies import json_object, text_field
from handoff.errors import Unprocessable
from handoff.pages import page
from handoff.security import access, anyone
from handoff.simulator import api
from handoff.simulator.api import NETWORK
from handoff.simulator.network import CHANGED, LONGEST_BODY, Account, Network, open_network
from handoff.simulator.store import Text
from handoff.sms.gsm7 import parts

_CHANGE = sse.event("change", {})
_DRAMA = range(447700900101, 447700901000)  # Ofcom's mobile numbers for drama


@access(anyone)
async def phone_page(request: web.Request) -> web.Response:
    """GET /phone"""
    services = _services(request.app[NETWORK])
    return page(request, "simulator/phone.html", services=services, longest=LONGEST_BODY)


@access(anyone)
async def state(request: web.Request) -> web.Response:
    """GET /phone/state?phone=&service=&after=: the phones, what waits on each, and one thread."""
    network, query = request.app[NETWORK], request.query
    phone, service = query.get("phone", ""), query.get("service", "")
    unread = await network.store.unread()
    phones = [
        {"number": number, "name": _shown(number), "unread": _waiting(unread, number)}
        for number in await network.store.phones()
    ]
    return web.json_response(
        {
            "phones": phones,
            "unread": {other: unread.get((phone, other), 0) for other in network.account.numbers},
            "messages": [_as_json(text) for text in await network.store.thread(phone, service)],
            "blocked": await network.store.is_blocked(phone, service),
        }
    )


@access(anyone)
async def send(request: web.Request) -> web.Response:
    """POST /phone/texts {phone, service, body, picture?}: a phone texts the service."""
    body, network = await json_object(request), request.app[NETWORK]
    picture = body.get("picture") is True
    words = text_field(body, "body", LONGEST_BODY, needed=not picture)
    phone, service = _number(text_field(body, "phone", 20)), text_field(body, "service", 20)
    if service not in network.account.numbers:
        raise Unprocessable("unknown_number", "That is not one of the service's numbers.", field="service")
    text = await network.text(phone, service, words, media=int(picture))
    return web.json_response({"id": text.id, "sid": text.sid}, status=202)


@access(anyone)
async def add_phone(request: web.Request) -> web.Response:
    """POST /phone/phones {number?}: another phone, with the next free drama number unless one is given."""
    body, store = await json_object(request), request.app[NETWORK].store
    given = text_field(body, "number", 20, needed=False)
    taken = {*await store.phones(), *request.app[NETWORK].account.numbers}
    free = (number for number in (f"+{n}" for n in _DRAMA) if number not in taken)
    number = _number(given) if given else next(free)
    await store.add_phone(number)
    request.app[NETWORK].hub.notify(CHANGED)
    return web.json_response({"number": number}, status=201)


@access(anyone)
async def mark_read(request: web.Request) -> web.Response:
    """POST /phone/read {phone, service, id}: this thread was read up to there."""
    body, network = await json_object(request), request.app[NETWORK]
    up_to = body.get("id")
    if not isinstance(up_to, int) or isinstance(up_to, bool):
        raise Unprocessable("bad_field", "id must be a number.", field="id")
    await network.store.mark_read(text_field(body, "phone", 20), text_field(body, "service", 20), up_to)
    network.hub.notify(CHANGED)
    return web.Response(status=204)


@access(anyone)
async def events(request: web.Request) -> web.StreamResponse:
    """GET /phone/events: says when there is something new to look at."""
    async with sse.opened(request) as response:
        await _follow(request.app[NETWORK], response)
    return response


async def _follow(network: Network, response: web.StreamResponse) -> None:
    async with network.hub.subscribe(CHANGED) as changes:
        await response.write(_CHANGE)
        while True:
            changed = await changes.wait(sse.BEAT_SECONDS)
            await response.write(_CHANGE if changed else sse.BEAT)


def _services(network: Network) -> list[dict[str, str]]:
    return [
        {"number": number, "name": area.replace("-", " ").title(), "shown": _shown(number)}
        for number, area in network.account.numbers.items()
    ]


def _waiting(unread: dict[tuple[str, str], int], phone: str) -> int:
    return sum(count for (number, _), count in unread.items() if number == phone)


def _as_json(text: Text) -> dict[str, Any]:
    return {
        "id": text.id,
        "mine": text.inbound,
        "body": text.body,
        "picture": bool(text.media),
        "parts": parts(text.body),
        "status": ("handed" if text.handed else "waiting") if text.inbound else text.status,
        "at": text.created_at.isoformat(),
    }


def _shown(number: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return number


def _number(given: str) -> str:
    """A phone number as people type it, in E.164; Unprocessable when it cannot be one."""
    try:
        parsed = phonenumbers.parse(given, "GB")
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Unprocessable("not_a_phone", "That does not look like a phone number.", field="phone")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


async def _network(app: web.Application) -> AsyncIterator[None]:
    async with open_network(Account.of(app[keys.SETTINGS]), app[keys.HTTP]) as network:
        app[NETWORK] = network
        yield


def add_routes(app: web.Application) -> None:
    """The page, its script's requests and the REST API."""
    app.router.add_get("/phone", phone_page)
    app.router.add_get("/phone/state", state)
    app.router.add_get("/phone/events", events)
    app.router.add_post("/phone/texts", send)
    app.router.add_post("/phone/phones", add_phone)
    app.router.add_post("/phone/read", mark_read)
    api.setup(app)


def setup(app: web.Application) -> None:
    """The simulator inside the service: its account is the service's own."""
    add_routes(app)
    app.cleanup_ctx.append(_network)
