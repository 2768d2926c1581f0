"""What advisers see: queue, case, a registration to check, the record it made, and Jobcentre Plus."""

from __future__ import annotations

import aiohttp
from playwright.async_api import Page, expect

from docs.pictures.people import people_who_need_someone
from docs.pictures.site import DANA, SAM, SMALL, Site, press, snap
from tests.end_to_end.people import Person
from tests.end_to_end.personas import personas, play_in_chat


async def show_console(site: Site) -> None:
    """Sign-in; the queue with cases of different levels; a safeguarding case in hand, wide and on a phone."""
    await people_who_need_someone(site)
    await snap(await site.page("/staff", {"width": 800, "height": 560}), "sign-in")
    page = await site.staff(SAM, "/staff/queue", {"width": 1200, "height": 540})
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


async def show_registration(site: Site) -> None:
    """Somebody registers in the chat: the page to check it, the notice to the Jobcentre, the record."""
    everyone, usual = personas()
    async with aiohttp.ClientSession() as http:
        played = await play_in_chat(await Person.arrives(http, site.base), everyone[0], usual)
    assert played.end == "registered"
    page = await site.staff(SAM, "/staff/registrations")
    await page.locator(".running a").first.click()
    await snap(page, "registration", tall=900)
    await page.goto(f"{site.base}/staff/jobcentre")
    await page.get_by_role("link", name="Registered WAY").first.click()
    await snap(page, "jobcentre", tall=860)
    await show_record(page, site)


async def show_record(page: Page, site: Site) -> None:
    await page.goto(f"{site.base}/staff/records")
    await page.get_by_label("Name, or part of it").fill("aisha")
    await press(page, "Find")
    await snap(page, "records-search", tall=620)
    await page.get_by_role("link", name="Aisha Khan").first.click()
    await snap(page, "record", tall=1000)


async def show_settings(site: Site) -> None:
    """How an area tells its Jobcentre."""
    page = await site.staff(DANA, "/staff/jobcentre/settings?area=camden")
    await page.get_by_label("Secure e-mail").check()
    await snap(page, "jobcentre-settings", tall=820)
