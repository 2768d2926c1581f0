"""Passed to an adviser unasked, everybody is told once what happens next and how to say no, whatever happened
to the turn in which it was heard."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update

from handoff.app import Parts
from handoff.conversations.model import Conversation
from handoff.floods import OVER_AFTER, TOLD, Floods
from handoff.settings import Settings
from handoff.telling import ABANDONED, SETTLED, Tellings
from tests.handoff.conftest import make_settings
from tests.handoff.factories import Chat, make_chat, sign_in
from tests.handoff.fakes import FakeRasa, FakeTwilio
from tests.handoff.neet.conftest import MONDAY_NOON
from tests.handoff.neet.test_heard import LEFT, case_of, decline
from tests.handoff.sms.phones import Phone

Client = TestClient[Any, Any]
URGENT = "my dad hits me with a belt"


@pytest.fixture
async def chat(client: Client, parts: Parts) -> Chat:
    """Asking gives up at once, so that a test of a Rasa that is down is short."""
    parts.turns._asking._give_up = 0
    return await make_chat(client, "camden")


async def later(parts: Parts, time: timedelta) -> None:
    """Let time pass and look twice, in two processes at once and then again."""
    parts.clock.move(time)
    shared = (parts.db, parts.clock, parts.hub, parts.rules)
    for _ in range(2):
        for job in (Floods(*shared), Tellings(*shared), Tellings(*shared)):
            await job.round()


async def told(chat: Chat) -> list[str]:
    """What they were told of the adviser whom they did not ask for."""
    return [one["text"] for one in await chat.messages() if "Say no thanks" in one["text"]]


async def test_who_is_told_by_the_assistant_is_told_by_nobody_else(
    chat: Chat, rasa: FakeRasa, parts: Parts
) -> None:
    await chat.say(LEFT)
    await chat.say("what is a t level")
    await later(parts, ABANDONED)
    assert rasa.asked[0]["context"]["neet"]["first"] is True
    assert await told(chat) == []
    assert "not_told_yet" not in (await case_of(chat, "neet"))["facts"]


async def test_who_asked_for_an_adviser_themselves_is_told_by_that(chat: Chat, rasa: FakeRasa) -> None:
    rasa.passes_on = False
    rasa.script["get me a person, left college"] = [
        {"kind": "talk", "text": "I've passed this to an adviser.", "tells": True}
    ]
    await chat.say("get me a person, left college")
    assert await told(chat) == []


async def test_with_rasa_down_they_are_told_in_that_turn(chat: Chat, rasa: FakeRasa, parts: Parts) -> None:
    rasa.failures = 1
    apology, word = await chat.say(LEFT)
    assert "couldn't answer" in apology["text"]
    assert (word["author"], word["kind"]) == ("system", "notice")
    assert "message you by 5pm on Wednesday" in word["text"] and "no thanks" in word["text"]
    await chat.say("left college still")
    await later(parts, ABANDONED)
    assert len(await told(chat)) == 1
    assert rasa.asked[-1]["context"]["neet"]["first"] is False


async def test_with_rasa_hung_they_are_told_in_that_turn(
    chat: Chat, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handoff.rasa.ATTEMPT_SECONDS", 0.2)
    release = rasa.hang()
    await chat.say(LEFT)
    release.set()
    assert len(await told(chat)) == 1


async def test_a_form_goes_on_and_whoever_leaves_it_open_is_told(
    chat: Chat, rasa: FakeRasa, parts: Parts
) -> None:
    rasa.form = "register_form"
    await chat.say("register me")
    await chat.say("sam jones, left college btw")
    await later(parts, ABANDONED - timedelta(seconds=1))
    assert await told(chat) == []
    assert "no" in (await case_of(chat, "neet"))["facts"]["not_told_yet"]
    await later(parts, timedelta(seconds=1))
    await later(parts, ABANDONED)
    assert len(await told(chat)) == 1


async def test_whoever_comes_back_to_a_form_that_is_over_is_told_then(
    chat: Chat, rasa: FakeRasa, parts: Parts
) -> None:
    rasa.form = "register_form"
    await chat.say("sam jones, left college btw")
    await chat.say("leave it")
    assert await told(chat) == []
    rasa.form = None
    assert "no thanks" in (await chat.say("whats a t level"))[-1]["text"]


async def test_a_form_that_tells_at_its_end_is_followed_by_no_second_word(
    chat: Chat, rasa: FakeRasa, internal: Client
) -> None:
    rasa.form = "register_form"
    await chat.say("sam jones, left college btw")
    where = f"/internal/check-in?conversation={chat.conversation}:1"
    assert (await (await internal.get(where)).json())["told"] is False
    rasa.form, rasa.script["done"] = None, [{"kind": "choices", "text": "Say no thanks", "tells": True}]
    await chat.say("done")
    assert (await (await internal.get(where)).json())["told"] is True
    assert len(await told(chat)) == 1


async def test_the_turn_in_which_it_was_heard_tells_them_and_not_the_one_before_it(
    chat: Chat, rasa: FakeRasa, parts: Parts
) -> None:
    release = rasa.hang()
    await chat.send("what is a bursary")
    await rasa.was_asked.wait()
    await chat.send(LEFT)
    release.set()
    await chat.say("thanks")
    assert await told(chat) == []
    assert rasa.asked[1]["context"]["neet"]["first"] is True


async def test_on_top_of_a_safety_message_nothing_is_told(chat: Chat, rasa: FakeRasa, parts: Parts) -> None:
    assert [one["kind"] for one in await chat.say(f"{LEFT} and {URGENT}")] == ["safety"]
    await later(parts, ABANDONED)
    assert await told(chat) == []


async def test_who_was_heard_to_be_in_danger_after_it_is_not_told(
    chat: Chat, rasa: FakeRasa, parts: Parts
) -> None:
    rasa.form = "register_form"
    await chat.say("sam jones, left college btw")
    await chat.say(URGENT)
    await later(parts, ABANDONED)
    assert await told(chat) == []


async def test_who_said_no_before_they_were_told_is_not_told(
    chat: Chat, rasa: FakeRasa, parts: Parts, internal: Client
) -> None:
    rasa.form = "register_form"
    await chat.say("sam jones, left college btw")
    await decline(internal, chat)
    rasa.form = None
    await chat.say("ok done")
    await later(parts, ABANDONED)
    assert await told(chat) == []


async def test_who_left_the_page_is_not_told_and_staff_see_it(
    chat: Chat, rasa: FakeRasa, parts: Parts
) -> None:
    rasa.form = "register_form"
    await chat.say("sam jones, left college btw")
    async with parts.db.transaction() as session:
        this = Conversation.id == uuid.UUID(chat.conversation)
        await session.execute(update(Conversation).where(this).values(left_at=parts.clock.now()))
    await later(parts, ABANDONED)
    assert await told(chat) == []
    assert "not_told_yet" in (await case_of(chat, "neet"))["facts"]


async def test_whom_an_adviser_has_written_to_is_not_told(chat: Chat, rasa: FakeRasa, parts: Parts) -> None:
    rasa.form = "register_form"
    await chat.say("sam jones, left college btw")
    at = f"/api/staff/cases/{(await case_of(chat, 'neet'))['id']}"
    csrf = await sign_in(chat.client)
    for step, body in (("claim", {}), ("reply", {"text": "Hi, I'm Sam"}), ("hand-back", {})):
        assert (await chat.client.post(f"{at}/{step}", json=body, headers=csrf)).status < 300
    await later(parts, ABANDONED)
    assert await told(chat) == []


@pytest.mark.parametrize("no", ["no thanks", "nah", "No thank you, I'm ok"])
async def test_a_no_to_it_is_recorded_with_rasa_down(chat: Chat, rasa: FakeRasa, no: str) -> None:
    rasa.failures = 1_000
    await chat.say(LEFT)
    (said,) = await chat.say(no)
    assert "don't want this" in said["text"]
    assert (await case_of(chat, "neet"))["declined_at"] is not None


async def test_no_thanks_is_a_no_to_it_a_few_messages_later_too(chat: Chat, rasa: FakeRasa) -> None:
    rasa.failures = 1
    await chat.say(LEFT)
    await chat.say("what is a bursary")
    await chat.say("no")
    assert (await case_of(chat, "neet"))["declined_at"] is None
    await chat.say("no thanks")
    assert (await case_of(chat, "neet"))["declined_at"] is not None


async def test_no_thanks_in_a_form_left_open_is_a_no_to_it_and_the_question_comes_again(
    chat: Chat, rasa: FakeRasa, parts: Parts
) -> None:
    rasa.form = "register_form"
    rasa.script["sam jones, left college btw"] = [{"kind": "prompt", "text": "Your postcode?"}]
    await chat.say("sam jones, left college btw")
    await later(parts, ABANDONED)
    await chat.say("no")  # to the question
    assert (await case_of(chat, "neet"))["declined_at"] is None
    await chat.say("no thanks")
    assert (await case_of(chat, "neet"))["declined_at"] is not None
    assert (await chat.messages())[-1]["text"] == "Your postcode?"


class TestBeyondTheLimit:
    """Too many messages at once: the assistant is not asked about them."""

    @pytest.fixture
    def settings(self, tmp_path: Path, database_url: str, rasa: FakeRasa, twilio: FakeTwilio) -> Settings:
        made = make_settings(
            tmp_path, database_url, rasa_urls=(rasa.url,), twilio_api_base=twilio.url, now=MONDAY_NOON
        )
        limits = replace(made.limits, chat_messages_per_second=0, texts_per_number_second=0)
        return replace(made, limits=limits)

    async def test_they_are_told_once_they_have_stopped(self, client: Client, parts: Parts) -> None:
        chat = await make_chat(client, "camden")
        assert await chat.say(LEFT) == []
        await chat.say("left college still")
        await later(parts, OVER_AFTER - timedelta(seconds=1))
        assert await told(chat) == []
        await later(parts, OVER_AFTER)
        await later(parts, ABANDONED)
        assert len(await told(chat)) == 1
        assert [one["text"] for one in await chat.messages()][-2] == TOLD

    async def test_by_text_it_is_one_text_and_none_after_stop(
        self, client: Client, parts: Parts, twilio: FakeTwilio
    ) -> None:
        phone, stopped = Phone(client, parts), Phone(client, parts, "+447700900124")
        await phone.text(LEFT)
        await stopped.text(LEFT)
        await stopped.text("STOP")
        await phone.settled()
        await stopped.settled()
        await later(parts, SETTLED)
        await phone.settled()
        texts = [one for one in twilio.sent if "no thanks" in one["Body"]]
        assert [one["To"] for one in texts] == [phone.number]
        assert len(texts[0]["Body"]) <= 160
