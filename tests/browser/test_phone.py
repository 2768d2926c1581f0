"""The phone simulator in a real browser: texts there and back, several phones, a small screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from handoff.settings import Settings
from tests.browser.conftest import NewPage, assert_accessible
from tests.handoff.fakes import FakeRasa, FakeTwilio


@pytest.fixture
def settings(settings: Settings, twilio: FakeTwilio) -> Settings:
    """Texts go to the simulator inside the service."""
    return replace(settings, twilio_api_base=settings.public_base_url + "/phone/twilio")


async def phone_page(new_page: NewPage, site: str, **options: object) -> Page:
    page = await new_page(**options)
    await page.goto(f"{site}/phone")
    await expect(page.get_by_role("button", name="07700 900101")).to_be_visible()
    return page


async def text(page: Page, words: str) -> None:
    await page.get_by_label("Your text").fill(words)
    await page.keyboard.press("Enter")


async def test_a_text_and_its_answer_are_on_the_phone(new_page: NewPage, site: str, rasa: FakeRasa) -> None:
    page = await phone_page(new_page, site)
    await assert_accessible(page)
    await text(page, "hello")
    log = page.get_by_role("log", name="Texts")
    await expect(log).to_contain_text("You said: hello")
    await expect(log).to_contain_text("✓ delivered")
    await expect(page.get_by_label("Your text")).to_be_focused()
    await assert_accessible(page)


async def test_each_phone_has_a_thread_of_its_own(new_page: NewPage, site: str, rasa: FakeRasa) -> None:
    page = await phone_page(new_page, site)
    log = page.get_by_role("log", name="Texts")
    await text(page, "from the first")
    await expect(log).to_contain_text("You said: from the first")
    await page.get_by_role("button", name="Add a phone").click()
    await expect(log).not_to_contain_text("from the first")
    await text(page, "from the other")
    await expect(log).to_contain_text("You said: from the other")
    await page.get_by_role("button", name="07700 900101").click()
    await expect(log).to_contain_text("You said: from the first")
    await expect(log).not_to_contain_text("from the other")


async def test_a_text_to_another_phone_is_counted_until_read(
    new_page: NewPage, site: str, rasa: FakeRasa
) -> None:
    page = await phone_page(new_page, site)
    answer = rasa.hang()
    await text(page, "hello")
    await expect(page.get_by_role("log", name="Texts")).to_contain_text("hello")
    await page.get_by_role("button", name="07700 900102").click()
    answer.set()
    await expect(page.get_by_role("button", name="07700 900101 1 new")).to_be_visible()
    await page.get_by_role("button", name="07700 900101").click()
    await expect(page.get_by_role("button", name="07700 900101", exact=True)).to_be_visible()


async def test_a_phone_that_texts_stop_is_shown_as_blocked(new_page: NewPage, site: str) -> None:
    page = await phone_page(new_page, site)
    await text(page, "stop")
    await expect(page.get_by_text("This phone has switched off texts")).to_be_visible()
    await assert_accessible(page)


async def test_a_picture_is_sent_without_words(new_page: NewPage, site: str) -> None:
    page = await phone_page(new_page, site)
    await page.get_by_role("button", name="Send a picture").click()
    await expect(page.get_by_role("log", name="Texts")).to_contain_text("I can only read words")


async def test_it_looks_right_in_the_dark(new_page: NewPage, site: str) -> None:
    page = await phone_page(new_page, site, color_scheme="dark", viewport={"width": 1200, "height": 800})
    await text(page, "hello")
    await expect(page.get_by_role("log", name="Texts")).to_contain_text("You said: hello")
    await assert_accessible(page)


async def test_many_phones_with_new_texts_do_not_widen_a_small_screen(
    new_page: NewPage, site: str, rasa: FakeRasa
) -> None:
    page = await phone_page(new_page, site, viewport={"width": 360, "height": 640})
    add, phones = page.get_by_role("button", name="Add a phone"), page.locator("#phones button")
    for _ in range(4):
        before = await phones.count()
        await add.click()
        await expect(phones).to_have_count(before + 1)
    answer = rasa.hang()
    await text(page, "hello")
    await expect(page.get_by_role("log", name="Texts")).to_contain_text("hello")
    await phones.first.click()
    answer.set()
    await expect(phones.last).to_contain_text("new")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("width", "height"), [(390, 664), (320, 640)])
async def test_on_a_phone_a_text_is_written_and_sent_without_scrolling(
    new_page: NewPage, site: str, rasa: FakeRasa, width: int, height: int
) -> None:
    page = await phone_page(new_page, site, viewport={"width": width, "height": height})
    for seen in (page.get_by_label("Your text"), page.get_by_role("button", name="Send", exact=True)):
        await expect(seen).to_be_in_viewport(ratio=1)
