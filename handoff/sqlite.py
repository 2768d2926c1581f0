"""aiosqlite with one trip to its thread a statement, where SQLAlchemy's use of it takes four.

Most of a small query's time is the way to the thread and back: a cursor, its statement, its rows and its
end go together here, and the BEGIN goes with the first statement of its transaction.

What takes a message in, or answers one, runs its statements where it is: nearly all find a row or two by
their key in a tenth of a millisecond (at most, once somebody is accused, 200 messages), and the way to the
thread takes many times that while fifty arrive a second. What waits stays in the thread: a BEGIN while
another process writes, a COMMIT while the disk is slow, and the checkpoint that some COMMITs end with.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Thread
from typing import Any
from weakref import WeakSet

import aiosqlite

log = logging.getLogger(__name__)
FIRST_ROWS = 500
READING, WRITING = "BEGIN", "BEGIN IMMEDIATE"
PATIENT = "PRAGMA busy_timeout=5000"
QUICK_SECONDS = 0.008  # up to 5 ms of it another thread may have the interpreter, whatever the disk does
CHECKPOINT_ROWS = 1_000  # written since the last checkpoint


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors travel once. `begin` is sent ahead of the next statement; after that one, a
    transaction `in_place` travels no more."""

    begin = ""
    in_place = False

    def __init__(
        self, connector: Callable[[], sqlite3.Connection], stopping: WeakSet[Thread], disk: Disk
    ) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # as SQLAlchemy has it: a process never waits for a forgotten one
        self._stopping, self._disk = stopping, disk
        self._changes = 0  # rows that this connection had written when its transaction began
        self._began = False

    def stop(self) -> asyncio.Future[Any] | None:
        self._stopping.add(self._thread)
        return super().stop()

    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        return OneTripCursor(self)

    async def run(self, sql: str, parameters: Any, *, many: bool = False) -> _Done:
        """Execute a statement, after the BEGIN that waits for it, and fetch its first rows."""
        self._refuse_alone()
        begin, self.begin = self.begin, ""
        if begin:
            self._changes, self._began = self._conn.total_changes, True
        if self.in_place and begin == WRITING and self._begins_at_once():
            begin = ""
        if self.in_place and begin != WRITING:
            return _run(self._conn, begin, sql, parameters, many)
        done: _Done = await self._execute(_run, self._conn, begin, sql, parameters, many)  # type: ignore[no-untyped-call]
        return done

    def _refuse_alone(self) -> None:
        """Where SQLite itself took a transaction back (a disk that fails) and the error was lived with, what
        follows would be committed alone, each statement for itself, and what went before be lost unseen."""
        if self._began and not self.in_transaction:
            raise sqlite3.OperationalError("SQLite took the transaction back")

    def _begins_at_once(self) -> bool:
        """Whether the writer's turn was free and is ours; while another process has it, the thread waits."""
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            self._conn.execute(WRITING)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            raise
        finally:
            self._conn.execute(PATIENT)
        return True

    async def fetch(self, fetcher: Callable[..., Any], *arguments: Any) -> Any:
        """Ask a cursor for more, in the thread."""
        return await self._execute(fetcher, *arguments)  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        self._refuse_alone()
        self.begin, self._began = "", False
        if self.in_transaction and self.in_place and self._disk.is_quick:
            self._disk.commit(self._conn, self._changes)
        elif self.in_transaction:
            await self._execute(self._disk.commit_and_tidy, self._conn, self._changes)  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        """Every look ends with one."""
        self.begin, self._began = "", False
        if self.in_transaction and self.in_place:
            self._conn.rollback()
        elif self.in_transaction:
            await super().rollback()


class OneTripCursor:
    """What SQLAlchemy asks of a cursor; after executing, only a long result needs further trips."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self._rest: sqlite3.Cursor | None = None  # where the rows after these come from
        self.description: Any = None
        self.rowcount, self.lastrowid = -1, None

    async def __aenter__(self) -> OneTripCursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._take(await self._connection.run(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._take(await self._connection.run(sql, parameters, many=True))

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows + (await self._connection.fetch(self._rest.fetchall) if self._rest else [])

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        size = size or self.arraysize
        if not self._rows and self._rest:
            self._rows = await self._connection.fetch(self._rest.fetchmany, max(size, FIRST_ROWS))
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchone(self) -> Any:
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def close(self) -> None:
        if self._rest:
            await self._connection.fetch(self._rest.close)
            self._rest = None

    def _take(self, done: _Done) -> None:
        self.description, self.rowcount, self.lastrowid, self._rows, self._rest = done


_Done = tuple[Any, int, Any, list[Any], sqlite3.Cursor | None]


class Disk:
    """How fast the disk is: the last commit that wrote something, and so waited for it, tells.

    Connections leave the checkpoint, which copies the log into the database, to `commit_and_tidy`.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._rows = 0

    @property
    def is_quick(self) -> bool:
        """Whether a commit may be waited for in place: nothing tells that it will be slow."""
        return self._seconds < QUICK_SECONDS and self._rows < CHECKPOINT_ROWS

    def commit(self, connection: sqlite3.Connection, changes: int) -> None:
        """End the transaction that began at so many `changes`, and note how long that took."""
        rows, started = connection.total_changes - changes, time.perf_counter()
        try:
            connection.commit()
        finally:
            if rows:
                self._seconds = time.perf_counter() - started
                self._rows += rows

    def commit_and_tidy(self, connection: sqlite3.Connection, changes: int) -> None:
        """The same where it may take its time, with the checkpoint when it is due."""
        self.commit(connection, changes)
        if self._rows >= CHECKPOINT_ROWS:
            self._rows = 0
            _checkpoint(connection)


def _checkpoint(connection: sqlite3.Connection) -> None:
    """What was committed stands whether this works or not; a later one copies what this one did not."""
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
    except sqlite3.Error as error:
        log.warning("checkpoint put off why=%s", error)


class Connections:
    """Makes one database's connections, and sees the last of them off."""

    def __init__(self) -> None:
        self._stopping: WeakSet[Thread] = WeakSet()
        self._disk = Disk()

    def connect(self, database: str, **options: Any) -> OneTripConnection:
        """As aiosqlite.connect; for SQLAlchemy's `async_creator_fn`."""
        return OneTripConnection(partial(sqlite3.connect, database, **options), self._stopping, self._disk)

    async def ended(self) -> None:
        """Return once no stopped connection works any more: one cut off in a statement ends it first."""
        for thread in list(self._stopping):
            await asyncio.to_thread(thread.join)


def _run(connection: sqlite3.Connection, begin: str, sql: str, parameters: Any, many: bool) -> _Done:
    if begin:
        connection.execute(begin)
    cursor = connection.executemany(sql, parameters) if many else connection.execute(sql, parameters)
    rows = cursor.fetchmany(FIRST_ROWS) if cursor.description else []
    more = len(rows) == FIRST_ROWS
    done = cursor.description, cursor.rowcount, cursor.lastrowid, rows, cursor if more else None
    if not more:
        cursor.close()
    return done
