"""A registration's pages in a real browser: the young person's paper, and the page to complete it."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Frame, Page, expect

from handoff.app import Parts
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_console import DESK, staff_page
from tests.handoff.fakes import FakeRasa, talk
from tests.handoff.registrations.papers import make_link, make_registration

SIZES = pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])


async def give_birthday(page: Page, day: str = "3") -> None:
    for label, value in (("Day", day), ("Month", "2"), ("Year", "2010")):
        await page.get_by_label(label, exact=True).fill(value)
    await page.get_by_role("button", name="Show my confirmation").click()


@SIZES
async def test_the_confirmation_is_opened_read_saved_and_locked(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int], tmp_path: Path
) -> None:
    link = site + await make_link(parts, await make_registration(parts))
    page = await new_page(viewport=viewport)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(link)
    await assert_accessible(page)
    await give_birthday(page, day="4")
    await expect(page.get_by_role("alert")).to_contain_text("4 more times")
    await assert_accessible(page)
    await give_birthday(page)
    await expect(page.get_by_role("heading", name="Your registration")).to_be_visible()
    await assert_accessible(page)
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save as PDF").click()
    await (await saved.value).save_as(tmp_path / "saved.pdf")
    with pikepdf.open(tmp_path / "saved.pdf") as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
    await page.get_by_role("link", name="Copy for the Jobcentre").click()
    await expect(page.get_by_role("heading", name=re.compile("for Jobcentre Plus"))).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Lock this page").click()
    await expect(page.get_by_role("status")).to_contain_text("locked")
    await assert_accessible(page)
    await page.goto(link)
    await expect(page.get_by_text("Aisha Khan")).to_have_count(0)
    assert all(url.startswith(site) for url in asked)


async def test_it_works_without_javascript_and_by_keyboard_alone(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    page = await new_page(java_script_enabled=False)
    await page.goto(site + await make_link(parts, await make_registration(parts)))
    await page.get_by_label("Day", exact=True).focus()
    for value in ("3", "2", "2010"):
        await page.keyboard.type(value)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Aisha Khan")).to_be_visible()


async def test_only_the_paper_is_printed(new_page: NewPage, site: str, parts: Parts) -> None:
    page = await new_page(viewport=DESK)
    await page.goto(site + await make_link(parts, await make_registration(parts)))
    await give_birthday(page)
    await page.emulate_media(media="print")
    await expect(page.get_by_text("Aisha Khan")).to_be_visible()
    await expect(page.get_by_role("button", name="Lock this page")).to_be_hidden()
    await expect(page.get_by_text("Save as PDF")).to_be_hidden()


async def test_a_link_that_is_over_says_how_to_get_a_new_one(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    page = await new_page()
    await page.goto(site + await make_link(parts, await make_registration(parts)))
    for _ in range(5):
        await give_birthday(page, day="9")
    await expect(page.get_by_role("heading", name="does not work any more")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Send me a new link").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await assert_accessible(page)


NAMES = {
    "arabic": "محمد عبد الرحمن الفارسي",
    "bengali": "রহিমা খাতুন",
    "chinese": "王小明",
    "cyrillic": "Иван Петров-Водкин",
    "one_long_word": "W" * 100,
    "markup": "<b>Al</b> #set page(fill: red) *x* $y$",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_any_name_fits_the_page(new_page: NewPage, site: str, parts: Parts, name: str) -> None:
    page = await new_page(viewport=PHONE)
    await page.goto(site + await make_link(parts, await make_registration(parts, name=name)))
    await give_birthday(page)
    await expect(page.get_by_text(name, exact=True)).to_be_visible()
    await assert_accessible(page)


async def test_the_pdf_opens_in_the_browsers_own_viewer(
    new_page: NewPage, site: str, parts: Parts, tmp_path: Path
) -> None:
    page = await new_page(viewport=DESK)
    await page.goto(site + await make_link(parts, await make_registration(parts, name=NAMES["arabic"])))
    await give_birthday(page)
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save as PDF").click()
    await (await saved.value).save_as(tmp_path / "saved.pdf")
    await page.goto((tmp_path / "saved.pdf").as_uri())
    viewer = await _viewer(page)
    await expect(viewer.locator("viewer-toolbar #title")).to_have_text("Your registration")
    await expect(viewer.locator("viewer-toolbar #pagelength")).to_have_text("1")


async def _viewer(page: Page) -> Frame:
    """Chromium's viewer, once it is there: a page of its own inside the tab."""
    while True:
        found = [frame for frame in page.frames if frame.url.startswith("chrome-extension://")]
        if found:
            return found[0]
        await page.wait_for_event("framenavigated")


