"""Sends what alerts tell staff: a worker for mail and one for texts, so that neither waits for the other.

    queued    due, also again after a try that certainly failed: marked `sending` and committed before anybody
              is called, so that a crash shows
    sending   its time is up and nobody settled it: in doubt. A text is looked up at Twilio first; a mail is
              sent again under the same Message-ID
    sent      a text's receipts take it from here
    spared    somebody acknowledged the alert first

It is tried again for about an hour. One that fails for good hurries the alert on if nobody else of its step
can be reached.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import metrics
from handoff.alerts import words
from handoff.alerts.model import (
    DELIVERED,
    EMAIL,
    FAILED,
    QUEUED,
    SENDING,
    SENT,
    SMS,
    SPARED,
    Alert,
    AlertNotice,
)
from handoff.alerts.words import Told
from handoff.background import apart
from handoff.cases.model import Case
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.conversations.service import lock
from handoff.db import ROW, Database
from handoff.live import CONSOLE, Hub
from handoff.mail import Mailer, MailTrouble
from handoff.settings import Settings
from handoff.sms.twilio_client import NotSent, Refused, TwilioClient, TwilioTrouble
from handoff.staff.model import Staff

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
AT_ONCE = 8
LEASE = timedelta(seconds=30)  # longer than a look-up and a send together may take
BACK_OFF = (1, 2, 5, 10, 20, 30, 60, 120, 240, 300, 600, 600, 600, 600)  # seconds; about an hour in all


class CannotTell(Exception):
    """A notice did not leave, for certain if `sure`; `final` when trying again would change nothing."""

    def __init__(self, code: str, *, final: bool, sure: bool = False) -> None:
        super().__init__(code)
        self.code, self.final, self.sure = code, final, sure


class NotNeeded(Exception):
    """Somebody acknowledged the alert, and nothing shows that the notice left before."""


@dataclass(frozen=True)
class Claimed:
    """A notice that this worker has marked as its own to send; `in_doubt`: somebody may have sent it.

    `acknowledged`: the alert is, so that one in doubt is looked up and not sent again.
    """

    id: uuid.UUID
    in_doubt: bool
    acknowledged: bool
    attempts: int
    created_at: datetime


@dataclass(frozen=True)
class Taken(Claimed):
    """The same with what it takes to send it. No repr of whom it goes to."""

    person: Staff
    told: Told


class Caller(ABC):
    """The job that sends the notices of one channel."""

    channel: str

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, settings: Settings) -> None:
        self._db, self._clock, self._hub, self._rules, self._settings = db, clock, hub, rules, settings

    @abstractmethod
    async def send(self, notice: Taken) -> str | None:
        """Send it; the supplier's id for it, if there is one. Raises CannotTell and NotNeeded."""

    async def run_forever(self) -> None:
        while True:
            await self.drain()
            await asyncio.sleep(LOOK_SECONDS)

    async def drain(self) -> None:
        """Send everything that is due now, and return when it is settled or put off."""
        while claimed := await self._claim_due():
            await asyncio.gather(*(self._deliver(one) for one in claimed))
            self._hub.notify(CONSOLE)

    async def _claim_due(self) -> list[Claimed]:
        """Claim due notices; a look without a lock first, as there mostly are none."""
        now = self._clock.now()
        due = (
            select(AlertNotice)
            .where(
                AlertNotice.channel == self.channel,
                AlertNotice.state.in_((QUEUED, SENDING)),
                AlertNotice.next_try_at <= now,
            )
            .order_by(AlertNotice.created_at)
            .limit(AT_ONCE)
        )
        async with self._db.reading() as session:
            if (await session.execute(due)).first() is None:
                return []
        async with self._db.transaction(first=True) as session:
            found = (await session.execute(due.with_for_update(skip_locked=True, **ROW))).scalars()
            return [claimed for notice in found if (claimed := await self._claim(session, notice, now))]

    async def _claim(self, session: AsyncSession, notice: AlertNotice, now: datetime) -> Claimed | None:
        alert = await session.get_one(Alert, notice.alert_id)
        acknowledged = alert.acknowledged_at is not None
        if acknowledged and notice.state == QUEUED:
            notice.state, notice.next_try_at = SPARED, None
            return None
        in_doubt = notice.state == SENDING
        notice.state, notice.next_try_at, notice.attempts = SENDING, now + LEASE, notice.attempts + 1
        return Claimed(notice.id, in_doubt, acknowledged, notice.attempts, notice.created_at)

    async def _deliver(self, claimed: Claimed) -> None:
        """One attempt; every way it can end is written down, and a bad one holds up no other."""
        with apart("callout", notice=claimed.id):
            try:
                supplier_id = await self.send(await self._with_words(claimed))
            except NotNeeded:
                await self._spare(claimed)
            except CannotTell as trouble:
                await self._put_off(claimed, trouble)
            except Exception as error:
                await self._put_off(claimed, CannotTell(type(error).__name__, final=False))
                raise
            else:
                await self._settle(claimed, supplier_id)

    async def _with_words(self, claimed: Claimed) -> Taken:
        async with self._db.reading() as session:
            notice = await session.get_one(AlertNotice, claimed.id)
            alert = await session.get_one(Alert, notice.alert_id)
            reference = (await session.get_one(Case, alert.case_id)).reference
            person = await session.get_one(Staff, notice.staff_id)
        told = Told(
            why=alert.why,
            level=notice.level,
            reference=reference,
            area=self._rules.area(alert.area),
            area_known=alert.area is not None,
            since=alert.started_at,
            role=notice.role,
            link=f"{self._settings.public_base_url}/staff/alerts/{reference}",
        )
        return Taken(**vars(claimed), person=person, told=told)

    async def _settle(self, claimed: Claimed, supplier_id: str | None) -> None:
        metrics.NOTICES.labels(self.channel, SENT).inc()
        async with self._db.transaction() as session:
            row = await _row(session, claimed.id)
            if row.state == SENDING:
                row.state, row.next_try_at, row.sent_at = SENT, None, self._clock.now()
            row.supplier_id = row.supplier_id or supplier_id

    async def _spare(self, claimed: Claimed) -> None:
        async with self._db.transaction() as session:
            row = await _row(session, claimed.id)
            if row.state == SENDING:
                row.state, row.next_try_at = SPARED, None

    async def _put_off(self, notice: Claimed, trouble: CannotTell) -> None:
        log.warning(
            "alert not sent notice=%s channel=%s attempt=%d code=%s",
            notice.id, self.channel, notice.attempts, trouble.code,
        )  # fmt: skip
        over = trouble.final or notice.attempts > len(BACK_OFF)
        async with self._db.transaction() as session:
            row = await _row_and_case(session, notice.id)
            if row.state != SENDING:  # a receipt came meanwhile
                return
            row.error_code = trouble.code[:16]
            if over:
                metrics.NOTICES.labels(self.channel, FAILED).inc()
                await give_up(session, self._clock.now(), row)
            else:
                # One in doubt stays so: this try failed for certain, an earlier one perhaps did not.
                row.state = QUEUED if trouble.sure and not notice.in_doubt else SENDING
                row.next_try_at = self._clock.now() + timedelta(seconds=BACK_OFF[notice.attempts - 1])


