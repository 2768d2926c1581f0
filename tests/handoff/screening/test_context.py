"""Worries that add up over messages are urgent in the turn they do, once, until somebody has seen to them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.screening.context import TWICE_IS_ENOUGH, Worry, adds_up
from handoff.screening.model import StoredFinding
from handoff.screening.verdict import Finding, Verdict
from tests.handoff.cases.scenes import LEAD, Colleague, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.sms.phones import Phone

Client = TestClient[Any, Any]
LOW, TOO_MUCH, NO_MORE = "i feel so low all the time", "everything is too much", "i cant cope with anything"
HIT = "my dad used to hit me but social services stopped it years ago"


def worry(category: str = "distress", *, urgent: bool = False, message: uuid.UUID | None = None) -> Worry:
    return Worry(message or uuid.uuid4(), urgent, frozenset({category}))


def danger(category: str = "distress", level: str = "concern") -> Verdict:
    return Verdict.of([Finding(level, (category,), ("so low",), "phrases", "v")])  # type: ignore[arg-type]


def test_the_third_worry_is_urgent_in_its_own_words() -> None:
    assert adds_up([worry()], danger()) is None
    found = adds_up([worry(), worry("hardship")], danger())
    assert found is not None
    assert (found.level, found.categories, found.evidence) == ("urgent", ("distress",), ("so low",))
    assert found.detector == "context"


def test_two_findings_in_one_message_are_one_worry() -> None:
    message = uuid.uuid4()
    assert adds_up([worry(message=message), worry("hardship", message=message)], danger()) is None


@pytest.mark.parametrize("category", sorted(TWICE_IS_ENOUGH))
def test_of_the_gravest_kinds_the_second_is_enough(category: str) -> None:
    assert adds_up([worry(category)], danger(category)) is not None
    assert adds_up([worry("distress")], danger(category)) is None


@pytest.mark.parametrize("level", ["routine", "urgent", "emergency"])
def test_what_is_no_worry_or_more_than_one_is_left_as_it_is(level: str) -> None:
    assert adds_up([worry(), worry()], danger(level=level)) is None


def test_after_something_urgent_people_know_already() -> None:
    assert adds_up([worry(urgent=True), worry(), worry()], danger()) is None


# -- through the service


async def case_of(sam: Colleague, chat: Chat) -> dict[str, Any]:
    _, body = await sam.get("/api/staff/cases")
    found = [one for one in body["cases"] if one["conversation"] == chat.conversation]
    return next(one for one in found if one["reason"] == "safeguarding")


async def findings(parts: Parts) -> list[StoredFinding]:
    async with parts.db.reading() as session:
        query = select(StoredFinding).where(StoredFinding.detector == "context")
        return list((await session.execute(query)).scalars())


async def test_a_third_worry_in_a_chat_is_answered_like_a_disclosure(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    for words in (LOW, TOO_MUCH):
        await chat.say(words)
        assert await chat.state() == "bot"
    (safety,) = await chat.say(NO_MORE)
    assert safety["kind"] == "safety" and "Papyrus" in safety["text"] and safety["text"].endswith("?")
    assert await chat.state() == "waiting"
    async with signed_in(client, LEAD) as priya:
        case = await case_of(priya, chat)
        _, seen = await priya.get(f"/api/staff/cases/{case['id']}/messages")
    assert case["level"] == "urgent"
    (shown,) = [one for line in seen["messages"] for one in line["findings"] if one["detector"] == "context"]
    assert shown["evidence"] and all(words in NO_MORE for words in shown["evidence"])


async def test_by_text_too_and_across_episodes(phone: Phone) -> None:
    for words in (LOW, "when does college start", TOO_MUCH):
        await phone.text(words)
        await phone.settled()
        phone.parts.clock.move(timedelta(hours=11))
    phone.parts.clock.move(timedelta(hours=-13))
    await phone.text(NO_MORE)
    await phone.settled()
    conversation = await phone.conversation()
    assert conversation.state == "waiting"
    assert [text.safety for text in await phone.outgoing()][-1]
    assert len(await findings(phone.parts)) == 1


async def test_the_second_mention_of_being_hit_is_enough(client: Client, parts: Parts) -> None:
    chat = await make_chat(client)
    await chat.say(HIT)
    assert await chat.state() == "bot"
    (safety,) = await chat.say(HIT)
    assert "999" in safety["text"]
    assert await chat.state() == "waiting"


async def test_worries_a_day_apart_do_not_add_up(client: Client, parts: Parts) -> None:
    chat = await make_chat(client)
    for words in (LOW, TOO_MUCH, NO_MORE):
        await chat.say(words)
        parts.clock.move(timedelta(hours=12, minutes=1))
    assert await chat.state() == "bot" and await findings(parts) == []


async def test_worries_of_two_people_do_not_add_up(client: Client, parts: Parts) -> None:
    one, other = await make_chat(client), await make_chat(client)
    for chat, words in ((one, LOW), (one, TOO_MUCH), (other, NO_MORE)):
        await chat.say(words)
    assert [await one.state(), await other.state()] == ["bot", "bot"]


async def test_it_is_found_once_until_the_case_is_closed_and_then_anew(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    for words in (LOW, TOO_MUCH, NO_MORE, LOW, TOO_MUCH):
        await chat.say(words)
    assert len(await findings(parts)) == 1
    async with signed_in(client, LEAD) as priya:
        at = f"/api/staff/cases/{(await case_of(priya, chat))['id']}"
        await priya.post(f"{at}/claim")
        closed = {"outcome": "safe_no_referral", "decision": "Spoke to them; safe."}
        assert (await priya.post(f"{at}/close", closed))[0] == 200
    for words in (LOW, TOO_MUCH):
        await chat.say(words)
    assert await chat.state() == "bot" and len(await findings(parts)) == 1
    await chat.say(NO_MORE)
    assert await chat.state() == "waiting" and len(await findings(parts)) == 2


async def test_after_a_hand_back_worries_count_anew(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    for words in (LOW, TOO_MUCH, NO_MORE):
        await chat.say(words)
    async with signed_in(client, LEAD) as priya:
        at = f"/api/staff/cases/{(await case_of(priya, chat))['id']}"
        await priya.post(f"{at}/claim")
        await priya.post(f"{at}/reply", {"text": "I am Priya."})
        await priya.submit(f"/staff/cases/{at.rpartition('/')[2]}/hand-back")
    await chat.say(LOW)
    assert await chat.state() == "bot" and len(await findings(parts)) == 1
    for words in (TOO_MUCH, NO_MORE):
        await chat.say(words)
    assert len(await findings(parts)) == 2


async def test_with_an_adviser_it_tells_them_and_they_keep_it(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(LOW)
    async with signed_in(client, LEAD) as priya:
        at = f"/api/staff/cases/{(await case_of(priya, chat))['id']}"
        await priya.post(f"{at}/claim")
        await priya.post(f"{at}/reply", {"text": "Tell me more."})
        for words in (TOO_MUCH, NO_MORE):
            await chat.say(words)
        _, seen = await priya.get(at)
    assert (seen["level"], seen["state"], seen["conversation_state"]) == ("urgent", "claimed", "adviser")


async def test_the_same_message_again_is_no_second_worry(client: Client, parts: Parts) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    for _ in range(3):
        await chat.send(HIT, id=same, wait=True)
    assert await chat.state() == "bot" and await findings(parts) == []
