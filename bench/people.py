"""People who talk to the chat's JSON API, and to stock Rasa's REST channel, and how long they wait."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import aiohttp

from bench.questions import conversations
from ops.console import Trouble

CHATS_EACH = 20  # drawn before they talk: more than a minute of it, then they begin again
Say = Callable[[str], Awaitable[bool]]  # whether the bot goes on answering
Open = Callable[[], Awaitable[Say]]


@dataclass
class Run:
    """What a crowd lived through: each wait in seconds, and how long all of it took."""

    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Messages answered a second."""
        return len(self.waits) / self.seconds


class Chat:
    """One person's chat over the JSON API."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str, conversation: str) -> None:
        self._http, self._messages, self.conversation = http, f"{url}/api/chat/messages", conversation
        self._headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, url: str, area: str = "camden") -> Chat:
        async with http.post(f"{url}/api/chat", json={"area": area}) as response:
            body = await response.json()
        return cls(http, url, body["token"], body["conversation"])

    async def say(self, text: str, tries: int = 1) -> list[dict[str, Any]]:
        """Send a message and wait for its replies; with more tries it is sent again, as itself, while 202."""
        body = {"id": str(uuid.uuid4()), "text": text}
        for _ in range(tries):
            async with self._http.post(
                self._messages, params={"wait": "1"}, json=body, headers=self._headers
            ) as response:
                answer, status = await response.json(), response.status
            if status != 202:
                break
        if status != 200:
            raise Trouble(f"The chat answered {status} to a message of the bench.")
        return list(answer["replies"])

    async def answered(self, text: str) -> bool:
        """As `say`, but the bot has to say something, or a safety message after which it is quiet: False.

        An apology by the system is a fault.
        """
        replies = await self.say(text)
        if "safety" in {reply["kind"] for reply in replies}:
            return False
        if "bot" not in {reply["author"] for reply in replies}:
            raise Trouble(f"The chat had no answer for {text!r}, but {[reply['text'] for reply in replies]}.")
        return True


@asynccontextmanager
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """A session that opens as many connections as it is asked for."""
    connector, limit = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=limit) as http:
        yield http


def chat_at(http: aiohttp.ClientSession, url: str) -> Open:
    """Opens chats over the JSON API."""

    async def open_one() -> Say:
        return (await Chat.open(http, url)).answered

    return open_one


def stock_at(http: aiohttp.ClientSession, url: str) -> Open:
    """Opens conversations with stock Rasa's REST channel."""

    async def open_one() -> Say:
        sender = str(uuid.uuid4())

        async def say(text: str) -> bool:
            body = {"sender": sender, "message": text}
            async with http.post(f"{url}/webhooks/rest/webhook", json=body) as response:
                if not await response.json():
                    raise Trouble(f"Stock Rasa had no answer for {text!r}.")
            return True

        return say

    return open_one


async def crowd(opens: Open, people: int, chats: int, seed: int) -> Run:
    """So many people at once, without pauses, until so many conversations of ten turns are through.

    What they will ask is drawn before the clock starts: drawing screens it, in the process that asks.
    """
    run, waiting = Run(), iter(list(islice(conversations(seed), chats)))
    started = time.perf_counter()
    await asyncio.gather(*(_person(opens, waiting, run) for _ in range(people)))
    run.seconds = time.perf_counter() - started
    return run


async def _person(opens: Open, waiting: Iterator[list[str]], run: Run) -> None:
    for questions in waiting:
        say = await opens()
        for question in questions:
            asked = time.perf_counter()
            goes_on = await say(question)
            run.waits.append(time.perf_counter() - asked)
            if not goes_on:
                break


@asynccontextmanager
async def talking(http: aiohttp.ClientSession, url: str, people: int = 16) -> AsyncIterator[None]:
    """So many people ask without pauses for as long as the block lasts; it begins when they are warm."""
    opens, warm = chat_at(http, url), Run()
    drawn = [list(islice(conversations(seed), CHATS_EACH)) for seed in range(people)]
    await crowd(opens, people, people, seed=0)
    crowds = [asyncio.create_task(_person(opens, cycle(chats), warm)) for chats in drawn]
    try:
        yield
    finally:
        for task in crowds:
            task.cancel()
        ended = await asyncio.gather(*crowds, return_exceptions=True)
    for problem in ended:
        if isinstance(problem, Trouble):
            raise problem
