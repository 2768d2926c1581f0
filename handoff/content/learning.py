"""How far the assistant is with what it learns, for pages and programs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content.model import (
    AT_WORK,
    CHECKING,
    DONE,
    FAILED,
    QUEUED,
    REHEARSING,
    SWAPPING,
    TRAINING,
    WRITING,
    Training,
)

STAGES = {
    QUEUED: ("Waiting for its turn", 0, 60),
    WRITING: ("Writing down the questions", 2, 2),
    CHECKING: ("Trying out questions that were kept back", 5, 25),
    TRAINING: ("Learning the questions", 40, 30),
    REHEARSING: ("Rehearsing whole conversations", 75, 20),
    SWAPPING: ("Going live", 97, 5),
}
"""By state: in words, the percent at its beginning, and the seconds it mostly takes."""


async def learning(session: AsyncSession, limit: int = 10) -> list[Training]:
    """The newest trainings, newest first."""
    query = select(Training).order_by(Training.number.desc()).limit(limit)
    return list((await session.execute(query)).scalars())


async def open_trainings(session: AsyncSession) -> list[Training]:
    """Those to show above the releases: under way, or failed with none that went live since."""
    found = []
    for training in await learning(session):
        if training.state == DONE:
            break
        found.append(training)
    return [one for one in found if one.state in (*AT_WORK, FAILED)]


def percent(training: Training, now: datetime) -> int:
    """How far it is, 0 to 100: the stages it has behind it, and the time it has been in this one."""
    if training.state not in STAGES:
        return 100
    begins = [start for _, start, _ in STAGES.values()]
    _, start, seconds = STAGES[training.state]
    ends = min((one for one in begins if one > start), default=100)
    spent = (now - training.since).total_seconds() if training.since else 0
    return start + int((ends - start) * min(0.9, max(0.0, spent / seconds)))
