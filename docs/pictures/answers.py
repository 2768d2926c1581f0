"""What editors see: an answer from its first draft to a release, and what keeps the answers right."""

from __future__ import annotations

from playwright.async_api import Page, expect

from docs.pictures.site import DANA, JO, KIT, Site, press, snap

LIST, BURSARY = "/staff/answers", "/staff/answers/bursary"
ASKED = "\nwhat is ema\ncan i get a bursary\nmy dad hits me every night"
WORDS = " Ask early: some colleges run out."


async def show_answers(site: Site) -> None:
    """One editor takes up the guided first edit and writes, another reviews it; then all that comes after."""
    jo = await site.staff(JO, LIST, {"width": 1200, "height": 640})
    await _first_edit(jo, site)
    await _writing(jo, site)
    kit = await site.staff(KIT, BURSARY, {"width": 1200, "height": 900})
    await _reviewing(kit, site)
    await _in_an_emergency(await site.staff(DANA, LIST), site)
    await kit.goto(site.base + LIST)
    await snap(kit, "answers", tall=700)


async def _first_edit(jo: Page, site: Site) -> None:
    await jo.goto(f"{site.base}{LIST}/first-edit")
    await jo.get_by_label("Which answer?").select_option("bursary")
    await press(jo, "Begin")
    await press(jo, "Change the words")
    await snap(jo, "first-edit", tall=700)


async def _writing(jo: Page, site: Site) -> None:
    """Words, an area's own, and example questions worth a look; then it is sent."""
    await press(jo, "Leave the guide for now")
    await jo.goto(site.base + BURSARY)
    box = jo.get_by_role("textbox", name="Text message", exact=True)
    await box.fill(await box.input_value() + WORDS)
    await expect(jo.locator("[data-preview=sms]")).to_contain_text("run out")
    await jo.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    await snap(jo, "editor", tall=1000)
    await jo.get_by_label("A question").fill("do they help with bus fare to college")
    await press(jo, "Ask")
    await expect(jo.locator(".tried-side")).to_have_count(2)
    await snap(jo, "try", part=".try", tall=460)
    await jo.get_by_text("Lambeth same as everywhere").click()
    await jo.get_by_label("Text message in Lambeth").fill("In Lambeth, ask student services." + WORDS)
    await press(jo, "Save draft")
    await snap(jo, "area-words", part=".area-own[open]")
    examples = jo.get_by_label("Ways people ask this")
    usual = await examples.input_value()
    await examples.fill(usual + ASKED)
    await expect(jo.locator("[data-looked]")).to_contain_text("nearer to", timeout=300_000)
    await snap(jo, "examples", part=".field:has(#examples)", tall=720)
    await examples.fill(usual)
    await press(jo, "Send for approval")
    await expect(jo.get_by_role("button", name="Take it back")).to_be_visible()


async def _reviewing(kit: Page, site: Site) -> None:
    """What changed; a day and a time; live, and how to keep it right."""
    await expect(kit.locator("ins").first).to_be_visible()
    await snap(kit, "review")
    await press(kit, "Approve, publish later")
    await kit.get_by_label("Day").fill("2026-12-01")
    await snap(kit, "schedule", part="section[aria-labelledby=approved-title]")
    await press(kit, "Publish now")
    await snap(kit, "keeping", part=".keeping")
    await kit.goto(f"{site.base}/staff/releases")
    for read in await kit.get_by_role("button", name="I have read this").all():
        await read.click()
    await kit.goto(f"{site.base}/staff/releases")
    await snap(kit, "releases", tall=640)


async def _in_an_emergency(dana: Page, site: Site) -> None:
    await dana.goto(f"{site.base}{LIST}/ema")
    await press(dana, "Change the words")
    await dana.get_by_text("Publish without a second person").click()
    await dana.get_by_label("Why it cannot wait").fill("It gives last year's closing day.")
    await snap(dana, "emergency", part=".emergency")
    await press(dana, "Discard this draft")
