"""Screening in a browser: a lead writes and tries, a manager decides; with axe, and without script."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from handoff.app import Parts
from handoff.screening import force
from handoff.screening.editions import trial
from handoff.screening.editions.labelled import Labelled
from handoff.screening.service import screen
from tests.browser.conftest import NewPage, assert_accessible
from tests.browser.test_editor import WIDE, press, signed_in
from tests.handoff.cases.scenes import LEAD, make_case
from tests.handoff.screening.editing import MANAGER

HOME = "/staff/screening"
LOW = f"{HOME}/phrases/parts/group-low"
NEW_WORDS = "the teal umbrella is back"
DRY_RUN_MS = 120_000  # it gives way to everything else that runs


@pytest.fixture(autouse=True)
def few_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "labelled", lambda: (Labelled("my dad hits me", "urgent"),))


async def lead(new_page: NewPage, site: str, path: str = HOME, **options: object) -> Page:
    return await signed_in(await new_page(**{"viewport": WIDE} | options), site, LEAD, path)


async def add_phrase(page: Page, phrase: str) -> None:
    box = page.get_by_label("one a line")
    await box.fill(f"{await box.input_value()}\n{phrase}")


async def test_a_lead_writes_a_phrase_and_a_manager_puts_it_in_force(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    await make_case(parts, words=f"well {NEW_WORDS} again")
    priya = await lead(new_page, site, LOW)
    await add_phrase(priya, NEW_WORDS)
    await priya.get_by_label("What somebody might write").fill(f"{NEW_WORDS} again")
    await press(priya, "Try it")
    await expect(priya.get_by_label("Heard now")).to_contain_text("Routine")
    await expect(priya.get_by_label("Heard with the draft")).to_contain_text("Concern")
    await expect(priya.get_by_label("Heard with the draft").locator("mark")).to_have_text(
        "teal umbrella is back"
    )
    await assert_accessible(priya)
    await press(priya, "Keep in the draft")
    await expect(priya.get_by_text("Kept in the draft.")).to_be_visible()
    await assert_accessible(priya)
    await priya.get_by_role("link", name="Look at the whole draft").click()
    await expect(priya.locator("ins")).to_have_text([NEW_WORDS])
    await priya.get_by_label("Why is this needed?").fill("Heard in a chat.")
    await assert_accessible(priya)
    await press(priya, "Send for approval")
    await priya.locator("[data-state=done]").wait_for(timeout=DRY_RUN_MS)
    await expect(priya.locator(".trial-sum")).to_contain_text("0 lower, 1 higher")
    await expect(priya.get_by_text("The dry run leaves out the model")).to_be_visible()
    await assert_accessible(priya)

    dana = await signed_in(await new_page(viewport=WIDE), site, MANAGER, f"{HOME}/phrases/draft")
    await expect(dana.locator(".trial-row q")).to_have_text(["teal umbrella is back"])
    await assert_accessible(dana)
    await press(dana, "Approve and put in force")
    await expect(dana.get_by_text("in force from now on")).to_be_visible()
    assert screen(NEW_WORDS).level == "concern"


async def test_trying_a_message_shows_that_it_works_and_when_it_cannot(new_page: NewPage, site: str) -> None:
    priya = await lead(new_page, site, f"{HOME}/phrases")
    tried = priya.locator("[data-tried]")
    await priya.route("**/try", lambda route: route.abort())
    await priya.get_by_label("Try a message").fill("my dad hits me")
    await press(priya, "Try it")
    await expect(tried).to_contain_text("could not be tried")
    await expect(priya.get_by_label("Try a message")).to_have_value("my dad hits me")
    await priya.unroute("**/try")
    go_on = asyncio.Event()

    async def slowly(route: Route) -> None:
        await go_on.wait()
        await route.continue_()

    await priya.route("**/try", slowly)
    await press(priya, "Try it")
    await expect(tried).to_have_text("Listening…")
    await assert_accessible(priya)
    go_on.set()
    await expect(tried).to_contain_text("Urgent")


async def test_a_faulty_line_is_named_and_stays_in_the_box(new_page: NewPage, site: str) -> None:
    priya = await lead(new_page, site, LOW)
    await add_phrase(priya, "(not closed")
    await press(priya, "Keep in the draft")
    await expect(priya.locator("#lines-errors")).to_contain_text("a bracket that is not closed")
    await expect(priya.get_by_label("one a line")).to_have_attribute("aria-invalid", "true")
    assert "(not closed" in await priya.get_by_label("one a line").input_value()
    await assert_accessible(priya)


async def test_the_preview_of_a_fixed_message_follows_the_writing(new_page: NewPage, site: str) -> None:
    priya = await lead(new_page, site, f"{HOME}/messages/parts/holding-0")
    await priya.get_by_label("Text message", exact=True).fill(
        "We have it. Danger: {helpline.emergency}. Childline {helpline.childline}."
    )
    await expect(priya.locator(".bubble--sms")).to_have_text("We have it. Danger: 999. Childline 0800 1111.")
    await expect(priya.locator(".count-line")).to_contain_text("1 text of 2")
    await priya.get_by_label("Text message", exact=True).fill("{helpline.nothing}")
    await expect(priya.locator("#sms-errors")).to_contain_text("is not known")
    await assert_accessible(priya)


@pytest.mark.parametrize(
    "path", ["", "/phrases", "/phrases?q=kill", "/messages", "/phrases/parts/new", "/phrases/editions/1"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_reads_well_on_a_phone(new_page: NewPage, site: str, path: str, scheme: str) -> None:
    page = await lead(new_page, site, viewport={"width": 360, "height": 720}, color_scheme=scheme)
    await page.goto(f"{site}{HOME}{path}")
    await assert_accessible(page)


async def test_the_whole_way_works_without_script(new_page: NewPage, site: str, parts: Parts) -> None:
    priya = await lead(new_page, site, LOW, java_script_enabled=False)
    await add_phrase(priya, NEW_WORDS)
    await priya.get_by_label("What somebody might write").fill(NEW_WORDS)
    await press(priya, "Try it")
    await expect(priya.get_by_label("Heard with the draft")).to_contain_text("Concern")
    await press(priya, "Keep in the draft")
    await priya.get_by_role("link", name="Look at the whole draft").click()
    await priya.get_by_label("Why is this needed?").fill("Heard in a chat.")
    await press(priya, "Send for approval")
    dana = await signed_in(
        await new_page(viewport=WIDE, java_script_enabled=False), site, MANAGER, f"{HOME}/phrases/draft"
    )
    approve = dana.get_by_role("button", name="Approve and put in force")
    while not await approve.count():
        await dana.reload()
    await approve.click()
    await expect(dana.get_by_text("in force from now on")).to_be_visible()


async def test_an_alarm_shows_on_every_page_when_less_runs_than_was_approved(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    held = force.PHRASES.held
    broken = force.Held(held.compiled, held.sha256, held.number, ("phrases.yml is not used.",))
    force.PHRASES.use(broken, force.PHRASES.ask())
    priya = await lead(new_page, site, "/staff/queue")
    await expect(priya.get_by_role("alert").filter(has_text="Screening does not run")).to_be_visible()
    await priya.get_by_role("link", name="See what is wrong").click()
    await expect(priya.get_by_text("phrases.yml is not used.")).to_be_visible()
    await assert_accessible(priya)
