"""Nothing typed is lost when somebody else was quicker; and looking at a draft is not writing in it."""

from __future__ import annotations

from playwright.async_api import Page, Request, expect

from tests.browser.conftest import NewPage, assert_accessible
from tests.browser.test_editor import BURSARY, JO, KIT, WIDE, press, signed_in, write

LATE = "Typed too late."


async def _both_write(new_page: NewPage, site: str) -> tuple[Page, Page]:
    """Two editors with one draft open; the second has typed, and saved nothing."""
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    kit = await signed_in(await new_page(viewport=WIDE), site, KIT)
    await write(jo, Web_chat="Words of Jo.", Text_message="Words of Jo.")
    await write(kit, Text_message=LATE)
    return jo, kit


async def test_words_typed_before_a_draft_was_sent_are_shown_and_are_back_when_it_is_sent_back(
    new_page: NewPage, site: str
) -> None:
    jo, kit = await _both_write(new_page, site)
    await press(jo, "Send for approval")
    await expect(jo.get_by_text("Sent for approval")).to_be_visible()
    await press(kit, "Save draft")
    await expect(kit.get_by_label("Text message, as you typed it")).to_have_value(LATE)
    await assert_accessible(kit)
    await press(jo, "Take it back to change it")
    await kit.goto(site + BURSARY)
    await expect(kit.get_by_label("Text message", exact=True)).to_have_value("Words of Jo.")
    await expect(kit.get_by_label("Text message, as you typed it")).to_have_value(LATE)
    await assert_accessible(kit)
    await write(kit, Text_message=LATE)
    await press(kit, "Save draft")
    await expect(kit.get_by_text("Draft saved")).to_be_visible()
    await expect(kit.get_by_label("Text message, as you typed it")).to_have_count(0)


async def test_words_typed_while_signed_out_are_there_after_a_colleague_saved(
    new_page: NewPage, site: str
) -> None:
    jo, kit = await _both_write(new_page, site)
    await kit.context.clear_cookies()
    await press(kit, "Save draft")
    await expect(kit.get_by_label("Password")).to_be_visible()
    await press(jo, "Save draft")
    await expect(jo.get_by_text("Draft saved")).to_be_visible()
    await signed_in(kit, site, KIT)
    await expect(kit.get_by_label("Text message, as you typed it")).to_have_value(LATE)
    await press(kit, "Throw these words away")
    await expect(kit.get_by_label("Text message, as you typed it")).to_be_hidden()
    await kit.reload()
    await expect(kit.get_by_label("Text message", exact=True)).to_have_value("Words of Jo.")
    await expect(kit.get_by_role("heading", name="Typed in this tab, and not saved")).to_be_hidden()


async def test_what_was_saved_is_never_called_unsaved_once_a_colleague_changed_it(
    new_page: NewPage, site: str
) -> None:
    jo, kit = await _both_write(new_page, site)
    await press(kit, "Save draft")
    await expect(kit.get_by_text("Draft saved")).to_be_visible()
    await jo.goto(site + BURSARY)
    await press(jo, "Throw these words away")
    await write(jo, Text_message="Jo once more.")
    await press(jo, "Save draft")
    await expect(jo.get_by_text("Draft saved")).to_be_visible()
    await kit.goto(site + BURSARY)
    await expect(kit.get_by_label("Text message", exact=True)).to_have_value("Jo once more.")
    await expect(kit.get_by_role("heading", name="Typed in this tab, and not saved")).to_be_hidden()


async def test_a_choice_of_area_or_a_question_tried_saves_nothing(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    await jo.clock.install()
    saves: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/save"):
            saves.append(request.url)

    jo.on("request", note)
    await jo.get_by_label("Filled in for").select_option("lambeth")
    await jo.get_by_label("A question").fill("any money?")
    await jo.clock.run_for(30_000)
    assert saves == []
    await write(jo, Text_message="Written.")
    await jo.clock.run_for(5_000)
    await expect(jo.locator("[data-saved]")).to_contain_text("Saved at")
    await jo.clock.run_for(30_000)
    assert len(saves) == 1


async def test_a_note_typed_while_signed_out_is_back_in_its_box_until_it_is_sent(
    new_page: NewPage, site: str
) -> None:
    _, kit = await _waiting(new_page, site)
    note = kit.get_by_label("Or say what should change")
    await note.fill(LATE)
    await kit.context.clear_cookies()
    await press(kit, "Send back")
    await expect(kit.get_by_label("Password")).to_be_visible()
    await signed_in(kit, site, KIT)
    await expect(note).to_have_value(LATE)
    await press(kit, "Send back")
    await expect(kit.get_by_text("Sent back with your note.")).to_be_visible()
    await kit.goto(site + BURSARY)
    await expect(kit.get_by_role("heading", name="Typed in this tab, and not saved")).to_be_hidden()


async def test_a_second_comment_that_could_not_be_sent_is_back_in_its_box(
    new_page: NewPage, site: str
) -> None:
    _, kit = await _waiting(new_page, site)
    comment = kit.get_by_label("Comment", exact=True)
    await comment.fill("Sent.")
    await press(kit, "Add comment")
    await expect(kit.locator(".comment-words")).to_have_text("Sent.")
    await expect(comment).to_have_value("")
    await comment.fill(LATE)
    await kit.route("**/comment", lambda route: route.abort("internetdisconnected"))
    await press(kit, "Add comment")
    await kit.wait_for_url("chrome-error://**")
    await kit.go_back()
    await expect(comment).to_have_value(LATE)


async def test_a_second_comment_typed_while_signed_out_is_back_on_the_page_before(
    new_page: NewPage, site: str
) -> None:
    _, kit = await _waiting(new_page, site)
    comment = kit.get_by_label("Comment", exact=True)
    await comment.fill("Sent.")
    await press(kit, "Add comment")
    await expect(kit.locator(".comment-words")).to_have_text("Sent.")
    await comment.fill(LATE)
    signed_out = await kit.context.cookies()
    await kit.context.clear_cookies()
    await press(kit, "Add comment")
    await expect(kit.get_by_label("Password")).to_be_visible()
    await kit.context.add_cookies(signed_out)  # type: ignore[arg-type]
    await kit.go_back()
    await expect(comment).to_have_value(LATE)


async def test_a_note_typed_while_signed_out_is_there_to_copy_once_the_draft_is_taken_back(
    new_page: NewPage, site: str
) -> None:
    jo, kit = await _waiting(new_page, site)
    await kit.get_by_label("Or say what should change").fill(LATE)
    await press(jo, "Take it back to change it")
    await expect(jo.get_by_text("Taken back.")).to_be_visible()
    await kit.context.clear_cookies()
    await press(kit, "Send back")
    await expect(kit.get_by_label("Password")).to_be_visible()
    await signed_in(kit, site, KIT)
    await expect(kit.get_by_label("Or say what should change, as you typed it")).to_have_value(LATE)
    await assert_accessible(kit)
    await press(kit, "Throw these words away")
    await kit.reload()
    await expect(kit.get_by_role("heading", name="Typed in this tab, and not saved")).to_be_hidden()


async def _waiting(new_page: NewPage, site: str) -> tuple[Page, Page]:
    """A draft of Jo's that waits for approval, and Kit looking at it."""
    jo = await signed_in(await new_page(viewport=WIDE), site, JO)
    await press(jo, "Change the words")
    await write(jo, Web_chat="Words of Jo.", Text_message="Words of Jo.")
    await press(jo, "Send for approval")
    await expect(jo.get_by_text("Sent for approval")).to_be_visible()
    return jo, await signed_in(await new_page(viewport=WIDE), site, KIT)
