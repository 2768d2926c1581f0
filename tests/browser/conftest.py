"""The service in a real Chromium: pages as people see and use them, the bot scripted.

Where there is no Chromium the tests are left out and say how to get it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from handoff.app import Parts, at_work, make_parts, make_public_app
from handoff.settings import Settings
from tests.handoff.conftest import (
    applications_forgotten,
    facts_read_once,
    keys_in_use,
    make_settings,
    sqlite_template,
    statements_compiled_once,
    templates_compiled_once,
)
from tests.handoff.fakes import FakeRasa, FakeTwilio

__all__ = [
    "applications_forgotten",
    "facts_read_once",
    "keys_in_use",
    "sqlite_template",
    "statements_compiled_once",
    "templates_compiled_once",
]
PHONE = {"width": 360, "height": 720}
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()
PATIENCE_MS = 15_000  # for what happens at once on a machine with nothing else to do
NewPage = Callable[..., Awaitable[Page]]
expect.set_options(timeout=PATIENCE_MS)
on_browsers_loop = functools.partial(pytest_asyncio.fixture, loop_scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test beside this file drives the one browser, in the event loop that the browser is tied to."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            # Chromium opens connections to spare; one that comes as a test's server goes nobody closes.
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning"))


@on_browsers_loop
async def rasa() -> AsyncIterator[FakeRasa]:
    async with FakeRasa("rasa-token") as fake:
        yield fake


@on_browsers_loop
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, rasa: FakeRasa, twilio: FakeTwilio) -> Settings:
    """A service on SQLite: storage is proved elsewhere, on both databases."""
    copy = shutil.copy(sqlite_template, tmp_path / "wayline.db")
    url = f"sqlite+aiosqlite:///{copy}"
    return make_settings(tmp_path, url, rasa_urls=(rasa.url,), twilio_api_base=twilio.url)


@on_browsers_loop
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    async with make_parts(settings) as made, at_work(made):
        yield made


@on_browsers_loop
async def client(parts: Parts) -> AsyncIterator[TestClient]:
    """The public application, served; also a way to ask it things beside the browser."""
    async with TestClient(TestServer(make_public_app(parts), port=parts.settings.port)) as made:
        yield made


@pytest.fixture
def site(client: TestClient) -> str:
    """The address of the service."""
    return str(client.make_url("")).rstrip("/")


@on_browsers_loop(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests; each page they open has a profile of its own."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        await launched.close()


@on_browsers_loop
async def new_page(browser: Browser) -> AsyncIterator[NewPage]:
    """Opens pages, each in a browser profile of its own; an error in a page's script fails the test."""
    errors: list[str] = []
    profiles = contextlib.AsyncExitStack()

    async def open_one(**options: Any) -> Page:
        context = await browser.new_context(**{"viewport": PHONE, "locale": "en-GB"} | options)
        profiles.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on(
            "console", lambda said: errors.append(said.text) if "Content Security" in said.text else None
        )
        return await context.new_page()

    async with profiles:
        yield open_one
    assert errors == []


async def assert_accessible(page: Page) -> None:
    """No axe rule is broken, and nothing sticks out at the side.

    Style sheets are not preloaded: axe writes those of a shadow tree out inline, which our policy refuses,
    and only a rule that is off by default reads them.
    """
    found = (await Axe().run(page, options={"preload": False})).response["violations"]
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


@on_browsers_loop
async def wire(client: TestClient) -> AsyncIterator[Wire]:
    assert client.port is not None
    async with Wire(client.port) as made:
        yield made
