"""What "Did this help?" promises to the person who is asked."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import text

from handoff.app import Parts
from handoff.conversations.model import Conversation
from handoff.conversations.service import sms_conversation
from handoff.feedback import service
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa, answer, talk
from tests.handoff.feedback.scenes import asked, kept, say_helped
from tests.handoff.webchat.pages import open_page

PERSON = {"text": "Talk to a person", "answer": "talk-to-person"}


async def test_an_answer_is_asked_about_and_a_yes_is_taken_without_a_word(chat: Chat, parts: Parts) -> None:
    assert await asked(chat) == {"2": None}
    assert await say_helped(chat, 2, True) == (200, {"helped": True, "replies": []})
    assert await asked(chat) == {"2": True}
    assert len(await chat.messages()) == 2
    (vote,) = await kept(parts, chat)
    assert (vote.slug, vote.area, vote.helped, vote.question) == ("bursary", "camden", True, None)


async def test_a_no_keeps_the_question_and_offers_a_person_once(chat: Chat, parts: Parts) -> None:
    status, body = await say_helped(chat, 2, False)
    (said,) = body["replies"]
    assert (status, body["helped"], said["author"], said["choices"]) == (200, False, "bot", [PERSON])
    assert said["text"].startswith("Sorry that didn't help. I've told the team.")
    assert (await say_helped(chat, 2, False)) == (status, body)
    assert (await chat.messages(after=2)) == [said]
    (vote,) = await kept(parts, chat)
    answered = (await chat.messages())[1]
    assert (vote.question, vote.slug) == ("money for college", answered["answer"])
    assert vote.revision_id is not None


async def test_a_mind_may_change_and_the_question_goes_with_the_no(chat: Chat, parts: Parts) -> None:
    _, first = await say_helped(chat, 2, False)
    assert await say_helped(chat, 2, True) == (200, {"helped": True, "replies": []})
    (vote,) = await kept(parts, chat)
    assert (vote.helped, vote.question) == (True, None)
    assert await say_helped(chat, 2, False) == (200, first)
    assert len(await chat.messages()) == 3


async def test_two_clicks_at_once_are_one_vote_and_one_kind_line(chat: Chat, parts: Parts) -> None:
    said = await asyncio.gather(*(say_helped(chat, 2, False) for _ in range(6)))
    assert {status for status, _ in said} == {200}
    assert len(await kept(parts, chat)) == 1 and len(await chat.messages()) == 3


async def test_a_no_to_two_answers_in_one_breath_gets_one_kind_line(chat: Chat, rasa: FakeRasa) -> None:
    rasa.script["both"] = [answer("bursary"), answer("travel")]
    await chat.say("both")
    _, first = await say_helped(chat, 4, False)
    _, second = await say_helped(chat, 5, False)
    assert first["replies"] == second["replies"] and len(await chat.messages()) == 6


@pytest.mark.parametrize("said", ["yes", "Yes please!", "ok"])
async def test_a_yes_to_the_kind_line_is_asking_for_a_person(chat: Chat, rasa: FakeRasa, said: str) -> None:
    await say_helped(chat, 2, False)
    await chat.say(said)
    assert rasa.asked[-1]["context"]["choice"] == PERSON and rasa.asked[-1]["text"] == "Talk to a person"
    await chat.say(said)
    assert rasa.asked[-1]["context"]["choice"] is None


@pytest.mark.parametrize(
    "slug", ["talk-to-person", "register-for-benefits", "signpost-under-16", "signpost-in-care"]
)
async def test_what_a_form_or_a_case_follows_is_not_asked_about(
    client: TestClient[Any, Any], rasa: FakeRasa, slug: str
) -> None:
    rasa.script["hi"] = [answer(slug)]
    chat = await make_chat(client)
    await chat.say("hi")
    assert await asked(chat) == {}
    assert (await say_helped(chat, 2, True))[0] == 404


async def test_small_talk_a_choice_and_ones_own_words_are_not_answers(chat: Chat, rasa: FakeRasa) -> None:
    rasa.script["hm"] = [talk("Hello."), {"kind": "choices", "text": "Which?", "choices": []}]
    await chat.say("hm")
    assert await asked(chat) == {"2": None}
    assert [(await say_helped(chat, seq, False))[0] for seq in (1, 3, 4, 5)] == [404] * 4


async def test_nobody_votes_in_another_persons_chat(
    client: TestClient[Any, Any], chat: Chat, parts: Parts
) -> None:
    other = await make_chat(client)
    assert (await say_helped(other, 2, False))[0] == 404
    nobody = Chat(client, "0" * 43, chat.conversation)
    assert (await say_helped(nobody, 2, False))[0] == 401
    assert await kept(parts, chat) == [] and await kept(parts, other) == []


@pytest.mark.parametrize("seq", ["-1", "0", "two", "2.0", "²", "9" * 5_000, "1e9", "2%00", "9999999999"])
async def test_a_number_no_answer_has_is_not_found(chat: Chat, seq: str) -> None:
    assert (await say_helped(chat, seq, True))[0] == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b'{"helped": "no"}', b'{"helped": 0}', b'{"helped": null}', b"[" * 9_000],
)
async def test_a_body_that_says_neither_is_refused(chat: Chat, parts: Parts, body: bytes) -> None:
    response = await chat.client.post("/api/chat/messages/2/helped", data=body, headers=chat.headers)
    assert response.status == 422 and (await response.json())["error"]["field"] in ("helped", "body")
    assert await kept(parts, chat) == []


async def test_the_question_is_stored_unreadable(chat: Chat, parts: Parts) -> None:
    await say_helped(chat, 2, False)
    async with parts.db.reading() as session:
        stored = (await session.execute(text("SELECT question FROM feedback"))).scalar_one()
    assert b"college" not in bytes(stored)


async def test_a_question_that_showed_a_worry_is_not_copied(chat: Chat, rasa: FakeRasa, parts: Parts) -> None:
    worry = "i feel really down all the time"
    rasa.script[worry] = [answer("mental-health-low")]
    replies = await chat.say(worry)
    assert [reply["answer"] for reply in replies] == [None, "mental-health-low"]
    assert (await say_helped(chat, replies[-1]["seq"], False))[0] == 200
    (vote,) = await kept(parts, chat)
    assert (vote.slug, vote.question) == ("mental-health-low", None)


async def test_nothing_is_asked_while_a_form_is_open(chat: Chat, rasa: FakeRasa) -> None:
    rasa.form = "register_form"
    await chat.say("travel")
    assert await asked(chat) == {}
    status, body = await say_helped(chat, 2, False)
    assert (status, body["error"]["code"]) == (409, "not_asked")


async def test_the_page_without_javascript_asks_and_remembers(
    client: TestClient[Any, Any], rasa: FakeRasa
) -> None:
    rasa.script["hi"] = [answer("bursary")]
    page = await (await open_page(client)).post("hi")
    assert "Did this help?" in page.html and 'aria-pressed="true"' not in page.html
    page = await page.post("", path="/helped", helped="yes")
    assert "Thanks!" in page.html and page.html.count('aria-pressed="true"') == 1
    page = await page.post("", path="/helped", helped="no")
    assert page.said[-1].startswith("Sorry that didn't help") and ">Talk to a person</button>" in page.html
    rasa.script["and travel"] = [answer("travel")]
    page = await page.post("and travel")
    assert "You said this didn’t help." in page.html and page.html.count("Did this help?") == 1


@pytest.mark.parametrize(
    ("over", "status"),
    [
        ({"csrf": "wrong"}, 403),
        ({"helped": "perhaps"}, 422),
        ({"helped": "<b>"}, 422),
        ({"seq": "1"}, 404),
        ({"seq": "x"}, 404),
        ({"seq": ""}, 404),
    ],
)
async def test_a_form_that_was_tampered_with_records_nothing(
    client: TestClient[Any, Any], rasa: FakeRasa, parts: Parts, over: dict[str, str], status: int
) -> None:
    rasa.script["hi"] = [answer("bursary")]
    page = await (await open_page(client)).post("hi")
    refused = await page.post("", path="/helped", **({"helped": "no"} | over))
    assert refused.response.status == status
    async with parts.db.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM feedback"))).scalar_one() == 0


async def test_a_form_of_a_page_nothing_was_sent_from_records_nothing(client: TestClient[Any, Any]) -> None:
    page = await open_page(client)
    assert (await page.post("", path="/helped", helped="no", seq="2")).response.status == 404


async def test_a_text_is_never_asked_about(
    parts: Parts, client: TestClient[Any, Any], rasa: FakeRasa
) -> None:
    rasa.script["bursary"] = [answer("bursary")]
    async with parts.db.transaction() as session:
        phone = await sms_conversation(session, parts.clock.now(), "+447700900123", "+447700900001", "camden")
    received = await parts.turns.receive(phone.id, str(uuid.uuid4()), "bursary")
    await parts.turns.wait(received.turn_id, 10)
    async with parts.db.reading() as session:
        conversation = await session.get_one(Conversation, phone.id)
        assert await service.asks(session, conversation) == {}
        sent = (await session.execute(text("SELECT count(*) FROM outgoing"))).scalar_one()
    assert sent == 1


async def test_a_form_of_a_chat_that_is_over_records_nothing(
    client: TestClient[Any, Any], rasa: FakeRasa, parts: Parts
) -> None:
    rasa.script["hi"] = [answer("bursary")]
    page = await (await open_page(client)).post("hi")
    parts.clock.move(timedelta(minutes=31))
    over = await page.post("", path="/helped", helped="no")
    assert over.response.status == 401 and "nobody used it for 30 minutes" in over.html
    async with parts.db.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM feedback"))).scalar_one() == 0
