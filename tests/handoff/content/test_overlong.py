"""A text that is too long comes back whole from a form without a script, with what to take out of it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.handoff.cases.scenes import Colleague

AT, API = "/staff/answers/bursary", "/api/staff/answers/bursary"
LONG_WEB = "One & two. " * 1_900 + "The end."
SAID = "“Web chat” may have 20,000 characters at most"


async def _version(editor: Colleague) -> str:
    _, body = await editor.post(f"{API}/start")
    return str(body["draft"]["version"])


def _box(page: str, name: str) -> str:
    """What stands in a box of several lines."""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found, name
    return unescape(found[1])


@pytest.mark.parametrize("step", ["save", "submit", "ask"])
async def test_words_that_are_too_long_are_whole_in_their_box(jo: Colleague, step: str) -> None:
    typed = {"web": LONG_WEB, "sms": "New text & more.", "question": "any money?"}
    status, page = await jo.submit(f"{AT}/{step}", version=await _version(jo), **typed)
    assert status == 413 and SAID in unescape(page) and "Nothing is saved" in page
    assert _box(page, "web") == LONG_WEB and _box(page, "sms") == "New text & more."
    errors = page.split('id="web-errors">')[1].split("</div>")[0]
    assert "Web chat has 20,908 characters, and at most 20,000 are kept: take out 908." in errors
    assert (await jo.get(API))[1]["draft"]["web"] != LONG_WEB


@pytest.mark.parametrize(
    ("box", "most", "errors", "named"),
    [
        ("sms", 5_000, "sms", "“Text message”"),
        ("examples", 40_000, "examples", "“Ways people ask this”"),
        ("sms@lambeth", 5_000, "areas", "“Text message in Lambeth”"),
        ("web@camden", 20_000, "areas", "“Web chat in Camden”"),
    ],
)
async def test_each_box_says_by_itself_that_it_holds_too_much(
    jo: Colleague, box: str, most: int, errors: str, named: str
) -> None:
    typed = {"web": "New.", "sms": "New.", box: "wörds\n" * (most // 6) + "and the end"}
    status, page = await jo.submit(f"{AT}/save", version=await _version(jo), **typed)
    assert status == 413 and f"{named} may have {most:,} characters at most" in unescape(page)
    assert _box(page, box) == typed[box]
    assert "take out" in page.split(f'id="{errors}-errors">')[1].split("</div>")[0]


async def test_two_boxes_that_hold_too_much_are_both_told(jo: Colleague) -> None:
    typed = {"web": LONG_WEB, "sms": "x" * 5_003}
    _, page = await jo.submit(f"{AT}/save", version=await _version(jo), **typed)
    assert "take out 908" in page and "take out 3" in page and _box(page, "sms") == typed["sms"]


async def test_too_long_words_for_a_draft_that_is_gone_are_all_there_to_copy(jo: Colleague) -> None:
    version = await _version(jo)
    assert (await jo.post(f"{API}/discard", {"version": int(version)}))[0] == 200
    status, page = await jo.submit(f"{AT}/save", version=version, web=LONG_WEB, sms="New.")
    assert status == 413 and SAID in unescape(page)
    assert LONG_WEB in unescape(page.split("What you typed</h2>")[1].split("</section>")[0])


async def test_a_question_that_is_too_long_loses_no_words_of_the_draft(jo: Colleague) -> None:
    typed = {"web": "Typed.", "sms": "Typed too.", "question": "why " * 130}
    status, page = await jo.submit(f"{AT}/ask", version=await _version(jo), **typed)
    assert status == 413 and "“A question” may have 500 characters at most" in unescape(page)
    assert _box(page, "web") == "Typed." and "why " * 130 in page


async def test_a_comment_and_a_reply_that_are_too_long_stay_in_their_boxes(
    jo: Colleague, kit: Colleague
) -> None:
    await _version(jo)
    long = "Say more. " * 201
    status, page = await jo.submit(f"{AT}/comment", words=long)
    assert status == 413 and "“Comment” may have 2,000 characters at most" in unescape(page)
    assert _box(page, "words") == long
    _, told = await jo.post(f"{API}/comment", {"words": "Is it so?"})
    status, page = await kit.submit(f"{AT}/comment", words=long, reply_to=told["comments"][0]["id"])
    assert status == 413 and _box(page, "words") == long and page.count(long) == 1
    assert '<details class="reply" open>' in page


async def test_a_note_to_send_it_back_that_is_too_long_stays_in_its_box(
    jo: Colleague, kit: Colleague
) -> None:
    body = {"version": int(await _version(jo)), "web": "New.", "sms": "New."}
    _, sent = await jo.post(f"{API}/submit", body)
    long, version = "Say more. " * 201, str(sent["draft"]["version"])
    status, page = await kit.submit(f"{AT}/request-changes", version=version, note=long)
    assert status == 413 and "“What should change” may have 2,000" in unescape(page)
    assert _box(page, "note") == long


@pytest.mark.parametrize("step", ["emergency", "take-off"])
async def test_a_reason_that_is_too_long_stays_in_the_form_it_was_for(dana: Colleague, step: str) -> None:
    long, version = "It does harm. " * 12, ""
    if step == "emergency":
        version = await _version(dana)
    status, page = await dana.submit(f"{AT}/{step}", version=version, reason=long)
    assert status == 413 and "“Reason” may have 150 characters at most" in unescape(page)
    assert page.count(long) == 1
    form = page.split(f'action="{AT}/{step}"')
    assert long in form[1].split("</form>")[0] and " open>" in form[0][form[0].rindex("<details") :]


async def test_what_the_source_says_now_stays_in_its_box_alone(jo: Colleague) -> None:
    long = "It says March. " * 140
    status, page = await jo.submit(f"{AT}/source-differs", revision="1", reason=long)
    assert status == 413 and _box(page, "reason") == long and page.count(long) == 1


async def test_a_title_that_is_too_long_for_a_new_answer_stays_in_its_box(jo: Colleague) -> None:
    long = "Help with travel, and with more. " * 3
    status, page = await jo.submit("/staff/answers/new", title=long, group="money")
    assert status == 413 and "“Title” may have 60 characters at most. Shorten it" in unescape(page)
    assert f'value="{long}"' in page
