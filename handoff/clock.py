"""The time the product believes: aware, UTC, and movable in demo mode.

Every rule asks a Clock, never the system, so that clocks and due jobs follow WAYLINE_NOW.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time; `start` moves it, running on from there."""

    def __init__(self, start: datetime | None = None) -> None:
        self.offset = start.astimezone(UTC) - datetime.now(UTC) if start else timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move(self, by: timedelta) -> None:
        self.offset += by
