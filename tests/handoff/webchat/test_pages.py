"""The chat page as a form: what works, what stays private and what leaving does, all without JavaScript."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from handoff.app import Parts, make_public_app
from handoff.clock import Clock
from handoff.content.seed import load_content
from handoff.conversations.model import Conversation, Message
from handoff.settings import Limits
from handoff.webchat import intake, pages_routes
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer
from tests.handoff.webchat.pages import open_page

CONTENT = Path(__file__).parents[3] / "data" / "content"


async def count(parts: Parts, table: type[Conversation] | type[Message]) -> int:
    async with parts.db.reading() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


def test_what_the_page_suggests_is_something_the_assistant_was_taught() -> None:
    taught = {example.casefold() for one in load_content(CONTENT) for example in one.examples}
    assert {starter.casefold().rstrip("?") for starter in pages_routes.STARTERS} <= taught


async def test_a_chat_over_its_address_share_is_slowed_and_never_refused(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowed: list[float] = []

    async def note(seconds: float) -> None:
        slowed.append(seconds)

    monkeypatch.setattr(intake, "pause", note)
    parts = replace(parts, settings=replace(parts.settings, limits=Limits(chats_per_address_minute=2)))
    async with TestClient(TestServer(make_public_app(parts))) as client:
        for _ in range(3):
            await make_chat(client)
    assert slowed == [intake.SLOWED_SECONDS]


async def test_looking_at_the_page_stores_nothing(client: TestClient, parts: Parts) -> None:
    page = await open_page(client)
    assert page.response.status == 200 and page.said == []
    assert await count(parts, Conversation) == 0


async def test_the_cookie_is_for_this_page_alone(client: TestClient) -> None:
    page = await open_page(client)
    cookie = page.response.headers["Set-Cookie"]
    assert f"Path={page.address}" in cookie and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert "Max-Age" not in cookie and "expires" not in cookie.lower()


async def test_the_form_sends_and_shows_the_reply(client: TestClient, rasa: FakeRasa) -> None:
    rasa.script["hi"] = [answer("opening-hours")]
    page = await (await open_page(client)).post("hi")
    assert page.response.status == 200
    assert page.said[0] == "hi" and "9am to 5pm" in page.said[1]
    assert re.search(r"Source: .*checked \d+ \w+ \d{4}", page.html)


async def test_reloading_goes_on_and_a_new_chat_is_empty(client: TestClient) -> None:
    page = await (await open_page(client)).post("hello")
    assert (await page.reload()).said == ["hello", "You said: hello"]
    assert (await open_page(client)).said == []


async def test_send_pressed_twice_is_one_message(client: TestClient, parts: Parts) -> None:
    page = await open_page(client)
    await page.post("hello")
    assert (await page.post("hello")).said == ["hello", "You said: hello"]
    assert await count(parts, Conversation) == 1


async def test_other_words_after_going_back_are_a_message_of_their_own(client: TestClient) -> None:
    page = await open_page(client)
    await page.post("hello")
    assert (await page.post("no, this")).said == [
        "hello",
        "You said: hello",
        "no, this",
        "You said: no, this",
    ]


async def test_the_area_in_the_address_is_the_chats(client: TestClient, parts: Parts) -> None:
    await (await open_page(client, "?area=lambeth")).post("hello")
    async with parts.db.reading() as session:
        assert (await session.execute(select(Conversation.area))).scalar_one() == "lambeth"


async def test_nothing_written_is_said_kindly_and_stores_nothing(client: TestClient, parts: Parts) -> None:
    page = await (await open_page(client)).post("  \u200b ")
    assert page.response.status == 422 and "Write a message first." in page.html
    assert await count(parts, Conversation) == 0


async def test_words_that_are_too_long_stay_in_the_box_beside_the_safety_message(client: TestClient) -> None:
    words = "I want to kill myself tonight. " + "and so on " * 600
    page = await (await open_page(client)).post(words)
    assert page.response.status == 413
    assert words.strip() in page.html and 'class="message message--system message--kind-safety"' in page.html


async def test_words_are_shown_as_words(client: TestClient) -> None:
    page = await (await open_page(client)).post("<script>alert(1)</script>")
    assert "<script>alert" not in page.html and page.said[0] == "<script>alert(1)</script>"


async def test_a_page_is_nobody_elses(client: TestClient) -> None:
    mine, yours = await open_page(client), await open_page(client)
    await mine.post("a secret")
    mine.cookie = yours.cookie
    page = await mine.reload()
    assert page.response.status == 404 and "a secret" not in page.html
    mine.cookie = ""
    assert (await mine.reload()).response.status == 404


@pytest.mark.parametrize("csrf", ["", "0" * 64, "ü"])
async def test_a_form_from_elsewhere_is_refused(client: TestClient, parts: Parts, csrf: str) -> None:
    page = await (await open_page(client)).post("hello", csrf=csrf)
    assert page.response.status == 403
    assert await count(parts, Message) == 0


async def test_a_page_left_alone_for_half_an_hour_is_closed(client: TestClient, clock: Clock) -> None:
    page = await (await open_page(client)).post("a secret")
    clock.move(timedelta(minutes=29))
    assert "a secret" in (await page.reload()).html
    clock.move(timedelta(minutes=31))
    closed = await page.reload()
    assert closed.response.status == 401 and "a secret" not in closed.html


async def test_what_was_written_on_a_closed_page_starts_a_new_chat(client: TestClient, clock: Clock) -> None:
    page = await (await open_page(client)).post("a secret")
    clock.move(timedelta(minutes=31))
    fresh = await page.post("are you there?")
    assert fresh.response.status == 401 and fresh.said == [] and ">are you there?</textarea>" in fresh.html
    assert (await fresh.post("are you there?")).said[0] == "are you there?"


async def test_exit_leads_away_revokes_the_page_and_tells_staff(client: TestClient, parts: Parts) -> None:
    page = await (await open_page(client)).post("a secret")
    away = await page.post("", path="/exit")
    assert 'content="0;url=https://www.bbc.co.uk/weather"' in away.html and "Wayline" not in away.html
    taken = away.response.headers["Set-Cookie"]
    assert "Max-Age=0" in taken and f"Path={page.address}" in taken and "expires" not in taken.lower()
    back = await page.reload()
    assert back.response.headers["Location"] == "https://www.bbc.co.uk/weather"
    assert (await page.post("more")).response.headers["Location"] == "https://www.bbc.co.uk/weather"
    async with parts.db.reading() as session:
        assert (await session.execute(select(Conversation.left_at))).scalar_one() is not None


async def test_exit_before_a_word_was_written_leads_away_too(client: TestClient, parts: Parts) -> None:
    page = await open_page(client)
    assert "bbc.co.uk/weather" in (await page.post("", path="/exit")).html
    assert await count(parts, Conversation) == 0


@pytest.mark.parametrize("forged", [{"csrf": "wrong"}, {"csrf": ""}])
async def test_an_exit_that_is_not_of_the_page_leads_away_and_ends_nothing(
    client: TestClient, parts: Parts, forged: dict[str, str]
) -> None:
    page = await (await open_page(client)).post("a secret")
    assert "bbc.co.uk/weather" in (await page.post("", path="/exit", **forged)).html
    async with parts.db.reading() as session:
        assert (await session.execute(select(Conversation.left_at))).scalar_one() is None
    stranger = await client.post(f"{page.address}/exit")
    assert stranger.status == 200 and "bbc.co.uk/weather" in await stranger.text()


async def test_a_slow_reply_is_left_to_come(
    client: TestClient, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_routes, "REPLY_SECONDS", 0.0)
    go = rasa.hang()
    page = await (await open_page(client)).post("hello")
    assert page.said == ["hello"] and "Check for new messages" in page.html
    assert re.search(r'id="typing">', page.html)
    go.set()


async def test_an_embed_sets_no_cookie_and_names_who_may_frame_it(parts: Parts) -> None:
    parts = replace(parts, settings=replace(parts.settings, widget_origins=("https://council.example",)))
    async with TestClient(TestServer(make_public_app(parts))) as client:
        embed, page = await client.get("/chat?embed=1"), await client.get("/chat")
    assert "Set-Cookie" not in embed.headers
    assert "frame-ancestors https://council.example" in embed.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


async def test_the_widget_is_one_script_that_anyone_may_load(client: TestClient) -> None:
    response = await client.get("/widget.js")
    assert response.status == 200 and response.content_type == "text/javascript"


async def test_the_page_about_privacy_says_what_the_live_answers_say(client: TestClient) -> None:
    html = await (await client.get("/chat/about?area=lambeth")).text()
    assert "Who sees what I say" in html and "Lambeth" in html


async def test_a_chat_with_javascript_is_not_open_to_a_page(client: TestClient) -> None:
    chat = await make_chat(client)
    response = await client.get(
        f"/chat/{uuid.UUID(chat.conversation)}", headers={"Cookie": f"wayline_chat={chat.token}"}
    )
    assert "message__body" not in await response.text()
