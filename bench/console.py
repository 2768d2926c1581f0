"""From a message that needs an adviser to the open console, when it is calm and while 16 others are talking.
By the API (events, then the list), and in a real Chromium with the queue on the screen."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator

import aiohttp
from playwright.async_api import Page, async_playwright

from bench.figures import Figure, main, milliseconds
from bench.people import Chat, client, talking
from bench.system import PASSWORD, wayline
from ops.console import say

CASES, PAUSE = 20, 0.5
EMAIL = "pa.camden@demo.test"
URGENT = "my step dad hits me"  # stands on the first page of the queue, whatever the others open meanwhile
WORDS = ("can i talk to a real person", URGENT, "im not in college or work")
KEYS = "[...document.querySelectorAll('#queue [data-key]')].map(row => row.dataset.key)"


async def measure() -> list[Figure]:
    async with wayline() as system, client() as http:
        calm = await _figures(http, system.url, "console", 1000)
        async with talking(http, system.url):
            return calm + await _figures(http, system.url, "console, 16 others talking", None)


async def _figures(http: aiohttp.ClientSession, url: str, when: str, bar: float | None) -> list[Figure]:
    async with signed_in(url) as staff:
        waits = [await _to_the_list(http, staff, url, number) for number in range(CASES)]
        figures = [Figure(f"{when}, events and list, p95", milliseconds(waits, 95), "ms", bar)]
        shown = await _to_the_page(http, staff, url)
    if shown:
        figures.append(Figure(f"{when}, row in Chromium, p50", milliseconds(shown, 50), "ms"))
        figures.append(Figure(f"{when}, row in Chromium, p95", milliseconds(shown, 95), "ms", bar))
    return figures


@contextlib.asynccontextmanager
async def signed_in(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A session of an adviser."""
    jar, body = aiohttp.CookieJar(unsafe=True), {"email": EMAIL, "password": PASSWORD}
    async with aiohttp.ClientSession(cookie_jar=jar, raise_for_status=True) as http:
        async with http.post(f"{url}/api/staff/session", json=body) as answer:
            http.headers["X-CSRF-Token"] = (await answer.json())["csrf"]
        yield http


async def _to_the_list(
    http: aiohttp.ClientSession, staff: aiohttp.ClientSession, url: str, number: int
) -> float:
    chat = await Chat.open(http, url)
    async with staff.get(f"{url}/api/staff/events") as events:
        await events.content.readuntil(b"\n\n")  # the state as it is
        await asyncio.sleep(PAUSE)
        started = time.perf_counter()
        saying = asyncio.create_task(chat.say(WORDS[number % len(WORDS)]))
        while chat.conversation not in await _listed(staff, url):
            await events.content.readuntil(b"\n\n")
        seconds = time.perf_counter() - started
    await saying
    await _close(staff, url, chat)
    return seconds


async def _listed(staff: aiohttp.ClientSession, url: str) -> dict[str, str]:
    """Of each conversation with an open case, the address of one of its cases."""
    async with staff.get(f"{url}/api/staff/cases", params={"limit": "5000"}) as response:
        cases = (await response.json())["cases"]
    return {case["conversation"]: f"{url}/api/staff/cases/{case['id']}" for case in cases}


async def _close(staff: aiohttp.ClientSession, url: str, chat: Chat) -> None:
    """Close what the chat opened: a row may only come to a page that has room for it."""
    ending = {"outcome": "duplicate", "decision": "Made by the bench."}
    while case := (await _listed(staff, url)).get(chat.conversation):
        await (await staff.post(f"{case}/claim")).release()
        await (await staff.post(f"{case}/close", json=ending)).release()


async def _to_the_page(http: aiohttp.ClientSession, staff: aiohttp.ClientSession, url: str) -> list[float]:
    """The same with the queue page open; nothing where there is no Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        say("There is no Chromium here, so the page itself is not measured.")
        return []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = await browser.new_page(bypass_csp=True)  # the bench asks the page things by script
        await _sign_in(page, url)
        waits = [await _to_a_row(http, staff, page, url) for _ in range(CASES)]
        await browser.close()
    return waits


async def _sign_in(page: Page, url: str) -> None:
    await page.goto(f"{url}/staff")
    await page.get_by_label("E-mail address").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/staff/queue")


async def _to_a_row(http: aiohttp.ClientSession, staff: aiohttp.ClientSession, page: Page, url: str) -> float:
    chat = await Chat.open(http, url)
    await asyncio.sleep(PAUSE)
    before = await page.evaluate(KEYS)
    started = time.perf_counter()
    saying = asyncio.create_task(chat.say(URGENT))
    await page.wait_for_function(f"before => {KEYS}.some(key => !before.includes(key))", arg=before)
    seconds = time.perf_counter() - started
    await saying
    await _close(staff, url, chat)
    return seconds


if __name__ == "__main__":
    main(measure)
