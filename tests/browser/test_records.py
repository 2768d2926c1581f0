"""Records in a browser, with axe: one is found and changed, a match decided, a file brought and undone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from handoff.app import Parts
from handoff.records import service
from handoff.records.importing import worker
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_editor import WIDE, press, signed_in
from tests.handoff.cases.scenes import CAMDEN
from tests.handoff.records.scenes import ADMIN, AISHA, MANAGER, make_record

HOME = "/staff/records"
ROLL = "Surname,Forename,DOB,Postcode,ULN\nMüller,Zoë,01/09/2009,NW1 1AB,1234567890\nNobody,,31/02/2010,,\n"


@pytest.fixture(autouse=True)
def looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.05)


async def sam(new_page: NewPage, site: str, path: str = HOME, **options: object) -> Page:
    return await signed_in(await new_page(**{"viewport": WIDE} | options), site, CAMDEN, path)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_an_adviser_finds_somebody_and_says_what_they_do(
    new_page: NewPage, site: str, parts: Parts, script: bool
) -> None:
    await make_record(parts)
    page = await sam(new_page, site, java_script_enabled=script)
    await page.get_by_label("Name, or part of it").fill("aisha")
    await press(page, "Find")
    await page.get_by_role("link", name=AISHA).click()
    await page.get_by_role("link", name="Say what they do", exact=True).click()
    await page.get_by_label("Activity").select_option("619")
    await page.get_by_label("Since", exact=True).fill("2026-09-01")
    await press(page, "Save")
    await expect(page.get_by_label("NEET since")).to_have_attribute("aria-invalid", "true")
    if script:
        await assert_accessible(page)
    await page.get_by_label("NEET since").fill("2026-07-01")
    await press(page, "Save")
    await expect(page.locator(".records-now")).to_contain_text("Seeking employment")
    if script:
        await assert_accessible(page)


async def test_a_likely_match_is_joined_and_taken_apart(new_page: NewPage, site: str, parts: Parts) -> None:
    await make_record(parts)
    await make_record(parts, name="Ayisha Begum O'Hara", phone=None)
    page = await sam(new_page, site, f"{HOME}/matches")
    await assert_accessible(page)
    await press(page, "One person: join them")
    await expect(page.get_by_text("Joined: both are shown")).to_be_visible()
    await assert_accessible(page)
    await press(page, "They are two people: take them apart again")
    await expect(page.get_by_role("button", name="One person: join them")).to_be_visible()


async def test_a_manager_brings_a_file_looks_and_undoes_it(
    new_page: NewPage, site: str, tmp_path: Path
) -> None:
    file = tmp_path / "roll.csv"
    file.write_text(ROLL, encoding="cp1252")
    page = await signed_in(await new_page(viewport=WIDE), site, MANAGER, f"{HOME}/imports")
    await assert_accessible(page)
    await page.get_by_label("File").set_input_files(file)
    await press(page, "Bring the file")
    await expect(page.get_by_text("Read as Windows-1252")).to_be_visible()
    await assert_accessible(page)
    await press(page, "Try it")
    await expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
    await expect(page.get_by_role("row", name="3 Not brought in")).to_contain_text("cannot be read")
    await assert_accessible(page)
    await press(page, "Bring them in")
    await expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    await press(page, "Undo: take them out again")
    await expect(page.locator(".chip--strong")).to_have_text("Taken out again")
    await assert_accessible(page)


@pytest.mark.parametrize(
    "path", ["", "/new", "/matches", "/currency", "/{id}", "/{id}/activity", "/{id}/log"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_reads_well_on_a_phone(
    new_page: NewPage, site: str, parts: Parts, path: str, scheme: str
) -> None:
    aisha = await make_record(parts)
    await make_record(parts, name="Ayisha Begum O'Hara", phone=None)
    await make_record(parts, name="Aisha B O'Hara", phone=None, area="lambeth")
    async with parts.db.transaction() as session:
        now = parts.clock.now()
        await service.record_activity(session, now, aisha, "230", date(2025, 9, 1), "person")
        await service.record_activity(
            session, now, aisha, "619", date(2026, 9, 1), "person", date(2026, 7, 1)
        )
        await service.give_consent(session, now, aisha, "jobcentre", "May we tell Jobcentre Plus?", "person")
    page = await sam(new_page, site, viewport=PHONE, color_scheme=scheme)
    await page.goto(f"{site}{HOME}{path.format(id=aisha)}")
    await assert_accessible(page)


async def test_an_administrator_changes_how_long_things_count(new_page: NewPage, site: str) -> None:
    page = await signed_in(await new_page(viewport=WIDE), site, ADMIN, f"{HOME}/currency")
    group = page.locator("#other_work")
    await group.get_by_text("Change").click()
    await group.get_by_label("Number of months or days").fill("99")
    await group.get_by_role("button", name="Save").click()
    await expect(group.get_by_label("Number of months or days")).to_have_attribute("aria-invalid", "true")
    await assert_accessible(page)
