"""Two editors withdraw an answer, talk about it and begin a new one, in a browser, on a phone and a desk."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import MESSAGES, open_chat, say
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_editor import JO, KIT, WIDE, press, signed_in, write
from tests.handoff.fakes import FakeRasa, answer

EMA = "/staff/answers/ema"
SIZES = pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])


@SIZES
async def test_an_open_chat_gets_the_other_answer_once_a_colleague_approved(
    new_page: NewPage, site: str, rasa: FakeRasa, size: dict[str, int]
) -> None:
    rasa.script["ema?"] = [answer("ema")]
    chat = await new_page()
    await open_chat(chat, site)
    jo = await signed_in(await new_page(viewport=size), site, JO, EMA)
    await jo.locator("summary", has_text="Withdraw or rename").click()
    await assert_accessible(jo)
    await jo.get_by_label("What people get instead").select_option("bursary")
    await press(jo, "Begin to withdraw it")
    await expect(jo.get_by_text("lead there. It is live at once.")).to_be_visible()
    await assert_accessible(jo)
    await press(jo, "Send for approval")
    kit = await signed_in(await new_page(viewport=size), site, KIT, EMA)
    await kit.get_by_label("Comment", exact=True).fill("Does nobody ask for this?")
    await press(kit, "Add comment")
    await expect(kit.get_by_text("Does nobody ask for this?")).to_be_visible()
    await assert_accessible(kit)
    await press(kit, "Resolve")
    await expect(kit.get_by_text("Resolved by Kit Morgan")).to_be_visible()
    await press(kit, "Approve and publish")
    await expect(kit.get_by_role("heading", name="Withdrawn")).to_be_visible()
    await assert_accessible(kit)
    await say(chat, "ema?")
    await expect(chat.locator(MESSAGES).last).to_contain_text("16 to 19 Bursary Fund")


@SIZES
async def test_a_new_answer_is_begun_tried_set_aside_and_opened_again(
    new_page: NewPage, site: str, size: dict[str, int]
) -> None:
    jo = await signed_in(await new_page(viewport=size), site, JO, "/staff/answers/new")
    await assert_accessible(jo)
    await jo.get_by_label("Title").fill("Driving lessons")
    await press(jo, "Begin")
    await write(jo, Web_chat="In order to obtain lessons you are required to submit a form. " * 3)
    await expect(jo.locator("[data-plainer=web]")).to_contain_text("“obtain”: plainer is get.")
    await jo.get_by_label("A question", exact=True).fill("my dad hits me every night")
    await press(jo, "Ask")
    await expect(jo.locator("[data-tried]")).to_contain_text("Screening hears a worry")
    await assert_accessible(jo)
    await expect(jo.locator("[data-saved]")).to_contain_text("Saved at", timeout=30_000)
    await press(jo, "Discard this draft")
    await assert_accessible(jo)
    await press(jo, "Undo")
    await expect(jo.get_by_label("Web chat", exact=True)).to_have_value(
        ("In order to obtain lessons you are required to submit a form. " * 3).strip()
    )


async def test_it_all_works_without_javascript(new_page: NewPage, site: str, rasa: FakeRasa) -> None:
    rasa.script["ema?"] = [answer("ema")]
    options: dict[str, Any] = {"java_script_enabled": False}
    jo = await signed_in(await new_page(**options), site, JO, EMA)
    await press(jo, "Change the words")
    await write(jo, Web_chat="Typed, not saved.", A_question="ema?")
    await press(jo, "Ask")
    await expect(jo.locator("[data-tried]")).to_contain_text("With this draft")
    await expect(jo.get_by_label("Web chat", exact=True)).to_have_value("Typed, not saved.")
    await press(jo, "Discard this draft")
    await press(jo, "Undo")
    await expect(jo.get_by_text("Open again. People still get the live wording.")).to_be_visible()
