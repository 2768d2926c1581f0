"""The simulated phone network between phones on a page and the service, with Twilio's manners.

A text from a phone is kept and its webhook signed and sent once; one that nobody answers stays listed, as
with Twilio. A text to a phone moves queued > sent > delivered, each step told to its status callback.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from handoff.live import Hub
from handoff.settings import Settings
from handoff.simulator.store import AUTOMATIC, INBOUND, OUTBOUND, Store, Text, open_store
from handoff.sms.gsm7 import parts
from handoff.sms.replies import OFF, ON, command

log = logging.getLogger(__name__)
CHANGED = "phone"
WEBHOOK_SECONDS = 15
LONGEST_BODY = 1600
UNSUBSCRIBED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
SUBSCRIBED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
FIRST_PHONES = ("+447700900101", "+447700900102", "+447700900103")


@dataclass(frozen=True)
class Account:
    """The Twilio account that is imitated, and where its webhooks go.

    Webhooks are signed over `public_base`, as Twilio was told it; `connect_base` is where they are sent.
    """

    sid: str
    tokens: tuple[str, ...] = field(repr=False)
    numbers: Mapping[str, str]
    public_base: str
    connect_base: str
    file: Path

    @classmethod
    def of(cls, settings: Settings) -> Account:
        """The account of these settings; the service is reached on loopback, whatever its public name is."""
        return cls(
            sid=settings.twilio_account_sid,
            tokens=settings.twilio_auth_tokens,
            numbers=numbers_of(settings.twilio_numbers, settings.twilio_number, settings.default_area),
            public_base=settings.public_base_url,
            connect_base=f"http://127.0.0.1:{settings.port}",
            file=settings.data_dir / "simulator.db",
        )


def numbers_of(areas: Mapping[str, str], usual: str, name: str) -> dict[str, str]:
    """The service's numbers as they are named: those of areas first, the one for all others beside them."""
    return {**areas, usual: areas.get(usual, name)} if usual else dict(areas)


class Undeliverable(Exception):
    """Twilio's no to a send request: its own code and sentence, answered 400."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Network:
    """Carries texts both ways."""

    def __init__(self, account: Account, store: Store, http: aiohttp.ClientSession, hub: Hub) -> None:
        self.account, self.store, self.hub = account, store, hub
        self._http = http
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Put the first phones there, and go on with what was under way."""
        for number in FIRST_PHONES:
            await self.store.add_phone(number)
        for text in await self.store.unfinished():
            self._spawn(self._carry(text))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def accept(self, to: str, from_: str, body: str, callback: str) -> Text:
        """A text from the service to a phone (the REST API). Raises Undeliverable."""
        if from_ not in self.account.numbers:
            raise Undeliverable(
                21606, f"The 'From' phone number {from_} is not a valid message-capable number."
            )
        if len(body) > LONGEST_BODY:
            raise Undeliverable(21617, "The concatenated message body exceeds the 1600 character limit.")
        if await self.store.is_blocked(to, from_):
            raise Undeliverable(21610, "Attempt to send to unsubscribed recipient")
        text = await self.store.add(
            direction=OUTBOUND, phone=to, service=from_, body=body, status="queued", callback=callback
        )
        self._spawn(self._carry(text))
        return text

    async def text(self, phone: str, service: str, body: str, media: int = 0) -> Text:
        """A text from a phone to the service."""
        text = await self.store.add(
            direction=INBOUND, phone=phone, service=service, body=body, status="received", media=media
        )
        await self._obey(text)
        self.hub.notify(CHANGED)
        self._spawn(self._hand_over(text))
        return text

    async def _obey(self, text: Text) -> None:
        """STOP and START do on the network itself what they say."""
        blocked = await self.store.is_blocked(text.phone, text.service)
        order = command(text.body, blocked)
        if order == OFF:
            await self.store.block(text.phone, text.service)
        elif order == ON and blocked:
            await self.store.unblock(text.phone, text.service)
        else:
            return
        words = UNSUBSCRIBED if order == OFF else SUBSCRIBED
        await self.store.add(
            direction=AUTOMATIC, phone=text.phone, service=text.service, body=words, status="delivered"
        )

    async def _hand_over(self, text: Text) -> None:
        fields = {
            **self._common(text),
            "SmsSid": text.sid,
            "SmsMessageSid": text.sid,
            "SmsStatus": "received",
            "Body": text.body,
            "NumSegments": str(parts(text.body)),
            "NumMedia": str(text.media),
            "FromCountry": "GB",
            "ToCountry": "GB",
        }
        if text.media:
            fields["MediaUrl0"] = f"https://api.twilio.com/2010-04-01/Accounts/{self.account.sid}/Media/ME0"
            fields["MediaContentType0"] = "image/jpeg"
        if await self._post(f"{self.account.public_base}/webhooks/twilio/sms", fields):
            await self.store.set_handed(text.sid)
            self.hub.notify(CHANGED)

    async def _carry(self, text: Text) -> None:
        """Move a text on to its phone, one receipt after the other."""
        steps = ("sent", "delivered") if text.status == "queued" else ("delivered",)
        for status in steps:
            text = await self.store.set_status(text.sid, status)
            self.hub.notify(CHANGED)
            if text.callback:
                fields = {"SmsSid": text.sid, "SmsStatus": status, "MessageStatus": status}
                await self._post(text.callback, {**self._common(text), **fields})

    def _common(self, text: Text) -> dict[str, str]:
        return {
            "MessageSid": text.sid,
            "AccountSid": self.account.sid,
            "From": text.from_,
            "To": text.to,
            "ApiVersion": "2010-04-01",
        }

    async def _post(self, url: str, fields: dict[str, str]) -> bool:
        """A signed webhook, tried once; True when it was answered 2xx."""
        signature = RequestValidator(self.account.tokens[0]).compute_signature(url, fields)
        address = url.replace(self.account.public_base, self.account.connect_base, 1)
        try:
            async with self._http.post(
                address,
                data=fields,
                headers={"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"},
                timeout=aiohttp.ClientTimeout(total=WEBHOOK_SECONDS),
            ) as response:
                return 200 <= response.status < 300
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@contextlib.asynccontextmanager
async def open_network(account: Account, http: aiohttp.ClientSession) -> AsyncIterator[Network]:
    """A network at work for as long as the block lasts."""
    async with open_store(account.file) as store:
        network = Network(account, store, http, Hub())
        await network.start()
        try:
            yield network
        finally:
            await network.stop()
