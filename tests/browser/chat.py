"""What a young person does on the chat page, in words."""

from __future__ import annotations

from playwright.async_api import Page, expect

MESSAGES = ".message:not(.message--unsent)[data-seq] .message__body"


async def open_chat(page: Page, site: str, query: str = "") -> None:
    await page.goto(f"{site}/chat{query}")
    await page.wait_for_selector("[data-ready]", state="attached")


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


async def expect_said(page: Page, *texts: str) -> None:
    """Exactly these messages, in this order."""
    await expect(page.locator(MESSAGES)).to_have_text(list(texts))


async def seqs(page: Page) -> list[int]:
    return [
        int(seq) for seq in await page.locator(".message").evaluate_all("all => all.map(m => m.dataset.seq)")
    ]
