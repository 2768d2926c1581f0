"""Whoever writes faster than the assistant answers is not left with silence: a worry gets kind words at once,
and when they have stopped they are told, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.floods import OVER_AFTER, TOLD, Floods
from handoff.settings import Settings
from tests.handoff.conftest import make_settings
from tests.handoff.factories import Chat, make_chat, sign_in
from tests.handoff.fakes import FakeRasa, FakeTwilio
from tests.handoff.sms.phones import Phone

WORRY, URGENT = "i feel so low all the time", "my dad hits me with a belt"


@pytest.fixture
def settings(tmp_path: Path, database_url: str, rasa: FakeRasa, twilio: FakeTwilio) -> Settings:
    """Every message is one too many."""
    made = make_settings(tmp_path, database_url, rasa_urls=(rasa.url,), twilio_api_base=twilio.url)
    limits = replace(made.limits, chat_messages_per_second=0, texts_per_number_second=0)
    return replace(made, limits=limits)


async def rounds(parts: Parts, *, later: timedelta = OVER_AFTER) -> None:
    """Let time pass and look twice, in two processes at once and then again."""
    parts.clock.move(later)
    jobs = [Floods(parts.db, parts.clock, parts.hub, parts.rules) for _ in range(2)]
    for job in (*jobs, jobs[0]):
        await job.round()


async def told(chat: Chat) -> list[str]:
    return [one["text"] for one in await chat.messages() if one["kind"] == "notice"]


async def test_a_worry_gets_kind_words_whatever_the_limit(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client, "camden")
    (kind,) = await chat.say(WORRY)
    assert "sounds hard" in kind["text"] and kind["choices"][0]["answer"] == "talk-to-person"
    assert rasa.asked == []
    await sign_in(client, "lead@demo.test")
    (case,) = (await (await client.get("/api/staff/cases?state=open")).json())["cases"]
    assert (case["reason"], case["level"]) == ("safeguarding", "concern")


async def test_many_worries_at_once_get_them_once(client: TestClient) -> None:
    chat = await make_chat(client)
    assert [len(await chat.say(f"{WORRY} {number}")) for number in range(2)] == [1, 0]


async def test_they_are_told_once_and_only_when_they_have_stopped(client: TestClient, parts: Parts) -> None:
    chat = await make_chat(client)
    for number in range(3):
        assert await chat.say(f"what is a bursary {number}") == []
    await rounds(parts, later=OVER_AFTER - timedelta(seconds=1))
    assert await told(chat) == []
    await chat.say("and ema")
    await rounds(parts, later=OVER_AFTER - timedelta(seconds=1))
    assert await told(chat) == []
    await rounds(parts)
    await rounds(parts, later=timedelta(hours=1))
    assert await told(chat) == [TOLD]


async def test_the_next_flood_is_told_again(client: TestClient, parts: Parts) -> None:
    chat = await make_chat(client)
    for _ in range(2):
        await chat.say("what is a bursary")
        await rounds(parts)
    assert await told(chat) == [TOLD, TOLD]


async def test_a_text_message_flood_is_answered_in_one_text(
    client: TestClient, parts: Parts, twilio: FakeTwilio
) -> None:
    phone = Phone(client, parts)
    for number in range(3):
        await phone.text(f"what is a bursary {number}")
    await phone.settled()
    await rounds(parts)
    await phone.settled()
    assert [text["Body"] for text in twilio.sent] == [TOLD] and len(TOLD) <= 160


async def test_who_may_not_be_safe_gets_the_safety_message_and_no_word_of_the_flood(
    client: TestClient, parts: Parts
) -> None:
    chat = await make_chat(client)
    (safety,) = await chat.say(URGENT)
    await chat.say("what is a bursary")
    await rounds(parts)
    assert safety["kind"] == "safety" and await told(chat) == []
