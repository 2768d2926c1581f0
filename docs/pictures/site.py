"""The running service as the pictures see it: pages in a browser, things pressed and said, a picture kept."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, BrowserContext, FloatRect, Locator, Page

from docs.small_png import small_png
from tests.stack import PASSWORD

IMAGES = Path(__file__).resolve().parents[1] / "images"
MONDAY = "2026-11-23T10:02:00Z"  # inside opening hours, whenever the pictures are made
ROOM, LONGEST = 16, 900  # pixels
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
    """Keep a picture: of what is in the window, or of one part of the page; of `tall` pixels at most."""
    if tall and not part:
        width = (page.viewport_size or WIDE)["width"]
        await page.set_viewport_size({"width": width, "height": tall})
    await page.evaluate("document.fonts.ready")
    browser = page.context.browser
    assert browser is not None
    clip = await _around(page, part, tall) if part else None
    taken = await page.screenshot(animations="disabled", full_page=bool(part), clip=clip)
    (IMAGES / f"{name}.png").write_bytes(await small_png(browser, taken))


async def _around(page: Page, part: str, tall: int | None) -> FloatRect:
    """Where this part of the page is, with room around it."""
    await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    box = await page.locator(part).first.bounding_box()
    assert box is not None
    height = min(box["height"] + 2 * ROOM, tall or LONGEST)
    return {"x": box["x"] - ROOM, "y": box["y"] - ROOM, "width": box["width"] + 2 * ROOM, "height": height}
