"""Keeping answers right in a browser: the list narrowed by its address, an owner, a sign-off, a link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from handoff.app import Parts
from handoff.content.keeping.model import SourceLink
from tests.browser.conftest import NewPage, assert_accessible, on_browsers_loop
from tests.browser.test_editor import JO, SAM, WIDE, press, signed_in

LIST, EMA = "/staff/answers", "/staff/answers/ema"
SOURCE = "https://www.gov.uk/education-maintenance-allowance-ema"


@on_browsers_loop
async def broken(parts: Parts) -> None:
    """EMA's link failed on two days, and two others lead elsewhere or let nobody look."""
    now = parts.clock.now()
    looks = {
        SOURCE: {"state": "failed", "code": "404", "failing_since": now, "broken_since": now},
        "https://www.ucas.com": {
            "state": "moved",
            "code": "200",
            "moved_to": "https://www.ucas.com/apply/a-page",
        },
    }
    async with parts.db.transaction() as session:
        for url, seen in looks.items():
            session.add(SourceLink(url=url, host="x", due_at=now + timedelta(days=7), checked_at=now, **seen))


async def list_is(page: Page, *titles: str) -> None:
    await expect(page.locator(".answer-name a")).to_have_text(list(titles))


@pytest.mark.usefixtures("broken")
async def test_the_list_is_narrowed_by_its_address_without_javascript(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(java_script_enabled=False), site, JO, EMA)
    await jo.get_by_label("Owner").select_option(label="Jo Davies")
    await press(jo, "Save the owner")
    await expect(jo.get_by_text("Owner saved.")).to_be_visible()
    await jo.get_by_role("link", name="All answers").click()
    await jo.get_by_role("link", name="Yours 1").click()
    await list_is(jo, "EMA")
    await jo.get_by_label("have a link that fails").check()
    await jo.get_by_label("Sorted by").select_option(label="Review date")
    await press(jo, "Show these")
    await list_is(jo, "EMA")
    assert "owner=me" in jo.url and "links=1" in jo.url and "sort=review" in jo.url
    await expect(jo.get_by_text("Source link broken, checked")).to_be_visible()
    await expect(jo.get_by_label("Owner")).to_have_value("me")


async def test_an_answer_is_signed_off_with_the_source_before_one(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO, EMA)
    box = jo.get_by_role("region", name="Keeping it right")
    await expect(box.get_by_role("link", name="GOV.UK")).to_have_attribute("href", SOURCE)
    await press(jo, "Still correct")
    await expect(jo.get_by_text("Signed off as still correct.")).to_be_visible()
    await expect(box.get_by_text("by Jo Davies")).to_be_visible()
    await assert_accessible(jo)


async def test_what_the_source_says_now_stands_beside_the_draft(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO, EMA)
    await jo.get_by_text("No, the source says something else").click()
    await jo.get_by_label("What does it say now?").fill("It is open in Wales alone.")
    await press(jo, "Open a draft")
    await expect(jo.get_by_text("A draft is open. What the source says")).to_be_visible()
    await expect(jo.get_by_label("Web chat", exact=True)).to_be_visible()
    await assert_accessible(jo)


LOOKS = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": WIDE}, {"forced_colors": "active"}]


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "wide", "high-contrast"])
async def test_every_state_of_keeping_right_is_accessible(
    new_page: NewPage, site: str, parts: Parts, look: dict[str, object]
) -> None:
    jo = await signed_in(await new_page(**look), site, JO, f"{LIST}?links=1")
    await expect(jo.get_by_text("Source link leads elsewhere, checked")).to_be_visible()
    await assert_accessible(jo)
    await jo.goto(f"{site}{LIST}?overdue=1&sort=review&q=xylophone")
    await expect(jo.get_by_text(re.compile("No answer (fits|has all these words)"))).to_be_visible()
    await assert_accessible(jo)
    await jo.goto(f"{site}{EMA}")
    await jo.get_by_text("No, the source says something else").click()
    await expect(jo.get_by_text("The link does not work")).to_be_visible()
    await assert_accessible(jo)
    parts.clock.move(timedelta(days=150))
    jo = await signed_in(await new_page(**look), site, JO, LIST)
    await expect(
        jo.get_by_text("To be checked").or_(jo.get_by_text("no known rate since")).first
    ).to_be_visible()
    await assert_accessible(jo)


async def test_an_adviser_sees_when_an_answer_was_checked_and_whose_it_is(
    new_page: NewPage, site: str
) -> None:
    sam = await signed_in(await new_page(), site, SAM, EMA)
    await expect(sam.get_by_text("Owner: nobody")).to_be_visible()
    await expect(sam.get_by_role("button", name="Still correct")).to_have_count(0)
    await assert_accessible(sam)
