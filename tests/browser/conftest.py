"""The service in a real Chromium: pages as people see and use them, the bot scripted.

Where there is no Chromium the tests are left out and say how to get it.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from handoff.app import Parts, make_public_app
from tests.handoff.conftest import (
    clock,
    database_url,
    keys_in_use,
    parts,
    postgres_template,
    rasa,
    settings,
    sqlite_template,
    template,
    twilio,
)

__all__ = [
    "clock",
    "database_url",
    "keys_in_use",
    "parts",
    "postgres_template",
    "rasa",
    "settings",
    "sqlite_template",
    "template",
    "twilio",
]
PHONE = {"width": 360, "height": 720}
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()
NewPage = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test beside this file drives a browser."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def database_kind() -> str:
    """Storage is proved elsewhere, on both databases."""
    return "sqlite"


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[TestClient]:
    """The public application, served; also a way to ask it things beside the browser."""
    async with TestClient(TestServer(make_public_app(parts), port=parts.settings.port)) as made:
        yield made


@pytest.fixture
def site(client: TestClient) -> str:
    """The address of the service."""
    return str(client.make_url("")).rstrip("/")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        await launched.close()


@pytest.fixture
async def new_page(browser: Browser) -> AsyncIterator[NewPage]:
    """Opens pages, each in a browser profile of its own; an error in a page's script fails the test."""
    errors: list[str] = []

    async def open_one(**options: Any) -> Page:
        context = await browser.new_context(**{"viewport": PHONE, "locale": "en-GB"} | options)
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on(
            "console", lambda said: errors.append(said.text) if "Content Security" in said.text else None
        )
        return await context.new_page()

    yield open_one
    assert errors == []


async def assert_accessible(page: Page) -> None:
    """No axe rule is broken, and nothing sticks out at the side."""
    found = (await Axe().run(page)).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


class Wire:
    """The network between a browser and the service, which can be cut."""

    def __init__(self, port: int) -> None:
        self._port, self._whole = port, True
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self.cut()
        self._server.close()

    def cut(self) -> None:
        """Every connection breaks, and no new one is made until `mend`."""
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._whole = True

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ends = {writer, far_writer}
        self._writers |= ends
        try:
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@pytest.fixture
async def wire(client: TestClient) -> AsyncIterator[Wire]:
    assert client.port is not None
    async with Wire(client.port) as made:
        yield made
