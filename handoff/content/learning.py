"""How far the assistant is with what it learns, for pages and programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
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
    QUEUED: ("Waiting for its turn", 0.0),
    WRITING: ("Writing down the questions", 1.0),
    CHECKING: ("Trying out questions that were kept back", 20.0),
    TRAINING: ("Learning the questions", 12.0),
    REHEARSING: ("Rehearsing whole conversations", 4.0),
    SWAPPING: ("Going live", 2.0),
}
"""By state: in words, and the seconds it takes where no release was learnt before."""
NEVER_QUITE = 0.95
"""How much of a stage is shown as done while it goes on, however long that is."""


@dataclass(frozen=True)
class Progress:
    """How far a training is: the stage in words, 0 to 100, and the seconds left; None while it waits."""

    stage: str
    percent: int
    seconds_left: int | None


async def learning(session: AsyncSession, limit: int = 10) -> list[Training]:
    """Every training under way or waiting and the newest others, newest first."""
    newest = select(Training.number).order_by(Training.number.desc()).limit(limit)
    shown = or_(Training.state.in_(AT_WORK), Training.number.in_(newest))
    query = select(Training).where(shown).order_by(Training.number.desc())
    return list((await session.execute(query)).scalars())


async def open_trainings(session: AsyncSession) -> list[Training]:
    """Those to show above the releases: under way, or failed with none that went live since."""
    found = []
    for training in await learning(session):
        if training.state == DONE:
            break
        found.append(training)
    return [one for one in found if one.state in (*AT_WORK, FAILED)]


async def usual_seconds(session: AsyncSession) -> dict[str, float]:
    """What each stage takes, by the last release that went through all of them."""
    query = select(Training.took).where(Training.state == DONE, Training.earlier.is_(None))
    last = (await session.execute(query.order_by(Training.number.desc()).limit(1))).scalar()
    return {stage: seconds for stage, (_, seconds) in STAGES.items()} | (last or {})


async def measure(session: AsyncSession, now: datetime) -> Callable[[Training], Progress]:
    """What says how far each training is by now."""
    usual = await usual_seconds(session)
    return lambda training: progress(training, now, usual)


def progress(training: Training, now: datetime, usual: Mapping[str, float]) -> Progress:
    """How far it is, when each stage takes as long as usual."""
    if training.state not in STAGES:
        return Progress("", 100, 0)
    words, order = STAGES[training.state][0], list(STAGES)
    if training.state == QUEUED:
        return Progress(words, 0, None)
    takes = {stage: max(0.1, usual[stage]) for stage in order[1:]}
    at = order.index(training.state)
    spent = max(0.0, (now - training.since).total_seconds()) if training.since else 0.0
    this = min(spent, NEVER_QUITE * takes[training.state])
    left = sum(takes[stage] for stage in order[at:]) - this
    whole = sum(takes.values())
    return Progress(words, int(100 * (whole - left) / whole), max(1, round(left)))
