"""The chat page with JavaScript off."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import NewPage, assert_accessible
from tests.handoff.fakes import FakeRasa, answer, talk


async def test_asking_and_choosing_work_as_forms(new_page: NewPage, site: str, rasa: FakeRasa) -> None:
    choice = {"kind": "choices", "text": "Which?", "choices": [{"text": "This one", "answer": None}]}
    rasa.script |= {"money": [choice], "This one": [talk("Here it is.")]}
    page = await new_page(java_script_enabled=False)
    await page.goto(f"{site}/chat")
    await page.get_by_label("Your message").fill("money")
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("button", name="This one").click()
    await expect(page.get_by_text("Here it is.")).to_be_visible()
    await page.reload()
    await expect(page.locator(".message")).to_have_count(4)


async def test_a_starter_begins_the_chat(new_page: NewPage, site: str) -> None:
    page = await new_page(java_script_enabled=False)
    await page.goto(f"{site}/chat")
    await page.get_by_role("button", name="Can I talk to a person?").click()
    await expect(page.get_by_text("You said: Can I talk to a person?")).to_be_visible()


async def test_an_empty_form_says_what_to_do(new_page: NewPage, site: str) -> None:
    page = await new_page(java_script_enabled=False)
    await page.goto(f"{site}/chat")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_have_text("Write a message first.")


async def test_every_state_of_the_plain_page_is_accessible(
    new_page: NewPage, site: str, rasa: FakeRasa
) -> None:
    rasa.script["money"] = [answer("bursary")]
    page = await new_page()
    await page.route("**/*.js*", lambda route: route.abort())  # axe itself needs a browser with scripts on
    await page.goto(f"{site}/chat")
    await assert_accessible(page)
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_label("Your message").fill("money")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".message__source")).to_be_visible()
    await assert_accessible(page)
