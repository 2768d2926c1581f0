"""Live updates: a notice says that a topic changed, never what changed.

Readers re-read the database from where they were, so a missed or doubled notice loses nothing.
With PostgreSQL the notices of one process reach the others by LISTEN/NOTIFY.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from sqlalchemy import text

from handoff.db import Database

log = logging.getLogger(__name__)
CONSOLE, OUTBOX, CONTENT = "console", "outbox", "content"
_PG_CHANNEL = "wayline"


def conversation_topic(conversation_id: uuid.UUID) -> str:
    return f"conversation:{conversation_id}"


def turn_topic(turn_id: uuid.UUID) -> str:
    """The one topic whose notice says what happened: this turn is done."""
    return f"turn:{turn_id}"


class Subscription:
    """Remembers that a notice came until it is waited for."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notice(self) -> None:
        self._changed.set()

    async def wait(self, seconds: float) -> bool:
        """True when something changed since the last wait, False when `seconds` passed quietly."""
        try:
            async with asyncio.timeout(seconds):  # wait_for may swallow a cancellation (Python 3.11)
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True


class Hub:
    """Hands notices to this process's subscribers, and to other processes through PostgreSQL."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[Subscription]] = defaultdict(set)
        self._bridge: PostgresBridge | None = None

    @contextlib.asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[Subscription]:
        subscription = Subscription()
        for topic in topics:
            self._subscribers[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._subscribers[topic].discard(subscription)
                if not self._subscribers[topic]:
                    del self._subscribers[topic]

    def notify(self, *topics: str) -> None:
        """Call after the commit that changed something."""
        for topic in topics:
            self.deliver(topic)
            if self._bridge:
                self._bridge.send(topic)

    def deliver(self, topic: str) -> None:
        for subscription in tuple(self._subscribers.get(topic, ())):
            subscription.notice()

    @contextlib.asynccontextmanager
    async def running(self, db: Database) -> AsyncIterator[None]:
        """Bridge to other processes for as long as the block lasts (nothing to do on SQLite)."""
        if db.sqlite:
            yield
            return
        self._bridge = PostgresBridge(db, self)
        listener = asyncio.create_task(self._bridge.listen())
        try:
            yield
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            await self._bridge.close()
            self._bridge = None


class PostgresBridge:
    """NOTIFY out, LISTEN in; reconnects by itself. Readers also look now and then, so a gap only delays."""

    def __init__(self, db: Database, hub: Hub) -> None:
        self._db, self._hub = db, hub
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, topic: str) -> None:
        task = asyncio.create_task(self._send(topic))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, topic: str) -> None:
        try:
            async with self._db.engine.begin() as connection:
                await connection.execute(text("SELECT pg_notify(:c, :t)"), {"c": _PG_CHANNEL, "t": topic})
        except Exception:
            log.warning("live notice not sent to other processes")

    async def listen(self) -> None:
        dsn = self._db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                connection = await asyncpg.connect(dsn, timeout=10)
                try:
                    await connection.add_listener(_PG_CHANNEL, self._received)
                    closed = asyncio.Event()
                    connection.add_termination_listener(lambda _, closed=closed: closed.set())
                    await closed.wait()
                finally:
                    await connection.close(timeout=5)
            except (OSError, asyncpg.PostgresError, TimeoutError):
                log.warning("live updates lost the database; trying again")
                await asyncio.sleep(1)

    def _received(self, connection: Any, pid: int, channel: str, topic: str) -> None:
        self._hub.deliver(topic)

    async def close(self) -> None:
        await asyncio.gather(*self._sending, return_exceptions=True)