class MailCaller(Caller):
    """Alerts by e-mail."""

    channel = EMAIL

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, settings: Settings) -> None:
        super().__init__(db, clock, hub, rules, settings)
        self._mailer = Mailer(settings)

    async def send(self, notice: Taken) -> None:
        if notice.acknowledged:  # nobody can look a mail up
            raise NotNeeded
        told = notice.told
        try:
            await self._mailer.send(
                notice.person.email, words.subject(told), words.mail(told), str(notice.id), self._clock.now()
            )
        except MailTrouble as trouble:
            raise CannotTell(trouble.code, final=trouble.final, sure=not trouble.unsure) from None


class TextCaller(Caller):
    """Alerts by SMS, from the area's own number where it has one. No conversation comes of them."""

    channel = SMS

    def __init__(
        self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, settings: Settings, twilio: TwilioClient
    ) -> None:
        super().__init__(db, clock, hub, rules, settings)
        self._twilio = twilio

    async def send(self, notice: Taken) -> str | None:
        to, body, sender = notice.person.phone, words.text(notice.told), self._sender(notice.told.area.slug)
        if not to:
            raise CannotTell("no_number", final=True)
        try:
            found = await self._already_sent(notice, to, sender, body) if notice.in_doubt else None
            if notice.acknowledged and not found:
                raise NotNeeded
            return found or await self._twilio.send(to, sender, body, str(notice.id))
        except TwilioTrouble as trouble:
            final, sure = isinstance(trouble, Refused), isinstance(trouble, NotSent)
            raise CannotTell(trouble.code, final=final, sure=sure) from None

    def _sender(self, area: str) -> str:
        own = (number for number, slug in self._settings.twilio_numbers.items() if slug == area)
        return next(own, self._settings.twilio_number)

    async def _already_sent(self, notice: Taken, to: str, sender: str, body: str) -> str | None:
        """The sid under which Twilio has this text and we have none; None too when nobody can say: an alert
        twice is better than none."""
        try:
            found = await self._twilio.find(to, sender, body, self._clock.now() - notice.created_at)
        except TwilioTrouble:
            return None
        async with self._db.reading() as session:
            known = select(AlertNotice.supplier_id).where(AlertNotice.supplier_id.in_(found))
            ours = set((await session.execute(known)).scalars())
        return next((sid for sid in found if sid not in ours), None)


