"""The page on which an adviser finishes a registration, in a real browser, wide and on a phone."""

from __future__ import annotations

import uuid

import pytest
from playwright.async_api import expect

from handoff.app import Parts
from handoff.conversations.service import lock
from handoff.registrations import drafts
from handoff.registrations.reading import Accepted
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_console import DESK, staff_page
from tests.handoff.cases.scenes import make_case


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_what_is_left_is_asked_put_right_and_registered(
    new_page: NewPage,
    site: str,
    parts: Parts,
    viewport: dict[str, int],
) -> None:
    case = await make_case(parts, "benefits")
    begun = {"name": "Aisha Khan", "date_of_birth": "2010-02-03"}
    async with parts.db.transaction() as session:
        thread = await lock(session, uuid.UUID(case["conversation"]))
        for field, words in begun.items():
            await drafts.keep_answer(session, parts.clock.now(), thread, field, Accepted(words, words))
    page = await staff_page(new_page, site, viewport=viewport)
    await page.goto(f"{site}/staff/cases/{case['id']}/registration")
    await assert_accessible(page)
    await page.get_by_label("Postcode where they live or stay").fill("camden")
    await page.get_by_label("Main reason to claim").select_option("g")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Some answers could not be read")).to_be_visible()
    await assert_accessible(page)
    for label, words in (
        ("Postcode where they live or stay", "NW5 2TJ"),
        ("Safe way and time to reach them", "07700 900123 after 4pm"),
        ("What they are doing now", "nothing"),
        ("Since when", "july"),
    ):
        await page.get_by_label(label).fill(words)
    for label, choice in (
        ("Care", "neither"),
        ("May we tell the Jobcentre", "no"),
        ("May we talk to others", "no"),
    ):
        await page.get_by_label(label).select_option(choice)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Aisha Khan")).to_contain_text("WAY-")
