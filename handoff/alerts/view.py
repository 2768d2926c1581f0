"""Alerts as staff see them: what rings in their areas, whom each was told, and who has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts.model import ONCE, Alert, AlertNotice
from handoff.alerts.words import GOES_ON, HAPPENED
from handoff.cases.access import visible_to
from handoff.cases.model import WAITING, Case
from handoff.cases.queue import iso
from handoff.cases.service import CaseRules
from handoff.content.areas import Area, clock_words
from handoff.errors import NotFound
from handoff.staff import service as staff
from handoff.staff.service import Member

RINGING, ALL = "ringing", "all"
MOST = 200
ROLE_WORDS = {
    "owner": "its adviser", "on_call": "on call", "second": "second", "lead": "lead", "manager": "manager",
    "everybody": "adviser",
}  # fmt: skip


_WORST_FIRST = tuple((Alert.level == level).desc() for level in ("emergency", "urgent"))


@dataclass(frozen=True)
class Told:
    """One person who was told in one step, and what became of each mail and text."""

    name: str
    role: str
    at: datetime
    channels: dict[str, str]


@dataclass(frozen=True)
class Ring:
    """One alert with its case and whom it was told."""

    alert: Alert
    case: Case
    area: Area
    told: Sequence[Told]
    acknowledged_by: str | None
    minutes: int  # that its level gives somebody to act

    @property
    def open(self) -> bool:
        """Whether somebody must still take the case, and answer."""
        return self.case.state == WAITING or self.case.unanswered_since is not None

    @property
    def place(self) -> str:
        return self.area.name if self.case.area else "Area not known"

    @property
    def why(self) -> str:
        return HAPPENED[self.alert.why]

    @property
    def goes_on(self) -> str | None:
        """What happens until somebody acts; None where the next person of the chain is told."""
        return GOES_ON.get(self.alert.why)

    @property
    def by_mail_alone(self) -> bool:
        return self.alert.why in ONCE

    @property
    def so_far(self) -> str:
        """How far it has got, in a sentence."""
        if not self.told:
            tried = self.by_mail_alone or self.alert.next_step_at > self.alert.started_at
            return "Nobody could be told yet." if tried else "The first people are being told."
        last = self.told[-1]
        now = [one.name for one in self.told if one.at == last.at]
        said = f"{_list(now)} ({ROLE_WORDS[last.role]}) told at {self.time(last.at)}."
        if self.alert.laps:
            times = "once" if self.alert.laps == 1 else f"{self.alert.laps} times"
            said = f"Everybody in the chain was told {times}; it has started again. " + said
        return said

    @property
    def took(self) -> str:
        """How long it rang: "under a minute", "6 min"."""
        length = (self.alert.acknowledged_at or self.alert.started_at) - self.alert.started_at
        minutes = int(length.total_seconds()) // 60
        return f"{minutes} min" if minutes else "under a minute"

    def time(self, at: datetime) -> str:
        return clock_words(at.astimezone(self.area.timezone).time().replace(second=0, microsecond=0))

    def as_json(self) -> dict[str, Any]:
        alert = self.alert
        return {
            "id": str(alert.id),
            "case": str(self.case.id),
            "reference": self.case.reference,
            "why": alert.why,
            "level": alert.level,
            "area": self.case.area,
            "started_at": iso(alert.started_at),
            "step": alert.step,
            "laps": alert.laps,
            "next_step_at": None if alert.acknowledged_at or self.by_mail_alone else iso(alert.next_step_at),
            "acknowledged_at": iso(alert.acknowledged_at),
            "acknowledged_by": self.acknowledged_by,
            "told": [
                {"name": one.name, "role": one.role, "at": iso(one.at), "channels": one.channels}
                for one in self.told
            ],
        }


async def rings(
    session: AsyncSession, rules: CaseRules, who: Member, which: str = RINGING, limit: int = MOST
) -> list[Ring]:
    """The alerts of one's areas: what rings, the worst and oldest first; or all, the newest first."""
    query = _theirs(who)
    if which == RINGING:
        query = query.where(Alert.acknowledged_at.is_(None)).order_by(*_WORST_FIRST, Alert.started_at)
    else:
        query = query.order_by(Alert.started_at.desc())
    return await _rings(session, rules, query.limit(limit))


async def how_many_ring(session: AsyncSession, who: Member) -> int:
    """How many alerts of one's areas nobody has acknowledged."""
    query = select(func.count()).select_from(Alert).join(Case, Case.id == Alert.case_id)
    ringing = query.where(visible_to(who), Alert.acknowledged_at.is_(None))
    return int((await session.execute(ringing)).scalar_one())


async def ring_for(session: AsyncSession, rules: CaseRules, who: Member, alert_id: uuid.UUID) -> Ring:
    """One alert; NotFound when its case is not theirs to see."""
    return _one(await _rings(session, rules, _theirs(who).where(Alert.id == alert_id)))


async def ring_of_case(session: AsyncSession, rules: CaseRules, who: Member, reference: str) -> Ring:
    """The alert of the case of this reference that rings, else the newest; NotFound when it is not theirs."""
    query = _theirs(who).where(Case.reference == reference)
    newest = query.order_by(Alert.acknowledged_at.is_not(None), Alert.started_at.desc())
    return _one(await _rings(session, rules, newest.limit(1)))


def _theirs(who: Member) -> Select[Alert, Case]:
    return select(Alert, Case).join(Case, Case.id == Alert.case_id).where(visible_to(who))


def _one(found: list[Ring]) -> Ring:
    if not found:
        raise NotFound("There is no such alert in your areas.")
    return found[0]


async def _rings(session: AsyncSession, rules: CaseRules, query: Select[Alert, Case]) -> list[Ring]:
    rows = [(alert, case) for alert, case in await session.execute(query)]
    notices = await _notices(session, [alert.id for alert, _ in rows])
    ids = [notice.staff_id for sent in notices.values() for notice in sent]
    names = await staff.names(session, [*ids, *(alert.acknowledged_by_id for alert, _ in rows)])
    return [
        Ring(
            alert, case, rules.area(case.area), _told(notices.get(alert.id, []), names),
            names.get(alert.acknowledged_by_id) if alert.acknowledged_by_id else None,
            rules.claim_minutes(alert.level),
        )
        for alert, case in rows
    ]  # fmt: skip


async def _notices(session: AsyncSession, alerts: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[AlertNotice]]:
    if not alerts:
        return {}
    query = select(AlertNotice).where(AlertNotice.alert_id.in_(alerts))
    found: dict[uuid.UUID, list[AlertNotice]] = {}
    for notice in (await session.execute(query.order_by(AlertNotice.step, AlertNotice.channel))).scalars():
        found.setdefault(notice.alert_id, []).append(notice)
    return found


def _told(notices: Sequence[AlertNotice], names: dict[uuid.UUID, str]) -> list[Told]:
    steps: dict[tuple[int, uuid.UUID], Told] = {}
    for one in notices:
        name = names.get(one.staff_id, "A former colleague")
        told = steps.setdefault((one.step, one.staff_id), Told(name, one.role, one.created_at, {}))
        told.channels[one.channel] = one.state
    return list(steps.values())


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def span(length: timedelta) -> str:
    """ "just now", "3 min", "2 h 5 min"."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "just now"
    hours, rest = divmod(minutes, 60)
    return f"{minutes} min ago" if not hours else f"{hours} h {rest} min ago"
