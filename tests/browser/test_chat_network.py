"""A bad network: nothing written is lost, nothing is shown or stored twice."""

from __future__ import annotations

import uuid

from playwright.async_api import Route, expect
from sqlalchemy import select

from handoff.app import Parts
from handoff.conversations import service as conversations
from handoff.conversations.model import Conversation
from handoff.live import conversation_topic
from tests.browser.chat import expect_said, open_chat, say, seqs
from tests.browser.conftest import NewPage, Wire, assert_accessible
from tests.handoff.fakes import FakeRasa


async def conversation_id(parts: Parts) -> uuid.UUID:
    async with parts.db.reading() as session:
        return (await session.execute(select(Conversation.id))).scalar_one()


async def adviser_writes(parts: Parts, text: str) -> None:
    found = await conversation_id(parts)
    async with parts.db.transaction() as session:
        conversation = await conversations.lock(session, found)
        await conversations.append(session, conversation, parts.clock.now(), author="adviser", text=text)
    parts.hub.notify(conversation_topic(found))


async def test_what_is_written_and_what_comes_while_offline_arrives_once(
    new_page: NewPage, wire: Wire, parts: Parts
) -> None:
    page = await new_page()
    await open_chat(page, wire.url)
    await say(page, "one")
    await expect_said(page, "one", "You said: one")
    wire.cut()
    await say(page, "two")
    await say(page, "three")
    await adviser_writes(parts, "While you were away")
    await expect(page.get_by_text("You’re offline.")).to_be_visible()
    await expect(page.locator(".message--unsent").first).to_contain_text("Not sent yet")
    await assert_accessible(page)
    wire.mend()
    await expect(page.locator(".message[data-seq]")).to_have_count(7, timeout=40_000)
    assert await seqs(page) == [1, 2, 3, 4, 5, 6, 7]
    await expect(page.locator("#offline")).to_be_empty()
    async with parts.db.reading() as session:
        stored = await conversations.messages_after(session, await conversation_id(parts), 0)
    said = [message.text for message in stored if message.author == "person"]
    assert said == ["one", "two", "three"]


async def test_a_lost_answer_to_a_send_does_not_send_twice(
    new_page: NewPage, site: str, rasa: FakeRasa
) -> None:
    page, lost = await new_page(), []

    async def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(await route.fetch())
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/api/chat/messages", lose_the_first)
    await open_chat(page, site)
    await say(page, "hello")
    await expect_said(page, "hello", "You said: hello")
    await say(page, "and again")
    await expect_said(page, "hello", "You said: hello", "and again", "You said: and again")
    assert len(lost) == 1 and len(rasa.asked) == 2


async def test_what_was_not_sent_survives_a_reload(new_page: NewPage, wire: Wire) -> None:
    page = await new_page()
    await open_chat(page, wire.url)
    await page.route("**/api/chat/messages", lambda route: route.abort())
    await say(page, "hello")
    await expect(page.locator(".message--unsent")).to_be_visible()
    await page.unroute_all()
    await page.reload()
    await expect_said(page, "hello", "You said: hello")


async def test_a_chat_that_was_ended_gives_the_words_back(new_page: NewPage, site: str) -> None:
    page = await new_page()
    await open_chat(page, site)
    await say(page, "hello")
    await expect_said(page, "hello", "You said: hello")
    await page.evaluate(
        "fetch('/api/chat/leave', {method: 'POST', headers: {Authorization: "
        "'Bearer ' + JSON.parse(sessionStorage.getItem('wayline-chat')).token}})"
    )
    await expect(page.get_by_role("alert")).to_contain_text("This chat has ended")
    await assert_accessible(page)
