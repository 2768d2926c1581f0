"""One step of one alert: who is told now, and when the next are. The caller holds the case's conversation."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts.chain import Chain, able_people, chain_of
from handoff.alerts.model import (
    EMAIL,
    EVERYBODY,
    LADDER,
    LEAD,
    ON_CALL,
    OWNER,
    SHIFT_ROLES,
    SMS,
    Alert,
    AlertNotice,
)
from handoff.cases.access import able_to_take, let_in
from handoff.cases.bars import bars_of
from handoff.cases.leads_only import EMERGENCY, RIGHT, held_since, pointed_at
from handoff.cases.model import Case
from handoff.cases.service import CaseRules
from handoff.content.areas import is_open, opens_at
from handoff.conversations.model import ADVISER, Conversation
from handoff.staff import service as staff
from handoff.staff.service import Staff

SPACING = timedelta(minutes=2)  # somebody told this lately of the same case at this level is not told again
FIRST_AGAIN = LADDER.index(ON_CALL)


@dataclass(frozen=True)
class Step:
    """One step, inside one transaction."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    alert: Alert
    case: Case
    conversation: Conversation

    async def take(self) -> bool:
        """Tell the next people; False for nobody, which is no step: the ladder is left as it is."""
        alert, lately = self.alert, await self._told_lately()
        role, people = await self._next_people(lately)
        for person in people:
            self._notify(person, role)
        alert.area, alert.step = self.case.area, alert.step + bool(people)
        alert.next_step_at = self._next_step_at()
        if lately and not people:
            alert.next_step_at = min(lately.values()) + SPACING
        return bool(people)

    def _next_step_at(self) -> datetime:
        """When the time that this level gives is over; without one each working morning."""
        minutes = self.rules.claim_minutes(self.alert.level)
        if not minutes:
            return opens_at(self.rules.area(self.case.area), self.now)
        return self.now + timedelta(minutes=minutes)

    async def _next_people(self, lately: Collection[uuid.UUID]) -> tuple[str, Sequence[Staff]]:
        """The next place of the ladder with somebody new; after the last one from the on-call again.

        Where a chain has nobody at all, everybody who could take the case is told each time.
        """
        alert, chain = self.alert, await self._ladder()
        found = _climb_from(chain, alert.rung, {*await self._told(), *lately})
        if found is None:
            found = _climb_from(chain, FIRST_AGAIN, lately)
            if found is None and any(chain[place] for place in LADDER[FIRST_AGAIN:]):
                return EVERYBODY, []  # they have all just been told of this case
            alert.laps, alert.lap = alert.laps + (alert.step > alert.lap), alert.step
        if found is None:
            alert.rung = len(LADDER)
            able = await able_to_take(self.session, self.rules, self.case)
            return EVERYBODY, [one for one in able if one.id not in lately]
        alert.rung = found[0] + 1
        return LADDER[found[0]], found[1]

    async def _ladder(self) -> Chain:
        """Who is on each place now, without those who are kept from the case."""
        chain = await chain_of(self.session, self._area, self.now)
        everybody = {**chain, OWNER: await self._owner_and_beside(chain)}
        people = {one.id: one for place in everybody.values() for one in place}
        told = {one.id for one in await let_in(self.session, self.rules, self.case, people.values())}
        held = await held_since(self.session, self.case.conversation_id) is not None
        if (
            held
            and self.case.level == EMERGENCY
            and not await pointed_at(self.session, self.case.conversation_id)
        ):
            told |= await self._on_duty(chain)
        found = _only(everybody, told)
        return await self._not_nobody(everybody, found) if held else found

    async def _not_nobody(self, everybody: Chain, found: Chain) -> Chain:
        """An allegation rings for somebody: where no lead may be told here the leads of any area, else,
        from urgent up, whoever is on call."""
        if any(found[place] for place in LADDER[FIRST_AGAIN:]):
            return found
        active = await staff.active(self.session)
        leads = [one for one in active if staff.may(self.rules.vocabulary, one, RIGHT)]
        leads = await let_in(self.session, self.rules, self.case, leads)
        if leads:
            return {**found, LEAD: sorted(leads, key=lambda one: one.name)}
        if self.rules.rank(self.alert.level) < self.rules.rank("urgent"):
            return found
        on_duty = await self._on_duty(everybody)
        return _only(everybody, on_duty | {one.id for one in found[OWNER]})

    async def _on_duty(self, chain: Chain) -> set[uuid.UUID]:
        """Who is on call or second, but for those who are barred by name."""
        barred = {one.staff_id for one in await bars_of(self.session, self.case.conversation_id)}
        return {one.id for role in SHIFT_ROLES for one in chain[role]} - barred

    @property
    def _area(self) -> str:
        """Whose chain it is: the default area's while the case's area is not known."""
        return self.case.area or self.rules.default_area

    async def _owner_and_beside(self, chain: Chain) -> list[Staff]:
        """The adviser it is with; in a talk under way the lead, in an emergency the on-call and, while
        the area is open, all its advisers."""
        owner_id = self.case.owner_id or self.conversation.owner_id
        owner = [one for one in await staff.active(self.session) if one.id == owner_id]
        if not owner or self.conversation.state != ADVISER:
            return owner
        told = [*owner, *chain[LEAD]]
        if self.alert.level == "emergency":
            told += chain[ON_CALL]
            if is_open(self.rules.area(self.case.area), self.now):
                told += await able_people(self.session, self.rules.vocabulary, self._area)
        return list({one.id: one for one in told}.values())

    async def _told(self) -> Sequence[uuid.UUID]:
        """Who was told since this way up the ladder began."""
        query = select(AlertNotice.staff_id).where(
            AlertNotice.alert_id == self.alert.id, AlertNotice.step >= self.alert.lap
        )
        return (await self.session.execute(query)).scalars().all()

    async def _told_lately(self) -> Mapping[uuid.UUID, datetime]:
        """Whom another alert of this case told a moment ago, of this level or worse, and when."""
        query = (
            select(AlertNotice.staff_id, func.max(AlertNotice.created_at))
            .join(Alert, Alert.id == AlertNotice.alert_id)
            .where(
                Alert.case_id == self.case.id,
                Alert.id != self.alert.id,
                AlertNotice.level.in_({self.alert.level, "emergency"}),
                AlertNotice.created_at > self.now - SPACING,
            )
        )
        rows = await self.session.execute(query.group_by(AlertNotice.staff_id))
        return {staff_id: at for staff_id, at in rows}

    def _notify(self, person: Staff, role: str) -> None:
        """Queue a mail, and a text where there is a number."""
        if role == OWNER and person.id not in (self.case.owner_id, self.conversation.owner_id):
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


def _only(chain: Chain, people: Collection[uuid.UUID]) -> Chain:
    return {role: [one for one in place if one.id in people] for role, place in chain.items()}


def _climb_from(chain: Chain, rung: int, told: Collection[uuid.UUID]) -> tuple[int, Sequence[Staff]] | None:
    """The first place from here up with somebody who was not told yet, and those people."""
    for place in range(rung, len(LADDER)):
        fresh = [one for one in chain[LADDER[place]] if one.id not in told]
        if fresh:
            return place, fresh
    return None
