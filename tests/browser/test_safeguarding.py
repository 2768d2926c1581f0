"""The safeguarding record, the lead's list and the assistant's switch in a real browser."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import expect

from handoff.app import Parts
from tests.browser.chat import open_chat
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_console import DESK, staff_page
from tests.handoff.cases.scenes import LEAD, make_case, signed_in
from tests.handoff.factories import make_chat

HARM = ("allegation", "fgm")


async def test_a_decision_and_a_referral_are_written_down_and_seen_by_a_colleague_at_once(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", categories=("allegation",))
    priya, sam = await staff_page(new_page, site, LEAD), await staff_page(new_page, site)
    for page in (priya, sam):
        await page.goto(f"{site}/staff/cases/{case['id']}")
        await expect(page.get_by_text("within one working day").first).to_be_visible()
    await priya.get_by_text("Record a decision").click()
    await priya.get_by_label("What was decided, by whom, and why").fill("Spoke to the head: LADO today.")
    await priya.get_by_role("button", name="Save the decision").click()
    await expect(sam.locator("#record").get_by_text("Spoke to the head: LADO today.")).to_be_visible()
    await priya.get_by_text("Record who else was told").click()
    await priya.get_by_label("Who was told").select_option("lado")
    await priya.get_by_label("Reference they gave").fill("LADO-77")
    await priya.get_by_role("button", name="Save", exact=True).click()
    await expect(sam.locator("#record").get_by_text("their reference LADO-77")).to_be_visible()
    await expect(sam.locator(".duty--done")).to_be_visible()


async def test_a_refused_referral_is_open_again_with_what_was_typed(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent")
    priya = await staff_page(new_page, site, LEAD)
    await priya.goto(f"{site}/staff/cases/{case['id']}")
    await priya.get_by_text("Record who else was told").click()
    await priya.get_by_label("Who was told").select_option("mash")
    await priya.get_by_label("Who you spoke or wrote to").fill("Duty worker")
    await priya.get_by_label("When").fill("2001-01-01T09:00")
    await priya.get_by_role("button", name="Save", exact=True).click()
    await expect(priya.locator("#refer-at-error")).to_contain_text("after they first wrote")
    await expect(priya.get_by_label("Who you spoke or wrote to")).to_have_value("Duty worker")
    await assert_accessible(priya)


async def test_a_case_leaves_the_screen_of_the_one_who_is_named(
    new_page: NewPage, site: str, parts: Parts, client: TestClient
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", words="a secret about the office")
    sam = await staff_page(new_page, site)
    await sam.goto(f"{site}/staff/cases/{case['id']}")
    await sam.get_by_role("button", name="Take this case").click()
    await expect(sam.get_by_text("a secret about the office")).to_be_visible()
    async with signed_in(client, LEAD) as priya, signed_in(client) as also_sam:
        sams_id = (await also_sam.get("/api/staff/session"))[1]["id"]
        await priya.post(f"{case['at']}/bar", {"staff": sams_id, "why": "He is the one meant."})
    await sam.wait_for_url("**/staff/queue")
    await expect(sam.get_by_text("a secret about the office")).to_have_count(0)


async def test_the_lead_finds_what_is_overdue_by_keyboard(new_page: NewPage, site: str, parts: Parts) -> None:
    await make_case(parts, "safeguarding", level="concern")
    priya = await staff_page(new_page, site, LEAD)
    await priya.goto(f"{site}/staff/safeguarding")
    await expect(priya.locator(".row")).to_have_count(1)
    await priya.get_by_label("Overdue").focus()
    await priya.keyboard.press("Space")
    await priya.get_by_role("button", name="Show").focus()
    await priya.keyboard.press("Enter")
    await expect(priya.get_by_role("heading", name="No case like that")).to_be_visible()


async def test_the_switch_tells_every_open_page_and_the_chat(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    sam, priya = await staff_page(new_page, site), await staff_page(new_page, site, LEAD)
    young = await new_page()
    await open_chat(young, site)
    await priya.get_by_role("link", name="Assistant").click()
    webchat = priya.get_by_role("region", name="Webchat")
    await webchat.get_by_label("Why is it switched off?").fill("It gave last year's sums")
    await webchat.get_by_role("button", name="Switch it off for webchat").click()
    await expect(sam.locator("#switched-off")).to_contain_text("Priya Nair switched it off")
    await young.get_by_label("Your message").fill("can i get a bursary")
    await young.keyboard.press("Enter")
    await expect(young.get_by_text("An adviser will read this and answer you here")).to_be_visible()
    await expect(young.locator("#status")).to_contain_text("The computer assistant is off just now")
    await expect(sam.get_by_role("link", name="Asked for a person")).to_be_visible()
    await webchat.get_by_role("button", name="Switch it on for webchat").click()
    await expect(sam.locator("#switched-off")).to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_state_is_accessible(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int], scheme: str
) -> None:
    case = await make_case(
        parts, "safeguarding", level="emergency", phone="+447700900133", words="help me", categories=HARM
    )
    await make_case(parts, "safeguarding", level="concern", area=None)
    priya = await staff_page(new_page, site, LEAD, viewport=viewport, color_scheme=scheme)
    await priya.goto(f"{site}/staff/safeguarding")
    await assert_accessible(priya)
    await priya.goto(f"{site}/staff/safeguarding?state=closed")
    await assert_accessible(priya)
    await priya.goto(f"{site}/staff/cases/{case['id']}")
    await priya.get_by_text("Record a decision").click()
    await priya.get_by_label("What was decided, by whom, and why").fill("Ring the LADO.")
    await priya.get_by_role("button", name="Save the decision").click()
    await priya.get_by_text("Record who else was told").click()
    await priya.get_by_label("Who was told").select_option("lado")
    await priya.get_by_role("button", name="Save", exact=True).click()
    await expect(priya.locator(".duty--done")).to_be_visible()
    for summary in await priya.locator(".case-side summary").all():
        await summary.click()
    await assert_accessible(priya)
    await priya.goto(f"{site}/staff/switches")
    await assert_accessible(priya)
    sms = priya.get_by_role("region", name="Text message")
    await sms.get_by_label("Why is it switched off?").fill("Texts come twice")
    await sms.get_by_role("button", name="Switch it off").click()
    await expect(priya.locator("#switched-off")).to_contain_text("Texts come twice")
    await assert_accessible(priya)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_lead_lets_advisers_see_an_allegation_that_names_nobody(
    new_page: NewPage, site: str, client: TestClient, viewport: dict[str, int]
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("my football coach touched me")
    sam = await staff_page(new_page, site)
    await expect(sam.get_by_text("Nobody is waiting")).to_be_visible()
    priya = await staff_page(new_page, site, LEAD, viewport=viewport)
    await priya.locator(".row-link").first.click()
    await expect(priya.get_by_text("Only leads and managers see this case.")).to_be_visible()
    await assert_accessible(priya)
    await priya.get_by_label("Why advisers may see it").fill("It is about a coach at her club.")
    await priya.get_by_role("button", name="Let advisers see it").click()
    await expect(priya.get_by_text("Advisers can see this case now.")).to_be_visible()
    await expect(sam.locator(".row-link").first).to_be_visible()  # nobody reloaded the page
