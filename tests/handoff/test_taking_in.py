"""Transactions that take messages in: whatever ends one, the next is sound; and who is looked at again."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from handoff import sqlite
from handoff.app import Parts
from handoff.conversations.model import WAITING, Contact, Conversation
from handoff.conversations.service import append, open_webchat, sms_conversation
from handoff.savepoint import savepoint
from handoff.screening.heard import Heard
from handoff.screening.model import StoredFinding
from handoff.screening.verdict import Verdict
from tests.handoff.cases.scenes import make_case, signed_in
from tests.handoff.factories import make_chat
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


async def taken_in(parts: Parts, area: str) -> None:
    async with parts.db.transaction(taking_in=True) as session:
        await open_webchat(session, parts.clock.now(), area)


@pytest.fixture
def other_process(parts: Parts) -> Iterator[sqlite3.Connection]:
    """Somebody else who writes to the same file: a backup, a command."""
    if not parts.db.sqlite:
        pytest.skip("one writer at a time is SQLite's")
    other = sqlite3.connect(str(parts.db.engine.url.database), isolation_level=None, check_same_thread=False)
    yield other
    other.close()


async def test_while_another_process_writes_the_others_go_on_and_it_is_written_after(
    parts: Parts, other_process: sqlite3.Connection
) -> None:
    await asyncio.to_thread(other_process.execute, "BEGIN IMMEDIATE")
    waiting = asyncio.create_task(taken_in(parts, "camden"))
    assert await kept(parts) == []  # the loop is free, and looks are answered
    assert not waiting.done()
    await asyncio.to_thread(other_process.execute, "COMMIT")
    await waiting
    assert await kept(parts) == ["camden"]


async def test_one_that_is_cut_off_while_another_process_writes_spoils_no_connection(
    parts: Parts, other_process: sqlite3.Connection
) -> None:
    await asyncio.to_thread(other_process.execute, "BEGIN IMMEDIATE")
    waiting = asyncio.create_task(taken_in(parts, "camden"))
    assert await kept(parts) == []
    waiting.cancel()
    await asyncio.to_thread(other_process.execute, "COMMIT")
    await asyncio.gather(waiting, return_exceptions=True)
    for _ in range(20):  # more often than there are connections
        await taken_in(parts, "lambeth")
        async with parts.db.reading() as session:
            assert (await session.execute(text("PRAGMA busy_timeout"))).scalar() == 5000
    assert await kept(parts) == ["lambeth"] * 20


@pytest.mark.parametrize(("quick", "in_place"), [(60.0, True), (0.0, False)], ids=["quick", "slow"])
async def test_a_commit_is_waited_for_in_place_only_while_the_disk_is_quick(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, quick: float, in_place: bool
) -> None:
    if not parts.db.sqlite:
        pytest.skip("in place is SQLite's")
    where, commit = [], sqlite.Disk.commit

    def noted(disk: sqlite.Disk, connection: sqlite3.Connection, changes: int) -> None:
        where.append(threading.current_thread() is threading.main_thread())
        commit(disk, connection, changes)

    monkeypatch.setattr(sqlite, "QUICK_SECONDS", quick)
    monkeypatch.setattr(sqlite.Disk, "commit", noted)
    await taken_in(parts, "camden")
    assert (True in where) == in_place


def slow_disk(tmp_path: Path) -> tuple[sqlite.Disk, sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "disk.db", isolation_level=None)
    connection.execute("CREATE TABLE row (word TEXT)")
    disk = sqlite.Disk()
    disk._seconds = 2.0
    return disk, connection


def test_a_commit_that_wrote_nothing_says_nothing_about_the_disk(tmp_path: Path) -> None:
    disk, connection = slow_disk(tmp_path)
    connection.execute("BEGIN")
    disk.commit(connection, connection.total_changes)
    assert not disk.is_quick


def test_the_log_is_copied_into_the_database_by_a_commit_that_may_take_its_time(tmp_path: Path) -> None:
    disk, connection = slow_disk(tmp_path)
    disk._seconds = 0.0
    connection.execute("PRAGMA journal_mode=WAL")
    before = connection.total_changes
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO row VALUES (?)", [("word",)] * sqlite.CHECKPOINT_ROWS)
    disk.commit(connection, before)
    assert not disk.is_quick
    connection.execute("BEGIN")
    disk.commit_and_tidy(connection, connection.total_changes)
    assert disk.is_quick
    assert connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0] == 0


def test_what_was_committed_stands_though_the_log_could_not_be_copied(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk, connection = slow_disk(tmp_path)
    connection.execute("PRAGMA journal_mode=WAL")
    before = connection.total_changes
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO row VALUES (?)", [("word",)] * sqlite.CHECKPOINT_ROWS)
    looking = connection.execute("SELECT word FROM row")  # with it open SQLite copies nothing: "locked"
    looking.fetchone()
    disk.commit_and_tidy(connection, before)
    assert "checkpoint put off why=database table is locked" in caplog.text
    other = sqlite3.connect(tmp_path / "disk.db")
    assert other.execute("SELECT count(*) FROM row").fetchone() == (sqlite.CHECKPOINT_ROWS,)
    other.close()
    connection.close()


async def take_back(parts: Parts, column: str) -> None:
    """From now on SQLite answers a change of this column as it does a disk that fails: all is taken back."""
    if not parts.db.sqlite:
        pytest.skip("only SQLite takes back a whole transaction and then goes on")
    refusal = f"CREATE TRIGGER refusal BEFORE UPDATE OF {column} ON conversation BEGIN "
    async with parts.db.transaction() as session:
        await session.execute(text(refusal + "SELECT RAISE(ROLLBACK, 'the disk fails'); END"))


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize("taking_in", [True, False])
async def test_what_sqlite_took_back_is_never_said_to_be_stored(
    parts: Parts, taking_in: bool, goes_on: bool
) -> None:
    await take_back(parts, "area")
    with pytest.raises(OperationalError, match="took the transaction back"):
        async with parts.db.transaction(taking_in=taking_in) as session:
            await open_webchat(session, parts.clock.now(), "camden")
            with suppress(DBAPIError):
                await session.execute(text("UPDATE conversation SET area = 'lambeth'"))
            if goes_on:
                await open_webchat(session, parts.clock.now(), "camden")
    assert await kept(parts) == []
    await taken_in(parts, "camden")
    assert await kept(parts) == ["camden"]


async def test_a_message_whose_note_cost_the_transaction_is_not_said_to_be_stored(
    client: TestClient, parts: Parts
) -> None:
    chat, message = await make_chat(client), str(uuid.uuid4())
    await take_back(parts, "facts")
    assert (await chat.send("im 17 and i live in camden", message)).status >= 500
    async with parts.db.transaction() as session:
        await session.execute(text("DROP TRIGGER refusal"))
    assert (await chat.send("im 17 and i live in camden", message, wait=True)).status == 200
    assert [one["text"] for one in await chat.messages()].count("im 17 and i live in camden") == 1
