"""The guided first edit in a browser: by keyboard, without a script, on a phone, and never over the page."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_editor import JO, KIT, WIDE, press, signed_in, write

LIST = "/staff/answers"
LOOKS = [
    {"viewport": PHONE, "color_scheme": "dark"},
    {"viewport": WIDE},
    {"forced_colors": "active"},
]


async def at_step(page: Page, name: str) -> None:
    await expect(page.locator(".guide-steps [aria-current=step]")).to_have_text(name)


async def begun(page: Page, site: str) -> Page:
    """Jo takes up the offer and begins on the bursary."""
    jo = await signed_in(page, site, JO, LIST)
    await jo.get_by_role("link", name="Show me").click()
    await jo.get_by_label("Which answer?").select_option("bursary")
    await press(jo, "Begin")
    return jo


@pytest.mark.parametrize("look", LOOKS[:2], ids=["phone", "wide"])
async def test_a_newcomer_is_led_from_the_offer_to_a_live_answer(
    new_page: NewPage, site: str, look: dict[str, object]
) -> None:
    jo = await begun(await new_page(**look), site)
    await at_step(jo, "Start a draft")
    await assert_accessible(jo)
    await press(jo, "Change the words")
    await at_step(jo, "Change something small")
    await expect(jo.get_by_text("Step 4: read the hints.")).to_be_visible()
    await assert_accessible(jo)
    await write(jo, Web_chat="Ask at college.", Text_message="Ask at college.")
    await press(jo, "Send for approval")
    await at_step(jo, "Someone else approves it")
    await expect(jo.get_by_text("You could ask Dana Whitlock or Kit Morgan.")).to_be_visible()
    await assert_accessible(jo)
    await approved(await new_page(), site)
    await jo.goto(f"{site}/staff/answers/bursary")
    await at_step(jo, "It is live")
    await assert_accessible(jo)
    await press(jo, "Finish")
    await expect(jo.get_by_role("heading", name="Answers")).to_be_visible()
    await expect(jo.get_by_text("first edit")).to_have_count(0)


async def approved(page: Page, site: str) -> None:
    """Kit, who has no guide, approves what Jo sent."""
    kit = await signed_in(page, site, KIT)
    await expect(kit.get_by_text("Your first edit")).to_have_count(0)
    await press(kit, "Approve and publish")
    await expect(kit.get_by_text("Approved and live")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=["phone", "wide", "high-contrast"])
async def test_the_offer_and_the_page_of_the_steps_are_accessible(
    new_page: NewPage, site: str, look: dict[str, object]
) -> None:
    jo = await signed_in(await new_page(**look), site, JO, LIST)
    await expect(jo.get_by_role("heading", name="New here?")).to_be_visible()
    await assert_accessible(jo)
    await jo.get_by_role("link", name="Show me").click()
    await expect(jo.get_by_role("heading", name="The steps")).to_be_visible()
    await assert_accessible(jo)


async def test_all_of_it_works_without_javascript(new_page: NewPage, site: str) -> None:
    jo = await begun(await new_page(java_script_enabled=False), site)
    await press(jo, "Change the words")
    await jo.get_by_role("link", name="On to step 4").click()
    await expect(jo.locator("#guide-hints")).to_be_in_viewport()
    await write(jo, Web_chat="Ask at college.", Text_message="Ask at college.")
    await press(jo, "Send for approval")
    await at_step(jo, "Someone else approves it")


async def test_the_steps_are_walked_by_keyboard_and_hide_nothing(new_page: NewPage, site: str) -> None:
    jo = await begun(await new_page(viewport=PHONE), site)
    await press(jo, "Change the words")
    await jo.get_by_role("link", name="Begin with step 2").press("Enter")
    for number in (3, 4, 5):
        link = jo.get_by_role("link", name=f"On to step {number}")
        await jo.keyboard.press("Tab")
        await expect(link).to_be_focused()
        await expect(link).to_be_in_viewport()
        await jo.keyboard.press("Enter")
    await expect(jo.locator("#guide-send")).to_be_focused()
    await expect(jo.locator("#guide-send")).to_be_in_viewport()
    await jo.keyboard.press("Tab")
    await expect(jo.get_by_role("button", name="Send for approval")).to_be_focused()


async def test_words_typed_survive_a_walk_through_the_steps(new_page: NewPage, site: str) -> None:
    jo = await begun(await new_page(viewport=WIDE), site)
    await press(jo, "Change the words")
    await write(jo, Text_message="Half a sentence")
    await jo.get_by_role("link", name="On to step 4").click()
    await jo.get_by_role("link", name="On to step 5").click()
    await expect(jo.get_by_label("Text message", exact=True)).to_have_value("Half a sentence")


async def test_the_offer_goes_away_and_can_still_be_found(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(), site, JO, LIST)
    await press(jo, "Not now")
    await expect(jo.get_by_role("heading", name="New here?")).to_have_count(0)
    await assert_accessible(jo)
    await jo.get_by_role("link", name="Your first edit").click()
    await expect(jo.get_by_role("button", name="Begin")).to_be_visible()


async def test_the_guide_is_left_and_taken_up_again(new_page: NewPage, site: str) -> None:
    jo = await begun(await new_page(), site)
    await press(jo, "Change the words")
    await press(jo, "Leave the guide for now")
    await jo.goto(f"{site}/staff/answers/bursary")
    await expect(jo.locator(".guide")).to_have_count(0)
    await jo.goto(f"{site}{LIST}")
    await jo.get_by_role("link", name="Your first edit").click()
    await jo.get_by_role("button", name="Go on with").click()
    await at_step(jo, "Change something small")
