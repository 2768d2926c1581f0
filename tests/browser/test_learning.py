"""What the assistant learns, on the page of the answer that waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from handoff.app import Parts, at_work, make_parts
from handoff.settings import Settings
from tests.browser.conftest import PHONE, NewPage, assert_accessible, on_browsers_loop
from tests.browser.test_editor import JO, KIT, WIDE, press, signed_in
from tests.handoff.studio.conftest import script
from tests.handoff.studio.scripts import Script

__all__ = ["script"]
LOOKS = {"dark": {"color_scheme": "dark"}, "wide": {"viewport": WIDE}, "phone": {"viewport": PHONE}}
FAULT = "The new question is not found."


@on_browsers_loop
async def parts(settings: Settings, script: Script) -> AsyncIterator[Parts]:
    """A service whose assistant tries out the questions for as long as the test likes."""
    script.let("check", "waits")
    async with make_parts(settings) as made, at_work(made):
        yield made
        script.let("check", "ok")


async def approved(new_page: NewPage, site: str) -> None:
    """Another question for the bursary, which Kit approves."""
    jo = await signed_in(await new_page(), site, JO)
    await press(jo, "Change the words")
    box = jo.get_by_label("Ways people ask this")
    await box.fill(f"{await box.input_value()}\nis there any wobblesnatch i can get")
    await press(jo, "Send for approval")
    await expect(jo.get_by_role("heading", name="Waiting for approval")).to_be_visible()


@pytest.mark.parametrize("look", [*LOOKS.values(), {"java_script_enabled": False}], ids=[*LOOKS, "plain"])
async def test_who_approves_an_answer_sees_on_its_page_how_far_the_assistant_is_with_it(
    new_page: NewPage, site: str, parts: Parts, look: dict[str, object]
) -> None:
    await approved(new_page, site)
    kit = await signed_in(await new_page(**look), site, KIT)
    await press(kit, "Approve and publish")
    bar = kit.get_by_role("progressbar", name="Trying out questions that were kept back")
    if "java_script_enabled" in look:
        await kit.get_by_role("link", name="Look again").click()
    else:
        await assert_accessible(kit)
    await expect(kit.get_by_role("link", name="See it among the releases")).to_be_visible()
    if "java_script_enabled" not in look:
        await expect(bar).to_be_visible()
        await expect(kit.get_by_text("seconds left")).to_be_visible()
        assert await kit.evaluate("document.documentElement.scrollWidth <= innerWidth")
    else:
        await expect(kit.get_by_role("progressbar")).to_be_visible()


async def test_the_bar_on_an_answers_page_gives_way_to_what_came_of_it_but_never_to_a_lost_comment(
    new_page: NewPage, site: str, script: Script
) -> None:
    await approved(new_page, site)
    kit = await signed_in(await new_page(), site, KIT)
    await press(kit, "Approve and publish")
    await expect(kit.get_by_role("progressbar")).to_be_visible()
    await kit.get_by_label("Comment", exact=True).fill("Half a sente")
    other = await signed_in(await new_page(), site, JO)
    script.let("check", FAULT)
    await expect(other.get_by_text(FAULT)).to_be_visible()
    await expect(kit.get_by_text("Done. Look again")).to_be_visible()
    await expect(kit.get_by_label("Comment", exact=True)).to_have_value("Half a sente")
