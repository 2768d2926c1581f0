"""A chat has no address: a number someone at risk writes there is kept, hidden, for the adviser who comes."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, text

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.conversations.model import Contact, Conversation
from handoff.reach import NUMBER_KEPT
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa

Client = TestClient[Any, Any]
DISCLOSURE = "my step dad hits me"
NUMBER, MASKED = "+447700900456", "+44 •••• ••• 456"


async def case_of(sam: Colleague, chat: Chat) -> str:
    """The address of the chat's first case in the queue."""
    _, body = await sam.get("/api/staff/cases")
    return next(
        f"/api/staff/cases/{one['id']}" for one in body["cases"] if one["conversation"] == chat.conversation
    )


async def kept(parts: Parts, chat: Chat) -> str | None:
    async with parts.db.reading() as session:
        conversation = await session.get_one(Conversation, uuid.UUID(chat.conversation))
        return (await session.get_one(Contact, conversation.contact_id)).reach


async def test_the_safety_message_asks_for_it_and_the_adviser_sees_it_before_joining(
    client: Client, sam: Colleague, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    (safety,) = await chat.say(DISCLOSURE)
    assert "number that is safe to reach you on" in safety["text"].splitlines()[-1]
    await chat.say("07700 900456 but only text")
    at = await case_of(sam, chat)
    _, seen = await sam.get(at)
    assert (seen["state"], seen["number"]) == ("waiting", MASKED)
    page = await sam.page(at.removeprefix("/api"))
    assert MASKED in page and "written in the chat" in page
    _, shown = await sam.post(f"{at}/reveal")
    assert shown["numbers"] == [{"number": NUMBER, "registration": None, "written": True}]
    async with parts.db.reading() as session:
        query = select(AuditEntry.action).where(
            AuditEntry.action.in_(("contact.reach", "case.reveal_number"))
        )
        actions = list((await session.execute(query.order_by(AuditEntry.id))).scalars())
    assert actions == ["contact.reach", "case.reveal_number"]


async def test_it_may_come_with_the_disclosure_itself_and_the_last_one_counts(
    client: Client, parts: Parts
) -> None:
    chat = await make_chat(client)
    await chat.say(f"{DISCLOSURE}. text me on 07700900123")
    assert await kept(parts, chat) == "+447700900123"
    await chat.say("no use this o7700 900-456")
    assert await kept(parts, chat) == NUMBER


@pytest.mark.parametrize(
    "words",
    [
        "dont ring 07700900456",
        "never text me on 07700 900456",
        "i call childline on 0800 1111",
        "i rang 0800 068 4141",
        "the code is 12345678901234",
        "im 16 and it was 2024",
    ],
)
async def test_what_is_no_number_to_reach_them_on_is_not_kept(
    client: Client, parts: Parts, words: str
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(DISCLOSURE)
    await chat.say(words)
    assert await kept(parts, chat) is None


async def test_in_an_ordinary_chat_a_number_is_not_kept(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("my number is 07700900456 can u text me about apprenticeships")
    assert await kept(parts, chat) is None


async def test_who_got_no_answer_and_is_asked_for_a_number_is_reached_by_it(
    client: Client, parts: Parts, rasa: FakeRasa
) -> None:
    rasa.script["what about mars"] = [{"kind": "answer", "answer": "no-such-answer"}]
    chat = await make_chat(client, "camden")
    (sorry,) = await chat.say("what about mars")
    assert "number that is safe to reach you on" in sorry["text"]
    assert await chat.state() == "bot"
    (thanks,) = await chat.say("07700 900456")
    assert (thanks["text"], await kept(parts, chat)) == (NUMBER_KEPT, NUMBER)


async def test_it_is_nowhere_in_the_clear(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(DISCLOSURE)
    await chat.say("07700900456")
    async with parts.db.reading() as session:
        (stored,) = (
            await session.execute(text("SELECT reach FROM contact WHERE reach IS NOT NULL"))
        ).scalars()
    assert b"7700900456" not in bytes(stored)


async def test_someone_at_risk_who_leaves_the_page_is_seen_to_have_left(
    client: Client, sam: Colleague
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(DISCLOSURE)
    at = await case_of(sam, chat)
    assert "They left the chat page" not in await sam.page(at.removeprefix("/api"))
    assert (await client.post("/api/chat/leave", headers=chat.headers)).status == 204
    assert "They left the chat page" in await sam.page(at.removeprefix("/api"))
    _, seen = await sam.get(at)
    assert seen["left_at"]
    _, words = await sam.get(f"{at}/messages")
    assert [(one["audience"], "Exit this page" in one["text"]) for one in words["messages"][-1:]] == [
        ("staff", True)
    ]
