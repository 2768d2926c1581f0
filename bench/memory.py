"""Memory of everything running, at rest: as it starts, and after 16 people asked (PSS of every process)."""

from __future__ import annotations

import asyncio

from bench.figures import Figure, main
from bench.people import chat_at, client, crowd
from bench.system import System, wayline

REST_SECONDS = 20
CHATS = 48
GIGABYTE = 1e9


async def measure() -> list[Figure]:
    async with wayline() as system, client() as http:
        fresh = await _at_rest(system)
        await crowd(chat_at(http, system.url), 16, CHATS, seed=1)
        worked = await _at_rest(system)
    shares = [Figure(f"memory after work, {name}", size / GIGABYTE, "GB") for name, size in worked.items()]
    return [
        Figure("memory at rest, just started", sum(fresh.values()) / GIGABYTE, "GB", 1.5),
        Figure(f"memory at rest, after {10 * CHATS} questions", sum(worked.values()) / GIGABYTE, "GB", 1.5),
        *shares,
    ]


async def _at_rest(system: System) -> dict[str, int]:
    await asyncio.sleep(REST_SECONDS)
    return system.memory()


if __name__ == "__main__":
    main(measure)
