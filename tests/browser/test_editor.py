"""The editor in a browser: two people change an answer, an open chat has it, and nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from playwright.async_api import Page, ViewportSize, expect

from handoff.app import Parts
from handoff.content.packed import packed
from handoff.content.service import SHIPPED, seed_once
from tests.browser.chat import MESSAGES, open_chat, say
from tests.browser.conftest import NewPage, assert_accessible
from tests.handoff.conftest import PASSWORD
from tests.handoff.fakes import FakeRasa, answer

JO, KIT, SAM = "editor.one@demo.test", "editor.two@demo.test", "pa.camden@demo.test"
WIDE = {"width": 1280, "height": 900}
BURSARY = "/staff/answers/bursary"
LOOK = """one => ["color", "backgroundColor", "borderRadius", "fontSize", "fontWeight", "paddingInline"]
    .map((name) => getComputedStyle(one)[name])"""


async def signed_in(page: Page, site: str, email: str, path: str = BURSARY) -> Page:
    await page.goto(f"{site}/staff?next={path}")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"**{path}")
    return page


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def write(page: Page, **words: str) -> None:
    for label, text in words.items():
        await page.get_by_label(label.replace("_", " "), exact=True).fill(text)


async def test_an_open_chat_gets_what_one_editor_wrote_and_another_approved(
    new_page: NewPage, site: str, rasa: FakeRasa
) -> None:
    rasa.script["bursary?"] = [answer("bursary")]
    chat = await new_page()
    await open_chat(chat, site)
    await say(chat, "bursary?")
    await expect(chat.locator(MESSAGES)).to_contain_text(["bursary?", "16 to 19 Bursary Fund"])

    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    await write(jo, Web_chat="Ask **student services** today.", Text_message="Ask student services today.")
    await write(jo, Why_it_may_differ="Each college has its own form.")
    await press(jo, "Send for approval")
    await expect(jo.get_by_text("someone else has to approve it")).to_have_count(2)

    kit = await signed_in(await new_page(viewport=WIDE), site, KIT)
    await expect(kit.locator("ins").first).to_be_visible()
    await press(kit, "Approve and publish")
    await expect(kit.get_by_text("Approved and live")).to_be_visible()

    await say(chat, "bursary?")
    newest = chat.locator(MESSAGES).last
    await expect(newest.locator("p").first).to_have_text("Ask student services today.")
    await expect(newest.locator("strong")).to_have_text("student services")
    await expect(newest.locator(".differs")).to_have_text("Each college has its own form.")


async def test_previews_and_faults_follow_the_writing(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    await write(jo, Web_chat="Ring **{area.phone}**\n\n<b>x</b>", Text_message="x" * 460)
    preview = jo.locator("[data-preview=web]")
    await write(jo, Why_it_may_differ="In {area.name}.")
    await expect(preview).to_have_text("Ring 020 7946 0101\n<b>x</b>\nIn Camden.")
    await expect(preview.locator("strong")).to_have_text("020 7946 0101")
    await expect(jo.locator("[data-preview=parts]")).to_have_text("4 parts, 460 of 459 places")
    await expect(jo.locator("#sms-errors")).to_contain_text("cut it to 459")
    await expect(jo.get_by_label("Text message", exact=True)).to_have_attribute("aria-invalid", "true")
    await assert_accessible(jo)
    await write(jo, Text_message="Shorter.")
    await expect(jo.locator("#sms-errors")).to_be_empty()


@pytest.mark.parametrize("viewport", [WIDE, {"width": 375, "height": 700}], ids=["desk", "phone"])
async def test_the_preview_stands_in_the_frame_of_the_chat_and_looks_as_there(
    new_page: NewPage, site: str, rasa: FakeRasa, viewport: ViewportSize
) -> None:
    rasa.script["bursary?"] = [answer("bursary")]
    chat = await new_page(viewport=viewport)
    await open_chat(chat, site)
    await say(chat, "bursary?")
    jo = await signed_in(await new_page(viewport=viewport), site, JO)
    await press(jo, "Change the words")
    frame = jo.locator("[data-chat]")
    parts = [
        ".chat-head .exit",
        ".message--bot .message__body",
        ".choices .choice",
        ".composer .composer__send",
    ]
    for part in parts:
        await expect(frame.locator(part).first).to_be_visible()
        for_people = await chat.locator(part).last.evaluate(LOOK)
        assert await frame.locator(part).first.evaluate(LOOK) == for_people, part
    await write(jo, Web_chat="Ask **soon**.")
    await expect(frame.locator(".message__body")).to_contain_text("Ask soon.")
    assert await jo.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_preview_is_there_without_a_script(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(viewport=WIDE, java_script_enabled=False), site, JO)
    await expect(jo.locator("[data-chat] .message__body")).to_contain_text("16 to 19 Bursary Fund")


async def test_words_not_saved_when_the_session_ended_come_back(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    await write(jo, Text_message="An hour's work.")
    await jo.context.clear_cookies()
    await press(jo, "Save draft")
    await expect(jo.get_by_label("Password")).to_be_visible()
    await signed_in(jo, site, JO)
    await expect(jo.get_by_text("Words you had not saved are back")).to_be_visible()
    await expect(jo.get_by_label("Text message", exact=True)).to_have_value("An hour's work.")
    await press(jo, "Save draft")
    await expect(jo.get_by_text("Draft saved")).to_be_visible()
    await expect(jo.get_by_text("Words you had not saved are back")).to_be_hidden()


async def test_words_that_cannot_go_live_stay_in_their_boxes_without_javascript(
    new_page: NewPage, site: str
) -> None:
    jo = await signed_in(await new_page(java_script_enabled=False), site, JO)
    await press(jo, "Change the words")
    await write(jo, Text_message="Ring {area.fax}", Web_chat="Kept as typed.")
    await press(jo, "Send for approval")
    await expect(jo.get_by_role("alert").filter(has_text="cannot be published yet")).to_be_visible()
    await expect(jo.locator("#sms-errors")).to_contain_text("{area.fax} is not a placeholder")
    await expect(jo.get_by_label("Web chat", exact=True)).to_have_value("Kept as typed.")
    await write(jo, Text_message="Ring {area.phone}")
    await press(jo, "Send for approval")
    await expect(jo.get_by_text("Waiting for approval").first).to_be_visible()


async def test_a_colleague_who_saved_meanwhile_is_named_and_both_wordings_are_shown(
    new_page: NewPage, site: str
) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    kit = await signed_in(await new_page(viewport=WIDE), site, KIT)
    await write(jo, Text_message="Jo's words.")
    await press(jo, "Save draft")
    await expect(jo.get_by_text("Draft saved")).to_be_visible()
    await write(kit, Text_message="Kit's words.")
    await press(kit, "Save draft")
    await expect(kit.get_by_role("alert").filter(has_text="Jo Davies saved this draft")).to_be_visible()
    await expect(kit.get_by_label("Text message", exact=True)).to_have_value("Kit's words.")
    await expect(kit.locator("section[aria-labelledby=theirs-title]")).to_contain_text("Jo's words.")
    await assert_accessible(kit)
    await press(kit, "Save draft")
    await expect(kit.get_by_text("Draft saved")).to_be_visible()


async def test_a_release_can_be_taken_back(new_page: NewPage, site: str, parts: Parts) -> None:
    await _publish(new_page, site)
    kit = await signed_in(await new_page(viewport=WIDE), site, KIT, "/staff/releases")
    await expect(kit.get_by_text("New wording: Help with college costs")).to_be_visible()
    await assert_accessible(kit)
    await press(kit, "Go back to release 1")
    await expect(kit.get_by_text("Release 3 is live")).to_be_visible()


async def _publish(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(), site, JO)
    await press(jo, "Change the words")
    await write(jo, Web_chat="New words.", Text_message="New words.")
    await press(jo, "Send for approval")
    kit = await signed_in(await new_page(), site, KIT)
    await press(kit, "Approve and publish")
    await expect(kit.get_by_text("Approved and live")).to_be_visible()


async def test_an_adviser_sees_answers_and_nothing_to_change_them_with(new_page: NewPage, site: str) -> None:
    sam = await signed_in(await new_page(), site, SAM)
    await expect(sam.get_by_role("heading", name="What people get now")).to_be_visible()
    await expect(sam.get_by_role("button", name="Change the words")).to_have_count(0)
    await assert_accessible(sam)


@pytest.fixture
def update(tmp_path: Path) -> Path:
    """Shipped answers of a later version: EMA has other words."""
    folder = tmp_path / "content"
    folder.mkdir()
    for path in SHIPPED.glob("*.yml"):
        answers = yaml.safe_load(path.read_text("utf-8"))
        for one in answers:
            one["sms"] = "EMA has closed in England." if one["slug"] == "ema" else one["sms"]
        (folder / path.name).write_text(yaml.safe_dump(answers, allow_unicode=True), "utf-8")
    return folder


LOOKS = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": WIDE}, {"forced_colors": "active"}]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "wide", "high-contrast"])
async def test_every_state_of_the_editor_is_accessible(
    new_page: NewPage, site: str, parts: Parts, update: Path, look: dict[str, object]
) -> None:
    await seed_once(parts.db, parts.clock.now(), update)
    jo = await signed_in(await new_page(**look), site, JO, "/staff/answers")
    await assert_accessible(jo)
    await jo.goto(f"{site}/staff/answers?q=xylophone")
    await assert_accessible(jo)
    await jo.goto(f"{site}/staff/answers/ema")
    await expect(jo.get_by_role("heading", name="Shipped update")).to_be_visible()
    await assert_accessible(jo)
    await press(jo, "Start a draft from it")
    await jo.locator("summary").nth(1).click()
    await assert_accessible(jo)
    await press(jo, "Send for approval")
    await expect(jo.get_by_role("button", name="Take it back to change it")).to_be_visible()
    await assert_accessible(jo)
    kit = await signed_in(await new_page(**look), site, KIT, "/staff/answers/ema")
    await assert_accessible(kit)
    await kit.get_by_label("Or say what should change").fill("Say what there is now.")
    await press(kit, "Send back")
    await expect(kit.get_by_text("Say what there is now.")).to_be_visible()
    await assert_accessible(kit)


async def test_a_passed_review_date_is_shown(new_page: NewPage, site: str, parts: Parts) -> None:
    parts.clock.move(timedelta(days=3 * 365))
    jo = await signed_in(await new_page(), site, JO)
    await expect(jo.get_by_text("review date has passed")).to_be_visible()
    await assert_accessible(jo)


async def test_a_draft_is_saved_by_itself_and_nothing_is_lost_without_a_connection(
    new_page: NewPage, site: str
) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    await write(jo, Text_message="An hour's work.")
    await expect(jo.locator("[data-saved]")).to_contain_text("Saved at", timeout=15_000)
    await jo.context.set_offline(True)
    await write(jo, Text_message="Half an hour more.")
    await expect(jo.locator("[data-saved]")).to_contain_text("kept in this tab", timeout=15_000)
    await assert_accessible(jo)
    await jo.context.set_offline(False)
    await expect(jo.locator("[data-saved]")).to_contain_text("Saved at", timeout=15_000)
    await jo.reload()
    await expect(jo.get_by_label("Text message", exact=True)).to_have_value("Half an hour more.")
    await expect(jo.get_by_text("Words you had not saved are back")).to_be_hidden()


async def test_two_editors_see_each_other_and_a_clash_shows_both_wordings(
    new_page: NewPage, site: str
) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    kit = await signed_in(await new_page(viewport=WIDE), site, KIT)
    await expect(jo.get_by_text("Kit Morgan is editing this too.")).to_be_visible()
    await expect(kit.get_by_text("Jo Davies is editing this too.")).to_be_visible()
    await write(jo, Text_message="Jo's words.")
    await expect(jo.locator("[data-saved]")).to_contain_text("Saved at", timeout=15_000)
    await write(kit, Text_message="Kit's words.")
    await expect(kit.locator("[data-saved]")).to_contain_text("Jo Davies saved this draft", timeout=15_000)
    await press(kit, "Save draft")
    await expect(kit.locator("section[aria-labelledby=theirs-title]")).to_contain_text("Jo's words.")
    await expect(kit.get_by_label("Text message", exact=True)).to_have_value("Kit's words.")
    await kit.close()
    await expect(jo.get_by_text("Kit Morgan is editing this too.")).to_be_hidden()


async def test_example_questions_are_looked_over_as_they_are_written(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    await write(jo, Ways_people_ask_this="what is it\nwhat is it\nmy dad hits me every night")
    looked = jo.locator("[data-looked]")
    await expect(looked).to_contain_text("Line 2 is line 1 again.")
    await expect(looked).to_contain_text("Line 3 is heard as a worry about safety")
    await expect(jo.locator("#examples-errors")).to_contain_text("Only 3 examples")
    await jo.get_by_text("Lambeth same as everywhere").click()
    await jo.get_by_label("Text message in Lambeth").fill("Only in Lambeth.")
    await jo.get_by_label("Filled in for").select_option("lambeth")
    await expect(jo.locator("[data-preview=sms]")).to_have_text("Only in Lambeth.")
    await assert_accessible(jo)


async def test_files_are_tried_and_brought_in_without_javascript(
    new_page: NewPage, site: str, tmp_path: Path
) -> None:
    jo = await signed_in(await new_page(java_script_enabled=False), site, JO, "/staff/answers/files")
    files = {path.name: path.read_text("utf-8") for path in SHIPPED.glob("*.yml")}
    files["money.yml"] = files["money.yml"].replace("title: EMA\n", "title: Old EMA\n")
    (tmp_path / "answers.zip").write_bytes(packed(files))
    await jo.get_by_label("Zip of answers").set_input_files(tmp_path / "answers.zip")
    await press(jo, "Show what it would change")
    await expect(jo.get_by_text("1 draft would be made")).to_be_visible()
    await press(jo, "Make this draft")
    await expect(jo.get_by_role("link", name="Old EMA")).to_be_visible()
