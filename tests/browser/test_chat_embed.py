"""The one-line embed on somebody else's page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from handoff.settings import Settings
from tests.browser.conftest import NewPage, assert_accessible, on_browsers_loop
from tests.browser.test_chat_exit import WEATHER, leads_to_the_weather
from tests.servers import free_port

PORT = free_port()
HOST = f"http://localhost:{PORT}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The council's page may frame the chat."""
    return replace(settings, widget_origins=(HOST,))


@on_browsers_loop
async def council(site: str) -> AsyncIterator[str]:
    """A page of another site, as strict about scripts and styles as they come, with the one line in it."""

    async def home(request: web.Request) -> web.Response:
        page = (
            "<!doctype html><html lang=en><title>Council</title><main><h1>Council</h1></main>"
            f'<script src="{site}/widget.js" data-area="lambeth" defer></script>'
        )
        policy = f"default-src 'none'; script-src {site}; frame-src {site}"
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/", home)
    async with TestServer(app, host="localhost", port=PORT):
        yield HOST


async def test_the_button_opens_a_chat_that_answers_and_sets_no_cookie(
    new_page: NewPage, council: str
) -> None:
    page = await new_page()
    await page.goto(council)
    await assert_accessible(page)
    await page.get_by_role("button", name="Chat with us").click()
    chat = page.frame_locator("iframe")
    await chat.get_by_label("Your message").fill("hello")
    await chat.get_by_role("button", name="Send").click()
    await expect(chat.get_by_text("You said: hello")).to_be_visible()
    await assert_accessible(page)
    assert await page.context.cookies() == []


async def test_closing_keeps_the_chat_and_gives_the_focus_back(new_page: NewPage, council: str) -> None:
    page = await new_page()
    await page.goto(council)
    await page.get_by_role("button", name="Chat with us").click()
    chat = page.frame_locator("iframe")
    await chat.get_by_label("Your message").fill("hello")
    await chat.get_by_role("button", name="Send").click()
    await expect(chat.get_by_text("You said: hello")).to_be_visible()
    await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(chat.get_by_text("You said: hello")).to_be_visible()


async def test_leaving_takes_the_whole_page_away(new_page: NewPage, council: str) -> None:
    page = await new_page()
    await leads_to_the_weather(page)
    await page.goto(council)
    await page.get_by_role("button", name="Chat with us").click()
    await page.frame_locator("iframe").get_by_role("button", name="Exit this page").click()
    await expect(page).to_have_url(WEATHER)


async def test_leaving_works_before_the_script_of_the_chat_is_there(new_page: NewPage, council: str) -> None:
    page = await new_page()
    await leads_to_the_weather(page)
    await page.route("**/webchat/*chat.js*", lambda route: route.abort())
    await page.goto(council)
    await page.get_by_role("button", name="Chat with us").click()
    await page.frame_locator("iframe").get_by_role("button", name="Exit this page").click()
    await expect(page).to_have_url(WEATHER)
