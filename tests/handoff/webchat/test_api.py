"""What the chat's API promises to whoever holds a bearer, and to nobody else."""

from __future__ import annotations

import json
import uuid

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.conversations.model import Conversation, Message
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer, talk

ID = "6f1c1f0e-6a3e-4c55-9d3c-0d6f6b1f7a01"


async def test_a_chat_opens_with_a_token_and_its_conversation(client: TestClient) -> None:
    response = await client.post("/api/chat", json={"area": "lambeth"})
    body = await response.json()
    assert response.status == 201 and set(body) == {"token", "conversation"}
    assert uuid.UUID(body["conversation"])


@pytest.mark.parametrize("payload", [b"", b"{}", b'{"area": null}'])
async def test_no_area_is_an_area_not_known_yet(client: TestClient, parts: Parts, payload: bytes) -> None:
    opened = await (await client.post("/api/chat", data=payload)).json()
    async with parts.db.reading() as session:
        assert (await session.get_one(Conversation, uuid.UUID(opened["conversation"]))).area is None


@pytest.mark.parametrize("area", ["narnia", "Camden", 7, ["camden"]])
async def test_an_unknown_area_is_refused_with_the_ones_there_are(client: TestClient, area: object) -> None:
    response = await client.post("/api/chat", json={"area": area})
    error = (await response.json())["error"]
    assert response.status == 422 and error["field"] == "area" and "camden" in error["allowed"]


async def test_a_waiting_send_answers_with_the_replies_of_its_turn(
    client: TestClient, rasa: FakeRasa
) -> None:
    rasa.script["hi"] = [talk("Hello."), answer("opening-hours")]
    chat = await make_chat(client, "camden")
    response = await chat.send("hi", wait=True)
    body = await response.json()
    assert response.status == 200 and body["seq"] == 1
    assert [(reply["seq"], reply["kind"], reply["answer"]) for reply in body["replies"]] == [
        (2, "talk", None),
        (3, "answer", "opening-hours"),
    ]
    assert set(body["replies"][1]) == {
        "seq",
        "author",
        "kind",
        "answer",
        "text",
        "html",
        "choices",
        "source",
        "at",
    }


async def test_a_send_that_does_not_wait_is_accepted_with_its_seq(client: TestClient) -> None:
    chat = await make_chat(client)
    response = await chat.send("hello")
    assert (response.status, await response.json()) == (202, {"seq": 1})


async def test_the_same_id_and_text_is_the_same_message_with_the_same_reply(
    client: TestClient, rasa: FakeRasa
) -> None:
    chat = await make_chat(client)
    first = await (await chat.send("hello", ID, wait=True)).json()
    again = await (await chat.send("hello", ID.upper(), wait=True)).json()
    assert again == first
    assert len(rasa.asked) == 1 and len(await chat.messages()) == 2


async def test_the_same_id_with_another_text_is_a_conflict(client: TestClient) -> None:
    chat = await make_chat(client)
    await chat.send("hello", ID)
    response = await chat.send("goodbye", ID)
    assert (response.status, (await response.json())["error"]["code"]) == (409, "id_reused")


async def test_two_people_may_use_the_same_id(client: TestClient) -> None:
    one, other = await make_chat(client), await make_chat(client)
    assert (await one.send("mine", ID)).status == (await other.send("also mine", ID)).status == 202


