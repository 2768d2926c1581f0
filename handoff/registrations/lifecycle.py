"""Keeps registrations true as time goes by: asks whether they still look, hands over, ends, plans contacts,
rings for one that nobody checked.

Worked out from the database and the clock, so a restart loses nothing and repeats nothing. Each step is one
transaction under the conversation's lock and looks again inside it, so of two processes one acts.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts import service as alerts
from handoff.background import Rounds, apart
from handoff.cases.service import (
    BENEFITS,
    CaseRules,
    case_reference,
    due_and_open,
    note_case,
    open_or_raise,
)
from handoff.clock import Clock
from handoff.content.areas import is_open, local_day, opens_at
from handoff.conversations.model import Conversation
from handoff.conversations.service import lock
from handoff.days import day_words
from handoff.db import Database
from handoff.live import CONSOLE, OUTBOX, Hub, conversation_topic
from handoff.records import service as records
from handoff.registrations import permissions
from handoff.registrations.ending import End, end
from handoff.registrations.model import ACTIVE, EXPIRED, Registration, Reminder
from handoff.registrations.periods import Terms, load_terms, terms_of
from handoff.registrations.renewing import ask, hand_over

SOONEST = timedelta(days=90)  # no area asks earlier before the end than this


class Lifecycle(Rounds):
    """The job that sees to them."""

    pause = 300.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules
        load_terms()  # a file that cannot be used stops the start, not the first registration

    async def round(self) -> int:
        """See to each registration for which something is due; how many there were."""
        async with self._db.reading() as session:
            found = list(await session.execute(_worth_a_look(self._clock.now())))
        acted = 0
        for registration_id, conversation_id in found:
            with apart("registrations", registration=registration_id):
                acted += await self._see_to(registration_id, conversation_id)
        return acted

    async def _see_to(self, registration_id: uuid.UUID, conversation_id: uuid.UUID) -> bool:
        now = self._clock.now()
        async with self._db.reading() as session:  # without a lock first, as mostly nothing is due
            registration = await session.get_one(Registration, registration_id)
            if await _due(Look(session, self._rules, now, registration)) is None:
                return False
        async with self._db.transaction() as session:
            conversation = await lock(session, conversation_id)
            look = Look(session, self._rules, now, await session.get_one(Registration, registration_id))
            due = await _due(look)
            if due is None:
                return False
            await _STEPS[due](look, conversation)
        self._hub.notify(CONSOLE, conversation_topic(conversation_id), OUTBOX)
        return True


@dataclass(frozen=True)
class Look:
    """One registration at one moment, inside a transaction."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    registration: Registration

    @property
    def today(self) -> date:
        return local_day(self.rules.area(self.registration.area), self.now)

    @property
    def terms(self) -> Terms:
        return terms_of(self.registration.area)

    async def left(self) -> str | None:
        """Why they are no longer to be registered, as their record has it."""
        if self.registration.record_id is None:
            return None
        return await records.has_moved_or_entered_eet(self.session, self.registration.record_id)

    async def hand_over(self, conversation: Conversation, reminder: Reminder | None, why: str) -> None:
        why = f"{self.registration.reference}: {why}"
        await hand_over(self.session, self.rules, self.now, conversation, reminder, why)


def _worth_a_look(now: datetime) -> Select[uuid.UUID, uuid.UUID]:
    """(registration, conversation) of whatever may be due: near its end or a contact, unchecked, on record.

    Of those that have ended only whose permission was taken back on the record.
    """
    soon = now.date() + SOONEST
    due = or_(
        Registration.expires_on.is_(None),
        Registration.expires_on <= soon,
        Registration.next_contact_on <= soon,
        Registration.record_id.is_not(None),
        Registration.checked_at.is_(None),
    )
    taken_back = Registration.record_id.in_(records.with_withdrawn_consent())
    permitted = or_(Registration.jobcentre_permission, Registration.others_permission)
    query = select(Registration.id, Registration.conversation_id).order_by(Registration.created_at)
    return query.where(or_(and_(Registration.state == ACTIVE, due), and_(permitted, taken_back)))


async def _due(look: Look) -> str | None:
    """The first thing that is to be done, one of _STEPS; the next round does the next."""
    registration = look.registration
    if await permissions.gone_from_record(look.session, registration):
        return "permission_gone"
    if registration.state != ACTIVE:
        return None
    if registration.expires_on is None:
        return "begin"
    if await look.left():
        return "leave"
    if look.today > registration.expires_on:
        return "run_out"
    if question := await _question_due(look, registration.expires_on):
        return question
    planned = registration.next_contact_on
    if planned and look.today >= planned:
        return "contact"
    return "unchecked" if await _rings_for_a_check(look) else None


