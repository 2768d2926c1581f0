"""The database: one engine, transactions that roll back unless they finish, aware times.

SQLite takes one writer at a time (we queue for it in the process); PostgreSQL locks rows, always in one
order, so that two transactions never wait for each other (one that collides all the same is done again):

    conversation   first, by whoever changes one of its cases or alerts, or reads one to change it
    case, alert    only with their conversation's lock, so their own order is free
    audit          its chain is everybody's, so it is locked last: entries are written as the transaction ends

A row is locked with `ROW`, never for its key: what merely points at it need not wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from handoff import sqlite
from handoff.writers import Writers

ROW: dict[str, Any] = {"key_share": True}  # for with_for_update: FOR NO KEY UPDATE
LONGEST_WAIT_SECONDS = 20.0
_LAST = "wayline_last"
_COLLISIONS = ("40P01", "40001")  # PostgreSQL's deadlock_detected and serialization_failure
Done = TypeVar("Done")


@dataclass
class Piece:
    """A piece of work that may be done again from its start as long as nothing of it is committed."""

    committed: bool = False


_PIECE: ContextVar[Piece | None] = ContextVar("piece", default=None)


class Base(DeclarativeBase):
    """Every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in storage; a naive time is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Opens sessions on one database; `transaction` writes, `reading` only reads."""

    def __init__(self, url: str) -> None:
        self.sqlite = url.startswith("sqlite")
        self._sqlite = sqlite.Connections()
        options: dict[str, Any] = (
            {"connect_args": {"async_creator_fn": self._sqlite.connect}, "pool_size": 16, "max_overflow": 0}
            if self.sqlite
            else {"pool_size": 10, "max_overflow": 10, "pool_timeout": 10}
        )
        self.engine = create_async_engine(url, hide_parameters=True, **options)
        if self.sqlite:
            _prepare_sqlite(self.engine.sync_engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        read_engine = self.engine.execution_options(wayline_reading=True)
        self._reading = async_sessionmaker(read_engine, expire_on_commit=False)
        self._brief = _in_place(self.engine)
        self._brief_reading = _in_place(read_engine)
        self._writers = Writers()

    @asynccontextmanager
    async def transaction(
        self, *, first: bool = False, brief: bool = False, taking_in: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed if the block ends, rolled back if it raises.

        `first` does not queue behind the bot's work. The statements of a `brief` one find few rows by their
        keys, and SQLite does them in place. `taking_in` is both: storing and screening what someone wrote.
        """
        sessions = self._brief if brief or taking_in else self._sessions
        turn: AbstractAsyncContextManager[Any] = (
            self._writers.turn(first=first or taking_in) if self.sqlite else nullcontext()
        )
        async with turn, sessions() as session, session.begin():
            yield session
            for work in session.info.get(_LAST, ()):
                await work(session)
        if piece := _PIECE.get():
            piece.committed = True

    async def in_line(self) -> None:
        """Return once everybody before us has written: for work that is better begun later, as until then it
        would only slow down who is taken in. After 20 seconds it begins all the same."""
        if self.sqlite:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT_SECONDS), self._writers.turn():
                    pass

    @asynccontextmanager
    async def reading(self, *, brief: bool = False) -> AsyncIterator[AsyncSession]:
        """A consistent look that takes no write lock; `brief` as in `transaction`."""
        async with (self._brief_reading if brief else self._reading)() as session:
            yield session

    async def close(self) -> None:
        """When this returns nothing works on the database any more, cancelled work included."""
        await self.engine.dispose()
        await self._sqlite.ended()


def _in_place(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine.execution_options(wayline_in_place=True), expire_on_commit=False)


def do_last(session: AsyncSession, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Have this done when the caller's transaction has done everything else, just before it is committed."""
    session.info.setdefault(_LAST, []).append(work)


def collided(error: BaseException) -> bool:
    """Whether the database ended a transaction to let another one through: nothing is wrong with it."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _COLLISIONS


async def second_try(work: Callable[[], Awaitable[Done]]) -> Done:
    """Do this; if it collided before it had committed anything, once more from the start."""
    piece = Piece()
    here = _PIECE.set(piece)
    try:
        return await work()
    except DBAPIError as error:
        if piece.committed or not collided(error):
            raise
    finally:
        _PIECE.reset(here)
    return await work()


def _prepare_sqlite(engine: Any) -> None:
    """WAL, real durability, foreign keys, and BEGIN IMMEDIATE for writers (the driver's comes too late)."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=0"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(sqlite.PATIENT)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options, driver = connection.get_execution_options(), connection.connection.driver_connection
        driver.begin = sqlite.READING if options.get("wayline_reading") else sqlite.WRITING
        driver.in_place = options.get("wayline_in_place", False)
