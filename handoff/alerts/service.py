"""Ringing for a case and being heard: start an alert, call the lead in, acknowledge.

The caller holds the transaction and the lock of the case's conversation, so one alert a case is started once.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.alerts.model import BLOCKED as BLOCKED
from handoff.alerts.model import CALLED, DANGER, LADDER, LEAD, ON_CALL, ONCE, Alert, AlertNotice, Shift
from handoff.alerts.model import LAPSED as LAPSED
from handoff.alerts.model import ROUTINE as ROUTINE
from handoff.alerts.model import SILENT as SILENT
from handoff.alerts.model import UNCHECKED as UNCHECKED
from handoff.db import ROW
from handoff.errors import Conflict

_LEVELS = (ROUTINE, "concern", "urgent", "emergency")


async def ring(
    session: AsyncSession,
    now: datetime,
    case_id: uuid.UUID,
    *,
    level: str,
    area: str | None,
    why: str = DANGER,
) -> Alert:
    """The case's alert: started, or begun again from the first person when this is worse than what rings.

    The same or less while it rings changes nothing, or somebody who keeps writing would hold it at the start;
    a silence has the next people told at once.
    """
    alert = await ringing(session, case_id)
    if alert is None:
        alert = await _start(session, now, case_id, level=level, area=area, why=why)
    elif _LEVELS.index(level) > _LEVELS.index(alert.level):
        alert.level, alert.why = level, why
        _from_rung(alert, 0, now)
        await audit.record(session, now, "system", "alert.rise", f"case:{case_id}", level=level)
    elif why == SILENT:
        alert.next_step_at = min(alert.next_step_at, now)
    return alert


async def ring_again(
    session: AsyncSession,
    now: datetime,
    case_id: uuid.UUID,
    *,
    level: str,
    area: str | None,
    waiting_since: datetime,
) -> None:
    """Nobody came in time: the chain goes on where it was acknowledged, or, if the case was given back to the
    queue after that, starts with the on-call."""
    last = await _newest(session, case_id)
    rung = LADDER.index(ON_CALL)
    if last and last.acknowledged_at and last.acknowledged_at >= waiting_since:
        rung = max(rung, last.rung)
    await _start(session, now, case_id, level=level, area=area, why=LAPSED, rung=rung)


async def ring_once(
    session: AsyncSession, now: datetime, case_id: uuid.UUID, *, area: str | None, why: str
) -> Alert | None:
    """Start an alert of ONCE in place of one like it that rings; None while something graver does."""
    alert = await ringing(session, case_id)
    if alert is not None and alert.why not in ONCE:
        return None
    if alert is not None:
        await _acknowledged(session, now, alert, None)
    return await _start(session, now, case_id, level=ROUTINE, area=area, why=why)


async def call_lead(
    session: AsyncSession, now: datetime, case_id: uuid.UUID, *, level: str, area: str | None, by: uuid.UUID
) -> None:
    """An adviser asks for the safeguarding lead: told now, and what the adviser does is no answer to it."""
    alert = await ring(session, now, case_id, level=level, area=area, why=CALLED)
    alert.why, alert.asked_by_id = CALLED, by
    _from_rung(alert, LADDER.index(LEAD), now)


async def ringing(session: AsyncSession, case_id: uuid.UUID) -> Alert | None:
    """The alert of the case that nobody has acknowledged yet, locked."""
    query = select(Alert).where(Alert.case_id == case_id, Alert.acknowledged_at.is_(None))
    return (await session.execute(query.with_for_update(**ROW))).scalar()


async def acted(session: AsyncSession, now: datetime, case_id: uuid.UUID, by: uuid.UUID) -> None:
    """The case's adviser took it or did something for it: that acknowledges what rings."""
    alert = await ringing(session, case_id)
    if alert and alert.asked_by_id != by:
        await acknowledge(session, now, alert, by)


