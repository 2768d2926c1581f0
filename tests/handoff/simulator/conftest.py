"""The simulator alone, with a service number and a place for its webhooks to go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from handoff.simulator.app import make_simulator_app
from handoff.simulator.network import Account
from tests.servers import free_port

ACCOUNT, TOKEN = "ACsimulated", "sim-token"
CAMDEN, LAMBETH = "+447700900001", "+447700900002"


@dataclass
class Service:
    """What the simulator's webhooks reach: keeps what it was sent, and answers as told."""

    url: str = ""
    status: int = 200
    got: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        async with self.changed:
            self.got.append((request.path_qs, form, request.headers["X-Twilio-Signature"]))
            self.changed.notify_all()
        return web.Response(status=self.status, text="<Response></Response>", content_type="text/xml")

    async def webhooks(self, count: int) -> list[tuple[str, dict[str, str], str]]:
        """The first `count` webhooks, once they are here."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: len(self.got) >= count), 10)
        return self.got


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_post("/{tail:.*}", made.take)
    async with TestServer(app) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made


@pytest.fixture
def account(service: Service, tmp_path: Path) -> Account:
    return Account(
        sid=ACCOUNT,
        tokens=(TOKEN, "older"),
        numbers={CAMDEN: "camden", LAMBETH: "lambeth"},
        public_base="https://wayline.example",
        connect_base=service.url,
        file=tmp_path / "simulator.db",
    )


@pytest.fixture
async def simulator(account: Account) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_simulator_app(account), port=free_port())) as client:
        yield client


@pytest.fixture
def auth() -> aiohttp.BasicAuth:
    return aiohttp.BasicAuth(ACCOUNT, TOKEN)
