"""The only sender of texts and reader of what Twilio holds: Twilio's own library over our HTTP session.

TwilioTrouble
  Refused    Twilio said no for good: a bad or blocked number, an account closed
  NotSent    certainly not sent, and worth another try: no connection, too many at once
  InDoubt    nobody answered, or an answer that says nothing: it may have been sent
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from handoff.settings import Settings

TWILIO_HOST = "https://api.twilio.com"
SECONDS = 8.0
STATUS_PATH = "/webhooks/twilio/status"
_LOOK_UP_AT_MOST = 200
_PAGE = 500


class TwilioTrouble(Exception):
    """Why a request to Twilio came to nothing; `code` is Twilio's, or a word of ours."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def unknown(self) -> bool:
        """True when Twilio has nothing of that name."""
        return self.code in ("404", "20404")


class Refused(TwilioTrouble):
    """Asking again would get the same no."""


class NotSent(TwilioTrouble):
    """Certainly not sent; try again later."""


class InDoubt(TwilioTrouble):
    """It may have been sent; look it up before trying again."""


@dataclass(frozen=True)
class Inbound:
    """A text from a phone, as the webhook or the list of messages gives it."""

    sid: str
    phone: str
    our_number: str
    body: str
    media: int = 0


class TwilioClient:
    """Sends and looks up texts as the account of the settings, at TWILIO_API_BASE."""

    def __init__(self, http: aiohttp.ClientSession, settings: Settings) -> None:
        sid = settings.twilio_account_sid
        token = settings.twilio_auth_tokens[0] if settings.twilio_auth_tokens else ""
        self._callback = settings.public_base_url + STATUS_PATH
        transport = _Transport(http, settings.twilio_api_base)
        # A mapping of its own, because an empty one would make the library read TWILIO_REGION and the like.
        self._messages = Client(sid, token, http_client=transport, environment={"WAYLINE": "1"}).messages

    async def send(self, to: str, from_: str, body: str, reference: str) -> str:
        """Send a text and return its sid; its receipts come with `reference`. Raises a TwilioTrouble."""
        callback = f"{self._callback}?text={reference}"
        try:
            sent = await self._messages.create_async(to=to, from_=from_, body=body, status_callback=callback)
        except Exception as error:
            raise _trouble(error) from None
        return _sid(sent)

    async def find(self, to: str, from_: str, body: str, age: timedelta) -> list[str]:
        """Sids of the texts like this one that Twilio took in the last `age` (and a day), newest first."""
        since = datetime.now(UTC) - age - timedelta(days=1)
        # No date in the question: it would leave out what Twilio has taken but not sent on yet.
        found = await self._list(to=to, from_=from_, limit=_LOOK_UP_AT_MOST)
        ours = [text for text in found if (text.to, text.from_, text.body) == (to, from_, body)]
        return [_sid(text) for text in ours if (text.date_created or since) >= since]

    async def status(self, sid: str) -> tuple[str, str]:
        """What became of a text in Twilio's words, and its error code or "". Raises a TwilioTrouble."""
        try:
            text = await self._messages(sid).fetch_async()
        except Exception as error:
            raise _trouble(error) from None
        return str(getattr(text.status, "value", text.status) or ""), str(text.error_code or "")

    async def inbound_since(self, at: datetime) -> list[Inbound]:
        """Texts from phones that Twilio took since then, oldest first. Raises a TwilioTrouble."""
        found = await self._list(date_sent_after=at, page_size=_PAGE)
        # Twilio lists the newest first, in whole seconds: only reversing keeps those of one second in order.
        oldest_first = sorted(reversed(found), key=lambda text: text.date_created or text.date_sent or at)
        return [_inbound(text) for text in oldest_first if text.direction == "inbound"]

    async def _list(self, **filters: Any) -> list[MessageInstance]:
        try:
            return list(await self._messages.list_async(**filters))
        except Exception as error:
            raise _trouble(error) from None


def _inbound(text: MessageInstance) -> Inbound:
    media = str(text.num_media or "0")
    return Inbound(
        _sid(text), text.from_ or "", text.to or "", text.body or "", int(media) if media.isdecimal() else 0
    )


def _sid(text: MessageInstance) -> str:
    if not text.sid:
        raise InDoubt("no_sid")
    return str(text.sid)


def _trouble(error: Exception) -> TwilioTrouble:
    """What an error of the library or the network means for the text."""
    if isinstance(error, TwilioTrouble):
        return error
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotSent("no_connection")
    if isinstance(error, (asyncio.TimeoutError, aiohttp.ClientError)):
        return InDoubt("no_answer")
    status = getattr(error, "status", None)
    code = str(getattr(error, "code", None) or status or type(error).__name__)[:16]
    if status in (401, 403, 404, 408, 429):  # our account, our token, our haste: not the text's fault
        return NotSent(code)
    if isinstance(status, int) and 400 <= status < 500:
        return Refused(code)
    if isinstance(error, (TwilioException, ValueError, TypeError, KeyError)):
        return InDoubt(code)
    raise error


def _basic(auth: tuple[str, str] | None) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(':'.join(auth).encode()).decode()}"} if auth else {}


class _Transport(AsyncHttpClient):  # type: ignore[misc]  # the library has no types
    """The library's requests over our session: our time limit, our address, and no line in any log."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True, timeout=SECONDS)
        self._http, self._base = http, base.rstrip("/")

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        allow_redirects: bool = False,
    ) -> Response:
        """One request, at most SECONDS long."""
        async with self._http.request(
            method.upper(),
            uri.replace(TWILIO_HOST, self._base, 1),
            params=params,
            data=data,
            headers={**(headers or {}), **_basic(auth)},
            timeout=aiohttp.ClientTimeout(total=SECONDS),
            allow_redirects=allow_redirects,
        ) as response:
            return Response(response.status, await response.text(), response.headers)
