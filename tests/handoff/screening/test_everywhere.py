"""Screening hears and answers in every state and channel, and no state or fault keeps a case from opening."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.model import Case
from handoff.conversations.model import Conversation
from handoff.screening.model import StoredFinding
from handoff.screening.service import screen
from tests.handoff.cases.scenes import LEAD, Colleague, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa
from tests.handoff.sms.phones import Phone

Client = TestClient[Any, Any]
EMERGENCY = "i want to kill myself tonight i have the pills"
AGAIN, TAKEN = "im going to do it tonight", "ive taken pills"
URGENT = "my step dad hits me"


async def levels(parts: Parts, conversation: str | uuid.UUID) -> list[str]:
    """The levels of the conversation's safeguarding cases."""
    async with parts.db.reading() as session:
        query = select(Case.level).where(
            Case.conversation_id == uuid.UUID(str(conversation)), Case.reason == "safeguarding"
        )
        return list((await session.execute(query)).scalars())


async def heard(parts: Parts) -> int:
    """How many messages something was found in."""
    async with parts.db.reading() as session:
        query = select(StoredFinding.message_id).where(StoredFinding.level == "emergency").distinct()
        return len(list((await session.execute(query)).scalars()))


async def with_adviser(client: Client, chat: Chat, priya: Colleague) -> str:
    """An adviser has joined on a request; the case's address."""
    _, body = await priya.get("/api/staff/cases")
    at = f"/api/staff/cases/{body['cases'][0]['id']}"
    assert (await priya.post(f"{at}/claim"))[0] == 200
    return at


@pytest.mark.parametrize("before", ["", "hello", URGENT], ids=["first", "bot", "waiting"])
async def test_in_a_chat(client: Client, parts: Parts, before: str) -> None:
    chat = await make_chat(client, "camden")
    if before:
        await chat.say(before)
    (safety,) = await chat.say(EMERGENCY)
    assert safety["kind"] == "safety" and "999" in safety["text"]
    assert (await levels(parts, chat.conversation), await chat.state()) == (["emergency"], "waiting")


@pytest.mark.parametrize("form", ["registration_form", "check_in_form"])
async def test_inside_a_form_the_bot_falls_silent(
    client: Client, parts: Parts, rasa: FakeRasa, form: str
) -> None:
    rasa.form = form
    chat = await make_chat(client, "camden")
    rasa.script["register me"] = [{"kind": "prompt", "text": "Who do you live with?"}]
    await chat.say("register me")
    (safety,) = await chat.say("no one my dad kicked me out last night")
    assert safety["kind"] == "safety" and await levels(parts, chat.conversation) == ["urgent"]
    assert len(rasa.asked) == 1


