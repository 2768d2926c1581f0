"""Unmet questions in a browser: one click makes a draft of them, another takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Page, expect

from handoff.app import Parts
from tests.browser.conftest import NewPage, assert_accessible, on_browsers_loop
from tests.browser.test_editor import JO, WIDE, press, signed_in
from tests.handoff.fakes import FakeRasa
from tests.handoff.suggestions.scenes import HERE, LICENCE, ZIP, People, leave_few_answers

LOOKS = [{}, {"color_scheme": "dark"}, {"viewport": WIDE}, {"forced_colors": "active", "viewport": WIDE}]


@on_browsers_loop
async def people(client: TestClient[Any, Any], rasa: FakeRasa, parts: Parts) -> People:
    """Three asked for a zip card, which is near Help with travel; four for a licence; one something else."""
    await leave_few_answers(parts)
    made = People(client, rasa, parts)
    await made.ask_all([*ZIP, *LICENCE, "how can i get a licence then", "what do dragons eat"])
    await made.say_no("can i get a provisional licence at college", "travel")
    await made.are_read()
    return made


async def reloaded(page: Page, people: People) -> None:
    await people.are_read()
    await page.goto(page.url.partition("?")[0])


async def test_an_editor_teaches_an_answer_what_people_asked_and_takes_it_back(
    new_page: NewPage, site: str, people: People
) -> None:
    jo = await signed_in(await new_page(), site, JO, HERE)
    await press(jo, "Teach “Help with travel” these words")
    notice = jo.locator(".unmet-done")
    await expect(notice).to_contain_text("Added to a draft of Help with travel")
    await assert_accessible(jo)
    await notice.get_by_role("link").click()
    examples = await jo.get_by_label("Ways people ask this").input_value()
    assert set(ZIP) <= set(examples.split("\n"))
    await jo.goto(f"{site}{HERE}")
    await jo.get_by_role("button", name="Undo").click()
    await expect(jo.get_by_role("status").filter(has_text="Undone")).to_be_visible()
    await reloaded(jo, people)
    await expect(jo.get_by_role("button", name="Teach “Help with travel” these words")).to_be_visible()


async def test_it_all_works_without_javascript(new_page: NewPage, site: str, people: People) -> None:
    jo = await signed_in(await new_page(java_script_enabled=False), site, JO, HERE)
    card = jo.locator(".unmet").filter(has_text="licence")
    await card.locator("summary").click()
    await card.get_by_label("Why nothing is needed").select_option("not_ours")
    await card.get_by_role("button", name="Dismiss").click()
    await expect(jo.get_by_text("Dismissed: not for this service.").first).to_be_visible()
    await expect(jo.locator(".unmet")).to_have_count(1)
    await jo.get_by_role("button", name="Undo").first.click()
    await expect(jo.get_by_role("status").filter(has_text="Undone")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "wide", "high-contrast"])
async def test_every_state_is_accessible(
    new_page: NewPage, site: str, people: People, look: dict[str, Any]
) -> None:
    jo = await signed_in(await new_page(**look), site, JO, f"{HERE}?answer=cv")
    await expect(jo.get_by_text("Nothing here.")).to_be_visible()
    await assert_accessible(jo)
    await jo.goto(f"{site}{HERE}")
    await jo.locator(".unmet summary").first.click()
    await assert_accessible(jo)
    await jo.get_by_label("Another answer, by its title").first.fill("no-such-answer")
    await jo.get_by_role("button", name="Teach it these words").first.click()
    await expect(jo.get_by_role("alert").filter(has_text="no such answer")).to_be_visible()
    await assert_accessible(jo)
    await jo.goto(f"{site}{HERE}")
    await jo.get_by_role("button", name="Begin a new answer").first.click()
    await expect(jo.locator(".unmet-done")).to_contain_text("Began a new answer")
    await assert_accessible(jo)
    await jo.goto(f"{site}/staff/answers/travel")
    await jo.get_by_text("Week by week").click()
    await assert_accessible(jo)
    await jo.goto(f"{site}/staff/answers")
    await expect(jo.get_by_text("in 4 weeks")).to_be_visible()
    await assert_accessible(jo)
