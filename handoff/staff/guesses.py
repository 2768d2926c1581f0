"""Wrong sign-ins are counted, so that nobody can try password after password (kept in this process)."""

from __future__ import annotations

import time
from collections import OrderedDict

_REST_SECONDS = 900.0
_REMEMBER = 10_000


class Guesses:
    """At most `limit` wrong guesses a key in 15 minutes; right ones cost nothing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def spent(self, key: str) -> bool:
        """Whether this key must rest before it may try again."""
        return len(self._recent(key)) >= self._limit

    def wrong(self, key: str) -> None:
        self._wrong[key] = [*self._recent(key), time.monotonic()]
        self._wrong.move_to_end(key)
        while len(self._wrong) > _REMEMBER:
            self._wrong.popitem(last=False)

    def _recent(self, key: str) -> list[float]:
        now = time.monotonic()
        return [at for at in self._wrong.get(key, []) if now - at < _REST_SECONDS]
