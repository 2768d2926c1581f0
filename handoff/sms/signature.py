"""Was this webhook sent by Twilio? Its signature is checked over the public address, never the Host header.

Behind a proxy the service sees another scheme, host and port than Twilio signed; PUBLIC_BASE_URL is what
Twilio was told. While an auth token is being changed, each token of the list may have signed.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from handoff import keys
from handoff.errors import Forbidden

FORM: web.RequestKey[MultiDict[str]] = web.RequestKey("twilio_form", MultiDict)
HEADER = "X-Twilio-Signature"
_MOST_FIELDS = 500


async def twilio_signed(request: web.Request) -> None:
    """The webhooks' access rule: Forbidden unless Twilio signed it. The form is left in request[FORM]."""
    settings = request.app[keys.SETTINGS]
    form = parse_form(await request.read())
    url = settings.public_base_url + request.raw_path
    signature = request.headers.get(HEADER, "")
    if form is None or not any(
        signed_by(token, url, form, signature) for token in settings.twilio_auth_tokens
    ):
        raise Forbidden("bad_signature", "This request was not signed by Twilio.")
    request[FORM] = form


def signed_by(token: str, url: str, form: MultiDict[str], signature: str) -> bool:
    """True when `signature` is what Twilio makes of this address and form with this token."""
    try:
        return bool(signature) and bool(RequestValidator(token).validate(url, form, signature))
    except ValueError:  # an address that is none
        return False


def parse_form(body: bytes) -> MultiDict[str] | None:
    """A URL-encoded form with every value of a repeated field; None when it cannot be one."""
    try:
        return MultiDict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return None
