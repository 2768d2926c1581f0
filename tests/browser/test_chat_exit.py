""" "Exit this page": away at once, nothing on Back, the session dead, staff told."""

from __future__ import annotations

import contextlib
import re

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Error, Page, Route, expect
from sqlalchemy import select

from handoff.app import Parts
from handoff.conversations.model import Conversation
from tests.browser.chat import expect_said, open_chat, say, seqs
from tests.browser.conftest import NewPage, assert_accessible

WEATHER = "https://www.bbc.co.uk/weather"


async def leads_to_the_weather(page: Page) -> None:
    """Stand in for the world outside."""

    async def weather(route: Route) -> None:
        await route.fulfill(content_type="text/html", body="<h1>Weather</h1>")

    await page.context.route("https://www.bbc.co.uk/**", weather)


async def duplicate(page: Page) -> Page:
    """A copy of the tab, as browsers make one: with its session storage."""
    kept = await page.evaluate("sessionStorage.getItem('wayline-chat')")
    copy = await page.context.new_page()
    await copy.goto(page.url)
    await copy.evaluate("kept => sessionStorage.setItem('wayline-chat', kept)", kept)
    await copy.reload()
    return copy


async def press_the_button(page: Page) -> None:
    await page.get_by_role("button", name="Exit this page").click()


async def press_escape_three_times(page: Page) -> None:
    for _ in range(3):
        await page.keyboard.press("Escape")


@pytest.mark.parametrize("leave", [press_the_button, press_escape_three_times])
async def test_leaving_shows_nothing_on_back(
    new_page: NewPage, site: str, client: TestClient, parts: Parts, leave: object
) -> None:
    page = await new_page()
    await leads_to_the_weather(page)
    await page.goto(f"{site}/chat/about")
    await open_chat(page, site)
    await say(page, "a secret")
    await expect_said(page, "a secret", "You said: a secret")
    token = await page.evaluate("JSON.parse(sessionStorage.getItem('wayline-chat')).token")
    await leave(page)  # type: ignore[operator]
    await page.wait_for_url(WEATHER)
    await page.go_back()
    await expect(page).to_have_url(f"{site}/chat/about")
    assert await page.evaluate("sessionStorage.length") == 0
    response = await client.get("/api/chat/messages", headers={"Authorization": f"Bearer {token}"})
    assert response.status == 401
    async with parts.db.reading() as session:
        assert (await session.execute(select(Conversation.left_at))).scalar_one() is not None


async def test_what_is_said_in_another_tab_after_leaving_is_a_new_chat_and_answered(
    new_page: NewPage, site: str
) -> None:
    page = await new_page()
    await leads_to_the_weather(page)
    await open_chat(page, site)
    for text in ("hello", "and again"):
        await say(page, text)
        await expect(page.get_by_text(f"You said: {text}")).to_be_visible()
    other = await duplicate(page)
    await expect(other.get_by_text("You said: and again")).to_be_visible()
    await press_the_button(page)
    await expect(other.get_by_role("alert")).to_contain_text("This chat has ended")
    await say(other, "i want to kill myself")
    await expect(other.locator(".message--kind-safety")).to_contain_text("999")
    await expect(other.locator(".message--person")).to_have_text([re.compile("i want to kill myself")])
    assert await seqs(other) == [1, 2]
    await expect(other.get_by_role("alert")).to_be_hidden()


async def test_the_button_is_in_view_wherever_one_reads(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    for number in range(8):
        await say(page, f"line {number}\n" * 4)
    await expect(page.locator(".message--bot")).to_have_count(8)
    await page.evaluate("window.scrollTo(0, 0)")
    await expect(page.get_by_role("button", name="Exit this page")).to_be_in_viewport()
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    await expect(page.get_by_role("button", name="Exit this page")).to_be_in_viewport()
    await assert_accessible(page)


async def test_leaving_without_javascript_shows_nothing_on_back(new_page: NewPage, site: str) -> None:
    page = await new_page(java_script_enabled=False)
    await leads_to_the_weather(page)
    await page.goto(f"{site}/chat")
    await page.get_by_label("Your message").fill("a secret")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("You said: a secret")).to_be_visible()
    await press_the_button(page)
    await page.wait_for_url(WEATHER)
    with contextlib.suppress(Error):  # Back leads away again, to a world that is not there in a test
        await page.go_back()
    await expect(page.get_by_text("a secret")).to_have_count(0)
