"""Climbs the chain: each alert whose time has come is told to the next people, until somebody acknowledges.

Everything is worked out from the database and the clock. A step, its notices and the time of the next one are
one transaction under the conversation's lock, so two processes, or one that died, tell each step once; a talk
that somebody is at work in is looked at again a second later. One bad alert holds up no other. The notices
are the record of who was told, so the audit needs no entry of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, or_, select

from handoff.alerts import service as alerts
from handoff.alerts.model import ONCE, UNCHECKED, Alert
from handoff.alerts.step import Step
from handoff.background import Rounds, apart
from handoff.cases.model import CLOSED, Case
from handoff.cases.queue import Moment
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.service import last_of_adviser, lock_if_free
from handoff.db import Database
from handoff.live import CONSOLE, Hub


class Alarms(Rounds):
    """The job that keeps ringing."""

    pause = 1.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules

    async def round(self) -> int:
        """Ring again for whom nobody came to, then take each step that is due; how many told somebody."""
        for case_id, conversation_id in await self._found(self._left().query()):
            with apart("alarms", case=case_id):
                await self._ring_again(case_id, conversation_id)
        steps = 0
        due = (
            select(Alert.id, Case.conversation_id).join(Case, Case.id == Alert.case_id).where(self._is_due())
        )
        for alert_id, conversation_id in await self._found(due.order_by(Alert.next_step_at)):
            with apart("alarms", alert=alert_id):
                steps += await self._climb(alert_id, conversation_id)
        if steps:
            self._hub.notify(CONSOLE)
        return steps

    async def _found(self, query: Select[uuid.UUID, uuid.UUID]) -> Iterable[tuple[uuid.UUID, uuid.UUID]]:
        """A look without a lock first, as there mostly is nothing to do."""
        async with self._db.reading() as session:
            return [(first, second) for first, second in await session.execute(query)]

    def _left(self) -> Left:
        return Left(self._rules, self._clock.now())

    def _is_due(self) -> ColumnElement[bool]:
        return and_(
            Alert.acknowledged_at.is_(None), Alert.why.not_in(ONCE), Alert.next_step_at <= self._clock.now()
        )

    async def _ring_again(self, case_id: uuid.UUID, conversation_id: uuid.UUID) -> None:
        async with self._db.transaction(first=True) as session:
            if await lock_if_free(session, conversation_id) is None:
                return
            left = self._left()
            if (await session.execute(left.query().where(Case.id == case_id))).first() is None:
                return
            case = await session.get_one(Case, case_id)
            level = case.level if case.level_rank >= self._rules.rank("urgent") else "urgent"
            await alerts.ring_again(
                session, left.now, case_id, level=level, area=case.area, waiting_since=case.waiting_since
            )

    async def _climb(self, alert_id: uuid.UUID, conversation_id: uuid.UUID) -> bool:
        """One step of one alert; False when nobody was told."""
        async with self._db.transaction(first=True) as session:
            conversation = await lock_if_free(session, conversation_id)
            due = select(Alert).where(Alert.id == alert_id, self._is_due())
            alert = (await session.execute(due)).scalar() if conversation else None
            if alert is None or conversation is None:
                return False
            now, case = self._clock.now(), await session.get_one(Case, alert.case_id)
            if case.state == CLOSED:
                alert.acknowledged_at, alert.acknowledged_by_id = now, case.owner_id
                return False
            return await Step(session, self._rules, now, alert, case, conversation).take()


@dataclass(frozen=True)
class Left:
    """Cases that wait although somebody has seen their alert, taken them or given them back."""

    rules: CaseRules
    now: datetime

    def query(self) -> Select[uuid.UUID, uuid.UUID]:
        """(case, conversation) of each case that counts as unclaimed, that nobody answers and nothing rings
        for: its alert was acknowledged, and the time that gave is over; or nobody has seen any since it
        came to the queue, and its clock ran out."""
        moment = Moment(self.rules, self.now)
        of_danger = Alert.why.not_in((UNCHECKED, *ONCE))  # who saw that something is to be done saw no danger
        seen = self._alert(of_danger, Alert.acknowledged_at >= Case.waiting_since)
        answered_at = last_of_adviser(Case.conversation_id)
        is_emergency = Case.level_rank >= self.rules.rank("emergency")
        return select(Case.id, Case.conversation_id).where(
            moment.unclaimed,
            or_(seen, and_(moment.urgent, Case.due_at <= self.now)),
            ~self._alert(Alert.acknowledged_at.is_(None)),
            ~self._alert(of_danger, ~self._long_ago(Alert.acknowledged_at, Alert.level == "emergency")),
            or_(answered_at.is_(None), self._long_ago(answered_at, is_emergency)),
        )

    def _alert(self, *such: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(Alert.case_id == Case.id, *such)

    def _long_ago(self, at: SQLColumnExpression[Any], emergency: ColumnElement[bool]) -> ColumnElement[bool]:
        """Longer than somebody has to act."""
        urgent, sooner = (
            self.now - timedelta(minutes=self.rules.claim_minutes(level)) for level in ("urgent", "emergency")
        )
        return or_(at <= urgent, and_(emergency, at <= sooner))
