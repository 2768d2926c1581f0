"""Default deny: every route says who may use it, and every response carries the same protection."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from handoff.app import Parts, make_internal_app, make_public_app
from handoff.errors import errors_middleware
from handoff.security import Throttle, client_address, default_deny
from tests.handoff.factories import make_chat


@pytest.mark.parametrize("make", [make_public_app, make_internal_app])
async def test_every_route_says_who_may_use_it(parts: Parts, make: object) -> None:
    app = make(parts)  # type: ignore[operator]
    silent = [str(route) for route in app.router.routes() if not hasattr(route.handler, "access")]
    assert silent == []


async def test_a_handler_that_does_not_say_is_refused() -> None:
    async def forgotten(request: web.Request) -> web.Response:
        return web.Response(text="open to all")

    app = web.Application(middlewares=[errors_middleware, default_deny])
    app.router.add_get("/", forgotten)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/")).status == 403


@pytest.mark.parametrize("path", ["/chat", "/staff", "/healthz", "/nowhere", "/api/chat/messages"])
async def test_every_response_is_protected(client: TestClient, path: str) -> None:
    response = await client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/nowhere", None, 404),
        ("DELETE", "/api/chat", None, 405),
        ("POST", "/api/chat", b"not json", 422),
        ("POST", "/api/chat", b"\xff\xfe\x00binary", 422),
        ("POST", "/api/chat", b"[]", 422),
        ("POST", "/api/chat", b'{"area": "atlantis"}', 422),
        ("POST", "/api/chat", b'{"area": 7}', 422),
        ("POST", "/api/chat/messages", b"{}", 401),
        ("POST", "/api/chat", b"x" * 70_000, 422),
        ("GET", "/api/staff/cases", None, 401),
        ("POST", "/api/staff/session", b'{"email": 1}', 422),
    ],
)
async def test_every_error_has_the_same_shape(
    client: TestClient, method: str, path: str, body: bytes | None, status: int
) -> None:
    response = await client.request(method, path, data=body)
    assert response.status == status
    error = (await response.json())["error"]
    assert error["code"] and error["message"] and "Traceback" not in error["message"]


async def test_one_persons_token_opens_nobody_elses_chat(client: TestClient) -> None:
    mine, theirs = await make_chat(client), await make_chat(client)
    await theirs.say("my secret")
    assert await mine.messages() == []
    response = await client.get("/api/chat/messages", headers={"Authorization": "Bearer " + "0" * 43})
    assert response.status == 401


async def test_the_internal_app_wants_its_token(internal: TestClient) -> None:
    response = await internal.post("/internal/cases", json={}, headers={"Authorization": "Bearer wrong"})
    assert response.status == 401


async def test_internal_routes_are_not_public(client: TestClient) -> None:
    assert (await client.post("/internal/cases", json={})).status == 404


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "not-an-address", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_a_forwarded_address_is_believed_only_from_our_proxy(peer: str, forwarded: str, seen: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}).clone(remote=peer)
    assert client_address(request, ("127.0.0.1",)) == seen


def test_a_throttle_counts_each_key_alone() -> None:
    throttle = Throttle(2, 60)
    assert [throttle.allows("a") for _ in range(3)] == [True, True, False]
    assert throttle.allows("b")