async def notice_of(session: AsyncSession, sid: str, reference: str) -> AlertNotice | None:
    """The text to staff that Twilio means by its sid, or by the reference we gave it when sending."""
    row = (await session.execute(select(AlertNotice).where(AlertNotice.supplier_id == sid))).scalar()
    return row or await session.get(AlertNotice, _uuid(reference))


async def take_receipt(
    session: AsyncSession, now: datetime, sid: str, reference: str, state: str | None, code: str
) -> None:
    """What became of a text to staff, in our word for Twilio's status; a delivered one stays delivered."""
    known = await notice_of(session, sid, reference)
    row = await _row_and_case(session, known.id) if known else None
    if row is None or row.state == DELIVERED:
        return
    row.supplier_id = row.supplier_id or sid
    if state == DELIVERED:
        row.state, row.next_try_at, row.sent_at = DELIVERED, None, row.sent_at or now
    elif state in ("undelivered", FAILED):
        row.error_code = code[:16] or None
        await give_up(session, now, row)


async def give_up(session: AsyncSession, now: datetime, row: AlertNotice) -> None:
    """It cannot reach this person. Nobody else of the step left: the next people are told now.

    The caller holds the lock of the case's conversation, as the alert changes.
    """
    row.state, row.next_try_at = FAILED, None
    await session.flush()
    hope = select(AlertNotice.id).where(
        AlertNotice.alert_id == row.alert_id, AlertNotice.step >= row.step, AlertNotice.state != FAILED
    )
    if (await session.execute(hope.limit(1))).first() is None:
        alert = await session.get_one(Alert, row.alert_id, populate_existing=True)
        alert.next_step_at = min(alert.next_step_at, now)


async def _row_and_case(session: AsyncSession, notice_id: uuid.UUID) -> AlertNotice:
    """The notice, locked, and before it the conversation that it is about."""
    query = select(Case.conversation_id).join(Alert, Alert.case_id == Case.id)
    query = query.join(AlertNotice, AlertNotice.alert_id == Alert.id).where(AlertNotice.id == notice_id)
    await lock(session, (await session.execute(query)).scalar_one())
    return await _row(session, notice_id)


async def _row(session: AsyncSession, notice_id: uuid.UUID) -> AlertNotice:
    return await session.get_one(AlertNotice, notice_id, with_for_update=ROW, populate_existing=True)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
