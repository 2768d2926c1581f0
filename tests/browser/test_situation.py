"""What was learned, on the case page in a real browser: live, by keyboard, nothing that axe objects to."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from handoff.screening import service as screening
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_console import DESK, staff_page
from tests.handoff.conftest import TestClient
from tests.handoff.factories import make_chat


@pytest.fixture(autouse=True)
def detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hears it in one message."""
    monkeypatch.setattr(screening, "hear_neet", lambda text: "now" if "left college" in text else None)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_situation_is_seen_live_and_set_right(
    new_page: NewPage, site: str, client: TestClient, viewport: dict[str, int]
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("left college in october")
    page = await staff_page(new_page, site, viewport=viewport)
    await page.get_by_role("link", name="Not in education or work").click()
    card = page.get_by_role("region", name="Learning and work")
    await expect(card.get_by_text("619 Seeking employment")).to_be_visible()
    await chat.say("my attendance was bad")
    await expect(card.get_by_text("Low attendance", exact=True)).to_be_visible()  # nobody reloaded the page
    await assert_accessible(page)
    strike = card.get_by_role("button", name="Not right Sign of risk Low attendance")
    await strike.focus()
    await page.keyboard.press("Enter")
    await expect(card.get_by_text("Struck out")).to_be_visible()
    await page.get_by_text("Set the activity code").click()
    await page.get_by_label("Activity", exact=True).select_option("640")
    await assert_accessible(page)
    await page.get_by_role("button", name="Save the code").click()
    await expect(card.get_by_text("640 Illness")).to_be_visible()
    await expect(card.get_by_text("set by an adviser")).to_be_visible()


async def test_all_of_it_works_without_javascript(new_page: NewPage, site: str, client: TestClient) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("left college in october")
    page = await staff_page(new_page, site, java_script_enabled=False)
    await page.get_by_role("link", name="Not in education or work").click()
    await page.get_by_role("button", name="Not right Since October 2026").click()
    await expect(page.get_by_text("Struck out")).to_be_visible()
