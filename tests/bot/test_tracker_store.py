"""Rasa's memory: unreadable on disk, whole or absent, and an error is never an empty conversation."""

import sqlite3

import pytest
import sqlalchemy.exc
from cryptography.fernet import Fernet
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from bot.tracker_store import EncryptedTrackerStore, TrackerUnreadable

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SENDER = "conversation:0"


@pytest.fixture
def open_store(tmp_path, monkeypatch):
    """Open the same database with the keys given."""

    def open_with(keys, url=f"sqlite:///{tmp_path / 'tracker.db'}"):
        monkeypatch.setenv("WAYLINE_KEYS", keys)
        return EncryptedTrackerStore(Domain.empty(), host=url)

    stores = []
    yield lambda *given: stores.append(open_with(*given)) or stores[-1]
    for store in stores:
        store.engine.dispose()


async def keep(store, *texts, sender=SENDER):
    """Save one turn for each text."""
    for text in texts:
        tracker = await store.retrieve(sender) or store.init_tracker(sender)
        events = [UserUttered(text), BotUttered("Thank you"), ActionExecuted("action_listen")]
        tracker.update_with_events(events, store.domain)
        await store.save(tracker)


async def read(store, sender=SENDER):
    """The texts the person said."""
    tracker = await store.retrieve(sender)
    return tracker and [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_what_was_said_comes_back_in_order(open_store):
    store = open_store(NEW)
    await keep(store, "one", "two", "three")
    assert await read(store) == ["one", "two", "three"]
    assert await read(store, "somebody:0") is None


async def test_no_word_is_readable_on_disk(open_store, tmp_path):
    store = open_store(NEW)
    await keep(store, "violet words", "more violet")
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert SENDER.encode() in written
    assert not [word for word in (b"violet", b"Thank", b"action_listen") if word in written]


async def test_an_old_key_reads_until_it_is_taken_away(open_store):
    await keep(open_store(OLD), "before")
    rotated = open_store(f"{NEW},{OLD}")
    await keep(rotated, "after")
    assert await read(rotated) == ["before", "after"]
    with pytest.raises(TrackerUnreadable):
        await open_store(NEW).retrieve(SENDER)


async def test_a_wrong_key_is_an_error_and_not_an_empty_conversation(open_store):
    await keep(open_store(OLD), "hello")
    with pytest.raises(TrackerUnreadable):
        await open_store(NEW).retrieve(SENDER)


async def test_a_row_moved_to_another_conversation_is_refused(open_store, tmp_path):
    store = open_store(NEW)
    await keep(store, "hello")
    with sqlite3.connect(tmp_path / "tracker.db") as database:
        database.execute("UPDATE tracker_turns SET sender_id = 'other:0'")
    database.close()
    with pytest.raises(TrackerUnreadable):
        await store.retrieve("other:0")


async def test_of_two_writers_with_the_same_past_one_fails_and_adds_nothing(open_store):
    store = open_store(NEW)
    await keep(store, "hello")
    first, second = await store.retrieve(SENDER), await store.retrieve(SENDER)
    first.update(UserUttered("first"))
    second.update(UserUttered("second"))
    await store.save(first)
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        await store.save(second)
    assert await read(store) == ["hello", "first"]


async def test_a_database_that_is_away_is_an_error_and_serves_again_when_back(open_store, tmp_path):
    store = open_store(NEW, f"sqlite:///{tmp_path / 'away' / 'tracker.db'}")
    with pytest.raises(sqlalchemy.exc.OperationalError):
        await store.retrieve(SENDER)
    (tmp_path / "away").mkdir()
    await keep(store, "hello")
    assert await read(store) == ["hello"]


async def test_a_deleted_episode_leaves_the_others(open_store):
    store = open_store(NEW)
    for sender in ("a:0", "a:1", "ab:0"):
        await keep(store, "hello", sender=sender)
    assert sorted(await store.episodes("a")) == ["a:0", "a:1"] and await store.episodes("a:1") == ["a:1"]
    await store.delete("a:0")
    assert [await read(store, sender) for sender in ("a:0", "a:1")] == [None, ["hello"]]


@pytest.mark.parametrize("keys", ["", " , ", "not a key"])
def test_without_a_proper_key_it_does_not_start(open_store, keys):
    with pytest.raises(ValueError):
        open_store(keys)


@pytest.mark.postgres
async def test_postgresql_keeps_the_same_promises(open_store, postgres_url):
    store = open_store(NEW, postgres_url)
    await keep(store, "one", "two")
    assert await read(store) == ["one", "two"]
    await store.delete(SENDER)
    assert await read(store) is None
