"""The running service as the pictures see it: pages in a browser, things pressed and said, a picture kept."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Locator, Page

from docs.small_png import small_png
from tests.stack import PASSWORD

IMAGES = Path(__file__).resolve().parents[1] / "images"
MONDAY = "2026-11-23T10:02:00Z"  # inside opening hours, whenever the pictures are made
WIDE, SMALL = {"width": 1200, "height": 800}, {"width": 390, "height": 780}
JO, KIT = "editor.one@demo.test", "editor.two@demo.test"
SAM, PRIYA, DANA = "pa.camden@demo.test", "lead@demo.test", "manager@demo.test"


class Site:
    """The running service, seen from a browser."""

    def __init__(self, browser: Browser, base: str) -> None:
        self._browser, self.base = browser, base

    async def page(self, path: str, viewport: dict[str, int] = WIDE) -> Page:
        """A page in a browser profile of its own."""
        context: BrowserContext = await self._browser.new_context(viewport=viewport, locale="en-GB")  # type: ignore[arg-type]
        context.set_default_timeout(40_000)
        await context.clock.set_fixed_time(MONDAY)
        page = await context.new_page()
        await page.goto(self.base + path)
        return page

    async def staff(self, email: str, path: str, viewport: dict[str, int] = WIDE) -> Page:
        """A page of the console, signed in."""
        page = await self.page("/staff", viewport)
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await press(page, "Sign in")
        await page.wait_for_url("**/staff/*")
        await page.goto(self.base + path)
        return page


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Enter")


async def text(page: Page, words: str) -> None:
    await page.get_by_label("Your text").fill(words)
    await press(page, "Send")


async def press(page: Page, name: str) -> None:
    button: Locator = page.get_by_role("button", name=name, exact=True)
    await button.click()


async def snap(page: Page, name: str, part: str | None = None, tall: int | None = None) -> None:
    """Keep a picture: of what is in the window (`tall` pixels of it), or of one part of the page."""
    if tall:
        width = (page.viewport_size or WIDE)["width"]
        await page.set_viewport_size({"width": width, "height": tall})
    await page.evaluate("document.fonts.ready")
    browser = page.context.browser
    assert browser is not None
    taken = await (page.locator(part).first if part else page).screenshot(animations="disabled")
    (IMAGES / f"{name}.png").write_bytes(await small_png(browser, taken))
