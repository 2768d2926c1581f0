"""The console in a real browser: live, by keyboard, on a phone, and without anything axe objects to."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Page, Route, expect

from handoff.app import Parts
from tests.browser.chat import open_chat
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.handoff.cases.scenes import LEAD, make_case, signed_in
from tests.handoff.conftest import PASSWORD

DESK = {"width": 1280, "height": 860}


async def staff_page(
    new_page: NewPage, site: str, email: str = "pa.camden@demo.test", **options: object
) -> Page:
    """A browser with this member of staff signed in, at the queue."""
    page = await new_page(**{"viewport": DESK} | options)
    await page.goto(f"{site}/staff")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/staff/queue")
    return page


async def test_an_urgent_case_is_announced_though_the_queue_was_drawn_while_it_was_being_taken_in(
    new_page: NewPage, site: str
) -> None:
    young, sam = await new_page(), await staff_page(new_page, site)
    await open_chat(young, site)
    await sam.wait_for_load_state()
    await sam.evaluate("document.getElementById('queue').dataset.at = Date.now() / 1000 + 20")
    await young.get_by_label("Your message").fill("my step dad hits me")
    await young.keyboard.press("Enter")
    await expect(sam.get_by_role("link", name=re.compile("Safeguarding"))).to_be_visible()
    await expect(sam.locator("[data-loud-news]")).to_contain_text("Urgent: Safeguarding")


async def test_the_whole_handoff(new_page: NewPage, site: str, parts: Parts) -> None:
    young = await new_page()
    await open_chat(young, site)
    sam = await staff_page(new_page, site)
    await expect(sam.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    await young.get_by_label("Your message").fill("my step dad hits me")
    await young.keyboard.press("Enter")
    row = sam.get_by_role("link", name=re.compile("Safeguarding"))
    await expect(row).to_be_visible()  # nobody reloaded the queue
    await expect(sam).to_have_title(re.compile(r"^\(1!\)"))
    await expect(sam.locator("[data-loud-news]")).to_contain_text("Urgent: Safeguarding")
    await row.click()
    await sam.get_by_role("button", name="Take this case").click()
    await sam.get_by_label("Reply in the chat").fill("Hi, I'm Sam. Are you safe now?")
    await sam.wait_for_load_state()  # the short cut is the script's
    await sam.keyboard.press("Control+Enter")
    await expect(young.get_by_text("Hi, I'm Sam. Are you safe now?")).to_be_visible()
    await young.get_by_label("Your message").fill("yes im at my nans")
    await young.keyboard.press("Enter")
    await expect(sam.get_by_text("yes im at my nans")).to_be_visible()
    await sam.get_by_text("Close the case").first.click()
    await sam.get_by_label("Outcome").select_option("referred_mash")
    await sam.get_by_label("Decision").fill("Referred to MASH; staying with nan tonight.")
    await sam.get_by_role("button", name="Close the case").click()
    await expect(sam.get_by_text("Closed: Referred to MASH").first).to_be_visible()
    await expect(young.get_by_text("Sam has ended this chat")).to_be_visible()


async def test_a_colleagues_claim_shows_without_reload(
    new_page: NewPage, site: str, parts: Parts, client: TestClient
) -> None:
    case = await make_case(parts, words="hello?")
    sam = await staff_page(new_page, site)
    await sam.goto(f"{site}/staff/cases/{case['id']}")
    async with signed_in(client, LEAD) as priya:
        await priya.post(f"{case['at']}/claim")
        await expect(sam.get_by_text("This case is with Priya Nair")).to_be_visible()
        await priya.post(f"{case['at']}/return")
        await expect(sam.get_by_role("button", name="Take this case")).to_be_visible()


async def test_a_reply_that_fails_stays_in_the_box(new_page: NewPage, site: str, parts: Parts) -> None:
    case = await make_case(parts)
    sam = await staff_page(new_page, site)
    await sam.goto(f"{site}/staff/cases/{case['id']}")
    await sam.get_by_role("button", name="Take this case").click()
    await expect(sam.get_by_label("Reply in the chat")).to_be_visible()
    await sam.wait_for_load_state()  # before, the browser itself would send the form
    await sam.route("**/reply", lambda route: route.abort())
    await sam.get_by_label("Reply in the chat").fill("One moment")
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.get_by_text("It is still here; send it again.")).to_be_visible()
    await expect(sam.get_by_label("Reply in the chat")).to_have_value("One moment")
    await sam.unroute("**/reply")
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.locator(".line--adviser .bubble")).to_have_text(["One moment"])


async def taken(new_page: NewPage, site: str, case: dict[str, str]) -> Page:
    """The page of an urgent case that Sam has taken; a word to the person is due, and the page says so."""
    sam = await staff_page(new_page, site)
    await sam.goto(f"{site}/staff/cases/{case['id']}")
    await sam.get_by_role("button", name="Take this case").click()
    await expect(sam.get_by_text("A note of what you do gives you")).to_be_visible()
    await sam.wait_for_load_state()
    return sam


async def test_nothing_half_written_is_lost_when_the_case_changes(
    new_page: NewPage, site: str, parts: Parts, client: TestClient
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", words="hello?")
    sam = await taken(new_page, site, case)
    for summary in ("Record a decision", "Record who else was told", "Close the case", "Escalate to the"):
        await sam.locator(".case-side summary").filter(has_text=summary).click()
    written = {
        "#reply": "Are you", "#note": "She said", "#decide-decided": "We decided", "#refer-whom": "Jo at the",
        "#decision": "Referred", "#escalate-why": "I fear",
    }  # fmt: skip
    for field, words in written.items():
        await sam.locator(field).fill(words)
    await sam.locator("#outcome").select_option("referred_mash")
    await sam.locator("#refer-whom").focus()
    async with signed_in(client) as elsewhere:
        await elsewhere.post(f"{case['at']}/reply", {"text": "I am here."})
    await expect(sam.get_by_text("A note of what you do gives you")).to_have_count(0)
    await expect(sam.locator("#refer-whom")).to_be_focused()
    for field, words in written.items():
        await expect(sam.locator(field)).to_be_visible()
        await expect(sam.locator(field)).to_have_value(words)
    await expect(sam.locator("#outcome")).to_have_value("referred_mash")
    await sam.get_by_role("button", name="Save note").click()
    await expect(sam.locator("#notes")).to_contain_text("She said")
    await expect(sam.locator("#note")).to_have_value("")
    await expect(sam.locator("#decide-decided")).to_have_value("We decided")


async def reply_and_lose_the_answer(sam: Page, words: str) -> None:
    """The reply is stored, which draws the page again, but the page is told of no success."""

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await sam.route("**/reply", lose_the_answer)
    await sam.get_by_label("Reply in the chat").fill(words)
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.get_by_text("A note of what you do gives you")).to_have_count(0)
    await sam.unroute("**/reply")


async def test_a_reply_whose_answer_was_lost_is_not_said_twice(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", words="hello?")
    sam = await taken(new_page, site, case)
    await reply_and_lose_the_answer(sam, "One moment")
    await expect(sam.locator(".line--adviser .bubble")).to_have_text(["One moment"])
    await expect(sam.get_by_label("Reply in the chat")).to_have_value("One moment")
    await sam.wait_for_load_state()
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.get_by_label("Reply in the chat")).to_have_value("")
    await sam.get_by_label("Reply in the chat").fill("And now?")
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.locator(".line--adviser .bubble")).to_have_text(["One moment", "And now?"])


async def test_other_words_after_a_lost_answer_are_another_message(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", words="hello?")
    sam = await taken(new_page, site, case)
    await reply_and_lose_the_answer(sam, "One moment")
    await sam.wait_for_load_state()
    await sam.get_by_label("Reply in the chat").fill("Where are you?")
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.locator(".line--adviser .bubble")).to_have_text(["One moment", "Where are you?"])


async def test_words_whose_form_is_gone_are_shown_to_be_copied(
    new_page: NewPage, site: str, parts: Parts, client: TestClient
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", words="hello?")
    sam = await taken(new_page, site, case)
    await sam.get_by_label("Reply in the chat").fill("I will ring you")
    async with signed_in(client, LEAD) as priya:
        await priya.post(f"{case['at']}/return")
    await expect(sam.locator("#unsent")).to_contain_text("This was not sent or saved.")
    await expect(sam.locator("#unsent")).to_contain_text("I will ring you")
    await assert_accessible(sam)


async def test_an_adviser_on_sms_sees_how_many_texts_a_reply_is(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    case = await make_case(parts, phone="+447700900131")
    sam = await staff_page(new_page, site)
    await sam.goto(f"{site}/staff/cases/{case['id']}")
    await sam.get_by_role("button", name="Take this case").click()
    await sam.get_by_label("Reply by text").fill("x" * 161)
    await expect(sam.get_by_text("161 characters, 2 texts")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_state_is_accessible(
    new_page: NewPage, site: str, parts: Parts, viewport: dict[str, int], scheme: str
) -> None:
    sam = await staff_page(new_page, site, viewport=viewport, color_scheme=scheme)
    await assert_accessible(sam)
    case = await make_case(
        parts, "safeguarding", level="emergency", phone="+447700900132", words="help", categories=("suicide",)
    )
    for reason in ("neet", "failure", "failure"):
        await make_case(parts, reason, incident="rasa" if reason == "failure" else None)
    await make_case(parts, "safeguarding", level="concern")
    for show in ("waiting", "all", "closed"):
        await sam.goto(f"{site}/staff/queue?show={show}")
        await assert_accessible(sam)
    await sam.goto(f"{site}/staff/cases/{case['id']}")
    await assert_accessible(sam)
    await sam.get_by_role("button", name="Take this case").click()
    await sam.get_by_label("Reply by text").wait_for()
    for summary in await sam.locator(".case-side summary").all():
        await summary.click()
    await assert_accessible(sam)
    await sam.get_by_label("Outcome").select_option("referred_mash")
    await sam.get_by_role("button", name="Close the case").click()
    await expect(sam.get_by_role("alert").filter(has_text="Write down what was decided")).to_be_visible()
    await assert_accessible(sam)
    await sam.goto(f"{site}/staff/account")
    await assert_accessible(sam)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_sign_in_page_is_accessible_and_says_what_went_wrong(
    new_page: NewPage, site: str, scheme: str
) -> None:
    page = await new_page(color_scheme=scheme)
    await page.goto(f"{site}/staff")
    await assert_accessible(page)
    await page.get_by_label("E-mail address").fill("sam@demo.test")
    await page.get_by_label("Password").fill("no")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("do not go together")
    await assert_accessible(page)


async def test_a_case_is_taken_by_keyboard_alone(new_page: NewPage, site: str, parts: Parts) -> None:
    await make_case(parts)
    sam = await staff_page(new_page, site)
    await sam.get_by_role("button", name="Take next case").focus()
    await sam.keyboard.press("Enter")
    await sam.get_by_label("Reply in the chat").focus()
    await sam.keyboard.type("Hello")
    await sam.wait_for_load_state()  # the short cut is the script's
    await sam.keyboard.press("Control+Enter")
    await expect(sam.locator(".line--adviser .bubble")).to_have_text(["Hello"])


@pytest.mark.parametrize("script", [True, False], ids=["live", "without script"])
async def test_a_long_queue_is_read_page_by_page_on_a_phone(
    new_page: NewPage, site: str, parts: Parts, script: bool
) -> None:
    for _ in range(27):
        await make_case(parts)
    sam = await staff_page(new_page, site, viewport=PHONE, java_script_enabled=script)
    await expect(sam.locator("[data-key]")).to_have_count(25)
    await sam.get_by_role("link", name="Further down the list").click()
    await expect(sam.locator("[data-key]")).to_have_count(2)
    await expect(sam.get_by_text("Page 2 of 2")).to_be_visible()
    if script:
        await assert_accessible(sam)
        await make_case(parts)  # it pushes another over to this page
        await expect(sam.locator("[data-key]")).to_have_count(3)
    await sam.get_by_role("link", name="Earlier in the list").click()
    await sam.get_by_role("button", name="Take next case").click()
    await sam.wait_for_url("**/staff/cases/*")
    if script:
        await assert_accessible(sam)
