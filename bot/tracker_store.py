"""Rasa's working memory: encrypted, one row a turn, and never an empty conversation where there was an error.

Keys are WAYLINE_KEYS (newest first: it encrypts, all decrypt); the database is TRACKER_DB_URL.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from sqlalchemy.ext.declarative import DeclarativeMeta, declarative_base
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

WAIT_SECONDS = 5


class TrackerUnreadable(RuntimeError):
    """A stored turn cannot be decrypted, or is not where it was written."""


def database_url() -> str:
    """TRACKER_DB_URL, else a SQLite file in the data folder (made when missing)."""
    named = os.environ.get("TRACKER_DB_URL")
    if named:
        return named
    folder = Path(os.environ.get("WAYLINE_DATA_DIR", "var"))
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'tracker.db'}"


def cipher() -> MultiFernet:
    """The keys of WAYLINE_KEYS; raises ValueError when there is none."""
    keys = [key.strip() for key in os.environ.get("WAYLINE_KEYS", "").split(",") if key.strip()]
    if not keys:
        raise ValueError("WAYLINE_KEYS is not set: Rasa's memory cannot be encrypted")
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedTrackerStore(SQLTrackerStore):
    """Rasa's SQL store with its table, reading and writing replaced; database errors reach the caller."""

    Base: DeclarativeMeta = declarative_base()

    class SQLEvent(Base):  # type: ignore[misc,valid-type]
        """The events one turn added. `first` is the number of events before it, so two writers collide."""

        __tablename__ = "tracker_turns"

        sender_id = sa.Column(sa.String(255), primary_key=True)
        first = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
        data = sa.Column(sa.LargeBinary, nullable=False)
        saved_at = sa.Column(sa.Float, nullable=False)

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`host` is a database URL (endpoints.yml's `url`), else `database_url()`."""
        self._cipher = cipher()
        self.engine = _engine(host or database_url())
        self.sessionmaker = sessionmaker(bind=self.engine)
        self._has_tables = False
        TrackerStore.__init__(self, domain, event_broker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker, or None when nothing was ever saved; raises on a database error or a wrong key."""
        self._make_tables()
        with self.session_scope() as session:
            turns = session.query(self.SQLEvent.first, self.SQLEvent.data).filter_by(sender_id=sender_id)
            rows = turns.order_by(self.SQLEvent.first).all()
        events: list[dict[str, Any]] = []
        for first, data in rows:
            if first != len(events):
                raise TrackerUnreadable("turns of a conversation are missing")
            events += self._open(sender_id, first, data)
        if not events:
            return None
        replayed = [_event(parameters) for parameters in events]
        tracker = DialogueStateTracker.from_events(sender_id, replayed, self.domain.slots)
        tracker.saved_events = len(events)
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The same: a conversation has one session here."""
        return await self.retrieve(conversation_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Add the events since the tracker was read, in one transaction; raises on a database error."""
        self._make_tables()
        first = getattr(tracker, "saved_events", 0)
        events = [event.as_dict() for event in list(tracker.events)[first:]]
        if not events:
            return
        sealed = self._seal(tracker.sender_id, first, events)
        with self.session_scope() as session:
            session.add(
                self.SQLEvent(sender_id=tracker.sender_id, first=first, data=sealed, saved_at=time.time())
            )
            session.commit()
        tracker.saved_events = first + len(events)

    async def episodes(self, conversation: str) -> list[str]:
        """The sender ids under which a conversation (`<id>` or `<id>:<episode>`) has turns here."""
        self._make_tables()
        sender: Any = self.SQLEvent.sender_id
        theirs = sa.or_(sender == conversation, sender.startswith(f"{conversation}:", autoescape=True))
        with self.session_scope() as session:
            return [found for (found,) in session.query(sender).filter(theirs).distinct()]

    async def delete(self, sender_id: str) -> None:
        """Forget all turns of one sender id."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()

    def _make_tables(self) -> None:
        if not self._has_tables:
            self.Base.metadata.create_all(self.engine)
            self._has_tables = True

    def _seal(self, sender_id: str, first: int, events: list[dict[str, Any]]) -> bytes:
        turn = json.dumps({"sender_id": sender_id, "first": first, "events": events})
        return self._cipher.encrypt(zlib.compress(turn.encode(), 1))

    def _open(self, sender_id: str, first: int, data: bytes) -> list[dict[str, Any]]:
        try:
            turn = json.loads(zlib.decompress(self._cipher.decrypt(bytes(data))))
        except InvalidToken as fault:
            raise TrackerUnreadable("a turn cannot be decrypted with the keys of WAYLINE_KEYS") from fault
        if (turn["sender_id"], turn["first"]) != (sender_id, first):
            raise TrackerUnreadable("a turn is not where it was written")
        events: list[dict[str, Any]] = turn["events"]
        return events


@cache
def _event_types() -> dict[str, type[Event]]:
    return {kind.type_name: kind for kind in all_subclasses(Event)}


def _event(parameters: dict[str, Any]) -> Event:
    """As Rasa reads events, but it looks through every class of events for each of them."""
    return _event_types()[parameters["event"]]._from_parameters(parameters)


def _engine(url: str) -> sa.engine.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    # SQLAlchemy 1.4 opens a SQLite file anew for each session unless told to pool.
    arguments = {"timeout": WAIT_SECONDS, "check_same_thread": False}
    engine = sa.create_engine(url, poolclass=QueuePool, connect_args=arguments)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