async def test_with_an_adviser_who_keeps_it(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(URGENT)
    async with signed_in(client) as sam:
        at = await with_adviser(client, chat, sam)
        await sam.post(f"{at}/reply", {"text": "I am Sam."})
        (safety,) = await chat.say(EMERGENCY)
        _, seen = await sam.get(at)
    assert "999" in safety["text"]
    assert (seen["level"], seen["state"], seen["conversation_state"]) == ("emergency", "claimed", "adviser")


async def test_after_closing(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(URGENT)
    async with signed_in(client, LEAD) as priya:
        at = await with_adviser(client, chat, priya)
        closed = {"outcome": "safe_no_referral", "decision": "Spoke to them; safe."}
        assert (await priya.post(f"{at}/close", closed))[0] == 200
    (safety,) = await chat.say(EMERGENCY)
    assert "999" in safety["text"] and await chat.state() == "waiting"
    assert sorted(await levels(parts, chat.conversation)) == ["emergency", "urgent"]


@pytest.mark.parametrize("words", [EMERGENCY, "long story " * 700 + EMERGENCY], ids=["short", "too long"])
async def test_while_the_assistant_is_switched_off(client: Client, parts: Parts, words: str) -> None:
    async with signed_in(client, "manager@demo.test") as dana:
        body = {"channel": "webchat", "on": False, "reason": "It gave wrong answers."}
        headers = {"X-CSRF-Token": dana.csrf}
        async with dana.http.put("/api/staff/switches", json=body, headers=headers) as switched:
            assert switched.status == 200, await switched.text()
    chat = await make_chat(client, "camden")
    response = await chat.send(words, wait=True)
    (safety,) = (await response.json())["replies"]
    assert safety["kind"] == "safety" and await levels(parts, chat.conversation) == ["emergency"]


async def test_while_rasa_is_down_a_safeguarding_case_is_as_ever(
    client: Client, parts: Parts, rasa: FakeRasa
) -> None:
    rasa.failures = 1_000
    chat = await make_chat(client, "camden")
    (safety,) = await chat.say(EMERGENCY)
    assert safety["kind"] == "safety" and rasa.asked == []
    assert await levels(parts, chat.conversation) == ["emergency"]


async def test_a_worry_while_rasa_is_down_opens_its_case_beside_the_apology(
    client: Client, parts: Parts, rasa: FakeRasa
) -> None:
    parts.turns._asking._give_up = 0.1
    rasa.failures = 1_000
    chat = await make_chat(client, "camden")
    (apology,) = await chat.say("i feel so low all the time")
    assert "0800 1111" in apology["text"] and await levels(parts, chat.conversation) == ["concern"]


async def test_a_text_in_several_parts_is_heard_as_a_whole(phone: Phone) -> None:
    await phone.text("please read all of this " * 30 + EMERGENCY, NumSegments="6")
    texts = await phone.settled()
    assert [text.safety for text in texts] == [True]
    assert await levels(phone.parts, (await phone.conversation()).id) == ["emergency"]


async def test_two_texts_that_only_together_say_it_are_heard_together(phone: Phone) -> None:
    for words in ("i want to", "kill myself"):
        await phone.text(words)
        await phone.settled()
    assert await levels(phone.parts, (await phone.conversation()).id)


async def test_a_text_sent_again_is_one_case_and_one_safety_message(phone: Phone) -> None:
    for _ in range(3):
        await phone.text(EMERGENCY, sid="SMsame")
    texts = await phone.settled()
    assert len(texts) == 1 and await heard(phone.parts) == 1


@pytest.mark.parametrize("joined", [False, True], ids=["waiting", "with an adviser"])
async def test_a_new_danger_in_an_emergency_is_answered_at_once_and_kept(
    client: Client, parts: Parts, priya: Colleague, joined: bool
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(EMERGENCY)
    if joined:
        await with_adviser(client, chat, priya)
    await chat.say(AGAIN)
    parts.clock.move(timedelta(minutes=2))
    (safety,) = await chat.say(TAKEN)
    assert safety["kind"] == "safety" and "999" in safety["text"]
    async with parts.db.reading() as session:
        (case,) = (await session.execute(select(Case))).scalars()
    assert (case.level, {"suicide", "medical"} <= set(case.categories)) == ("emergency", True)


async def test_what_only_one_detector_names_counts_as_new(client: Client, parts: Parts) -> None:
    found = screen(TAKEN).findings
    assert all("suicide" in one.categories for one in found if one.level == "emergency")
    chat = await make_chat(client, "camden")
    assert [reply["kind"] for words in (AGAIN, TAKEN, TAKEN) for reply in await chat.say(words)] == [
        "safety"
    ] * 3
    assert await chat.say(TAKEN) == []  # the same again, within the spacing


async def test_a_further_emergency_of_the_same_kind_gets_its_text_again_after_the_spacing(
    client: Client, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    (first,) = await chat.say(EMERGENCY)
    (holding,) = await chat.say(AGAIN)
    assert "a person has been told" in holding["text"] and await chat.say(AGAIN) == []
    parts.clock.move(timedelta(minutes=5))
    (again,) = await chat.say(AGAIN)
    assert again["text"] == first["text"] != holding["text"]


async def test_a_holding_text_meanwhile_does_not_put_off_the_answer_to_a_further_emergency(
    client: Client, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    (first,) = await chat.say(EMERGENCY)
    parts.clock.move(timedelta(minutes=6))
    (holding,) = await chat.say("ok")
    parts.clock.move(timedelta(minutes=1))
    (again,) = await chat.say(AGAIN)
    assert again["text"] == first["text"] != holding["text"]
    assert await chat.say(AGAIN) == []  # it was just told
    parts.clock.move(timedelta(minutes=5))
    assert [one["text"] for one in await chat.say(AGAIN)] == [first["text"]]


@pytest.mark.parametrize(("channel", "minutes"), [("webchat", 5), ("sms", 15)])
async def test_holding_texts_keep_their_distance(
    client: Client, phone: Phone, parts: Parts, channel: str, minutes: int
) -> None:
    chat = await make_chat(client)

    async def automatic(words: str) -> int:
        if channel == "webchat":
            return len(await chat.say(words))
        before = len(await phone.outgoing()) if words != URGENT else 0
        await phone.text(words)
        return len(await phone.settled()) - before

    said = [await automatic(words) for words in (URGENT, "hello", "hello?", "please")]
    parts.clock.move(timedelta(minutes=minutes - 2))
    said.append(await automatic("anyone"))
    parts.clock.move(timedelta(minutes=3))
    said += [await automatic(words) for words in ("still here", "and here")]
    assert said == [1, 1, 0, 0, 0, 1, 0]


async def test_a_conversation_marked_closed_is_heard_and_waits_again(client: Client, parts: Parts) -> None:
    chat = await make_chat(client)
    await chat.say("hello")
    async with parts.db.transaction() as session:
        (await session.get_one(Conversation, uuid.UUID(chat.conversation))).state = "closed"
    response = await chat.send("long story " * 700 + EMERGENCY)
    assert response.status == 413 and len((await response.json())["replies"]) == 1
    assert await chat.state() == "waiting"
