"""One turn to Rasa and its replies back, over our own channel (bot/channel.py).

A conversation always asks the same Rasa process, so that Rasa's own lock orders its turns.
"""

from __future__ import annotations

import asyncio
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

ATTEMPT_SECONDS = 8.0
AT_ONCE = 4  # turns in one Rasa process: it has one thread, and a longer queue there only times out


class RasaUnavailable(Exception):
    """Rasa did not give this turn a full answer; asking again with the same id is safe."""


@dataclass(frozen=True)
class Asked:
    """One inbound message as Rasa gets it. `sender` is "<conversation>:<episode>"."""

    sender: str
    message_id: uuid.UUID
    text: str
    context: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """One thing the bot says; an `answer` carries only its slug, everything else its words.

    `language`: the code of the language of the words, when that is not English. `council`: whom an answer
    sends somebody to who lives elsewhere.
    """

    kind: str = "talk"
    answer: str | None = None
    text: str | None = None
    sms: str | None = None
    choices: list[dict[str, Any]] = field(default_factory=list)
    language: str | None = None
    council: str | None = None


@dataclass(frozen=True)
class Understood:
    """What Rasa answered and what it made of the words."""

    replies: list[Reply]
    understood: dict[str, Any]
    form: str | None


class Rasa:
    """The client of every Rasa process in RASA_URLS."""

    def __init__(self, http: aiohttp.ClientSession, urls: Sequence[str], token: str) -> None:
        self._http, self._urls = http, [url.rstrip("/") for url in urls]
        self._slots = {url: asyncio.Semaphore(AT_ONCE) for url in self._urls}
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ask(self, asked: Asked) -> Understood:
        """One attempt, at most ATTEMPT_SECONDS once a slot is free; RasaUnavailable if no full answer."""
        async with self._slots[self._url(asked.sender)]:
            return await self._ask(asked)

    async def _ask(self, asked: Asked) -> Understood:
        body = {
            "conversation": asked.sender,
            "message_id": str(asked.message_id),
            "text": asked.text,
            "context": asked.context,
        }
        url = f"{self._url(asked.sender)}/webhooks/wayline/turns"
        try:
            async with self._http.post(
                url, json=body, headers=self._headers, timeout=aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
            ) as response:
                if response.status != 200:
                    raise RasaUnavailable(f"status {response.status}")
                return _understood(await response.json())
        except (TimeoutError, aiohttp.ClientError, ValueError, KeyError, TypeError) as error:
            raise RasaUnavailable(type(error).__name__) from None

    async def forget(self, conversation: str) -> None:
        """Have its whole memory of a conversation deleted; RasaUnavailable if it was not. Safe to repeat."""
        url = f"{self._url(conversation)}/webhooks/wayline/conversations/{conversation}"
        try:
            async with self._http.delete(
                url, headers=self._headers, timeout=aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
            ) as response:
                if response.status >= 300:
                    raise RasaUnavailable(f"status {response.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise RasaUnavailable(type(error).__name__) from None

    async def ready(self) -> bool:
        """True when every Rasa process has a model loaded."""
        return all([await self._ready(url) for url in self._urls])

    def _url(self, sender: str) -> str:
        return self._urls[zlib.crc32(sender.partition(":")[0].encode()) % len(self._urls)]

    async def _ready(self, url: str) -> bool:
        try:
            async with self._http.get(
                f"{url}/webhooks/wayline/ready", headers=self._headers, timeout=aiohttp.ClientTimeout(total=2)
            ) as response:
                return response.status == 200
        except (TimeoutError, aiohttp.ClientError):
            return False


def _understood(body: dict[str, Any]) -> Understood:
    replies = [
        Reply(
            kind=reply.get("kind") or "talk",
            answer=reply.get("answer"),
            text=reply.get("text"),
            sms=reply.get("sms"),
            choices=list(reply.get("choices") or []),
            language=reply.get("language"),
            council=reply.get("council"),
        )
        for reply in body["replies"]
    ]
    if not replies:
        raise ValueError("an empty turn is a failed turn")
    return Understood(replies, dict(body.get("understood") or {}), body.get("form"))
