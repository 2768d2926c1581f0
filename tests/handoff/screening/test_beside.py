"""Whatever else goes wrong in a turn, the safety message goes out and the case is there; staff are told."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, text

from handoff.app import Parts
from handoff.audit import AuditEntry, verify
from handoff.cases.model import Case, CaseNote, LeadsOnly
from handoff.conversations.model import Turn
from handoff.conversations.service import lock
from handoff.crypto import keyring
from handoff.screening.beside import WRONG
from handoff.triaging import UNREAD
from tests.handoff.cases.scenes import LEAD, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa

Client = TestClient[Any, Any]
DANGER = "my step dad hits me"
GARBAGE = b"\x80not what it was"
NEET = WRONG.format("whether they are out of learning or work could not be noted")


async def spoil(parts: Parts, statement: str, chat: Chat, value: bytes = GARBAGE) -> None:
    """Make what is stored unreadable, as a lost key or a bad disk would."""
    async with parts.db.transaction() as session:
        conversation: Any = uuid.UUID(chat.conversation)
        await lock(session, conversation)
        if parts.db.sqlite:
            conversation = conversation.hex
        done = await session.execute(text(statement), {"value": value, "conversation": conversation})
        assert done.rowcount  # type: ignore[attr-defined]


async def notes(parts: Parts) -> set[tuple[str, str]]:
    """(reason of the case, note of the service itself)."""
    query = select(Case.reason, CaseNote.text).join(CaseNote, CaseNote.case_id == Case.id)
    async with parts.db.reading() as session:
        return {tuple(row) for row in await session.execute(query.where(CaseNote.staff_id.is_(None)))}


async def left_over(parts: Parts) -> list[str]:
    """What was audited though it was taken back, or not audited though it stands."""
    async with parts.db.reading() as session:
        held = list((await session.execute(select(LeadsOnly.conversation_id))).scalars())
        query = select(AuditEntry.action).where(AuditEntry.action.in_(("case.leads_only", "case.open")))
        actions = list((await session.execute(query.order_by(AuditEntry.id))).scalars())
        assert await verify(session) is None
    return [*actions, f"held {len(held)}"]


async def cases(parts: Parts) -> set[tuple[str, str]]:
    async with parts.db.reading() as session:
        return {tuple(row) for row in await session.execute(select(Case.reason, Case.level))}


async def test_an_error_in_looking_for_names_loses_no_safety_message(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("hello")
    await spoil(
        parts, "UPDATE message SET text = :value WHERE conversation_id = :conversation AND seq = 1", chat
    )
    (safety,) = await chat.say(DANGER)
    assert safety["kind"] == "safety" and "can't keep this secret" in safety["text"]
    assert await cases(parts) == {("safeguarding", "urgent")}
    assert await left_over(parts) == ["case.open", "case.leads_only", "held 1"]
    assert await notes(parts) == {
        ("safeguarding", WRONG.format("whether a colleague is named here could not be checked"))
    }


async def test_an_error_in_noting_neet_loses_no_safety_message(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("i am neet, i left college in october")
    await spoil(parts, "UPDATE learned SET content = :value WHERE conversation_id = :conversation", chat)
    (safety,) = await chat.say(f"im neet and {DANGER}")
    assert safety["kind"] == "safety"
    assert await cases(parts) == {("safeguarding", "urgent"), ("neet", "routine")}
    assert await left_over(parts) == ["case.open", "case.open", "held 0"]
    assert await notes(parts) == {("safeguarding", NEET), ("neet", NEET)}


async def test_an_error_in_noting_neet_alone_is_read_by_somebody(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("i am neet, i left college in october")
    async with signed_in(client, LEAD) as priya:
        _, body = await priya.get("/api/staff/cases")
        at = f"/api/staff/cases/{body['cases'][0]['id']}"
        await priya.post(f"{at}/claim")
        assert (await priya.post(f"{at}/close", {"outcome": "advice_given"}))[0] == 200
    await spoil(parts, "UPDATE learned SET content = :value WHERE conversation_id = :conversation", chat)
    (reply,) = await chat.say("im still neet")
    assert reply["author"] == "bot"
    assert await notes(parts) == {("failure", NEET)}
    assert await left_over(parts) == ["case.open", "case.open", "held 0"]  # not the case that was taken back


async def test_an_error_in_taking_back_leaves_them_holding_text(client: Client, parts: Parts) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(DANGER)
    facts = "UPDATE case_ SET facts = :value WHERE conversation_id = :conversation"
    await spoil(parts, facts, chat, keyring.encrypt('["no facts"]'))
    (holding,) = await chat.say("lol jk")
    assert holding["kind"] == "safety" and "a person has been told" in holding["text"]
    assert await notes(parts) == {
        ("safeguarding", WRONG.format("whether they took something back could not be noted"))
    }


async def test_words_before_that_cannot_be_read_do_not_keep_a_message_from_being_screened(
    client: Client, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    for words in ("hello", "when does college start"):
        await chat.say(words)
    await spoil(parts, "UPDATE message SET text = :value WHERE conversation_id = :conversation", chat)
    (safety,) = await chat.say(DANGER)
    assert "can't keep this secret" in safety["text"]


async def test_a_message_on_which_triage_fails_for_good_is_an_urgent_case_that_rings(
    client: Client, parts: Parts, rasa: FakeRasa, caplog: pytest.LogCaptureFixture
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(DANGER)
    facts = "UPDATE case_ SET facts = :value WHERE conversation_id = :conversation"
    await spoil(parts, facts, chat)
    (sorry,) = await chat.say("he has a knife tonight")
    assert (
        "999" in sorry["text"] and "0800 1111" in sorry["text"] and "advisers has been asked" in sorry["text"]
    )
    assert await cases(parts) == {("safeguarding", "urgent"), ("failure", "urgent")}
    assert ("failure", UNREAD) in await notes(parts) and await chat.state() == "waiting"
    async with parts.db.reading() as session:
        rings = (await session.execute(text("SELECT count(*) FROM alert"))).scalar_one()
        turns = list((await session.execute(select(Turn.state).order_by(Turn.seq))).scalars())
    assert (rings, turns, rasa.asked) == (2, ["done", "done"], [])
    assert "knife" not in caplog.text


async def test_a_long_message_on_which_triage_fails_is_kept_for_an_adviser(
    client: Client, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(DANGER)
    await spoil(parts, "UPDATE case_ SET facts = :value WHERE conversation_id = :conversation", chat)
    response = await chat.send(f"{DANGER} " * 400)
    body = await response.json()
    assert response.status == 413 and "999" in body["replies"][0]["text"]
    assert await cases(parts) == {("safeguarding", "urgent"), ("failure", "urgent")}


@pytest.mark.parametrize("part", ["stated", "take_note"])
async def test_a_fact_that_cannot_be_kept_does_not_keep_the_words_out(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    asked = []

    def broken(*known: object) -> None:
        asked.append(known)
        raise ValueError("no")

    monkeypatch.setattr(f"handoff.receiving.{part}", broken)
    chat = await make_chat(client, "camden")
    (safety,) = await chat.say(f"im 16 and {DANGER}")
    assert asked
    assert safety["kind"] == "safety"
