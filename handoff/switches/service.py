"""What can be done with the switch: turn it, and ask how it stands. It is read where it counts, in the
transaction that would ask or answer, so every process goes by it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.conversations.model import SMS, WEBCHAT
from handoff.staff import service as staff
from handoff.staff.service import Member
from handoff.switches.model import BotSwitch

CHANNELS = (WEBCHAT, SMS)
HISTORY = 20


def newest(channel: Any) -> Select[bool]:
    """How the switch of a channel (a column or parameter) stands: False is off; no row, never turned."""
    found = select(BotSwitch.on).where(BotSwitch.channel == channel)
    return found.order_by(BotSwitch.id.desc()).limit(1)


_NEWEST = newest(bindparam("channel"))


@dataclass(frozen=True)
class Turned:
    """How a channel's switch stands: since when, by whom and why; nobody turned it yet when `at` is None."""

    channel: str
    on: bool = True
    reason: str = ""
    by: str | None = None
    at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        at = self.at.isoformat().replace("+00:00", "Z") if self.at else None
        return {"channel": self.channel, "on": self.on, "reason": self.reason, "by": self.by, "at": at}


async def is_off(session: AsyncSession, channel: str) -> bool:
    """Whether the assistant is switched off for a channel."""
    return (await session.execute(_NEWEST, {"channel": channel})).scalar() is False


async def switches(session: AsyncSession) -> list[Turned]:
    """Every channel's switch as it stands."""
    found = {}
    for channel in CHANNELS:
        query = select(BotSwitch).where(BotSwitch.channel == channel).order_by(BotSwitch.id.desc())
        if newest := (await session.execute(query.limit(1))).scalar():
            found[channel] = newest
    named = {one.channel: one for one in await _in_words(session, list(found.values()))}
    return [named.get(channel, Turned(channel)) for channel in CHANNELS]


async def history(session: AsyncSession) -> list[Turned]:
    """The last times it was turned, newest first."""
    query = select(BotSwitch).order_by(BotSwitch.id.desc()).limit(HISTORY)
    return await _in_words(session, list((await session.execute(query)).scalars()))


async def turn(
    session: AsyncSession, now: datetime, who: Member, channel: str, on: bool, reason: str
) -> bool:
    """Switch the assistant off or on for a channel; False when it stood so already, and nothing changed."""
    if await is_off(session, channel) is not on:
        return False
    session.add(BotSwitch(channel=channel, on=on, reason=reason, staff_id=who.id, at=now))
    action = "bot.switch_on" if on else "bot.switch_off"
    await audit.record(session, now, who.id, action, f"channel:{channel}")
    return True


async def _in_words(session: AsyncSession, rows: Sequence[BotSwitch]) -> list[Turned]:
    names = await staff.names(session, [row.staff_id for row in rows])
    return [Turned(row.channel, row.on, row.reason, names.get(row.staff_id), row.at) for row in rows]
