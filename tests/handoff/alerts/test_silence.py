"""Somebody who says something urgent and then nothing more is noticed, noted and rung for, once a silence."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.alerts.silence import Silences
from handoff.app import Parts, make_parts
from handoff.cases.model import CaseNote
from handoff.conversations.model import Turn
from handoff.settings import Settings
from tests.handoff.alerts.scenes import ALEX, SAM, Bell
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import Chat, make_chat
from tests.handoff.sms.phones import Phone

Client = TestClient[Any, Any]
URGENT, EMERGENCY = "my dad hits me with a belt", "i want to kill myself tonight i have the pills"
LOW = "i feel so low all the time"
AFTER = {URGENT: 10, EMERGENCY: 3}


def silences(parts: Parts) -> Silences:
    return Silences(parts.db, parts.clock, parts.hub, parts.rules)


async def later(bell: Bell, **how: float) -> list[str]:
    """Let this much time pass, look for silences, ring and send; whom that texted."""
    bell.parts.clock.move(timedelta(**how))
    await silences(bell.parts).round()
    return await bell.later()


async def notes(bell: Bell) -> list[str]:
    async with bell.parts.db.reading() as session:
        rows = (await session.execute(select(CaseNote).order_by(CaseNote.at))).scalars()
        return [note.text for note in rows if note.text.startswith("Silent since")]


async def case_at(who: Colleague) -> str:
    _, body = await who.get("/api/staff/cases")
    return f"/api/staff/cases/{body['cases'][0]['id']}"


@pytest.fixture
async def chat(client: Client) -> Chat:
    return await make_chat(client, "camden")


@pytest.mark.parametrize("words", AFTER)
async def test_nobody_has_joined_and_they_write_nothing_more(bell: Bell, chat: Chat, words: str) -> None:
    await chat.say(words)
    assert await later(bell) == [SAM]
    await later(bell, minutes=AFTER[words] - 1)
    assert await notes(bell) == []
    assert len(await later(bell, minutes=1)) == 1  # the next in the chain, before their time
    assert len(await notes(bell)) == 1


async def test_it_shows_on_the_queue_and_on_the_case(bell: Bell, chat: Chat, sam: Colleague) -> None:
    await chat.say(URGENT)
    assert "Silent since" not in await sam.page("/staff/queue")
    await later(bell, minutes=11)
    at = await case_at(sam)
    assert "Silent since" in await sam.page("/staff/queue")
    assert "Silent since" in await sam.page(at.removeprefix("/api"))
    assert (await sam.get(at))[1]["silent_since"]


async def test_a_new_word_ends_it_and_another_silence_rings_anew(
    bell: Bell, chat: Chat, sam: Colleague
) -> None:
    await chat.say(URGENT)
    await later(bell, minutes=11)
    await chat.say("sorry i had to hide my phone")
    assert "Silent since" not in await sam.page("/staff/queue")
    assert (await sam.get(await case_at(sam)))[1]["silent_since"] is None
    await later(bell, minutes=8)
    assert len(await notes(bell)) == 1
    await later(bell, minutes=3)
    assert len(await notes(bell)) == 2


async def test_once_a_silence_however_long(bell: Bell, chat: Chat) -> None:
    await chat.say(URGENT)
    for _ in range(4):
        await later(bell, minutes=11)
    assert len(await notes(bell)) == 1


async def test_an_adviser_whose_last_words_are_not_answered_hears_of_it(
    bell: Bell, chat: Chat, sam: Colleague
) -> None:
    await chat.say(EMERGENCY)
    at = await case_at(sam)
    await sam.post(f"{at}/claim")
    await later(bell, minutes=5)
    assert await notes(bell) == []  # it is for the adviser to speak
    await sam.post(f"{at}/reply", {"text": "I am here. Where are you?"})
    assert await later(bell, minutes=2) == []
    assert SAM in await later(bell, minutes=1)
    assert "have not answered the adviser" in (await notes(bell))[0]
    assert (await bell.alert()).why == "silent"
    await sam.post(f"{at}/reply", {"text": "Are you there?"})
    assert await later(bell, minutes=30) == []


async def test_a_claim_and_a_note_without_a_word_to_them_ring_again(
    bell: Bell, chat: Chat, sam: Colleague
) -> None:
    await chat.say(EMERGENCY)
    assert await later(bell) == [SAM]
    at = await case_at(sam)
    await sam.post(f"{at}/claim")
    await sam.post(f"{at}/notes", {"text": "Looking into it."})
    assert await later(bell, minutes=2) == [ALEX]


@pytest.mark.parametrize("words", AFTER)
async def test_a_decision_without_a_word_to_them_is_no_answer_to_their_silence(
    bell: Bell, chat: Chat, sam: Colleague, words: str
) -> None:
    await chat.say(words)
    at = await case_at(sam)
    await sam.post(f"{at}/claim")
    await sam.post(f"{at}/decisions", {"text": "Their school rings home."})
    assert await later(bell, minutes=AFTER[words] - 1) == []
    assert SAM in await later(bell, minutes=1)
    assert "no adviser has answered them" in (await notes(bell))[0]
    await sam.post(f"{at}/reply", {"text": "I am here."})
    assert await later(bell, hours=2) == []
    assert len(await notes(bell)) == 1


async def test_it_rings_although_the_case_was_taken(bell: Bell, chat: Chat, sam: Colleague) -> None:
    await chat.say(URGENT)
    at = await case_at(sam)
    await sam.post(f"{at}/claim")
    await sam.post(f"{at}/reply", {"text": "Hello, I am Sam."})
    assert await later(bell, minutes=1) == []
    assert SAM in await later(bell, minutes=10)


@pytest.mark.parametrize("way", ["leave", "closed tab"])
async def test_leaving_the_page_or_closing_the_tab_is_a_silence_too(
    bell: Bell, client: Client, chat: Chat, way: str
) -> None:
    await chat.say(EMERGENCY)
    if way == "leave":
        assert (await client.post("/api/chat/leave", headers=chat.headers)).status == 204
    await later(bell, minutes=3, seconds=5)
    assert len(await notes(bell)) == 1


async def test_by_text_it_counts_as_in_a_chat(bell: Bell, client: Client) -> None:
    phone = Phone(client, bell.parts)
    await phone.text(EMERGENCY)
    await bell.parts.turns.wait((await _turn(bell)), 10)
    await later(bell, minutes=3, seconds=5)
    assert len(await notes(bell)) == 1
    await phone.text("", NumMedia="1", MediaUrl0="https://example/1")  # a picture is a sign of life
    assert (await phone.conversation()).silent_since is None


async def _turn(bell: Bell) -> Any:
    async with bell.parts.db.reading() as session:
        return (await session.execute(select(Turn.id))).scalar_one()


async def test_an_ordinary_silence_and_one_that_was_handed_back_ring_for_nobody(
    bell: Bell, client: Client, chat: Chat, sam: Colleague
) -> None:
    ordinary = await make_chat(client, "camden")
    await ordinary.say("when does college start")
    await chat.say(URGENT)
    at = await case_at(sam)
    await sam.post(f"{at}/claim")
    await sam.post(f"{at}/reply", {"text": "I am Sam."})
    await sam.submit(f"{at.removeprefix('/api')}/hand-back")
    assert await later(bell, hours=2) == []
    assert await notes(bell) == []


async def test_a_closed_case_rings_for_nobody(bell: Bell, chat: Chat, sam: Colleague) -> None:
    await chat.say(URGENT)
    at = await case_at(sam)
    await sam.post(f"{at}/claim")
    await sam.post(f"{at}/close", {"outcome": "safe_no_referral", "decision": "Spoke to them; safe."})
    assert await later(bell, hours=2) == []


async def test_two_processes_act_once(bell: Bell, chat: Chat, settings: Settings) -> None:
    await chat.say(URGENT)
    bell.parts.clock.move(timedelta(minutes=11))
    async with make_parts(settings) as other:
        other.clock.move(timedelta(minutes=11))
        found = await asyncio.gather(silences(bell.parts).round(), silences(other).round())
    assert sum(found) == 1
    assert len(await notes(bell)) == 1


async def test_at_concern_it_stays_due_and_says_that_there_was_no_word_since(
    bell: Bell, chat: Chat, sam: Colleague
) -> None:
    await chat.say(LOW)
    at = await case_at(sam)
    due = (await sam.get(at))[1]["due_at"]
    assert "No word since" not in await sam.page("/staff/queue")
    assert await later(bell, minutes=11) == []
    assert "No word since" in await sam.page("/staff/queue")
    assert "No word since" in await sam.page(at.removeprefix("/api"))
    seen = (await sam.get(at))[1]
    assert seen["no_word_since"] and seen["silent_since"] is None
    assert (seen["due_at"], seen["level"], await notes(bell)) == (due, "concern", [])
    await chat.say("what is a bursary")
    await later(bell, minutes=11)
    assert "No word since" not in await sam.page("/staff/queue")
