"""One writer at a time, and what arrives goes before what the bot has still to do."""

from __future__ import annotations

import asyncio
from pathlib import Path

from handoff.db import Database
from handoff.writers import Writers


async def write(writers: Writers, name: str, done: list[str], *, first: bool = False) -> None:
    async with writers.turn(first=first):
        await asyncio.sleep(0)
        done.append(name)


async def test_a_message_that_arrives_does_not_queue_behind_the_bot() -> None:
    writers, done = Writers(), []
    async with asyncio.TaskGroup() as group:
        for name in ("bot 1", "bot 2", "bot 3"):
            group.create_task(write(writers, name, done))
        for name in ("message 1", "message 2"):
            group.create_task(write(writers, name, done, first=True))
    assert done == ["bot 1", "message 1", "message 2", "bot 2", "bot 3"]


async def test_there_is_never_more_than_one_writer() -> None:
    writers, inside, most = Writers(), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with writers.turn():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(20)))
    assert most == 1


async def test_one_who_gives_up_waiting_holds_up_nobody() -> None:
    writers, done = Writers(), []
    async with writers.turn():
        gone = asyncio.create_task(write(writers, "gone", done))
        stays = asyncio.create_task(write(writers, "stays", done))
        await asyncio.sleep(0)
        gone.cancel()
    await stays
    assert done == ["stays"]


async def test_one_who_gives_up_as_the_turn_comes_passes_it_on() -> None:
    writers, done = Writers(), []
    async with writers.turn():
        gone = asyncio.create_task(write(writers, "gone", done))
        stays = asyncio.create_task(write(writers, "stays", done))
        await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert done == ["stays"]


async def test_a_writer_that_fails_passes_the_turn_on() -> None:
    writers, done = Writers(), []

    async def fail() -> None:
        async with writers.turn():
            raise ValueError

    assert isinstance((await asyncio.gather(fail(), return_exceptions=True))[0], ValueError)
    await write(writers, "next", done)
    assert done == ["next"]


async def test_what_may_wait_begins_once_everybody_is_taken_in(tmp_path: Path) -> None:
    db, done = Database(f"sqlite+aiosqlite:///{tmp_path / 'one.db'}"), []

    async def bot() -> None:
        await db.in_line()
        done.append("bot")

    async def message() -> None:
        async with db.transaction(first=True):
            done.append("message")

    async with asyncio.TaskGroup() as group, db.transaction():
        group.create_task(bot())
        group.create_task(message())
        await asyncio.sleep(0)
    await db.close()
    assert done == ["message", "bot"]
