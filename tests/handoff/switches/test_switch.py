"""The assistant's switch: off, Rasa is not asked, and everything that keeps people safe goes on as ever."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from handoff.alerts.model import Alert
from handoff.app import Parts, at_work, make_parts, make_public_app
from handoff.audit import AuditEntry
from handoff.cases.model import CaseNote
from handoff.clock import Clock
from handoff.conversations.model import Message, Turn
from tests.handoff.cases.scenes import LEAD, Colleague, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa, FakeTwilio
from tests.handoff.sms.phones import Phone

Client = TestClient[Any, Any]
SWITCHES = "/api/staff/switches"
OFF = {"channel": "webchat", "on": False, "reason": "It gave last year's sums."}
TOLD = "The computer assistant is off just now."


async def turn(who: Colleague, channel: str = "webchat", *, on: bool = False, why: str = "Wrong") -> None:
    body = {"channel": channel, "on": on, "reason": why}
    async with who.http.put(SWITCHES, json=body, headers={"X-CSRF-Token": who.csrf}) as response:
        assert response.status == 200, await response.text()


async def put(who: Colleague, body: dict[str, Any], csrf: str | None = None) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": who.csrf if csrf is None else csrf}
    async with who.http.put(SWITCHES, json=body, headers=headers) as response:
        return response.status, await response.json()


async def reasons(who: Colleague) -> list[tuple[str, str]]:
    _, body = await who.get("/api/staff/cases")
    return [(case["reason"], case["level"]) for case in body["cases"]]


async def test_while_it_is_off_an_adviser_gets_the_message_and_the_assistant_is_not_asked(
    client: Client, priya: Colleague, rasa: FakeRasa
) -> None:
    await turn(priya)
    chat = await make_chat(client, "camden")
    (said,) = await chat.say("can i get a bursary")
    assert (said["author"], said["kind"]) == ("system", "notice") and said["text"].startswith(TOLD)
    assert "Monday to Friday" in said["text"] and "0800 1111" in said["text"]
    assert (rasa.asked, await chat.state()) == ([], "waiting")
    assert await reasons(priya) == [("request", "routine")]


async def test_they_are_told_once_in_twelve_hours_and_every_message_is_kept(
    client: Client, priya: Colleague, rasa: FakeRasa, clock: Clock
) -> None:
    await turn(priya)
    chat = await make_chat(client, "camden")
    assert len(await chat.say("hello")) == 1
    assert await chat.say("anyone?") == []
    clock.move(timedelta(hours=12, minutes=1))
    assert [said["kind"] for said in await chat.say("still here")] == ["notice"]
    written = [one["text"] for one in await chat.messages() if one["author"] == "person"]
    assert written == ["hello", "anyone?", "still here"]
    async with signed_in(client, LEAD) as later:
        assert (await reasons(later), rasa.asked) == ([("request", "routine")], [])


async def test_switched_on_again_the_assistant_answers_and_the_case_stays(
    client: Client, priya: Colleague, rasa: FakeRasa
) -> None:
    await turn(priya)
    chat = await make_chat(client, "camden")
    await chat.say("hello")
    await turn(priya, on=True)
    assert [said["text"] for said in await chat.say("bursary?")] == ["You said: bursary?"]
    assert [body["text"] for body in rasa.asked] == ["bursary?"]
    assert await reasons(priya) == [("request", "routine")]


async def test_danger_is_heard_and_answered_as_ever(client: Client, priya: Colleague, rasa: FakeRasa) -> None:
    await turn(priya)
    chat = await make_chat(client, "camden")
    (said,) = await chat.say("my step dad hits me")
    assert said["kind"] == "safety" and "999" in said["text"] and TOLD not in said["text"]
    assert await reasons(priya) == [("safeguarding", "urgent")]
    (holding,) = await chat.say("please")
    assert holding["kind"] == "safety" and rasa.asked == []


async def test_a_worry_is_answered_kindly_as_ever(client: Client, priya: Colleague, rasa: FakeRasa) -> None:
    await turn(priya)
    chat = await make_chat(client, "camden")
    said = [one["text"] for one in await chat.say("no money for food til friday")]
    assert said[0].startswith(TOLD) and "That sounds hard" in said[1]
    assert sorted(await reasons(priya)) == [("request", "routine"), ("safeguarding", "concern")]


async def test_an_adviser_who_has_joined_goes_on(client: Client, priya: Colleague, rasa: FakeRasa) -> None:
    await turn(priya)
    chat = await make_chat(client, "camden")
    await chat.say("hello")
    _, body = await priya.get("/api/staff/cases")
    await priya.post(f"/api/staff/cases/{body['cases'][0]['id']}/claim")
    assert (await chat.say("hi there"), await chat.state()) == ([], "adviser")


async def test_one_channel_off_leaves_the_other_on(
    client: Client, priya: Colleague, parts: Parts, rasa: FakeRasa, twilio: FakeTwilio
) -> None:
    await turn(priya, "sms", why="Texts come twice")
    assert [said["author"] for said in await (await make_chat(client, "camden")).say("hi")] == ["bot"]
    phone = Phone(client, parts)
    await phone.text("can i get a bursary")
    await phone.settled()
    (text,) = [one["Body"] for one in twilio.sent]
    assert text.startswith(TOLD) and len(rasa.asked) == 1


async def test_what_the_assistant_had_ready_when_it_was_switched_off_is_not_said(
    client: Client, priya: Colleague, parts: Parts, rasa: FakeRasa
) -> None:
    async def switch_off(asked: dict[str, Any]) -> None:
        await turn(priya)

    rasa.before_reply = switch_off
    chat = await make_chat(client, "camden")
    assert [said["author"] for said in await chat.say("hello")] == ["system"]
    async with parts.db.reading() as session:
        query = select(Message).where(Message.author == "bot")
        (held,) = (await session.execute(query)).scalars()
        outcomes = list((await session.execute(select(Turn.outcome))).scalars())
    assert (held.audience, held.text, outcomes) == ("staff", "You said: hello", ["off"])


async def test_stop_is_honoured_while_it_is_off_and_alerts_for_someone_at_risk(
    client: Client, priya: Colleague, parts: Parts, twilio: FakeTwilio
) -> None:
    phone = Phone(client, parts)
    await phone.text("my step dad hits me")
    await phone.settled()
    await turn(priya, "sms", why="Texts come twice")
    async with parts.db.reading() as session:
        rang = list((await session.execute(select(Alert.why))).scalars())
    before = len(twilio.sent)
    await phone.text("STOP")
    await phone.settled()
    conversation = await phone.conversation()
    async with parts.db.reading() as session:
        notes = list((await session.execute(select(CaseNote.text))).scalars())
    assert conversation.blocked_at and rang == ["danger"] and len(twilio.sent) == before
    assert any("They have blocked our texts" in note for note in notes)
    assert await reasons(priya) == [("safeguarding", "urgent")]


@pytest.mark.parametrize("words", ["STOP", "HELP"])
async def test_what_the_network_acts_on_opens_no_case_while_it_is_off(
    client: Client, priya: Colleague, parts: Parts, twilio: FakeTwilio, words: str
) -> None:
    await turn(priya, "sms", why="Texts come twice")
    phone = Phone(client, parts)
    await phone.text(words)
    await phone.settled()
    assert await reasons(priya) == [] and not any(TOLD in text["Body"] for text in twilio.sent)
    assert ((await phone.conversation()).blocked_at is not None) == (words == "STOP")


async def test_holding_text_never_answers_a_stop(client: Client, parts: Parts, clock: Clock) -> None:
    phone = Phone(client, parts)
    await phone.text("my step dad hits me")
    await phone.settled()
    clock.move(timedelta(minutes=16))
    count = len(await phone.outgoing())
    await phone.text("STOP")
    await phone.settled()
    assert len(await phone.outgoing()) == count


@pytest.mark.parametrize(
    "database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_a_switch_turned_in_one_process_holds_in_the_other(
    client: Client, priya: Colleague, parts: Parts, rasa: FakeRasa
) -> None:
    elsewhere = make_parts(parts.settings)
    async with elsewhere as other, at_work(other), TestClient(TestServer(make_public_app(other))) as there:
        chat = await make_chat(there, "camden")
        assert [said["author"] for said in await chat.say("hello")] == ["bot"]
        await turn(priya)
        assert [said["author"] for said in await chat.say("hello again")] == ["system"]


async def test_it_is_kept_who_switched_it_when_and_why(
    client: Client, priya: Colleague, parts: Parts
) -> None:
    _, before = await priya.get(SWITCHES)
    assert [(one["channel"], one["on"], one["at"]) for one in before["switches"]] == [
        ("webchat", True, None),
        ("sms", True, None),
    ]
    _, body = await put(priya, OFF)
    webchat = body["switches"][0]
    assert (webchat["on"], webchat["reason"], webchat["by"]) == (False, OFF["reason"], "Priya Nair")
    await put(priya, {**OFF, "reason": "A second reason"})  # it is off already: nothing changes
    await put(priya, {**OFF, "on": True, "reason": ""})
    async with parts.db.reading() as session:
        query = select(AuditEntry.action, AuditEntry.subject, AuditEntry.detail)
        entries = [tuple(row) for row in await session.execute(query.where(AuditEntry.action.like("bot.%")))]
    assert entries == [("bot.switch_off", "channel:webchat", {}), ("bot.switch_on", "channel:webchat", {})]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**OFF, "reason": ""}, "reason"),
        ({**OFF, "reason": "\u200b \u2060"}, "reason"),
        ({**OFF, "channel": "pigeon"}, "channel"),
        ({**OFF, "on": "no"}, "on"),
        ({"channel": "sms"}, "on"),
    ],
)
async def test_a_turn_that_does_not_say_what_or_why_is_refused(
    priya: Colleague, body: dict[str, Any], field: str
) -> None:
    status, answer = await put(priya, body)
    assert (status, answer["error"]["field"]) == (422, field)


async def test_who_may_not_turn_it_sees_how_it_stands(sam: Colleague, priya: Colleague) -> None:
    assert (await put(sam, OFF))[0] == 403
    assert (await put(priya, OFF, csrf="wrong"))[0] == 403
    async with sam.http.get("/staff/switches") as response:
        assert response.status == 403
    assert (await sam.get(SWITCHES))[0] == 200


@pytest.mark.parametrize("page", ["/staff/queue", "/staff/account", "/staff/answers"])
async def test_every_staff_page_says_that_it_is_off_who_did_it_and_why(
    sam: Colleague, priya: Colleague, page: str
) -> None:
    assert "The assistant is off" not in await sam.page(page)
    await put(priya, {**OFF, "reason": "Wrong <b>sums</b>"})
    text = await sam.page(page)
    assert "The assistant is off for webchat." in text and "Priya Nair switched it off at" in text
    assert "Wrong &lt;b&gt;sums&lt;/b&gt;" in text


async def test_the_page_works_with_plain_forms_and_keeps_what_was_typed(priya: Colleague) -> None:
    status, text = await priya.submit("/staff/switches/sms", on="no", reason="  ")
    assert status == 422 and "Say why it is switched off." in text
    status, text = await priya.submit("/staff/switches/sms", on="no", reason="Texts come twice")
    assert status == 200 and "Texts come twice" in text and "Switch it on for text message" in text
    async with priya.http.get("/staff/switches/sms", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/staff/switches")


async def test_the_chat_page_says_that_it_is_off(client: Client, priya: Colleague) -> None:
    words = "The computer assistant is off just now. An adviser will answer you"
    assert words not in await (await client.get("/chat")).text()
    await turn(priya)
    assert words in await (await client.get("/chat")).text()
    chat = await make_chat(client, "camden")
    assert (await state(chat))["off"] is True
    await turn(priya, on=True)
    assert "off" not in await state(chat)


async def state(chat: Chat) -> dict[str, Any]:
    response = await chat.client.get("/api/chat/messages", headers=chat.headers)
    return dict(await response.json())


async def test_the_same_message_sent_again_opens_no_second_case(client: Client, priya: Colleague) -> None:
    await turn(priya)
    chat, same = await make_chat(client, "camden"), str(uuid.uuid4())
    first = await (await chat.send("hello", id=same, wait=True)).json()
    assert await (await chat.send("hello", id=same, wait=True)).json() == first
    assert await reasons(priya) == [("request", "routine")]
