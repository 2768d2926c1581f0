"""The pages that answers name as their sources, on a server of our own: any name leads to it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from handoff.studio.fetching import PublicOnly, open_web
from tests.handoff.jobcentre.far_ends import keys

UNKNOWN = "nowhere.example"


@dataclass
class FarPages:
    """`answers` says what an address does: a status, an address to go on to, "hangs" or "drops". By default
    there is a page. `heads` is what HEAD does instead. `asked` holds what was asked for, in order."""

    answers: dict[str, int | str] = field(default_factory=dict)
    heads: dict[str, int | str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    most_at_once: int = 0
    port: int = 0
    _now: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        address = f"https://{request.host}{request.path_qs}"
        self.asked.append((request.method, address))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(0)
            does = self.answers.get(address, 200)
            return await self._do(
                request, self.heads.get(address, does) if request.method == "HEAD" else does
            )
        finally:
            self._now -= 1

    async def _do(self, request: web.Request, does: int | str) -> web.StreamResponse:
        if does == "hangs":
            await asyncio.Event().wait()
        if does == "drops":
            assert request.transport
            request.transport.abort()
        if isinstance(does, str):
            return web.Response(status=301, headers={"Location": does})
        return web.Response(status=does, text="a page " * 1000)

    def open(self, *, trusted: bool = True, public_only: bool = False) -> aiohttp.ClientSession:
        """A client that finds every name here; `public_only` refuses this address, as the real one does."""
        names: AbstractResolver = Names(self.port)
        context = ssl.create_default_context(cadata=keys().pem if trusted else None)
        context.check_hostname = False
        return open_web(PublicOnly(names) if public_only else names, context)


class Names(AbstractResolver):
    """Every name but one is this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host == UNKNOWN:
            raise OSError("no such name")
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=self._port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def far_pages(folder: str) -> AsyncIterator[FarPages]:
    """The server; its certificate is written to a folder, as the library reads files alone."""
    pages = FarPages()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pages.answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with open(f"{folder}/far.pem", "w") as file:
        file.write(keys().pem + keys().key_pem)
    context.load_cert_chain(f"{folder}/far.pem")
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(ssl=context, shutdown_timeout=0.01)
    pages.port = server.port or 0
    try:
        yield pages
    finally:
        await server.close()
