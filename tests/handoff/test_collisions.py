"""What the database ends to let others through is done again or refused plainly, never half or twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from handoff.app import Parts
from handoff.errors import errors_middleware, second_try_middleware
from tests.handoff.alerts.test_locks import until_waiting
from tests.handoff.cases.scenes import Colleague, make_case
from tests.handoff.factories import make_chat

POSTGRES = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


class Deadlock(Exception):
    """As the driver tells it."""

    sqlstate = "40P01"


class Disk(Exception):
    sqlstate = "53100"


Attempt = Callable[[], Awaitable[None]]


async def answered(attempt: Attempt) -> tuple[int, str]:
    """The status and error code of a request that does this."""

    async def handler(request: web.Request) -> web.Response:
        await attempt()
        return web.json_response({"error": {"code": ""}})

    app = web.Application(middlewares=[errors_middleware, second_try_middleware])
    app.router.add_post("/", handler)
    async with TestClient(TestServer(app)) as client:
        response = await client.post("/")
        return response.status, (await response.json())["error"]["code"]


def failing(reasons: list[Exception], before: Attempt | None = None) -> Attempt:
    """Fails for these reasons, one a time, and then no more."""

    async def attempt() -> None:
        if before:
            await before()
        if reasons:
            raise DBAPIError("UPDATE", {}, reasons.pop(0))

    return attempt


async def test_a_request_that_collided_is_handled_once_more() -> None:
    reasons: list[Exception] = [Deadlock()]
    assert (await answered(failing(reasons)))[0] == 200
    assert reasons == []


async def test_one_that_collides_twice_is_answered_with_a_plain_503() -> None:
    reasons: list[Exception] = [Deadlock(), Deadlock(), Deadlock()]
    assert await answered(failing(reasons)) == (503, "busy")
    assert len(reasons) == 1


async def test_another_fault_of_the_database_is_not_tried_again() -> None:
    reasons: list[Exception] = [Disk(), Disk()]
    assert await answered(failing(reasons)) == (500, "server_error")
    assert len(reasons) == 1


async def test_what_is_committed_is_not_done_a_second_time(parts: Parts) -> None:
    async def commit() -> None:
        async with parts.db.transaction() as session:
            await session.execute(text("SELECT 1"))

    reasons: list[Exception] = [Deadlock(), Deadlock()]
    assert await answered(failing(reasons, before=commit)) == (503, "busy")
    assert len(reasons) == 1


@POSTGRES
async def test_a_claim_that_the_database_ends_is_made_all_the_same(parts: Parts, sam: Colleague) -> None:
    case = await make_case(parts, "safeguarding", level="concern")
    async with each_waits_for_the_other(parts, "alert"):
        claiming = asyncio.create_task(sam.post(f"{case['at']}/claim"))
    status, body = await claiming
    assert (status, body["owner"]["name"]) == (200, "Sam Okafor")


@POSTGRES
async def test_a_message_that_the_database_ends_is_taken_in_once_all_the_same(
    parts: Parts, client: TestClient[Any, Any]
) -> None:
    chat = await make_chat(client)
    async with each_waits_for_the_other(parts, "message"):
        sending = asyncio.create_task(chat.send("my dad hits me with a belt", wait=True))
    response = await sending
    assert response.status == 200
    assert [reply["kind"] for reply in (await response.json())["replies"]] == ["safety"]
    assert [one["author"] for one in await chat.messages()].count("person") == 1


@asynccontextmanager
async def each_waits_for_the_other(parts: Parts, table: str) -> AsyncIterator[None]:
    """What the block starts, which locks a conversation and then writes to `table`, is ended once for us."""
    async with parts.db.transaction() as session:
        for statement in ("SET LOCAL deadlock_timeout = '60s'", f"LOCK TABLE {table} IN EXCLUSIVE MODE"):
            await session.execute(text(statement))
        yield
        await until_waiting(parts, 1)
        await session.execute(text("LOCK TABLE conversation IN EXCLUSIVE MODE"))