@pytest.mark.parametrize("text", ["", "   \n", "\u200b\ufeff", "\u2800\u3164"])
async def test_words_that_cannot_be_seen_are_empty(client: TestClient, text: str) -> None:
    chat = await make_chat(client)
    response = await chat.send(text)
    assert (response.status, (await response.json())["error"]["code"]) == (422, "empty")
    assert await chat.messages() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b"[1]", "body"),
        (b"[" * 50_000, "body"),
        (b'{"text": "hi"}', "id"),
        (b'{"id": 5, "text": "hi"}', "id"),
        (b'{"id": "not-a-uuid", "text": "hi"}', "id"),
        (b'{"id": "%s"}' % ID.encode(), "text"),
        (b'{"id": "%s", "text": ["hi"]}' % ID.encode(), "text"),
        (b'{"id": "%s", "text": null}' % ID.encode(), "text"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_and_names_the_field(
    client: TestClient, body: bytes, field: str
) -> None:
    chat = await make_chat(client)
    response = await client.post("/api/chat/messages", data=body, headers=chat.headers)
    assert (response.status, (await response.json())["error"]["field"]) == (422, field)
    assert await chat.messages() == []


@pytest.mark.parametrize(
    "text", ["/restart", '/inform{"x":1}', "<script>alert(1)</script>", "\ud800 odd", "🙂" * 50]
)
async def test_odd_words_are_taken_in_as_words(client: TestClient, text: str) -> None:
    chat = await make_chat(client)
    body = json.dumps({"id": ID, "text": text})
    response = await client.post("/api/chat/messages?wait=1", data=body, headers=chat.headers)
    assert response.status == 200
    assert [message["author"] for message in await chat.messages()] == ["person", "bot"]


async def test_a_message_of_5000_characters_is_taken_and_a_longer_one_is_not(client: TestClient) -> None:
    chat = await make_chat(client)
    assert (await chat.send("a" * 5_000)).status == 202
    response = await chat.send("a" * 5_001)
    assert (response.status, (await response.json())["error"]["code"]) == (413, "too_long")
    assert len([m for m in await chat.messages() if m["author"] == "person"]) == 1


async def test_a_message_that_was_too_long_leaves_its_id_free(client: TestClient) -> None:
    chat = await make_chat(client)
    assert (await chat.send("a" * 10_000, ID)).status == 413
    assert (await chat.send("shorter", ID)).status == 202


@pytest.mark.parametrize("length", [6_000, 200_000])
async def test_a_disclosure_in_a_text_that_is_too_long_gets_the_safety_message(
    client: TestClient, length: int
) -> None:
    chat = await make_chat(client)
    response = await chat.send("I want to kill myself tonight. " + "and so on " * (length // 10))
    body = await response.json()
    assert response.status == 413 and body["error"]["code"] == "too_long"
    assert [reply["kind"] for reply in body["replies"]] == ["safety"]
    assert [message["kind"] for message in await chat.messages()] == ["safety"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic abc"}],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/chat/messages"),
        ("GET", "/api/chat/messages"),
        ("GET", "/api/chat/events"),
        ("POST", "/api/chat/leave"),
    ],
)
async def test_without_a_live_token_nothing_is_shown_or_stored(
    client: TestClient, parts: Parts, method: str, path: str, headers: dict[str, str]
) -> None:
    await make_chat(client)
    response = await client.request(method, path, json={"id": ID, "text": "hi"}, headers=headers)
    assert (response.status, (await response.json())["error"]["code"]) == (401, "not_signed_in")
    async with parts.db.reading() as session:
        assert (await session.execute(select(func.count(Message.id)))).scalar() == 0


async def test_a_token_reads_its_own_chat_only(client: TestClient) -> None:
    mine, yours = await make_chat(client), await make_chat(client)
    await yours.say("a secret")
    assert await mine.messages() == []


async def test_reading_goes_on_after_a_seq(client: TestClient) -> None:
    chat = await make_chat(client)
    await chat.say("one")
    await chat.say("two")
    assert [message["seq"] for message in await chat.messages(after=2)] == [3, 4]
    assert await chat.messages(after=2**40) == []


@pytest.mark.parametrize("after", ["-1", "one", "1.5", "٣"])
async def test_a_seq_that_is_no_number_is_refused(client: TestClient, after: str) -> None:
    chat = await make_chat(client)
    response = await client.get("/api/chat/messages", params={"after": after}, headers=chat.headers)
    assert (response.status, (await response.json())["error"]["field"]) == (422, "after")


async def test_leaving_revokes_the_token_and_tells_staff_only(client: TestClient, parts: Parts) -> None:
    chat = await make_chat(client)
    await chat.say("hello")
    assert (await client.post("/api/chat/leave", headers=chat.headers)).status == 204
    assert (await chat.send("again")).status == 401
    async with parts.db.reading() as session:
        conversation = await session.get_one(Conversation, uuid.UUID(chat.conversation))
        query = select(Message).where(Message.conversation_id == conversation.id, Message.audience == "staff")
        note = (await session.execute(query)).scalar_one()
    assert conversation.left_at is not None
    assert note.author == "system" and "Exit this page" in note.text


async def test_a_chat_that_sends_too_fast_is_kept_whole_but_not_all_answered(
    client: TestClient, rasa: FakeRasa
) -> None:
    chat = await make_chat(client)
    statuses = {(await chat.send(f"message {number}")).status for number in range(30)}
    assert statuses == {202}
    kept = [m for m in await chat.messages() if m["author"] == "person"]
    assert len(kept) == 30 and len(rasa.asked) < 30
