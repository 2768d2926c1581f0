""" "Did this help?" in a browser: quiet, reachable, remembered, and gone when it would be out of place."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Page, expect
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.model import REQUEST
from handoff.cases.service import open_or_raise
from handoff.conversations.model import WAITING, Conversation
from tests.browser.chat import open_chat, say
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_chat import LOOKS
from tests.browser.test_editor import JO, WIDE, signed_in
from tests.handoff.factories import make_chat, sign_in
from tests.handoff.fakes import FakeRasa, answer, talk
from tests.handoff.feedback.scenes import say_helped

SORRY = "Sorry that didn't help. I've told the team. Want to talk to a person?"


@pytest.fixture(autouse=True)
def answers(rasa: FakeRasa) -> None:
    rasa.script |= {
        "money": [answer("bursary")],
        "travel": [answer("travel")],
        "Talk to a person": [answer("talk-to-person"), talk("An adviser will read this.")],
    }


def ask(page: Page) -> Any:
    return page.get_by_role("group", name="Did this help?")


def button(page: Page, word: str, *, pressed: bool | None = None) -> Any:
    return ask(page).get_by_role("button", name=word, exact=True, pressed=pressed)


async def expect_said_last(page: Page, text: str) -> None:
    await expect(page.locator(".message").last).to_contain_text(text)


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "wide", "high-contrast"])
async def test_every_state_of_the_question_is_accessible(
    new_page: NewPage, site: str, look: dict[str, Any]
) -> None:
    page = await new_page(**look)
    await open_chat(page, site)
    await say(page, "money")
    await expect(button(page, "No", pressed=False)).to_be_visible()
    await assert_accessible(page)
    await button(page, "Yes").click()
    await expect(page.get_by_text("Thanks!")).to_be_visible()
    await assert_accessible(page)
    await button(page, "No").click()
    await expect(page.get_by_text(SORRY)).to_be_visible()
    await expect(button(page, "No", pressed=True)).to_be_visible()
    await assert_accessible(page)
    await say(page, "travel")
    await expect(page.get_by_text("You said this didn’t help.")).to_be_visible()
    await expect(ask(page)).to_have_count(1)
    await assert_accessible(page)


async def test_a_thumb_can_press_it(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    for word in ("Yes", "No"):
        box = await button(page, word).bounding_box()
        assert box["width"] >= 24 and box["height"] >= 24


async def test_it_is_asked_of_the_last_answer_alone(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    await expect(ask(page)).to_have_count(1)
    await say(page, "travel")
    await expect(page.locator(".message--kind-answer").last.get_by_text("Did this help?")).to_be_visible()
    await expect(ask(page)).to_have_count(1)
    await say(page, "Talk to a person")
    await expect_said_last(page, "An adviser will read this.")
    await expect(ask(page)).to_have_count(0)


async def test_a_keyboard_reaches_it_and_a_reload_remembers(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    await button(page, "Yes").focus()
    await page.keyboard.press("Tab")
    await expect(button(page, "No")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(SORRY)).to_have_count(1)
    await expect(button(page, "No", pressed=True)).to_be_focused()
    await page.reload()
    await expect(button(page, "No", pressed=True)).to_be_visible()
    await expect(page.get_by_text(SORRY)).to_have_count(1)
    await page.get_by_role("button", name="Talk to a person").click()
    await expect_said_last(page, "An adviser will read this.")


async def test_a_safety_message_takes_the_question_away(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    await button(page, "Yes").click()
    await expect(page.get_by_text("Thanks!")).to_be_visible()
    await say(page, "I want to kill myself tonight")
    await expect(page.locator(".message--kind-safety")).to_be_visible()
    await expect(page.locator(".helped")).to_have_count(0)


async def test_an_adviser_who_joins_takes_the_question_away_while_they_are_there(
    new_page: NewPage, site: str, client: TestClient[Any, Any], parts: Parts
) -> None:
    page = await new_page()
    await open_chat(page, site, "?area=camden")
    await say(page, "money")
    await expect(ask(page)).to_be_visible()
    async with parts.db.transaction() as session:
        conversation = (await session.execute(select(Conversation))).scalar_one()
        conversation.state = WAITING
        case, _ = await open_or_raise(session, parts.rules, parts.clock.now(), conversation, REQUEST)
    headers, at = await sign_in(client), f"/api/staff/cases/{case.id}"
    await client.post(f"{at}/claim", headers=headers, json={})
    await expect(page.get_by_text("Sam has joined")).to_be_visible()
    await expect(ask(page)).to_have_count(0)
    await client.post(f"{at}/hand-back", headers=headers, json={})
    await expect(ask(page)).to_be_visible()


async def test_a_vote_that_does_not_get_through_says_so(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    await page.route("**/helped", lambda route: route.abort())
    await button(page, "No").click()
    await expect(page.get_by_text("That did not get through.")).to_be_visible()
    await expect(button(page, "No", pressed=False)).to_be_visible()
    await page.unroute("**/helped")
    await button(page, "No").click()
    await expect(page.get_by_text(SORRY)).to_be_visible()


async def test_it_works_in_an_embed_and_as_a_form(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site, "?embed=1")
    await say(page, "money")
    await button(page, "Yes").click()
    await expect(page.get_by_text("Thanks!")).to_be_visible()
    plain = await new_page(java_script_enabled=False)
    await plain.goto(f"{site}/chat")
    await plain.get_by_label("Your message").fill("money")
    await plain.get_by_role("button", name="Send").click()
    await button(plain, "No").click()
    await expect(plain.get_by_text(SORRY)).to_be_visible()
    await plain.get_by_role("button", name="Talk to a person").click()
    await expect(plain.get_by_text("You said this didn’t help.")).to_be_visible()


async def test_every_state_of_the_plain_question_is_accessible(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await page.route("**/*.js*", lambda route: route.abort())  # axe itself needs a browser with scripts on
    await page.goto(f"{site}/chat")
    await page.get_by_label("Your message").fill("money")
    await page.get_by_role("button", name="Send").click()
    await expect(ask(page)).to_be_visible()
    await assert_accessible(page)
    await button(page, "No").click()
    await expect(page.get_by_text(SORRY)).to_be_visible()
    await assert_accessible(page)


async def test_a_no_below_a_long_answer_is_answered_in_sight(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    await expect(page.get_by_text("Apprentices can't get it.")).to_be_attached()
    await expect(page.locator(".message--person")).to_be_in_viewport()
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    await button(page, "No").click()
    await expect(page.get_by_text(SORRY)).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Talk to a person")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
async def test_what_editors_hear_of_it_is_accessible(
    new_page: NewPage, site: str, client: TestClient[Any, Any], viewport: dict[str, int]
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("money")
    assert (await say_helped(chat, 2, False))[0] == 200
    page = await signed_in(await new_page(viewport=viewport), site, JO)
    await expect(page.get_by_text("What they had asked who said no")).to_be_visible()
    await assert_accessible(page)
    await page.goto(f"{site}/staff/answers")
    await expect(page.get_by_text("Helped: 0 yes, 1 no")).to_be_visible()
    await assert_accessible(page)