async def _rings_for_a_check(look: Look) -> bool:
    """Not checked by the time its case was due, taken, closed or not; heard once, again each working
    morning."""
    registration, area = look.registration, look.rules.area(look.registration.area)
    if registration.checked_at is not None or not is_open(area, look.now):
        return False
    due, is_there = await due_and_open(look.session, registration.case_id)
    if due > look.now:
        return False
    if not is_there:
        return True
    alert = await alerts.rings_or_rang(look.session, registration.case_id, alerts.UNCHECKED)
    seen = alert.acknowledged_at if alert else None
    return alert is None or (seen is not None and opens_at(area, seen) <= look.now)


async def _question_due(look: Look, until: date) -> str | None:
    if look.today < look.terms.ask_on(until):
        return None
    reminder = await look.session.get(Reminder, (look.registration.id, until))
    if reminder is None:  # a phone that lights up at night is seen by whoever is near
        return "ask" if is_open(look.rules.area(look.registration.area), look.now) else None
    heard = reminder.answered_at or reminder.case_id
    return None if heard or look.today < look.terms.hand_over_on(until) else "no_answer"


async def _begin(look: Look, conversation: Conversation) -> None:
    """The dates of one that has none yet."""
    registration, terms = look.registration, look.terms
    born = date.fromisoformat(registration.date_of_birth)
    registration.expires_on = terms.lasts_until(registration.registered_on, born)
    registration.next_contact_on = registration.next_contact_on or terms.next_contact(
        registration.registered_on
    )


async def _permission_gone(look: Look, conversation: Conversation) -> None:
    """Taken back on their record: nothing more is told, and what was is asked to be deleted."""
    session, now, registration = look.session, look.now, look.registration
    for purpose in await permissions.gone_from_record(session, registration):
        await permissions.end_permission(session, look.rules, now, conversation, registration, purpose)


async def _leave(look: Look, conversation: Conversation) -> None:
    why = await look.left() or ""
    await end(look.session, look.now, look.registration, End(why, look.today, "system"))


async def _run_out(look: Look, conversation: Conversation) -> None:
    until = look.registration.expires_on or look.today
    await end(look.session, look.now, look.registration, End("expired", until, "system", EXPIRED))


async def _unchecked(look: Look, conversation: Conversation) -> None:
    registration = look.registration
    if not (await due_and_open(look.session, registration.case_id))[1]:
        await _open_again(look, conversation)
    await alerts.ring(
        look.session, look.now, registration.case_id, level=alerts.ROUTINE, area=registration.area,
        why=alerts.UNCHECKED,
    )  # fmt: skip


async def _open_again(look: Look, conversation: Conversation) -> None:
    """Its case was closed before it was checked: a case that nobody has cannot ring."""
    registration = look.registration
    closed = await case_reference(look.session, registration.case_id)
    case, opened = await open_or_raise(look.session, look.rules, look.now, conversation, BENEFITS)
    if opened:
        case.area = registration.area
    registration.case_id = case.id
    words = f"{registration.reference} was not checked when {closed} was closed. Check it, or end it."
    note_case(look.session, look.now, case.id, words)


async def _ask(look: Look, conversation: Conversation) -> None:
    await ask(look.session, look.rules, look.now, look.registration, conversation)


async def _no_answer(look: Look, conversation: Conversation) -> None:
    key = (look.registration.id, look.registration.expires_on)
    reminder = await look.session.get_one(Reminder, key)
    await look.hand_over(conversation, reminder, "no answer whether they still look. Try to reach them.")


async def _contact(look: Look, conversation: Conversation) -> None:
    """The contact planned for today is an adviser's; the one after it is planned at once."""
    planned = look.registration.next_contact_on or look.today
    look.registration.next_contact_on = look.terms.next_contact(look.today)
    await look.session.flush()
    why = f"the contact planned for {day_words(planned)}. Ask how they are getting on."
    await look.hand_over(conversation, None, why)


_STEPS: Mapping[str, Callable[[Look, Conversation], Awaitable[None]]] = {
    "begin": _begin,
    "permission_gone": _permission_gone,
    "leave": _leave,
    "run_out": _run_out,
    "unchecked": _unchecked,
    "ask": _ask,
    "no_answer": _no_answer,
    "contact": _contact,
}
