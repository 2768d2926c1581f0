"""The chat page with JavaScript: asking, choosing, waiting, being joined by an adviser."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import expect

from tests.browser.chat import expect_said, open_chat, say
from tests.browser.conftest import NewPage, assert_accessible
from tests.handoff.factories import sign_in
from tests.handoff.fakes import FakeRasa, answer, talk

CHOICES: dict[str, Any] = {
    "kind": "choices",
    "text": "Which is closest?",
    "choices": [
        {"text": "Help with college costs", "answer": "bursary"},
        {"text": "Something else", "answer": None},
    ],
}
LOOKS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"viewport": {"width": 1280, "height": 800}},
    {"reduced_motion": "reduce", "forced_colors": "active"},
]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "wide", "high-contrast"])
async def test_every_state_of_the_chat_is_accessible(
    new_page: NewPage, site: str, rasa: FakeRasa, look: dict[str, Any]
) -> None:
    rasa.script["money"] = [answer("bursary"), CHOICES]
    page = await new_page(**look)
    await open_chat(page, site)
    await assert_accessible(page)
    go = rasa.hang()
    await say(page, "money")
    await expect(page.get_by_text("The assistant is typing")).to_be_visible()
    await assert_accessible(page)
    go.set()
    await expect(page.get_by_role("button", name="Something else")).to_be_visible()
    await assert_accessible(page)
    await say(page, "I want to kill myself tonight")
    await expect(page.locator(".message--kind-safety")).to_be_visible()
    await page.get_by_label("Your message").fill("a" * 5_010)
    await expect(page.get_by_text("10 characters too many")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_accessible(page)


async def test_an_answer_names_its_source_and_opens_it_apart(
    new_page: NewPage, site: str, rasa: FakeRasa
) -> None:
    rasa.script["money"] = [answer("bursary")]
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    source = page.locator(".message__source")
    await expect(source).to_contain_text("Source:")
    await expect(source.get_by_role("link")).to_have_attribute("target", "_blank")


async def test_a_choice_is_a_button_that_says_its_words(new_page: NewPage, site: str, rasa: FakeRasa) -> None:
    rasa.script |= {"money": [CHOICES], "Help with college costs": [talk("Here it is.")]}
    page = await new_page()
    await open_chat(page, site)
    await say(page, "money")
    await page.get_by_role("button", name="Help with college costs").click()
    await expect_said(page, "money", "Which is closest?", "Help with college costs", "Here it is.")
    await expect(page.get_by_role("button", name="Something else")).to_have_count(0)


async def test_enter_sends_and_shift_enter_starts_a_line(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await page.get_by_label("Your message").focus()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect_said(page, "one\ntwo", "You said: one\ntwo")


async def test_words_that_are_too_long_come_back_to_the_box(new_page: NewPage, site: str) -> None:
    words = "I want to kill myself tonight. " + "and so on " * 600
    page = await new_page()
    await open_chat(page, site)
    await say(page, words)
    await expect(page.locator(".message--kind-safety")).to_have_count(1)
    await expect(page.get_by_role("alert")).to_contain_text("longer than")
    await expect(page.get_by_label("Your message")).to_have_value(words)


async def test_markup_in_words_is_words(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "<img src=x onerror=alert(1)><b>hi</b>")
    await expect_said(
        page, "<img src=x onerror=alert(1)><b>hi</b>", "You said: <img src=x onerror=alert(1)><b>hi</b>"
    )
    assert await page.locator(".log img").count() == 0


async def test_a_reload_goes_on_and_coming_anew_is_a_new_chat(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "hello")
    await expect_said(page, "hello", "You said: hello")
    await page.reload()
    await expect_said(page, "hello", "You said: hello")
    await page.goto(f"{site}/chat/about")
    await page.go_back()
    await expect_said(page, "hello", "You said: hello")
    await open_chat(page, site)
    await expect_said(page)


async def test_a_second_tab_is_a_chat_of_its_own(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "hello")
    await expect_said(page, "hello", "You said: hello")
    other = await page.context.new_page()
    await open_chat(other, site)
    await say(other, "again")
    await expect_said(other, "again", "You said: again")
    await expect_said(page, "hello", "You said: hello")


async def test_an_adviser_joins_and_answers_without_a_reload(
    new_page: NewPage, site: str, client: TestClient
) -> None:
    page = await new_page()
    await open_chat(page, site, "?area=camden")
    await say(page, "I want to kill myself tonight")
    await expect(page.locator("#status")).to_contain_text("Waiting for an adviser")
    headers = await sign_in(client)
    case = (await (await client.get("/api/staff/cases?state=open")).json())["cases"][0]["id"]
    await client.post(f"/api/staff/cases/{case}/claim", headers=headers, json={})
    await client.post(f"/api/staff/cases/{case}/reply", headers=headers, json={"text": "Hi, I am here."})
    await expect(page.locator(".message--adviser")).to_contain_text("Hi, I am here.")
    await expect(page.locator(".message--kind-notice")).to_contain_text("Sam has joined")
    await expect(page.locator("#status")).to_contain_text("talking to Sam")
    await assert_accessible(page)


async def test_the_page_about_privacy_is_accessible(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await page.goto(f"{site}/chat/about")
    await assert_accessible(page)


async def test_on_a_small_phone_a_first_choice_is_seen_at_once(new_page: NewPage, site: str) -> None:
    page = await new_page(viewport={"width": 320, "height": 640})
    await open_chat(page, site)
    first = await page.locator(".choice").first.bounding_box()
    writing = await page.locator(".composer").bounding_box()
    assert first and writing and first["y"] + first["height"] <= writing["y"]
