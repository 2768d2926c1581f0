"""Transactions that take messages in: whatever ends one, the next is sound; and who is looked at again."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from handoff import sqlite
from handoff.app import Parts
from handoff.conversations.model import WAITING, Contact, Conversation
from handoff.conversations.service import append, open_webchat, sms_conversation
from handoff.savepoint import savepoint
from handoff.screening.heard import Heard
from handoff.screening.model import StoredFinding
from handoff.screening.verdict import Verdict
from tests.handoff.cases.scenes import make_case, signed_in
from tests.handoff.sms.phones import CAMDEN, Phone

PHONE = "+447700900177"


async def kept(parts: Parts) -> list[str]:
    """The areas of the conversations that there are."""
    async with parts.db.reading() as session:
        return [str(area) for area in (await session.execute(select(Conversation.area))).scalars()]


async def test_a_fault_takes_everything_back_and_leaves_a_sound_connection(parts: Parts) -> None:
    for _ in range(20):  # more often than there are connections
        with pytest.raises(ZeroDivisionError):
            async with parts.db.transaction(taking_in=True) as session:
                await open_webchat(session, parts.clock.now(), "camden")
                _ = 1 / 0
        assert await kept(parts) == []
    async with parts.db.transaction(taking_in=True) as session:
        await open_webchat(session, parts.clock.now(), "lambeth")
    assert await kept(parts) == ["lambeth"]


async def test_a_row_that_is_there_already_fails_the_whole(parts: Parts) -> None:
    async with parts.db.transaction(taking_in=True) as session:
        thread = await open_webchat(session, parts.clock.now(), "camden")
    with pytest.raises(IntegrityError):
        async with parts.db.transaction(taking_in=True) as session:
            await open_webchat(session, parts.clock.now(), "lambeth")
            session.add(Conversation(id=thread.id, contact_id=thread.contact_id, channel="webchat"))
            await session.flush()
    assert await kept(parts) == ["camden"]


async def test_a_savepoint_takes_back_its_part_alone(parts: Parts) -> None:
    async with parts.db.transaction(taking_in=True) as session:
        await open_webchat(session, parts.clock.now(), "camden")
        with pytest.raises(ZeroDivisionError):
            async with savepoint(session):
                await open_webchat(session, parts.clock.now(), "lambeth")
                _ = 1 / 0
    assert await kept(parts) == ["camden"]


async def test_one_that_is_cut_off_leaves_nothing_and_holds_up_nobody(parts: Parts) -> None:
    inside = asyncio.Event()

    async def cut_off() -> None:
        async with parts.db.transaction(taking_in=True) as session:
            await open_webchat(session, parts.clock.now(), "camden")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(cut_off())
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with parts.db.transaction(taking_in=True) as session:
        await open_webchat(session, parts.clock.now(), "lambeth")
    assert await kept(parts) == ["lambeth"]


async def test_two_texts_at_once_from_a_new_phone_make_one_thread(client: TestClient, parts: Parts) -> None:
    phone = Phone(client, parts)
    await asyncio.gather(phone.text("hello"), phone.text("is anyone there"))
    assert sorted(await phone.said()) == ["hello", "is anyone there"]
    async with parts.db.reading() as session:
        assert len((await session.execute(select(Contact.id))).all()) == 1


async def test_a_known_phone_keeps_its_thread(parts: Parts) -> None:
    ids = set()
    for _ in range(2):
        async with parts.db.transaction(taking_in=True) as session:
            thread = await sms_conversation(session, parts.clock.now(), PHONE, CAMDEN, "camden")
            ids.add(thread.id)
    assert len(ids) == 1


async def never_worried(parts: Parts, area: str) -> bool:
    async with parts.db.transaction() as session:
        query = select(Conversation).where(Conversation.area == area)
        thread = (await session.execute(query)).scalar_one()
        now = parts.clock.now()
        message = await append(session, thread, now, author="person", text="ok")
        return await Heard(session, parts.rules, now, thread, message, Verdict()).was_never_worried()


async def test_a_conversation_that_nothing_was_heard_in_was_never_worried(parts: Parts) -> None:
    async with parts.db.transaction() as session:
        await open_webchat(session, parts.clock.now(), "camden")
    assert await never_worried(parts, "camden")


async def test_a_finding_alone_is_a_worry(parts: Parts) -> None:
    now = parts.clock.now()
    async with parts.db.transaction() as session:
        thread = await open_webchat(session, now, "camden")
        message = await append(session, thread, now, author="person", text="left college")
        session.add(
            StoredFinding(
                conversation_id=thread.id, message_id=message.id, level="routine", categories=[], evidence=[],
                detector="neet", version="now", at=now,
            )
        )  # fmt: skip
    assert not await never_worried(parts, "camden")


async def test_a_closed_case_alone_is_a_worry(parts: Parts, client: TestClient) -> None:
    case = await make_case(parts, area="camden")
    async with signed_in(client, "lead@demo.test") as lead:
        await lead.post(f"{case['at']}/claim")
        status, _ = await lead.post(f"{case['at']}/close", {"outcome": "advice_given"})
    assert status == 200
    assert not await never_worried(parts, "camden")


@pytest.mark.parametrize("state", [WAITING, "adviser"])
async def test_a_conversation_that_somebody_else_has_is_looked_at(parts: Parts, state: str) -> None:
    async with parts.db.transaction() as session:
        thread = await open_webchat(session, parts.clock.now(), "camden")
        thread.state = state
    assert not await never_worried(parts, "camden")


async def test_who_got_a_safety_message_is_looked_at(parts: Parts) -> None:
    now = parts.clock.now()
    async with parts.db.transaction() as session:
        thread = await open_webchat(session, now, "camden")
        thread.safety_sent = {"level": "urgent", "categories": [], "at": now.isoformat()}
    assert not await never_worried(parts, "camden")


async def test_while_another_process_writes_the_others_go_on_and_it_is_written_after(parts: Parts) -> None:
    if not parts.db.sqlite:
        pytest.skip("PostgreSQL locks rows, not the whole")
    file = parts.db.engine.url.database
    other = sqlite3.connect(str(file), isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")

    async def write() -> None:
        async with parts.db.transaction(taking_in=True) as session:
            await open_webchat(session, parts.clock.now(), "camden")

    waiting = asyncio.create_task(write())
    assert await kept(parts) == []  # the loop is free, and looks are answered
    assert not waiting.done()
    await asyncio.to_thread(other.execute, "COMMIT")
    await waiting
    assert await kept(parts) == ["camden"]
    await asyncio.to_thread(other.close)


async def test_while_the_disk_is_slow_a_commit_does_not_hold_up_the_others(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "QUICK_SECONDS", 0.0)
    async with parts.db.transaction(taking_in=True) as session:
        await open_webchat(session, parts.clock.now(), "camden")
    assert await kept(parts) == ["camden"]
