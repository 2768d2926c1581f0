"""One turn to Rasa and its replies back, over our own channel (bot/channel.py).

A conversation always asks the same Rasa process, so that Rasa's own lock orders its turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

ATTEMPT_SECONDS = 8.0
LOAD_SECONDS = 10.0
DRAIN_SECONDS = 2.0
PASS_SECONDS = 15.0  # longer than draining and loading take together
NO_MODEL = ""
UNCLEAR = ("unclear",)  # the intents of words for which topics are offered
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
    sends somebody to who lives elsewhere. `tells`: it says that an adviser is in touch.
    """

    kind: str = "talk"
    answer: str | None = None
    text: str | None = None
    sms: str | None = None
    choices: list[dict[str, Any]] = field(default_factory=list)
    language: str | None = None
    council: str | None = None
    tells: bool = False


@dataclass(frozen=True)
class Parsed:
    """What Rasa makes of words that nobody said in a conversation: one topic, else those it would offer."""

    topic: str | None = None
    offered: Sequence[str] = ()


@dataclass(frozen=True)
class Understood:
    """What Rasa answered and what it made of the words."""

    replies: list[Reply]
    understood: dict[str, Any]
    form: str | None


class Doorway:
    """Lets turns pass to Rasa, or holds new ones back (`waiting`) while the model is changed."""

    def __init__(self) -> None:
        self._open, self._empty, self._inside = asyncio.Event(), asyncio.Event(), 0
        self.waiting = 0
        self._open.set()
        self._empty.set()

    @contextlib.asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """One turn; it waits while the doorway is closed, PASS_SECONDS at most, then RasaUnavailable."""
        self.waiting += 1
        try:
            async with asyncio.timeout(PASS_SECONDS):
                await self._open.wait()
        except TimeoutError:
            raise RasaUnavailable("its model is being changed") from None
        finally:
            self.waiting -= 1
        self._inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    @contextlib.asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """No new turn passes meanwhile. Those inside are waited for, DRAIN_SECONDS at most: one that takes
        longer is asked again, with the same id, by whoever waits for it."""
        self._open.clear()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._empty.wait()
            yield
        finally:
            self._open.set()


class Rasa:
    """The client of every Rasa process in RASA_URLS."""

    def __init__(self, http: aiohttp.ClientSession, urls: Sequence[str], token: str) -> None:
        self._http, self._urls = http, [url.rstrip("/") for url in urls]
        self._slots = {url: asyncio.Semaphore(AT_ONCE) for url in self._urls}
        self._token, self._headers = token, {"Authorization": f"Bearer {token}"}
        self.doorway = Doorway()

    async def ask(self, asked: Asked, wait: float) -> Understood:
        """One attempt: `wait` seconds at most until a slot is free, then ATTEMPT_SECONDS at most;
        RasaUnavailable if no full answer."""
        async with self._slot(asked.sender, wait), self.doorway.passing():
            return await self._ask(asked)

    @contextlib.asynccontextmanager
    async def _slot(self, sender: str, wait: float) -> AsyncIterator[None]:
        slot = self._slots[self._url(sender)]
        try:
            async with asyncio.timeout(wait):
                await slot.acquire()
        except TimeoutError:
            raise RasaUnavailable("it is busy") from None
        try:
            yield
        finally:
            slot.release()

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

    async def understand(self, text: str) -> Parsed:
        """What the model makes of words by themselves; RasaUnavailable. Nothing is said, and nothing kept."""
        url, params = f"{self._urls[0]}/model/parse", {"token": self._token}
        patience = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
        try:
            async with self._http.post(url, params=params, json={"text": text}, timeout=patience) as response:
                if response.status != 200:
                    raise RasaUnavailable(f"status {response.status}")
                return _parsed(await response.json())
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
        return all(await self.models())

    async def models(self) -> list[str | None]:
        """The file name of the model that each Rasa process has loaded; NO_MODEL where it runs without one,
        None where it does not answer."""
        return [await self._model(url) for url in self._urls]

    async def load(self, model: Path) -> None:
        """Have every Rasa process answer with this model, LOAD_SECONDS at most; RasaUnavailable if one does
        not take it."""
        loads = (self._load(url, model) for url in self._urls)
        failed = [one for one in await asyncio.gather(*loads, return_exceptions=True) if one]
        if failed:
            raise failed[0]

    async def _load(self, url: str, model: Path) -> None:
        try:
            async with self._http.put(
                f"{url}/model",
                params={"token": self._token},
                json={"model_file": str(model)},
                timeout=aiohttp.ClientTimeout(total=LOAD_SECONDS),
            ) as response:
                if response.status != 204:
                    raise RasaUnavailable(f"status {response.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise RasaUnavailable(type(error).__name__) from None

    def _url(self, sender: str) -> str:
        return self._urls[zlib.crc32(sender.partition(":")[0].encode()) % len(self._urls)]

    async def _model(self, url: str) -> str | None:
        try:
            async with self._http.get(
                f"{url}/webhooks/wayline/ready", headers=self._headers, timeout=aiohttp.ClientTimeout(total=2)
            ) as response:
                said = await response.json()
                if response.status == 503 and said["error"]["code"] == "no_model":
                    return NO_MODEL
                return str(said["model"]) if response.status == 200 else None
        except (TimeoutError, aiohttp.ClientError, ValueError, KeyError, TypeError):
            return None


def _parsed(body: dict[str, Any]) -> Parsed:
    topics = [one["value"] for one in body["entities"] if one["entity"] == "topic"]
    unclear = body["intent"]["name"] in UNCLEAR
    offered = [one["topic"] for one in body["topic_ranking"]] if unclear else []
    return Parsed(topics[0] if topics else None, offered)


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
            tells=reply.get("tells") is True,
        )
        for reply in body["replies"]
    ]
    if not replies:
        raise ValueError("an empty turn is a failed turn")
    return Understood(replies, dict(body.get("understood") or {}), body.get("form"))
