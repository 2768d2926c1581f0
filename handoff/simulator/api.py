"""Twilio's REST API for messages, as far as the product uses it: form in, Twilio's JSON out, basic auth."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import Any

import phonenumbers
from aiohttp import BasicAuth, web

from handoff.bodies import form_fields
from handoff.security import access, anyone
from handoff.simulator.network import Network, Undeliverable
from handoff.simulator.store import Filters, Text
from handoff.sms.gsm7 import parts

NETWORK = web.AppKey("phone_network", Network)
BASE = "/phone/twilio"
_VERSION = "/2010-04-01/Accounts"
_MOST_A_PAGE = 1000
_Handler = Callable[[web.Request], Awaitable[web.Response]]


def _answers_like_twilio(handler: _Handler) -> _Handler:
    """Twilio's checks and its shape of errors. Open to anyone for us: the 401 is Twilio's, not ours."""

    @access(anyone)
    async def answer(request: web.Request) -> web.Response:
        network = request.app[NETWORK]
        if not _signed_in(request, network):
            return _error(401, 20003, "Authenticate")
        if request.match_info["account"] != network.account.sid:
            return _not_found(request)
        try:
            return await handler(request)
        except Undeliverable as no:
            return _error(400, no.code, no.message)
        except KeyError:
            return _not_found(request)

    return answer


def _signed_in(request: web.Request, network: Network) -> bool:
    try:
        given = BasicAuth.decode(request.headers.get("Authorization", ""))
    except ValueError:
        return False
    right = [
        token
        for token in network.account.tokens
        if hmac.compare_digest(token.encode(), given.password.encode())
    ]
    return given.login == network.account.sid and bool(right)


@_answers_like_twilio
async def create(request: web.Request) -> web.Response:
    """POST Messages.json"""
    form = await form_fields(request)
    for code, name, sentence in (
        (21604, "To", "A 'To' phone number is required."),
        (21603, "From", "A 'From' phone number is required."),
        (21602, "Body", "Message body is required."),
    ):
        if not form.get(name, "").strip():
            raise Undeliverable(code, sentence)
    if not _is_number(form["To"]):
        raise Undeliverable(21211, f"Invalid 'To' Phone Number: {form['To'][:-4]}XXXX")
    text = await request.app[NETWORK].accept(
        form["To"], form["From"], form["Body"], form.get("StatusCallback", "")
    )
    return web.json_response(_as_json(text, request.match_info["account"]), status=201)


@_answers_like_twilio
async def read(request: web.Request) -> web.Response:
    """GET Messages/<sid>.json"""
    text = await request.app[NETWORK].store.get(request.match_info["sid"])
    return web.json_response(_as_json(text, request.match_info["account"]))


@_answers_like_twilio
async def index(request: web.Request) -> web.Response:
    """GET Messages.json with To, From, DateSent (also "DateSent>" and "DateSent<"), PageSize and Page."""
    account, query = request.match_info["account"], request.query
    size = min(max(_whole(query.get("PageSize"), 50), 1), _MOST_A_PAGE)
    page = _whole(query.get("Page"), 0)
    found = await request.app[NETWORK].store.page(_filters(request), page * size, size + 1)
    shown, more = found[:size], len(found) > size

    def address(number: int) -> str:
        wanted = request.rel_url.update_query({"Page": str(number), "PageSize": str(size)})
        return str(wanted).removeprefix(BASE)

    return web.json_response(
        {
            "messages": [_as_json(text, account) for text in shown],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + len(shown) - 1 if shown else page * size,
            "uri": address(page),
            "first_page_uri": address(0),
            "next_page_uri": address(page + 1) if more else None,
            "previous_page_uri": address(page - 1) if page else None,
        }
    )


def _filters(request: web.Request) -> Filters:
    query, on = request.query, request.query.get("DateSent")
    since, until = query.get("DateSent>") or on, query.get("DateSent<") or on
    return Filters(
        to=query.get("To"),
        from_=query.get("From"),
        since=_instant(since, time.min) if since else None,
        until=_instant(until, time.max) if until else None,
    )


def _instant(value: str, of_day: time) -> datetime:
    """A time of the query; a day alone means its first or its last moment."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise Undeliverable(20001, f"Invalid date {value!r}") from None
    if len(value) == len("2026-11-22"):
        at = datetime.combine(at.date(), of_day)
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)


def _whole(value: str | None, usual: int) -> int:
    return int(value) if value and value.isdecimal() else usual


def _is_number(value: str) -> bool:
    try:
        return value.startswith("+") and phonenumbers.is_possible_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return False


def _as_json(text: Text, account: str) -> dict[str, Any]:
    uri = f"{_VERSION}/{account}/Messages/{text.sid}.json"
    sent = text.status not in ("queued",)
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": format_datetime(text.created_at),
        "date_sent": format_datetime(text.created_at) if sent else None,
        "date_updated": format_datetime(text.updated_at),
        "direction": text.direction,
        "error_code": None,
        "error_message": None,
        "from": text.from_,
        "messaging_service_sid": None,
        "num_media": str(text.media),
        "num_segments": str(parts(text.body)),
        "price": None,
        "price_unit": "GBP",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        "to": text.to,
        "uri": uri,
    }


def _not_found(request: web.Request) -> web.Response:
    return _error(404, 20404, f"The requested resource {request.path.removeprefix(BASE)} was not found")


def _error(status: int, code: int, message: str) -> web.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if status == 401 else {}
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return web.json_response(body, status=status, headers=headers)


def setup(app: web.Application) -> None:
    """Add the API under /phone/twilio."""
    messages = f"{BASE}{_VERSION}/{{account}}/Messages"
    app.router.add_post(f"{messages}.json", create)
    app.router.add_get(f"{messages}.json", index)
    app.router.add_get(f"{messages}/{{sid}}.json", read)
