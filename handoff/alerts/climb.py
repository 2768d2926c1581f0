"""Climbs the chain: each alert whose time has come is told to the next people, until somebody acknowledges.

Everything is worked out from the database and the clock. A step, its notices and the time of the next one are
one transaction under the conversation's lock, so two processes, or one that died, tell each step once. The
notices are the record of who was told, so the audit needs no entry of it.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts import service as alerts
from handoff.alerts.chain import able_people, chain_of
from handoff.alerts.model import (
    EMAIL,
    EVERYBODY,
    LADDER,
    LAPSED,
    LEAD,
    ON_CALL,
    OWNER,
    SMS,
    Alert,
    AlertNotice,
)
from handoff.cases.access import able_to_take
from handoff.cases.bars import bars_of
from handoff.cases.model import CLOSED, SAFEGUARDING, WAITING, Case
from handoff.cases.queue import Moment
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content.areas import is_open
from handoff.conversations import model as conversations
from handoff.conversations.model import Conversation
from handoff.conversations.service import lock, lock_if_free
from handoff.db import ROW, Database
from handoff.live import CONSOLE, Hub
from handoff.staff import service as staff
from handoff.staff.service import Staff

LOOK_SECONDS = 1.0
SPACING = timedelta(minutes=2)  # somebody told this lately of the same case at this level is not told again
FIRST_AGAIN = LADDER.index(ON_CALL)


class Alarms:
    """The job that keeps ringing."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules

    async def run_forever(self) -> None:
        while True:
            await self.round()
            await asyncio.sleep(LOOK_SECONDS)

    async def round(self) -> int:
        """Take each step that is due; how many there were."""
        for case_id, conversation_id in await self._came_back():
            await self._ring_again(case_id, conversation_id)
        steps = 0
        for alert_id, conversation_id in await self._due():
            steps += await self._climb(alert_id, conversation_id)
        if steps:
            self._hub.notify(CONSOLE)
        return steps

    # -- cases that came back to the queue

    async def _came_back(self) -> list[tuple[uuid.UUID, uuid.UUID]]:
        """Cases given back after their last alert that nobody took within their clock."""
        moment = Moment(self._rules, self._clock.now())
        rung_since = exists().where(Alert.case_id == Case.id, Alert.started_at >= Case.waiting_since)
        query = select(Case.id, Case.conversation_id).where(
            Case.state == WAITING,
            Case.reason == SAFEGUARDING,
            moment.urgent,
            Case.due_at <= moment.now,
            ~rung_since,
        )
        async with self._db.reading() as session:
            return [(case_id, conversation_id) for case_id, conversation_id in await session.execute(query)]

    async def _ring_again(self, case_id: uuid.UUID, conversation_id: uuid.UUID) -> None:
        async with self._db.transaction() as session:
            await lock(session, conversation_id)
            case = await session.get_one(Case, case_id, populate_existing=True)
            if case.state == WAITING and await alerts.ringing(session, case_id) is None:
                now = self._clock.now()
                await alerts.ring(session, now, case.id, level=case.level, area=case.area, why=LAPSED)

    # -- steps

    async def _due(self) -> list[tuple[uuid.UUID, uuid.UUID]]:
        """(alert, conversation) of each step whose time has come, the longest overdue first."""
        query = select(Alert.id, Case.conversation_id).join(Case, Case.id == Alert.case_id)
        query = query.where(_is_due(self._clock.now())).order_by(Alert.next_step_at)
        async with self._db.reading() as session:
            return [(alert_id, conversation_id) for alert_id, conversation_id in await session.execute(query)]

    async def _climb(self, alert_id: uuid.UUID, conversation_id: uuid.UUID) -> bool:
        """One step of one alert; False when somebody else is at work there: it is looked at again."""
        async with self._db.transaction(first=True) as session:
            if await lock_if_free(session, conversation_id) is None:
                return False
            now = self._clock.now()
            due = select(Alert).where(Alert.id == alert_id, _is_due(now))
            alert = (await session.execute(due.with_for_update(**ROW))).scalar()
            if alert is None:
                return False
            case = await session.get_one(Case, alert.case_id)
            if case.state == CLOSED:
                alert.acknowledged_at, alert.acknowledged_by_id = now, case.owner_id
                return True
            await self._step(Step(session, self._rules, now, alert, case))
            return True

    async def _step(self, step: Step) -> None:
        alert = step.alert
        role, people = await self._next_people(step)
        for person in people:
            await step.notify(person, role)
        minutes = self._rules.vocabulary.levels[alert.level].claim_minutes or 0
        alert.area, alert.step = step.case.area, alert.step + 1
        alert.next_step_at = step.now + timedelta(minutes=minutes)

    async def _next_people(self, step: Step) -> tuple[str, Sequence[Staff]]:
        """The next place of the ladder with somebody new; after the last one from the on-call again.

        Where a chain has nobody at all, everybody who could take the case is told each time.
        """
        alert, chain = step.alert, await step.chain()
        told = await step.told()
        found = _climb_from(chain, alert.rung, told)
        if found is None:
            alert.laps, alert.lap = alert.laps + (1 if alert.step > alert.lap else 0), alert.step
            found = _climb_from(chain, FIRST_AGAIN, frozenset())
        if found is None:
            alert.rung = len(LADDER)
            return EVERYBODY, await able_to_take(step.session, self._rules, step.case)
        alert.rung = found[0] + 1
        return LADDER[found[0]], found[1]


