"""What the database holds, counted: turns and texts by how they ended. No words are read."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from tests.stack import Stack


def table(stack: Stack, query: str) -> Counter[Any]:
    """Rows of a query that groups and counts."""
    with closing(sqlite3.connect(f"file:{stack.database}?mode=ro", uri=True)) as database:
        return Counter({tuple(row[:-1]): row[-1] for row in database.execute(query)})


def turns(stack: Stack) -> Counter[Any]:
    return table(stack, "SELECT state, outcome, COUNT(*) FROM turn GROUP BY 1, 2")


def outgoing(stack: Stack) -> Counter[Any]:
    return table(stack, "SELECT state, COUNT(*) FROM outgoing GROUP BY 1")
