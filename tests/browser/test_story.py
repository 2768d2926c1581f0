"""The story in real browsers with the real Rasa: a right answer, a person asked for, a person answering."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.chat import open_chat, say
from tests.browser.conftest import NewPage
from tests.stack import LAMBETH, PASSWORD, Stack

DESK = {"width": 1280, "height": 800}
HELLO = "Hi, I'm an adviser. How can I help?"


async def test_a_chat_reaches_an_adviser_who_answers_in_it(new_page: NewPage, stack: Stack) -> None:
    person = await new_page()
    await open_chat(person, stack.url, "?area=camden")
    queue = await sign_in(await new_page(viewport=DESK), stack, "pa.camden@demo.test")
    await say(person, "how do i get a bursary")
    await expect(person.locator(".message--bot").last).to_contain_text("16 to 19 Bursary Fund")
    rows = await waiting(queue)
    await say(person, "can i talk to a person")
    await expect(person.locator("#status")).to_contain_text("Waiting for an adviser")
    await take_new_case(queue, rows)
    await expect(queue.get_by_role("log")).to_contain_text("how do i get a bursary")
    await answer(queue, HELLO)
    await expect(person.get_by_text("Sam has joined")).to_be_visible()
    await expect(person.locator(".message--adviser")).to_contain_text(HELLO)
    await say(person, "thank you")
    await expect(queue.get_by_role("log")).to_contain_text("thank you")
    await close(queue)
    await say(person, "what is a t level")
    await expect(person.locator(".message--bot").last).to_contain_text("T Level")


async def test_a_text_reaches_an_adviser_who_answers_by_text(new_page: NewPage, stack: Stack) -> None:
    phone = await new_page(viewport=DESK)
    await phone.goto(f"{stack.url}/phone")
    await phone.get_by_label("Text to").select_option(LAMBETH)
    queue = await sign_in(await new_page(), stack, "pa.lambeth@demo.test")
    await write_text(phone, "how do i get a bursary")
    texts = phone.locator("#thread .text:not(.text--mine) .text__body")
    await expect(texts.last).to_contain_text("16 to 19 Bursary Fund")
    rows = await waiting(queue)
    await write_text(phone, "can i talk to a person")
    await expect(texts).to_have_count(3)
    await take_new_case(queue, rows)
    await answer(queue, HELLO)
    await expect(texts.last).to_contain_text(HELLO)
    await expect(queue.get_by_text("Delivered").last).to_be_visible()
    await write_text(phone, "thanks")
    await expect(queue.get_by_role("log")).to_contain_text("thanks")
    await close(queue)


async def sign_in(page: Page, stack: Stack, email: str) -> Page:
    """The queue, as this adviser sees it."""
    await page.goto(f"{stack.url}/staff/queue")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    await page.evaluate("window.untouched = true")
    return page


async def waiting(queue: Page) -> set[str]:
    """The cases that the queue shows."""
    return set(await queue.locator("[data-key]").evaluate_all("rows => rows.map(row => row.dataset.key)"))


async def take_new_case(queue: Page, known: set[str]) -> None:
    """The case appears by itself, with no reload; take it."""
    await expect(queue.locator("[data-key]")).to_have_count(len(known) + 1)
    assert await queue.evaluate("window.untouched")
    [new] = await waiting(queue) - known
    await queue.locator(f"[id='take-{new}']").click()
    await expect(queue.get_by_label("Reply")).to_be_visible()


async def answer(case: Page, words: str) -> None:
    await case.get_by_label("Reply").fill(words)
    await case.get_by_role("button", name="Send", exact=True).click()
    await expect(case.get_by_role("log")).to_contain_text(words)


async def close(case: Page) -> None:
    await case.get_by_text("Close the case").first.click()
    await case.get_by_label("Outcome").select_option("advice_given")
    await case.get_by_role("button", name="Close the case").click()
    await expect(case.get_by_text("Closed: Advice given").first).to_be_visible()


async def write_text(phone: Page, words: str) -> None:
    await phone.get_by_label("Your text").fill(words)
    await phone.get_by_role("button", name="Send", exact=True).click()