@dataclass(frozen=True)
class Step:
    """One step of one alert, inside one transaction."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    alert: Alert
    case: Case

    @property
    def area(self) -> str:
        """Whose chain it is: the default area's while the case's area is not known."""
        return self.case.area or self.rules.default_area

    async def chain(self) -> Mapping[str, Sequence[Staff]]:
        """Who is on each place now, without those who are kept from the case."""
        chain = await chain_of(self.session, self.area, self.now)
        everybody = {**chain, OWNER: await self._owner_and_beside(chain)}
        kept = {bar.staff_id for bar in await bars_of(self.session, self.case.conversation_id)}
        return {role: [one for one in people if one.id not in kept] for role, people in everybody.items()}

    async def _owner_and_beside(self, chain: Mapping[str, Sequence[Staff]]) -> list[Staff]:
        """The adviser it is with; in a talk under way the lead, in an emergency the on-call and, while
        the area is open, all its advisers."""
        conversation = await self._conversation()
        owner_id = self.case.owner_id or conversation.owner_id
        owner = [one for one in await staff.active(self.session) if one.id == owner_id]
        if not owner or conversation.state != conversations.ADVISER:
            return owner
        told = [*owner, *chain[LEAD]]
        if self.alert.level == "emergency":
            told += chain[ON_CALL]
            if is_open(self.rules.area(self.case.area), self.now):
                told += await able_people(self.session, self.rules.vocabulary, self.area)
        return list({one.id: one for one in told}.values())

    async def _conversation(self) -> Conversation:
        return await self.session.get_one(Conversation, self.case.conversation_id)

    async def told(self) -> Set[uuid.UUID]:
        """Who was told since this way up the ladder began."""
        query = select(AlertNotice.staff_id).where(
            AlertNotice.alert_id == self.alert.id, AlertNotice.step >= self.alert.lap
        )
        return set((await self.session.execute(query)).scalars())

    async def notify(self, person: Staff, role: str) -> None:
        """Queue a mail, and a text where there is a number; not what they were told a moment ago."""
        if await self._told_lately(person):
            return
        if role == OWNER and person.id not in (self.case.owner_id, (await self._conversation()).owner_id):
            role = LEAD if LEAD in person.roles else EVERYBODY  # told beside the case's own adviser
        for channel in (EMAIL, SMS) if person.phone else (EMAIL,):
            self.session.add(
                AlertNotice(
                    alert_id=self.alert.id,
                    step=self.alert.step,
                    role=role,
                    level=self.alert.level,
                    staff_id=person.id,
                    channel=channel,
                    next_try_at=self.now,
                    created_at=self.now,
                )
            )

    async def _told_lately(self, person: Staff) -> bool:
        query = (
            select(AlertNotice.id)
            .join(Alert, Alert.id == AlertNotice.alert_id)
            .where(
                Alert.case_id == self.case.id,
                Alert.id != self.alert.id,
                AlertNotice.staff_id == person.id,
                AlertNotice.level.in_({self.alert.level, "emergency"}),
                AlertNotice.created_at > self.now - SPACING,
            )
        )
        return (await self.session.execute(query.limit(1))).first() is not None


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(Alert.acknowledged_at.is_(None), Alert.next_step_at <= now)


def _climb_from(
    chain: Mapping[str, Sequence[Staff]], rung: int, told: Set[uuid.UUID]
) -> tuple[int, Sequence[Staff]] | None:
    """The first place from here up with somebody who was not told yet, and those people."""
    for place in range(rung, len(LADDER)):
        fresh = [one for one in chain[LADDER[place]] if one.id not in told]
        if fresh:
            return place, fresh
    return None
