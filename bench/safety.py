"""From a disclosure to its safety message, while 16 people ask without pauses."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from bench.figures import Figure, main, milliseconds
from bench.people import Chat, client, talking
from bench.system import wayline
from ops.console import Trouble

DISCLOSURES = 100
PAUSE = 0.2
WORDS = (
    "i want to kill myself",
    "my step dad hits me",
    "ive been kicked out and got nowhere to sleep tonight",
    "they make me carry drugs for them",
)


async def measure() -> list[Figure]:
    async with wayline() as system, client() as http, talking(http, system.url):
        waits = [await _disclose(http, system.url, number) for number in range(DISCLOSURES)]
    return [
        Figure("safety message, 16 others talking, p50", milliseconds(waits, 50), "ms"),
        Figure("safety message, 16 others talking, p95", milliseconds(waits, 95), "ms", 300),
    ]


async def _disclose(http: aiohttp.ClientSession, url: str, number: int) -> float:
    chat = await Chat.open(http, url)
    await asyncio.sleep(PAUSE)
    started = time.perf_counter()
    replies = await chat.say(WORDS[number % len(WORDS)])
    if [reply["kind"] for reply in replies] != ["safety"]:
        raise Trouble("A disclosure did not get its safety message.")
    return time.perf_counter() - started


if __name__ == "__main__":
    main(measure)
