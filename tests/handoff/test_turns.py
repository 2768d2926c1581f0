"""A message that was taken in gets exactly one turn and its replies, in order, whatever fails meanwhile."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff import triaging
from handoff.app import Parts, at_work, make_parts
from handoff.conversations import service as conversations
from handoff.conversations.model import Conversation, Message, Turn
from handoff.screening.verdict import Verdict
from handoff.turns import Turns
from tests.handoff.factories import make_chat, sign_in
from tests.handoff.fakes import FakeRasa, answer, talk

SUICIDAL = "i want to kill myself tonight i have the pills"


async def stored(parts: Parts, conversation: str, author: str) -> list[Message]:
    async with parts.db.reading() as session:
        query = select(Message).where(
            Message.conversation_id == uuid.UUID(conversation), Message.author == author
        )
        return list((await session.execute(query.order_by(Message.seq))).scalars())


async def cases(client: TestClient) -> list[dict[str, Any]]:
    await sign_in(client, "lead@demo.test")
    return list((await (await client.get("/api/staff/cases?state=open")).json())["cases"])


async def test_a_message_gets_its_reply(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    replies = await chat.say("hello")
    assert [(reply["author"], reply["text"]) for reply in replies] == [("bot", "You said: hello")]


async def test_an_answer_comes_with_its_source_from_the_live_release(
    client: TestClient, rasa: FakeRasa
) -> None:
    rasa.script["money for college"] = [answer("bursary")]
    (reply,) = await (await make_chat(client)).say("money for college")
    assert (reply["kind"], reply["answer"]) == ("answer", "bursary")
    assert reply["source"]["name"] and reply["source"]["checked"] and "<p>" in reply["html"]


async def test_many_messages_at_once_are_answered_in_order(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    for number in range(5):
        assert (await chat.send(f"message {number}")).status == 202
    await chat.say("last")
    assert [body["text"] for body in rasa.asked] == [*(f"message {n}" for n in range(5)), "last"]


async def test_the_same_id_is_one_message_and_one_reply(client: TestClient, rasa: FakeRasa) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    first = await (await chat.send("hello", id=same, wait=True)).json()
    again = await (await chat.send("hello", id=same, wait=True)).json()
    assert again == first
    assert len(rasa.asked) == 1


async def test_the_same_id_at_the_same_moment_is_one_message(client: TestClient, parts: Parts) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    answers = await asyncio.gather(*(chat.send("hello", id=same) for _ in range(5)))
    assert {response.status for response in answers} == {202}
    assert len(await stored(parts, chat.conversation, "person")) == 1


async def test_an_id_used_for_other_words_is_refused(client: TestClient) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    await chat.send("hello", id=same)
    response = await chat.send("goodbye", id=same)
    assert response.status == 409
    assert (await response.json())["error"]["code"] == "id_reused"


async def test_a_failing_rasa_is_asked_again_and_the_reply_comes_once(
    client: TestClient, rasa: FakeRasa, parts: Parts
) -> None:
    rasa.failures = 2
    chat = await make_chat(client)
    assert [reply["text"] for reply in await chat.say("hello")] == ["You said: hello"]
    assert len(await stored(parts, chat.conversation, "bot")) == 1


async def test_when_rasa_stays_down_the_person_gets_helplines_and_an_adviser_one_case(
    client: TestClient, rasa: FakeRasa, parts: Parts
) -> None:
    parts.turns._asking._give_up = 0.3
    rasa.failures = 1_000
    chat = await make_chat(client)
    (reply,) = await chat.say("hello")
    assert reply["author"] == "system" and "0800 1111" in reply["text"]
    await chat.say("are you there")
    assert [case["reason"] for case in await cases(client)] == ["failure"]


async def test_with_rasa_hung_a_disclosure_is_answered_and_nothing_from_the_bot_follows(
    client: TestClient, rasa: FakeRasa, parts: Parts
) -> None:
    release = rasa.hang()
    chat = await make_chat(client)
    first = await (await chat.send("can i get a bursary")).json()
    assert first["seq"] == 1
    await rasa.was_asked.wait()
    (safety,) = await chat.say(SUICIDAL)
    assert safety["kind"] == "safety" and "999" in safety["text"]
    release.set()
    await _all_done(parts, chat.conversation)
    assert [message["author"] for message in await chat.messages()] == ["person", "person", "system"]
    (unsent,) = await stored(parts, chat.conversation, "bot")
    assert unsent.audience == "staff"


async def test_a_question_that_is_screened_after_a_later_disclosure_is_not_told_to_hold_on(
    client: TestClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    disclosed, screen = asyncio.Event(), triaging.verdict_on

    async def slow(words: str, before: list[str], question: str | None) -> Verdict:
        if words == "can i get a bursary":
            await disclosed.wait()
        return await screen(words, before, question)

    monkeypatch.setattr(triaging, "verdict_on", slow)
    chat = await make_chat(client)
    await chat.send("can i get a bursary")
    (safety,) = await chat.say(SUICIDAL)
    disclosed.set()
    await _all_done(parts, chat.conversation)
    assert [message["kind"] for message in await chat.messages()] == ["talk", "talk", "safety"]
    (holding,) = await chat.say("hello?")
    assert holding["text"] != safety["text"]


async def test_after_a_disclosure_the_bot_is_quiet_and_the_case_is_at_the_top(
    client: TestClient, rasa: FakeRasa
) -> None:
    chat = await make_chat(client)
    await chat.say(SUICIDAL)
    assert await chat.state() == "waiting"
    (holding,) = await chat.say("hello?")
    assert holding["kind"] == "safety"
    (case,) = await cases(client)
    assert (case["reason"], case["level"], case["categories"]) == ("safeguarding", "emergency", ["suicide"])
    assert rasa.asked == []


@pytest.mark.parametrize("worry", [SUICIDAL, "my dad hits me with a belt"])
async def test_the_first_message_after_a_safety_message_is_answered_at_once_then_now_and_then(
    client: TestClient, parts: Parts, worry: str
) -> None:
    chat = await make_chat(client)
    (safety,) = await chat.say(worry)
    parts.clock.move(timedelta(minutes=1))
    (holding,) = await chat.say("is anyone there")
    assert holding["kind"] == "safety" and holding["text"] != safety["text"]
    assert await chat.say("please") == []
    parts.clock.move(timedelta(minutes=6))
    assert [reply["text"] for reply in await chat.say("please")] == [holding["text"]]


async def test_a_further_emergency_gets_the_emergency_text_again_but_not_too_soon(
    client: TestClient, parts: Parts
) -> None:
    chat = await make_chat(client)
    (emergency,) = await chat.say(SUICIDAL)
    (holding,) = await chat.say(SUICIDAL)
    assert holding["text"] != emergency["text"]
    assert await chat.say(SUICIDAL) == []
    parts.clock.move(timedelta(minutes=6))
    assert [reply["text"] for reply in await chat.say(SUICIDAL)] == [emergency["text"]]


async def test_the_safety_message_comes_again_for_a_rise_in_level(client: TestClient) -> None:
    chat = await make_chat(client)
    (urgent,) = await chat.say("my dad hits me with a belt")
    (emergency,) = await chat.say(SUICIDAL)
    assert urgent["text"] != emergency["text"]


async def test_a_long_message_with_a_disclosure_near_its_end_is_heard(client: TestClient) -> None:
    chat = await make_chat(client)
    words = " ".join(["so"] * 900) + " my uncle touches me at night and i am scared " + " ".join(["ok"] * 600)
    (safety,) = await chat.say(words[:4_900])
    assert safety["kind"] == "safety"


async def test_a_too_long_disclosure_is_kept_for_staff_and_answered_with_help(
    client: TestClient, parts: Parts
) -> None:
    chat = await make_chat(client)
    response = await chat.send("please read this " * 600 + SUICIDAL)
    body = await response.json()
    assert response.status == 413
    assert body["error"]["code"] == "too_long"
    assert [reply["kind"] for reply in body["replies"]] == ["safety"]
    (kept,) = await stored(parts, chat.conversation, "person")
    assert kept.audience == "staff" and kept.text.endswith(SUICIDAL)


async def test_a_too_long_ordinary_message_is_refused_and_its_id_stays_free(client: TestClient) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    assert (await chat.send("college " * 1_250, id=same)).status == 413
    assert (await chat.send("college", id=same)).status == 202


@pytest.mark.parametrize("nothing", ["", "   ", "\u200b\u200b", "\u2060\ufeff", "\x00\x01", "\u3164"])
async def test_a_message_of_nothing_is_refused_by_name(client: TestClient, nothing: str) -> None:
    response = await (await make_chat(client)).send(nothing)
    assert response.status == 422
    assert (await response.json())["error"]["code"] == "empty"


@pytest.mark.parametrize("typed", ["/restart", '/inform{"x":1}', "//restart", " /restart"])
async def test_a_slash_names_no_intent(client: TestClient, rasa: FakeRasa, typed: str) -> None:
    chat = await make_chat(client)
    await chat.say(typed)
    assert not rasa.asked[0]["text"].startswith("/")
    assert (await chat.messages())[0]["text"] == typed.strip()


async def test_a_number_picks_the_choice_that_was_offered(client: TestClient, rasa: FakeRasa) -> None:
    offered = [{"text": "Bursary", "answer": "bursary"}, {"text": "Travel", "answer": "travel"}]
    rasa.script["money"] = [{"kind": "choices", "text": "Which?", "choices": offered}]
    chat = await make_chat(client)
    await chat.say("money")
    await chat.say("2")
    assert rasa.asked[-1]["context"]["choice"] == offered[1]
    await chat.say("2")
    assert rasa.asked[-1]["context"]["choice"] is None


async def test_what_a_dead_process_left_undone_is_done_at_the_next_start(
    parts: Parts, settings: Any, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = parts.clock.now()
    async with parts.db.transaction() as session:
        conversation = await conversations.open_webchat(session, now, None)
    monkeypatch.setattr(Turns, "_spawn", lambda self, work: work.close())  # dies right after the commit
    received = await parts.turns.receive(conversation.id, str(uuid.uuid4()), "hello")
    monkeypatch.undo()
    async with make_parts(settings) as restarted, at_work(restarted):
        assert await restarted.turns.wait(received.turn_id, 10)
        assert len(await stored(restarted, str(conversation.id), "bot")) == 1


async def test_two_workers_on_one_turn_store_one_reply(
    parts: Parts, settings: Any, rasa: FakeRasa, client: TestClient
) -> None:
    chat = await make_chat(client)
    release = rasa.hang()
    await chat.send("hello")
    async with make_parts(settings) as other, at_work(other):
        release.set()
        await _all_done(parts, chat.conversation)
    assert len(await stored(parts, chat.conversation, "bot")) == 1


async def test_a_quiet_half_day_starts_a_new_episode(
    client: TestClient, rasa: FakeRasa, parts: Parts
) -> None:
    chat = await make_chat(client)
    await chat.say("hello")
    parts.clock.move(timedelta(hours=13))
    await chat.say("hello again")
    assert [body["conversation"].rpartition(":")[2] for body in rasa.asked] == ["1", "2"]


async def test_an_open_form_keeps_its_episode(client: TestClient, rasa: FakeRasa, parts: Parts) -> None:
    rasa.form = "register_form"
    chat = await make_chat(client)
    await chat.say("register me")
    parts.clock.move(timedelta(hours=13))
    await chat.say("hello again")
    assert rasa.asked[-1]["conversation"].endswith(":1")


async def test_a_check_in_left_lying_for_half_a_day_is_over(
    client: TestClient, rasa: FakeRasa, parts: Parts
) -> None:
    rasa.form = "check_in_form"
    chat = await make_chat(client)
    await chat.say("can we do a check in")
    parts.clock.move(timedelta(hours=11))
    await chat.say("at college")
    parts.clock.move(timedelta(hours=13))
    await chat.say("im 17, what is a t level")
    assert [body["conversation"].rpartition(":")[2] for body in rasa.asked] == ["1", "1", "2"]
    assert rasa.asked[-1]["context"]["facts"] == {"age": 17}


async def test_a_closed_conversation_opens_with_the_next_message(client: TestClient, parts: Parts) -> None:
    chat = await make_chat(client)
    await chat.say("hello")
    async with parts.db.transaction() as session:
        (await session.get_one(Conversation, uuid.UUID(chat.conversation))).state = "closed"
    await chat.say("me again")
    assert await chat.state() == "bot"


async def test_a_worry_is_met_kindly_and_never_with_a_shrug(client: TestClient, rasa: FakeRasa) -> None:
    rasa.script["i feel so low i cant cope with anything"] = [
        {"kind": "fallback", "text": "I did not get that."}
    ]
    chat = await make_chat(client)
    replies = await chat.say("i feel so low i cant cope with anything")
    assert all(reply["kind"] != "fallback" for reply in replies)
    assert replies[0]["choices"] == [{"text": "Talk to a person", "answer": "talk-to-person"}]
    (case,) = await cases(client)
    assert (case["reason"], case["level"]) == ("safeguarding", "concern")


async def test_an_answer_that_is_not_live_goes_to_an_adviser(client: TestClient, rasa: FakeRasa) -> None:
    rasa.script["what about mars"] = [answer("no-such-answer"), talk("Anything else?")]
    await (await make_chat(client)).say("what about mars")
    assert [case["reason"] for case in await cases(client)] == ["unanswered"]


async def _all_done(parts: Parts, conversation: str) -> None:
    async with parts.db.reading() as session:
        turns = list(
            (
                await session.execute(select(Turn.id).where(Turn.conversation_id == uuid.UUID(conversation)))
            ).scalars()
        )
    for turn in turns:
        assert await parts.turns.wait(turn, 10)


async def test_a_new_worry_is_answered_kindly_after_an_older_case_was_closed(
    client: TestClient, rasa: FakeRasa, parts: Parts
) -> None:
    chat = await make_chat(client)
    await chat.say("my dad hits me with a belt")
    await _close_all(client)
    parts.clock.move(timedelta(hours=1))
    assert any("sounds hard" in reply["text"] for reply in await chat.say("i feel so low all the time"))
    (safety,) = await chat.say("i want to kill myself")
    assert "Papyrus" in safety["text"]


async def test_a_second_worry_is_not_shrugged_at_either(client: TestClient, rasa: FakeRasa) -> None:
    rasa.script["everything is too much"] = [{"kind": "fallback", "text": "I did not get that."}]
    chat = await make_chat(client)
    await chat.say("i feel so low all the time")
    (reply,) = await chat.say("everything is too much")
    assert "sounds hard" in reply["text"]


async def test_a_too_long_disclosure_sent_again_is_one_message_with_the_same_help(
    client: TestClient, parts: Parts
) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    words = "please read this " * 600 + SUICIDAL
    bodies = [await (await chat.send(words, id=same)).json() for _ in range(3)]
    assert bodies[0] == bodies[1] == bodies[2]
    assert len(await stored(parts, chat.conversation, "person")) == 1


async def test_an_outage_is_apologised_for_once_in_a_while(
    client: TestClient, rasa: FakeRasa, parts: Parts
) -> None:
    parts.turns._asking._give_up = 0
    rasa.failures = 1_000
    chat = await make_chat(client)
    assert [len(await chat.say(f"hello {number}")) for number in range(3)] == [1, 0, 0]
    parts.clock.move(timedelta(minutes=6))
    assert len(await chat.say("hello again")) == 1


async def _close_all(client: TestClient) -> None:
    headers = await sign_in(client, "lead@demo.test")
    for case in (await (await client.get("/api/staff/cases?state=open")).json())["cases"]:
        await client.post(f"/api/staff/cases/{case['id']}/claim", headers=headers)
        body = {"outcome": "safe_no_referral", "decision": "Spoke to them; safe."}
        response = await client.post(f"/api/staff/cases/{case['id']}/close", json=body, headers=headers)
        assert response.status == 200, await response.text()
