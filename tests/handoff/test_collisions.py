"""What the database ends to let others through is done again or refused plainly, never half or twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from handoff.app import Parts
from handoff.errors import errors_middleware, second_try_middleware
from tests.handoff.alerts.test_locks import until_waiting
from tests.handoff.cases.conftest import sam
from tests.handoff.cases.scenes import Colleague, make_case

__all__ = ["sam"]


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


@pytest.mark.parametrize(
    "database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_a_claim_that_the_database_ends_is_made_all_the_same(parts: Parts, sam: Colleague) -> None:
    case = await make_case(parts, "safeguarding", level="concern")
    async with parts.db.transaction() as session:
        for statement in ("SET LOCAL deadlock_timeout = '60s'", "LOCK TABLE alert IN EXCLUSIVE MODE"):
            await session.execute(text(statement))
        claiming = asyncio.create_task(sam.post(f"{case['at']}/claim"))
        await until_waiting(parts, 1)
        await session.execute(text("LOCK TABLE conversation IN EXCLUSIVE MODE"))  # each waits for the other
    status, body = await claiming
    assert (status, body["owner"]["name"]) == (200, "Sam Okafor")
