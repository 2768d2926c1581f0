"""Rings before, and when, the time is over to be in touch with somebody out of learning and work.

A mail to the case's adviser, or to all who could take it; once too late to the managers as well. Worked out
from the database and the clock under the conversation's lock: a restart loses nothing, and of two processes
one acts. An adviser's word to them counts as contact, and so does looking up the number to ring."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.alerts import service as alerts
from handoff.alerts.chain import chain_of
from handoff.alerts.model import (
    CONTACT_DUE,
    CONTACT_LATE,
    EMAIL,
    EVERYBODY,
    MANAGER,
    ONCE,
    OWNER,
    Alert,
    AlertNotice,
)
from handoff.background import Rounds, apart
from handoff.cases.access import able_to_take, let_in
from handoff.cases.clocks import open_hours_before
from handoff.cases.contact import CONTACTS
from handoff.cases.model import CLOSED, Case
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.service import last_of_adviser, lock
from handoff.db import Database
from handoff.live import CONSOLE, Hub
from handoff.staff import service as staff
from handoff.staff.service import Staff

HOURS_LEFT = 4  # of the area's opening hours: half a working day


class FirstContacts(Rounds):
    """The job that looks for them."""

    pause = 60.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules

    async def round(self) -> int:
        """Ring for each case that it is time for, and end what rings for no need; how many of both."""
        async with self._db.reading() as session:
            found = await self._to_do(session)
        done = 0
        for one in found:
            with apart("first contact", case=one.case_id):
                done += await self._do(one)
        if done:
            self._hub.notify(CONSOLE)
        return done

    async def _do(self, one: ToDo) -> bool:
        async with self._db.transaction() as session:
            await lock(session, one.conversation_id)
            still = await self._to_do(session, Case.id == one.case_id)
            case = await session.get_one(Case, one.case_id)
            return bool(still) and await self._settle(session, case, still[0].why)

    async def _settle(self, session: AsyncSession, case: Case, why: str | None) -> bool:
        now = self._clock.now()
        if why is None:
            await alerts.over(session, now, case.id, None, *ONCE)
            return True
        alert = await alerts.ring_once(session, now, case.id, area=case.area, why=why)
        if alert is not None:
            await self._tell(session, alert, case)
        return alert is not None

    async def _tell(self, session: AsyncSession, alert: Alert, case: Case) -> None:
        owner = [one for one in await staff.active(session) if one.id == case.owner_id]
        told = _each(await let_in(session, self._rules, case, owner), OWNER)
        told = told or _each(await able_to_take(session, self._rules, case), EVERYBODY)
        if alert.why == CONTACT_LATE or not told:
            told = _each(await self._managers(session, case), MANAGER) | told
        alert.step = bool(told)
        for staff_id, role in told.items():
            session.add(
                AlertNotice(
                    alert_id=alert.id, step=0, role=role, level=alert.level, staff_id=staff_id, channel=EMAIL,
                    next_try_at=alert.started_at, created_at=alert.started_at,
                )
            )  # fmt: skip

    async def _managers(self, session: AsyncSession, case: Case) -> list[Staff]:
        chain = await chain_of(session, case.area or self._rules.default_area, self._clock.now())
        return await let_in(session, self._rules, case, chain[MANAGER])

    async def _to_do(self, session: AsyncSession, *such: ColumnElement[bool]) -> list[ToDo]:
        """What is to be rung for now, and what rings although it needs nobody any more."""
        unmet, rings = self._unmet(), _contact_alert(Alert.acknowledged_at.is_(None))
        last = select(func.max(Alert.started_at)).where(Alert.case_id == Case.id, Alert.why.in_(ONCE))
        graver = exists().where(
            Alert.case_id == Case.id, Alert.acknowledged_at.is_(None), Alert.why.not_in(ONCE)
        )
        query = select(
            Case.id, Case.conversation_id, Case.area, Case.opened_at, Case.due_at,
            last.scalar_subquery(), unmet, rings,
        ).where(or_(and_(unmet, ~graver), rings), *such)  # fmt: skip
        found = []
        for (
            case_id,
            conversation_id,
            area,
            opened_at,
            due_at,
            rung_at,
            wanted,
            ringing,
        ) in await session.execute(query):
            why = self._why(area, due_at, rung_at) if wanted else None
            if (why or ringing) and await _number_seen(session, case_id, opened_at):
                why, wanted = None, False
            if why or (ringing and not wanted):
                found.append(ToDo(case_id, conversation_id, why))
        return found

    def _unmet(self) -> ColumnElement[bool]:
        """Nobody has written to them since the case is open, and they have not said no. From urgent up the
        chain rings for the case."""
        answered_at = last_of_adviser(Case.conversation_id)
        return and_(
            Case.state != CLOSED,
            Case.reason.in_(CONTACTS),
            Case.level_rank < self._rules.rank("urgent"),
            Case.declined_at.is_(None),
            or_(answered_at.is_(None), answered_at < Case.opened_at),
        )

    def _why(self, area: str | None, due_at: datetime, rung_at: datetime | None) -> str | None:
        """What rings for a case due then, if that has not rung since it was to."""
        soon_at = open_hours_before(due_at, HOURS_LEFT, self._rules.area(area))
        for why, starts_at in ((CONTACT_LATE, due_at), (CONTACT_DUE, soon_at)):
            if starts_at <= self._clock.now():
                return why if rung_at is None or rung_at < starts_at else None
        return None


@dataclass(frozen=True)
class ToDo:
    """A case to ring for, and why; without a `why` what rings for it is over."""

    case_id: uuid.UUID
    conversation_id: uuid.UUID
    why: str | None


def _each(people: Iterable[Staff], role: str) -> dict[uuid.UUID, str]:
    return {one.id: role for one in people}


def _contact_alert(*such: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Alert.case_id == Case.id, Alert.why.in_(ONCE), *such)


async def _number_seen(session: AsyncSession, case_id: uuid.UUID, since: datetime) -> bool:
    return await audit.has(session, since, None, "case.reveal_number", f"case:{case_id}")
