"""Watches what every test does on PostgreSQL for the order of locks that handoff/db.py promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from handoff.audit import _CHAIN_LOCK

CASES = ("case_", "alert")
_LOCKED = re.compile(
    r"\bFROM (?:ONLY )?(\w+).* FOR (NO KEY )?UPDATE|^(?:UPDATE|DELETE FROM) (\w+)", re.DOTALL
)


class LockOrder:
    """The tables that each open transaction has locked rows of, and what was wrong with that."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._locked: dict[int, list[str]] = {}

    def begin(self, connection: Any) -> None:
        self._locked[id(connection)] = []

    def execute(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if connection.dialect.name == "postgresql":
            if "pg_advisory_xact_lock" in statement and _CHAIN_LOCK not in parameters:
                return  # another lock than the audit's
            self._look(self._locked.setdefault(id(connection), []), statement)

    def _look(self, locked: list[str], statement: str) -> None:
        if "pg_advisory_xact_lock" in statement:
            locked.append("audit")
            return
        found = _LOCKED.search(statement)
        if found is None or (table := found[1] or found[3]) in locked:
            return
        if "audit" in locked:
            self.faults.append(f"{table} after the audit: {statement}")
        if table in CASES and "conversation" not in locked:
            self.faults.append(f"{table} without its conversation: {statement}")
        if found[1] and not found[2]:
            self.faults.append(f"FOR UPDATE keeps who points at it waiting: {statement}")
        locked.append(table)


@contextmanager
def watched() -> Iterator[LockOrder]:
    """Everything that happens on any engine while the block lasts."""
    order = LockOrder()
    listeners = ("begin", order.begin), ("before_cursor_execute", order.execute)
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield order
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
