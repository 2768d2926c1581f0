"""Makes the pictures in docs/images: starts everything on a data folder of its own and uses it as people do.

.venv/bin/python -m docs.screenshots     (needs Debian's Chromium; takes about two minutes)
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from docs.small_png import small_png
from tests.stack import PASSWORD, running_stack

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
MONDAY = "2026-11-23T10:02:00Z"  # inside opening hours, whenever the pictures are made
WIDE, SMALL = {"width": 1200, "height": 800}, {"width": 390, "height": 780}
LARGEST = 150 * 1024


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
        page = await self.page(f"/staff?next={path}", viewport)
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await press(page, "Sign in")
        await page.wait_for_url(f"**{path}")
        return page


async def main() -> None:
    """Take every picture; fails when one is larger than it should be."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("There is no Chromium here: sudo apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="wayline-pictures-") as folder,
        running_stack(Path(folder), WAYLINE_NOW=MONDAY) as stack,
    ):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            site = Site(browser, stack.url)
            await show_chat(site)
            await show_phone(site)
            await show_console(site)
            await show_editor(site)
            await browser.close()
    for picture in sorted(IMAGES.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.name:16} {size // 1024:4} kB")
        assert size <= LARGEST, f"{picture.name} is too large"


async def show_chat(site: Site) -> None:
    """A question with its answer, wide and on a phone."""
    for name, viewport in (("chat", {"width": 860, "height": 1080}), ("chat-phone", SMALL)):
        page = await site.page("/chat?area=camden", viewport)
        await page.wait_for_selector("[data-ready]", state="attached")
        await say(page, "can i get money to help with college?")
        await expect(page.locator(".message--bot, .message[data-author=bot]").first).to_be_visible()
        await snap(page, name)
    await say(page, "no one listens to me, can i talk to a person")
    await expect(page.get_by_text("adviser").last).to_be_visible()


async def show_phone(site: Site) -> None:
    """The simulator, with an answer in numbered choices or in words."""
    page = await site.page("/phone", {"width": 860, "height": 800})
    await text(page, "hi")
    await expect(page.locator("#thread [data-id]")).to_have_count(2)
    await text(page, "how much do u get paid on an apprenticeship")
    await expect(page.locator("#thread [data-id]")).to_have_count(4)
    await expect(page.get_by_text("arriving")).to_have_count(0)
    await expect(page.locator(".sim-phones__unread")).to_have_count(0)
    await snap(page, "phone")


async def show_console(site: Site) -> None:
    """Sign-in; the queue with cases of different levels; a safeguarding case in hand, wide and on a phone."""
    await people_who_need_someone(site)
    await snap(await site.page("/staff", {"width": 800, "height": 560}), "sign-in")
    page = await site.staff("pa.camden@demo.test", "/staff/queue", {"width": 1200, "height": 540})
    await expect(page.locator("#queue .row")).not_to_have_count(0)
    await snap(page, "console")
    await page.set_viewport_size({"width": 1200, "height": 1060})
    await press(page, "Take next case")
    await page.get_by_label("Reply").fill(
        "Hi, I'm Sam, an adviser. I've read what you wrote. Are you safe right now?"
    )
    await press(page, "Send")
    await expect(page.locator(".line--adviser")).to_be_visible()
    await page.evaluate("scrollTo(0, 0)")
    await snap(page, "case")
    await page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    await snap(page, "case-phone")


async def people_who_need_someone(site: Site) -> None:
    """Webchats that open cases of several levels and reasons, and a text that asks for a person."""
    for words in (
        "my step dad hits me when he drinks and im scared to go home",
        "i left college in october and im not doing anything",
        "i cry every day and i feel really low about college",
    ):
        page = await site.page("/chat?area=camden", SMALL)
        await page.wait_for_selector("[data-ready]", state="attached")
        await say(page, words)
        await expect(page.locator(".message:not(.message--unsent)[data-seq]")).not_to_have_count(1)
    page = await site.page("/phone", SMALL)
    await press(page, "07700 900102")
    await text(page, "can i talk to a person pls")
    await expect(page.locator("#thread [data-id]")).not_to_have_count(1)


async def show_editor(site: Site) -> None:
    """One editor writes, another reviews."""
    answer = "/staff/answers/bursary"
    page = await site.staff("editor.one@demo.test", answer, {"width": 1200, "height": 1000})
    await press(page, "Change the words")
    box = page.get_by_role("textbox", name="Text message", exact=True)
    words = await box.input_value()
    await box.fill(words + " Ask early: some colleges run out.")
    await expect(page.locator("[data-preview=sms]")).to_contain_text("run out")
    await snap(page, "editor")
    await press(page, "Send for approval")
    await expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    page = await site.staff("editor.two@demo.test", answer, {"width": 1200, "height": 900})
    await expect(page.locator("ins").first).to_be_visible()
    await snap(page, "review")


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Enter")


async def text(page: Page, words: str) -> None:
    await page.get_by_label("Your text").fill(words)
    await press(page, "Send")


async def press(page: Page, name: str) -> None:
    button: Locator = page.get_by_role("button", name=name, exact=True)
    await button.click()


async def snap(page: Page, name: str) -> None:
    await page.evaluate("document.fonts.ready")
    browser = page.context.browser
    assert browser is not None
    taken = await page.screenshot(animations="disabled")
    (IMAGES / f"{name}.png").write_bytes(await small_png(browser, taken))


if __name__ == "__main__":
    asyncio.run(main())
