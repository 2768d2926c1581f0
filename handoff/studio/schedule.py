"""The jobs that publish what was scheduled, once its time has come, and that mail what staff should hear."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select, update

from handoff.background import Rounds, apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content import going_live
from handoff.content.facts import Facts
from handoff.content.model import ContentNotice
from handoff.content.notices import URGENT
from handoff.db import Database
from handoff.live import CONTENT, Hub
from handoff.mail import Mailer, MailTrouble
from handoff.settings import Settings
from handoff.staff.service import Staff

LEASE = timedelta(minutes=1)
BACK_OFF = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 240))


class Schedule(Rounds):
    """Looks by our clock; the locked rows decide, so one process publishes and a restart loses nothing."""

    pause = 1.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, facts: Facts) -> None:
        self._db, self._clock, self._hub, self._rules, self._facts = db, clock, hub, rules, facts

    async def round(self) -> int:
        """Publish what is due; how many wordings there were."""
        now = self._clock.now()
        async with self._db.reading() as session:
            if not await going_live.is_any_due(session, now):
                return 0
            heard = await going_live.heard_in_due(session, now)
        zone = self._rules.area(None).timezone
        async with self._db.transaction() as session:
            vocabulary = self._rules.vocabulary
            done = await going_live.publish_due(session, now, self._facts, vocabulary, zone, heard)
        self._hub.notify(CONTENT)
        return done


class NoticeMail(Rounds):
    """Mails notices that ask for it; a mail server that is down is tried again for hours."""

    pause = 5.0

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db, self._clock, self._base = db, clock, settings.public_base_url
        self._mailer = Mailer(settings)

    async def round(self) -> None:
        """Send what is due now."""
        due = select(ContentNotice.id).where(ContentNotice.mail_at <= self._clock.now()).limit(50)
        async with self._db.reading() as session:
            waiting = list((await session.execute(due)).scalars())
        for notice_id in waiting:
            with apart("notices", notice=notice_id):
                await self._send(notice_id)

    async def _send(self, notice_id: uuid.UUID) -> None:
        taken = await self._take(notice_id)
        if taken is None:
            return
        notice, to = taken
        body = f"{notice.words}\n\n{self._base}{notice.path}\n"
        subject, reference, now = notice.subject or "", str(notice.id), self._clock.now()
        urgent = subject in URGENT
        try:
            await self._mailer.send(to, subject, body, reference, now, urgent=urgent)
        except MailTrouble as trouble:
            if not trouble.final and notice.mail_tries <= len(BACK_OFF):
                await self._set(notice_id, notice.mail_tries)
                return
        await self._set(notice_id, 0)

    async def _take(self, notice_id: uuid.UUID) -> tuple[ContentNotice, str] | None:
        """The notice and whose it is, for a minute ours alone."""
        now = self._clock.now()
        due = update(ContentNotice).where(ContentNotice.id == notice_id, ContentNotice.mail_at <= now)
        taken = due.values(mail_at=now + LEASE, mail_tries=ContentNotice.mail_tries + 1)
        async with self._db.transaction() as session:
            if not (await session.execute(taken.returning(ContentNotice.id))).first():
                return None
            notice = await session.get_one(ContentNotice, notice_id, populate_existing=True)
            return notice, (await session.get_one(Staff, notice.staff_id)).email

    async def _set(self, notice_id: uuid.UUID, tries: int) -> None:
        """Try again later, or, with no tries, never."""
        later = self._clock.now() + BACK_OFF[tries - 1] if tries else None
        change = update(ContentNotice).where(ContentNotice.id == notice_id).values(mail_at=later)
        async with self._db.transaction() as session:
            await session.execute(change)
