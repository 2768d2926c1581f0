"""What the simulated phone network remembers, in a small SQLite file: never the product's tables."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite

INBOUND, OUTBOUND, AUTOMATIC = "inbound", "outbound-api", "outbound-reply"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY, sid TEXT UNIQUE NOT NULL, direction TEXT NOT NULL, phone TEXT NOT NULL,
  service TEXT NOT NULL, body TEXT NOT NULL, media INTEGER NOT NULL, status TEXT NOT NULL,
  callback TEXT NOT NULL, handed INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS message_thread ON message (phone, service, id);
CREATE TABLE IF NOT EXISTS phone (number TEXT PRIMARY KEY, added_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (phone TEXT, service TEXT, id INTEGER NOT NULL, PRIMARY KEY (phone, service));
CREATE TABLE IF NOT EXISTS blocked (phone TEXT, service TEXT, PRIMARY KEY (phone, service));
"""


@dataclass(frozen=True)
class Text:
    """One text between a phone and one of the service's numbers; `handed`: its webhook was answered 2xx."""

    id: int
    sid: str
    direction: str
    phone: str
    service: str
    body: str
    media: int
    status: str
    callback: str
    handed: bool
    created_at: datetime
    updated_at: datetime

    @property
    def inbound(self) -> bool:
        return self.direction == INBOUND

    @property
    def from_(self) -> str:
        return self.phone if self.inbound else self.service

    @property
    def to(self) -> str:
        return self.service if self.inbound else self.phone


@dataclass(frozen=True)
class Filters:
    """Which texts a list asks for; None means any. Times include their ends."""

    to: str | None = None
    from_: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Store:
    """Texts, phones, what was read, and who has switched texts off."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._db = connection

    async def add(
        self,
        *,
        direction: str,
        phone: str,
        service: str,
        body: str,
        status: str,
        media: int = 0,
        callback: str = "",
    ) -> Text:
        """Keep a new text; a phone that was not known is known from now on."""
        now = _now()
        sid = ("MM" if media else "SM") + secrets.token_hex(16)
        await self.add_phone(phone)
        await self._db.execute(
            "INSERT INTO message"
            " (sid, direction, phone, service, body, media, status, callback, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (sid, direction, phone, service, body, media, status, callback, now, now),
        )
        await self._db.commit()
        return await self.get(sid)

    async def get(self, sid: str) -> Text:
        """The text of this sid; KeyError when there is none."""
        rows = await self._all("SELECT * FROM message WHERE sid = ?", sid)
        if not rows:
            raise KeyError(sid)
        return _text(rows[0])

    async def set_status(self, sid: str, status: str) -> Text:
        await self._write("UPDATE message SET status = ?, updated_at = ? WHERE sid = ?", status, _now(), sid)
        return await self.get(sid)

    async def set_handed(self, sid: str) -> None:
        await self._write("UPDATE message SET handed = 1 WHERE sid = ?", sid)

    async def page(self, filters: Filters, start: int, size: int) -> list[Text]:
        """Texts that fit, newest first."""
        where, values = _where(filters)
        return [
            _text(row)
            for row in await self._all(
                f"SELECT * FROM message WHERE {where} ORDER BY id DESC LIMIT ? OFFSET ?",  # noqa: S608
                *values, size, start,
            )
        ]  # fmt: skip

    async def thread(self, phone: str, service: str, after: int = 0) -> list[Text]:
        query = "SELECT * FROM message WHERE phone = ? AND service = ? AND id > ? ORDER BY id"
        return [_text(row) for row in await self._all(query, phone, service, after)]

    async def unfinished(self) -> list[Text]:
        """Texts to phones that are not delivered yet, oldest first."""
        query = "SELECT * FROM message WHERE direction = ? AND status IN ('queued', 'sent') ORDER BY id"
        return [_text(row) for row in await self._all(query, OUTBOUND)]

    async def add_phone(self, number: str) -> None:
        await self._write("INSERT OR IGNORE INTO phone (number, added_at) VALUES (?, ?)", number, _now())

    async def phones(self) -> list[str]:
        """Every phone, in the order they were added."""
        return [
            row["number"] for row in await self._all("SELECT number FROM phone ORDER BY added_at, number")
        ]

    async def unread(self) -> dict[tuple[str, str], int]:
        """How many texts wait to be read, for each phone and service number that has any."""
        query = (
            "SELECT m.phone, m.service, COUNT(*) AS n FROM message m LEFT JOIN seen s USING (phone, service)"
            " WHERE m.direction <> ? AND m.id > COALESCE(s.id, 0) GROUP BY m.phone, m.service"
        )
        return {(row["phone"], row["service"]): row["n"] for row in await self._all(query, INBOUND)}

    async def mark_read(self, phone: str, service: str, up_to: int) -> None:
        await self._write(
            "INSERT INTO seen (phone, service, id) VALUES (?, ?, ?)"
            " ON CONFLICT (phone, service) DO UPDATE SET id = MAX(id, excluded.id)",
            phone, service, up_to,
        )  # fmt: skip

    async def block(self, phone: str, service: str) -> None:
        await self._write("INSERT OR IGNORE INTO blocked (phone, service) VALUES (?, ?)", phone, service)

    async def unblock(self, phone: str, service: str) -> None:
        await self._write("DELETE FROM blocked WHERE phone = ? AND service = ?", phone, service)

    async def is_blocked(self, phone: str, service: str) -> bool:
        return bool(await self._all("SELECT 1 FROM blocked WHERE phone = ? AND service = ?", phone, service))

    async def _all(self, query: str, *values: Any) -> list[aiosqlite.Row]:
        return list(await self._db.execute_fetchall(query, values))

    async def _write(self, statement: str, *values: Any) -> None:
        await self._db.execute(statement, values)
        await self._db.commit()


@contextlib.asynccontextmanager
async def open_store(path: Path) -> AsyncIterator[Store]:
    """The file, made when it is not there."""
    async with aiosqlite.connect(path) as connection:
        connection.row_factory = aiosqlite.Row
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.executescript(_SCHEMA)
        yield Store(connection)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _text(row: aiosqlite.Row) -> Text:
    values = {**dict(row), "handed": bool(row["handed"])}
    times = {name: datetime.fromisoformat(row[name]) for name in ("created_at", "updated_at")}
    return Text(**{**values, **times})


def _where(filters: Filters) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = [
        ("CASE direction WHEN 'inbound' THEN service ELSE phone END = ?", filters.to),
        ("CASE direction WHEN 'inbound' THEN phone ELSE service END = ?", filters.from_),
        ("created_at >= ?", filters.since.isoformat() if filters.since else None),
        ("created_at <= ?", filters.until.isoformat() if filters.until else None),
    ]
    used = [(sql, value) for sql, value in parts if value is not None]
    return " AND ".join(["1", *(sql for sql, _ in used)]), [value for _, value in used]