async def acknowledge(session: AsyncSession, now: datetime, alert: Alert, by: uuid.UUID) -> None:
    """Somebody has seen it: for as long as the level gives nobody else is told. Twice changes nothing.

    Conflict `own_call` for who asked for the lead by this alert: somebody else answers that.
    """
    if alert.acknowledged_at is not None:
        return
    if alert.asked_by_id == by:
        raise Conflict("own_call", "You asked for the lead here, so somebody else has to acknowledge it.")
    await _acknowledged(session, now, alert, by)


async def over(
    session: AsyncSession, now: datetime, case_id: uuid.UUID, by: uuid.UUID | None, *whys: str
) -> None:
    """What rings for one of these reasons needs nobody any more."""
    alert = await ringing(session, case_id)
    if alert and alert.why in whys:
        await _acknowledged(session, now, alert, by)


async def rings_or_rang(session: AsyncSession, case_id: uuid.UUID, why: str) -> Alert | None:
    """What rings for the case, for whatever reason, else its newest alert for this one; a look, no lock."""
    rings = Alert.acknowledged_at.is_(None)
    query = select(Alert).where(Alert.case_id == case_id, or_(rings, Alert.why == why))
    return (await session.execute(query.order_by(rings.desc(), Alert.started_at.desc()).limit(1))).scalar()


async def moved(session: AsyncSession, now: datetime, case_id: uuid.UUID) -> None:
    """The case's area is known now: if it rings, whoever is on call there is told at once."""
    alert = await ringing(session, case_id)
    if alert is not None:
        alert.rung, alert.next_step_at = min(alert.rung, LADDER.index(ON_CALL)), now


async def unacknowledged(session: AsyncSession) -> int:
    """How many alerts nobody has acknowledged."""
    query = select(func.count()).select_from(Alert).where(Alert.acknowledged_at.is_(None))
    return int((await session.execute(query)).scalar_one())


def told_of(
    case_id: SQLColumnExpression[uuid.UUID],
    staff_id: uuid.UUID,
    *,
    on_call_since: SQLColumnExpression[datetime] | None = None,
) -> ColumnElement[bool]:
    """For a query: an alert about the case told this member of staff; with `on_call_since`, since then and
    while they were on call or second."""
    query = select(AlertNotice.id).join(Alert, Alert.id == AlertNotice.alert_id)
    query = query.where(Alert.case_id == case_id, AlertNotice.staff_id == staff_id)
    if on_call_since is not None:
        on_duty = exists().where(
            Shift.staff_id == staff_id,
            Shift.starts_at <= AlertNotice.created_at,
            or_(Shift.ends_at.is_(None), Shift.ends_at > AlertNotice.created_at),
        )
        query = query.where(AlertNotice.created_at >= on_call_since, on_duty)
    return query.exists()


async def _start(
    session: AsyncSession,
    now: datetime,
    case_id: uuid.UUID,
    *,
    level: str,
    area: str | None,
    why: str,
    rung: int = 0,
) -> Alert:
    alert = Alert(
        id=uuid.uuid4(), case_id=case_id, why=why, level=level, area=area, started_at=now, next_step_at=now,
        rung=rung, step=0, lap=0, laps=0,
    )  # fmt: skip
    session.add(alert)
    await session.flush()
    await audit.record(session, now, "system", "alert.ring", f"case:{case_id}", level=level, why=why)
    return alert


async def _acknowledged(session: AsyncSession, now: datetime, alert: Alert, by: uuid.UUID | None) -> None:
    alert.acknowledged_at, alert.acknowledged_by_id = now, by
    await session.flush()
    actor, subject = by or "system", f"case:{alert.case_id}"
    await audit.record(
        session, now, actor, "alert.acknowledge", subject, alert=str(alert.id), step=alert.step
    )


async def _newest(session: AsyncSession, case_id: uuid.UUID) -> Alert | None:
    query = select(Alert).where(Alert.case_id == case_id).order_by(Alert.started_at.desc()).limit(1)
    return (await session.execute(query)).scalar()


def _from_rung(alert: Alert, rung: int, now: datetime) -> None:
    """Tell people from this place of the ladder on, at once."""
    alert.rung, alert.lap, alert.next_step_at = rung, alert.step, now
