"""The fixed messages: edited as phrases are, and none that could leave a child without help is ever kept."""

from __future__ import annotations

import re

import pytest

from handoff.app import Parts
from handoff.screening.editions import service
from handoff.screening.messages import fixed_message
from tests.handoff.cases.scenes import Colleague
from tests.handoff.screening.editing import HOME, decide, hidden, submit

HOLDING, URGENT = f"{HOME}/messages/parts/holding-0", f"{HOME}/messages/parts/urgent-1"
WEB = "We have it, {area.name} has it. Call {helpline.emergency}. Childline {helpline.childline}."
SMS = "We have it. In danger: {helpline.emergency}. Childline {helpline.childline}."


async def write(who: Colleague, path: str = HOLDING, **fields: str) -> tuple[int, str]:
    page = await who.page(path)
    return await who.submit(path, **{"seen": hidden(page, "seen"), "web": WEB, "sms": SMS} | fields)


async def test_new_words_go_out_once_a_second_person_approved_them(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    camden, now = parts.rules.areas["camden"], parts.clock.now()
    assert (await write(priya))[0] == 200
    await submit(priya, "messages")
    assert "We have it, Camden" not in fixed_message("holding", camden, now).text
    assert (await decide(priya, kind="messages"))[0] == 403
    assert (await decide(dana, kind="messages"))[0] == 200
    sent = fixed_message("holding", camden, now)
    assert sent.text == "We have it, Camden has it. Call 999. Childline 0800 1111."
    assert sent.sms.startswith("We have it. In danger: 999.")


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        (HOLDING, {"sms": "Call {helpline.emergenci}."}, "{helpline.emergenci} is not known"),
        (HOLDING, {"sms": SMS + "x" * 300}, "3 texts in some area: 2 at most"),
        (HOLDING, {"sms": SMS + " 你好"}, "cannot go in a plain text"),
        (HOLDING, {"sms": ""}, "It is empty"),
        (HOLDING, {"web": "Childline {helpline.childline}"}, "Say to call 999"),
        (HOLDING, {"web": "Call 999."}, "Give Childline"),
        (HOLDING, {"web": WEB + " It stays private."}, "Never promise"),
        (HOLDING, {"web": WEB + " {"}, "curly bracket"),
        (HOLDING, {"category": "suicide"}, "one message has to be for all others"),
        (URGENT, {"category": "homelessness"}, "keep this secret"),
        (URGENT, {"category": "homelessness"}, "Give the duty team"),
        (URGENT, {"category": "homelessness"}, "Ask for a number that is safe"),
        (URGENT, {"category": "suicide"}, "in another message of this level already"),
        (URGENT, {}, "another message is the one for all others"),
        (URGENT, {"category": "nonsense"}, "is not a category"),
    ],
)
async def test_what_is_wrong_is_said_at_the_box_and_nothing_typed_is_lost(
    priya: Colleague, parts: Parts, path: str, fields: dict[str, str], told: str
) -> None:
    status, page = await write(priya, path, **fields)
    assert status == 422 and told in page.replace("&#39;", "'")
    assert all(words.strip() in page for name, words in fields.items() if name in ("web", "sms"))
    async with parts.db.reading() as session:
        assert await service.open_edition(session, "messages") is None


async def test_the_preview_is_filled_for_the_area_and_counts_the_texts(
    priya: Colleague, parts: Parts
) -> None:
    for slug in ("lambeth", "camden"):
        status, page = await write(priya, area=slug, look="1")
        assert status == 200 and f"We have it, {parts.rules.areas[slug].name} has it. Call 999." in page
        assert re.search(r"\d+ characters, 1 text of 2", page)
    async with parts.db.reading() as session:
        assert await service.open_edition(session, "messages") is None


async def test_a_message_in_markup_is_shown_as_words(priya: Colleague, parts: Parts) -> None:
    _, page = await write(priya, web=WEB + " <script>alert(1)</script>", look="1")
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
