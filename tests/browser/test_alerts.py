"""The bell and the rota in a real browser: live, by keyboard, on a phone, without JavaScript, accessible."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from handoff.app import Parts
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_console import DESK, staff_page
from tests.handoff.cases.scenes import LEAD, make_case, stored

MANAGER = "manager@demo.test"
ALERTS = "Alerts that nobody has acknowledged"


async def test_an_alert_appears_by_itself_and_stays_until_acknowledged(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    sam = await staff_page(new_page, site)
    bell = sam.get_by_role("region", name=ALERTS)
    await sam.goto(f"{site}/staff/account")
    await expect(bell).to_have_count(0)
    case = await make_case(parts, "safeguarding", level="emergency")
    await expect(bell).to_contain_text("Emergency")  # nobody reloaded the page
    await expect(bell).to_contain_text("Sam Okafor (on call) told at")
    await expect(sam.locator("[data-bell-news]")).to_contain_text("Emergency alert")
    await sam.goto(f"{site}/staff/rota")
    await expect(bell).to_be_visible()
    await bell.get_by_role("button", name="I have seen this").focus()
    await sam.keyboard.press("Enter")
    await sam.wait_for_url(f"**/staff/cases/{case['id']}")
    await expect(bell).to_have_count(0)


async def test_the_link_of_a_text_leads_to_one_button(new_page: NewPage, site: str, parts: Parts) -> None:
    case = await make_case(parts, "safeguarding", level="urgent")
    sam = await staff_page(new_page, site, java_script_enabled=False, viewport=PHONE)
    await sam.goto(f"{site}/staff/queue")
    await sam.get_by_role("link", name="Urgent Camden").click()
    alert = sam.url
    await sam.get_by_role("button", name="I have seen this").click()
    assert sam.url.endswith(f"/staff/cases/{case['id']}")
    await sam.goto(alert)
    await expect(sam.get_by_role("status").filter(has_text="acknowledged this at")).to_be_visible()


async def test_on_a_phone_rooms_and_alerts_take_a_line_each(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    for level in ("urgent", "emergency", "urgent", "urgent"):
        await make_case(parts, "safeguarding", level=level)
    priya = await staff_page(new_page, site, LEAD, viewport=PHONE, java_script_enabled=False)
    top = await priya.get_by_role("heading", name="Queue").bounding_box()
    assert top and top["y"] < 140
    await priya.get_by_text("Menu").click()
    await priya.get_by_role("link", name="Safeguarding", exact=True).click()
    await priya.get_by_role("link", name="4 alerts").click()
    await expect(priya.get_by_role("button", name="I have seen this")).to_have_count(4)


async def test_the_rooms_of_a_manager_fit_one_line(new_page: NewPage, site: str) -> None:
    dana = await staff_page(new_page, site, MANAGER)
    header = await dana.get_by_role("banner").bounding_box()
    assert header and header["height"] < 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_state_is_accessible(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int], scheme: str
) -> None:
    priya = await staff_page(new_page, site, LEAD, viewport=viewport, color_scheme=scheme)
    await priya.goto(f"{site}/staff/alerts")
    await assert_accessible(priya)
    for level in ("emergency", "urgent", "urgent", "urgent", "emergency"):
        await make_case(parts, "safeguarding", level=level)
    for path in ("queue", "alerts", "rota", "rota?area=islington", "account"):
        await priya.goto(f"{site}/staff/{path}")
        await assert_accessible(priya)
    if viewport == PHONE:
        await priya.get_by_text("Menu").click()
        await assert_accessible(priya)


async def test_a_shift_is_added_and_taken_off_without_javascript(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    priya = await staff_page(new_page, site, LEAD, java_script_enabled=False)
    await priya.goto(f"{site}/staff/rota?area=camden&from=2026-12-07")
    await priya.get_by_label("Who").select_option(label="Sam Okafor")
    await priya.get_by_label("As").select_option("second")
    await priya.get_by_label("From").fill("2026-12-09T17:00")
    until = priya.get_by_label("To empty: until further notice")
    await until.fill("2026-12-09T09:00")
    await priya.get_by_role("button", name="Add to the rota").click()
    await expect(priya.get_by_role("alert").filter(has_text="must end after it starts")).to_be_visible()
    await expect(priya.get_by_label("From")).to_have_value("2026-12-09T17:00")
    await until.fill("")
    await priya.get_by_label("Who").select_option(label="Priya Nair")
    await priya.get_by_role("button", name="Add to the rota").click()
    await expect(priya.get_by_role("alert").filter(has_text="has a shift here at that time")).to_be_visible()
    await priya.get_by_role("button", name="Take off Priya Nair, second").first.click()
    await expect(priya.get_by_role("status").filter(has_text="Taken off the rota.")).to_be_visible()
    await expect(priya.get_by_text("Nobody is second this week.")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_page_says_that_somebody_must_still_come(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int]
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent")
    dana = await staff_page(new_page, site, MANAGER, viewport=viewport)
    alert = f"{site}/staff/alerts/{(await stored(parts, case)).reference}"
    await dana.goto(alert)
    await expect(dana.get_by_text("pass it to a colleague")).to_be_visible()
    await assert_accessible(dana)
    await dana.get_by_role("button", name="I have seen this").click()
    await expect(dana.get_by_text("Pass this one to a colleague under Actions")).to_be_visible()
    await assert_accessible(dana)
    await dana.goto(alert)
    await expect(dana.get_by_role("status").filter(has_text="the next person is told")).to_be_visible()
    sam = await staff_page(new_page, site, viewport=viewport)
    await sam.goto(f"{site}/staff/cases/{case['id']}")
    await sam.get_by_role("button", name="Take this case").click()
    owed = sam.get_by_text("A note of what you do gives you")
    await expect(owed).to_be_visible()
    await assert_accessible(sam)
    await sam.get_by_label("Reply in the chat").fill("I am Sam. Are you safe?")
    await sam.get_by_role("button", name="Send").click()
    await expect(owed).to_have_count(0)
    await sam.get_by_text("Escalate to the safeguarding lead").first.click()
    await sam.get_by_label("What worries you").fill("They have gone quiet.")
    await sam.get_by_role("button", name="Escalate", exact=True).click()
    await expect(sam.get_by_text("Escalated to the lead")).to_be_visible()
    await sam.goto(f"{site}/staff/alerts")
    await expect(sam.get_by_text("somebody else answers this")).to_be_visible()
    await assert_accessible(sam)
