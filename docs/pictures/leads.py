"""What safeguarding leads see: every safeguarding case, a phrase that is tried, and the switches."""

from __future__ import annotations

from playwright.async_api import expect

from docs.pictures.site import PRIYA, Site, press, snap

WORDS = "the teal umbrella is back"


async def show_leads(site: Site) -> None:
    """Their list of cases, a phrase that is tried before it is kept, and how to switch the assistant off."""
    page = await site.staff(PRIYA, "/staff/safeguarding")
    await snap(page, "safeguarding", tall=640)
    await page.goto(f"{site.base}/staff/screening/phrases/parts/group-low")
    box = page.get_by_label("one a line")
    await box.fill(f"{await box.input_value()}\n{WORDS}")
    await page.get_by_label("What somebody might write").fill(f"well {WORDS} again")
    await press(page, "Try it")
    await expect(page.get_by_label("Heard with the draft")).to_contain_text("Concern")
    await snap(page, "screening", tall=1000)
    await page.goto(f"{site.base}/staff/switches")
    await snap(page, "switches", tall=820)