@SIZES
async def test_an_adviser_completes_a_registration_part_by_part(
    new_page: NewPage, site: str, parts: Parts, client: TestClient, viewport: dict[str, int]
) -> None:
    safe = "text 07700 900555 after 4, never when my stepdad is at home"
    registration = await make_registration(parts, safe_contact=safe)
    page = await staff_page(new_page, site, viewport=viewport)
    await page.goto(f"{site}/staff/cases/{registration.case_id}")
    await page.get_by_role("link", name="Complete and check the registration").click()
    await assert_accessible(page)
    await page.get_by_role("button", name="Checked and complete").click()
    await expect(page.locator("#refusal")).to_contain_text("Still to do: Address")
    await assert_accessible(page)
    present = page.get_by_role("region", name="Who should be present")
    await present.get_by_role("button", name="Save").click()
    await expect(present.get_by_text("is an answer too")).to_be_visible()
    await assert_accessible(page)
    await present.get_by_label("Who they want with them").fill("My support worker")
    await present.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved: Who should be present")).to_be_visible()
    number = page.get_by_role("region", name="National Insurance number")
    await number.get_by_label("Number", exact=True).fill("AB123456C")
    await number.get_by_role("button", name="Save").click()
    await expect(number.get_by_text("•• •• •• 56 C", exact=True)).to_be_visible()
    await number.get_by_role("button", name="Show it whole").click()
    await expect(number.get_by_text("AB 12 34 56 C").first).to_be_visible()
    await assert_accessible(page)


@pytest.mark.parametrize("script", [True, False], ids=["with_javascript", "without"])
async def test_the_link_in_the_chat_can_be_pressed(
    new_page: NewPage, site: str, parts: Parts, rasa: FakeRasa, script: bool
) -> None:
    link = site + await make_link(parts, await make_registration(parts))
    rasa.script["done?"] = [talk(f"Your confirmation is here: {link} It asks for your date of birth.")]
    page = await new_page(java_script_enabled=script)
    await page.goto(f"{site}/chat")
    await page.get_by_label("Your message").fill("done?")
    await page.get_by_role("button", name="Send").click()
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name=link).click()
    await give_birthday(await opened.value)
    await expect((await opened.value).get_by_text("Aisha Khan")).to_be_visible()


@SIZES
async def test_the_list_of_registrations_fits_also_with_every_room_in_the_head(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int]
) -> None:
    for name in NAMES.values():
        registration = await make_registration(parts, name=name)
    page = await staff_page(new_page, site, "lead@demo.test", viewport=viewport)
    if viewport["width"] < 600:
        await page.get_by_text("Menu", exact=True).click()
    await page.get_by_role("link", name="Registrations", exact=True).click()
    await expect(page.get_by_role("link", name=NAMES["arabic"])).to_be_visible()
    await assert_accessible(page)
    await page.get_by_text(registration.reference).locator("..").get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Where it stands")).to_be_visible()
    await page.get_by_role("link", name="All registrations").click()


@SIZES
async def test_an_adviser_puts_down_a_permission_that_was_talked_over(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int]
) -> None:
    registration = await make_registration(parts, jobcentre_permission=False)
    page = await staff_page(new_page, site, viewport=viewport)
    await page.goto(f"{site}/staff/registrations/{registration.reference}")
    await page.get_by_text("Put down what they say now about Jobcentre Plus").click()
    card = page.locator("#permissions")
    await card.get_by_label("What they say").first.select_option("yes")
    await card.get_by_label("How they said it").first.select_option("phone")
    await assert_accessible(page)
    await card.get_by_role("button", name="Save what they say about Jobcentre Plus").click()
    await expect(page.locator("#refusal")).to_contain_text("they can say no")
    await assert_accessible(page)
    await card.get_by_label("They know that they can say no").first.check()
    await card.get_by_role("button", name="Save what they say about Jobcentre Plus").click()
    await expect(card.get_by_role("heading", name="Jobcentre Plus: may be told")).to_be_visible()
    await assert_accessible(page)
