"""Telling Jobcentre Plus in a real browser: by hand, by link, by list; plain, on a phone, accessible."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from handoff.app import Parts
from handoff.jobcentre.links import area_token, notice_token
from handoff.jobcentre.options import Mail
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_console import DESK, staff_page
from tests.handoff.cases.scenes import LEAD
from tests.handoff.jobcentre.far_ends import keys
from tests.handoff.jobcentre.scenes import NAME, Office

MANAGER = "manager@demo.test"
LIST = (
    "name,date_of_birth,postcode,consent\r\n"
    "Ife Adeyemi,04/05/2009,NW1 8NH,no\r\n"
    "Kim Li,04/05/1999,NW1 8NH,yes\r\n"
)


async def link_of(office: Office) -> str:
    """The path of the newest notice's link."""
    return f"/jobcentre/notices/{notice_token((await office.notices())[-1].id, office.parts.clock.now())}"


async def test_an_adviser_tells_them_by_hand_without_javascript(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    about = await Office(parts).registered()
    sam = await staff_page(new_page, site, java_script_enabled=False, viewport=PHONE)
    await sam.get_by_text("Menu", exact=True).click()
    await sam.get_by_role("link", name="Jobcentre", exact=True).click()
    await sam.get_by_role("link", name=f"Registered {about.reference}").click()
    await expect(sam.get_by_text(NAME)).to_be_visible()
    await sam.get_by_label("Whom you told").fill("Ms Patel, Camden Town")
    await sam.get_by_role("button", name="I have told them").click()
    await expect(sam.get_by_role("status").filter(has_text="Noted: you told them.")).to_be_visible()
    await sam.goto(f"{site}/staff/jobcentre")
    await expect(sam.get_by_text("Nothing to see to")).to_be_visible()


async def test_jobcentre_staff_confirm_by_keyboard_without_javascript(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    office = Office(parts)
    await office.registered()
    page = await new_page(java_script_enabled=False)
    await page.goto(site + await link_of(office))
    await expect(page.get_by_role("heading", name="A young person has registered")).to_be_visible()
    await page.get_by_label("Your name or team").focus()
    await page.keyboard.type("Camden Town")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Confirmed")
    assert [one.state for one in await office.notices()] == ["acknowledged"]


async def test_a_manager_sets_the_channel_and_sends_a_test(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    dana = await staff_page(new_page, site, MANAGER)
    await dana.goto(f"{site}/staff/jobcentre/settings?area=camden")
    await expect(dana.get_by_label("E-mail address")).to_be_hidden()
    await dana.get_by_label("Secure e-mail").check()
    await dana.get_by_label("E-mail address").fill("notices@jobcentre.test")
    await dana.get_by_role("button", name="Save").click()
    await expect(dana.get_by_text("Saved.")).to_be_visible()
    await dana.get_by_role("button", name="Send a test notice").click()
    await expect(dana.get_by_text("The test is on its way")).to_be_visible()


async def test_a_list_is_checked_then_taken_in(new_page: NewPage, site: str, parts: Parts) -> None:
    sam = await staff_page(new_page, site)
    await sam.goto(f"{site}/staff/jobcentre/claimants")
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    await sam.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    await sam.get_by_role("button", name="Check it").click()
    await expect(sam.get_by_text("Line 3: Kim Li")).to_be_visible()
    await assert_accessible(sam)
    await sam.get_by_role("button", name="Take in 1 person").click()
    await expect(sam.get_by_role("status").filter(has_text="1 new, 0 known already")).to_be_visible()


async def _staff_pages(page: Page, site: str, office: Office) -> None:
    for path in ("", "?show=done", "/claimants", "/settings?area=camden", "/settings?area=lambeth"):
        await page.goto(f"{site}/staff/jobcentre{path}")
        await assert_accessible(page)
    for way in ("Encrypted files over SFTP", "HTTPS webhook"):
        await page.get_by_label(way).check()
        await assert_accessible(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").filter(has_text="https://")).to_be_visible()
    await assert_accessible(page)
    for notice in await office.notices():
        await page.goto(f"{site}/staff/jobcentre/notices/{notice.id}")
        await assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_state_is_accessible(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int], scheme: str
) -> None:
    office, look = Office(parts), {"viewport": viewport, "color_scheme": scheme}
    priya = await staff_page(new_page, site, LEAD, **look)
    await priya.goto(f"{site}/staff/jobcentre")
    await assert_accessible(priya)
    withdrawn = await office.registered()
    await office.withdraw(withdrawn)
    await office.registered("lambeth")
    await office.channel("mail", Mail("notices@jobcentre.test", keys().pem))
    await office.registered()
    await office.post.drain()
    dana = await staff_page(new_page, site, MANAGER, **look)
    await _staff_pages(dana, site, office)
    page, now = await new_page(**look), parts.clock.now()
    for path in (await link_of(office), "/jobcentre/notices/nonsense"):
        await page.goto(site + path)
        await assert_accessible(page)
    await page.goto(f"{site}/jobcentre/claimants/{area_token('camden', 1, now)}")
    await assert_accessible(page)
    await page.get_by_role("button", name="Tell the council").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_accessible(page)
