"""What is stored: encrypted, aware, migrated from nothing, and audited so that a change shows."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from handoff import audit
from handoff.app import Parts
from handoff.conversations import service as conversations
from handoff.conversations.model import Conversation, Message
from handoff.conversations.words import LONGEST, defused, normalise
from handoff.crypto import keyring
from handoff.db import Database
from handoff.migrate import drift
from tests.handoff.conftest import INDEX_KEY, KEY
from tests.handoff.factories import make_chat

WORDS = "a sentence nobody should find on a disk"


async def test_the_migrations_make_what_the_models_say(parts: Parts) -> None:
    assert await drift(parts.db) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_message_is_nowhere_on_disk_in_the_clear(
    client: TestClient, parts: Parts, tmp_path: Path
) -> None:
    chat = await make_chat(client)
    await chat.say(WORDS)
    for file in tmp_path.glob("wayline.db*"):
        assert WORDS.encode() not in file.read_bytes()


async def test_an_old_key_still_reads_and_a_new_one_writes(parts: Parts) -> None:
    newer = Fernet.generate_key().decode()
    async with parts.db.transaction() as session:
        conversation = await conversations.open_webchat(session, parts.clock.now(), None)
        message = await conversations.append(
            session, conversation, parts.clock.now(), author="person", text=WORDS
        )
    keyring.use([newer, KEY], INDEX_KEY)
    async with parts.db.reading() as session:
        assert (await session.get_one(Message, message.id)).text == WORDS
    assert Fernet(newer).decrypt(keyring.encrypt(WORDS)).decode() == WORDS


async def test_a_time_without_a_zone_is_refused(parts: Parts) -> None:
    with pytest.raises(StatementError, match="must be aware"):
        async with parts.db.transaction() as session:
            await conversations.open_webchat(session, datetime(2026, 1, 1), None)


async def test_a_time_comes_back_aware_and_utc(parts: Parts) -> None:
    async with parts.db.transaction() as session:
        conversation = await conversations.open_webchat(session, parts.clock.now(), None)
    async with parts.db.reading() as session:
        assert (await session.get_one(Conversation, conversation.id)).created_at.tzinfo is UTC


async def test_work_that_fails_half_way_leaves_nothing(parts: Parts) -> None:
    identity = None
    with pytest.raises(RuntimeError):
        async with parts.db.transaction() as session:
            identity = (await conversations.open_webchat(session, parts.clock.now(), None)).id
            raise RuntimeError
    async with parts.db.reading() as session:
        assert await session.get(Conversation, identity) is None


async def test_closing_waits_for_work_that_was_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, may_open, opens = threading.Event(), threading.Event(), sqlite3.connect

    def slowly(*where: object, **options: object) -> sqlite3.Connection:
        opening.set()
        may_open.wait(10)
        return opens(*where, **options)

    monkeypatch.setattr(sqlite3, "connect", slowly)
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'slow.db'}")
    looking = asyncio.create_task(_look(db))
    await asyncio.to_thread(opening.wait, 10)
    looking.cancel()
    await asyncio.wait([looking])
    closing = asyncio.create_task(db.close())
    await asyncio.sleep(0)
    assert not closing.done()
    may_open.set()
    await closing


async def _look(db: Database) -> None:
    async with db.reading() as session:
        await session.execute(text("SELECT 1"))


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
async def test_the_audit_cannot_be_changed(parts: Parts, change: str) -> None:
    await _write_audit(parts, 2)
    with pytest.raises(DBAPIError, match="append-only"):
        async with parts.db.transaction() as session:
            await session.execute(text(change))


async def test_a_forged_audit_entry_breaks_the_chain(parts: Parts) -> None:
    await _write_audit(parts, 3)
    async with parts.db.reading() as session:
        assert await audit.verify(session) is None
    async with parts.db.transaction() as session:
        last = await session.scalar(text("SELECT max(id) FROM audit"))
        session.add(
            audit.AuditEntry(
                id=last + 1,
                at=parts.clock.now(),
                actor="x",
                action="x",
                subject="x:1",
                detail={},
                previous=audit.GENESIS,
                hash="0" * 64,
            )
        )
    async with parts.db.reading() as session:
        assert await audit.verify(session) == last + 1


async def test_audit_entries_of_many_at_once_make_one_chain(parts: Parts) -> None:
    await asyncio.gather(*(_write_audit(parts, 1) for _ in range(10)))
    async with parts.db.reading() as session:
        assert await audit.verify(session) is None


async def _write_audit(parts: Parts, count: int) -> None:
    for _ in range(count):
        async with parts.db.transaction() as session:
            await audit.record(session, parts.clock.now(), "system", "test", f"thing:{uuid.uuid4()}", count=1)


@given(st.text())
def test_normalising_twice_changes_nothing_more_and_never_leaves_the_unseen(words: str) -> None:
    once = normalise(words)
    assert normalise(once) == once
    assert "\x00" not in once and "\u200b" not in once
    once.encode()  # no lone surrogates


@given(st.text(max_size=LONGEST))
def test_a_defused_text_never_starts_with_a_slash_and_is_never_empty(words: str) -> None:
    assert defused(words) and not defused(words).startswith("/")


@given(st.text())
def test_what_is_encrypted_comes_back_and_looks_up_equal(words: str) -> None:
    keyring.use([KEY], INDEX_KEY)
    plain = words.encode("utf-8", "ignore").decode()
    assert keyring.decrypt(keyring.encrypt(plain)) == plain
    assert keyring.blind_index(plain) == keyring.blind_index(plain)
