"""The durable outbox of notices to Jobcentre Plus: each goes once, in order, and none is given up.

    queued        due: marked `sending` and committed before anybody is called, so that a crash shows
    sending       its time is up and nobody settled it: in doubt, and sent again under the same key, by which
                  their side counts it once (the file is looked for first)
    sent          they have it; acknowledged once they say so
    by_hand       the area has no channel: an adviser tells them
    cancelled     the permission was taken back first; it is asked for again before each attempt

A server that is down is tried for as long as it takes, hourly in the end. A notice waits for the one before
it about the same registration.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff import audit, metrics
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.db import ROW, Database
from handoff.jobcentre import chasing, lists
from handoff.jobcentre.channels import files, mail, web
from handoff.jobcentre.channels.sending import NotSent, Sending, Sent
from handoff.jobcentre.links import notice_token
from handoff.jobcentre.model import (
    ACKNOWLEDGED,
    BY_HAND,
    CANCELLED,
    FILES,
    QUEUED,
    SENDING,
    SENT,
    WITHDRAWN,
    Channel,
    Notice,
)
from handoff.jobcentre.options import Files, Mail, Options, loaded
from handoff.jobcentre.wording import Words
from handoff.live import CONSOLE, Hub
from handoff.mail import Mailer
from handoff.registrations import service as registrations
from handoff.settings import Settings

log = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
ROUND_SECONDS = 300.0  # between looks for answers and for what nobody confirmed
AT_ONCE = 4
LEASE = timedelta(seconds=60)  # longer than an attempt may take
BACK_OFF = (5, 15, 60, 120, 300, 600, 1200, 1800, 3600)  # seconds; the last for as long as it takes


@dataclass(frozen=True)
class Taken:
    """A notice this worker has claimed, the channel it goes by, and what to send."""

    options: Options
    sending: Sending
    attempts: int


class Post:
    """Sends what is due and looks after what was sent."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules, settings: Settings) -> None:
        self._db, self._clock, self._hub, self._rules, self._settings = db, clock, hub, rules, settings
        self._mailer = Mailer(settings)

    async def run_forever(self) -> None:
        """Send what is due, for as long as the process lives."""
        while True:
            await self.drain()
            await asyncio.sleep(LOOK_SECONDS)

    async def look_after_forever(self) -> None:
        """Fetch answers and chase what nobody confirmed; apart, so that no slow server holds it up."""
        while True:
            await self.look_after()
            await asyncio.sleep(ROUND_SECONDS)

    async def drain(self) -> None:
        """Send everything that is due now, and return when it is settled or put off."""
        while taken := await self._take():
            await asyncio.gather(*(self._deliver(one) for one in taken))
            self._hub.notify(CONSOLE)

    async def look_after(self) -> None:
        """One round: their answers first, so that nothing they have is chased."""
        await self._fetch_answers()
        async with self._db.transaction() as session:
            await lists.forget(session, self._clock.now())
        if await chasing.chase(self._db, self._clock, self._rules):
            self._hub.notify(CONSOLE)

    # -- take

    async def _take(self) -> list[Taken]:
        """Claim due notices; a look without a lock first, as there mostly are none."""
        now = self._clock.now()
        async with self._db.reading() as session:
            if (await session.execute(_due().limit(1), {"now": now})).first() is None:
                return []
        async with self._db.transaction() as session:
            due = _due().limit(AT_ONCE).with_for_update(skip_locked=True, of=Notice, **ROW)
            rows = list((await session.execute(due, {"now": now})).scalars())
            return [taken for row in rows if (taken := await self._claim(session, row))]

    async def _claim(self, session: AsyncSession, row: Notice) -> Taken | None:
        now = self._clock.now()
        if row.withdrawn_at is not None or not await self._may_go(session, row):
            row.state, row.next_try_at = CANCELLED, None
            row.withdrawn_at, row.about = row.withdrawn_at or now, {}
            return None
        channel = await session.get(Channel, row.area or "")
        options = loaded(channel.kind, channel.options) if channel else None
        if channel is None or options is None:
            row.state, row.next_try_at, row.waiting_since = BY_HAND, None, now
            return None
        row.may_have_gone = row.may_have_gone or row.state == SENDING
        row.state, row.next_try_at, row.attempts = SENDING, now + LEASE, row.attempts + 1
        row.via = channel.kind
        link = f"{self._settings.public_base_url}/jobcentre/notices/{notice_token(row.id, now)}"
        words = Words(row.id, row.kind, row.reference, row.about, self._rules.area(row.area))
        return Taken(options, Sending(row.id, row.round, words, link, now), row.attempts)

    async def _may_go(self, session: AsyncSession, row: Notice) -> bool:
        """Whether the permission still stands; asking them to delete needs none, a test is about nobody."""
        if row.kind == WITHDRAWN or row.registration_id is None:
            return True
        return await registrations.lets_jobcentre_know(session, row.registration_id)

    # -- deliver

    async def _deliver(self, taken: Taken) -> None:
        """One attempt; every way it can end is written down."""
        try:
            sent = await self._send(taken.options, taken.sending)
        except NotSent as trouble:
            await self._put_off(taken, trouble)
        except Exception:
            log.exception("a notice stumbled notice=%s; it is tried again", taken.sending.id)
            await self._put_off(taken, NotSent("fault", certain=False))
        else:
            await self._settle(taken, sent)

    async def _send(self, options: Options, sending: Sending) -> Sent:
        if isinstance(options, Files):
            return await files.send(options, sending)
        if isinstance(options, Mail):
            return await mail.send(options, sending, self._mailer)
        return await web.send(options, sending, allow_private=self._settings.demo)

    async def _settle(self, taken: Taken, sent: Sent) -> None:
        metrics.JOBCENTRE.labels(SENT).inc()
        async with self._db.transaction() as session:
            now, row = self._clock.now(), await _row(session, taken.sending.id)
            if row.state != SENDING:  # confirmed meanwhile
                return
            row.state, row.next_try_at, row.error_code = SENT, None, None
            row.sent_at, row.may_have_gone, row.raised_at = now, True, None
            if sent.confirmed:
                row.state, row.acknowledged_at, row.acknowledged_how = ACKNOWLEDGED, now, "answer"
                row.acknowledged_by = sent.by or None
            subject = f"jobcentre_notice:{row.id}"
            await audit.record(session, now, "system", "jobcentre.sent", subject, via=row.via, kind=row.kind)

    async def _put_off(self, taken: Taken, trouble: NotSent) -> None:
        log.warning(
            "notice not sent notice=%s attempt=%d code=%s", taken.sending.id, taken.attempts, trouble.code
        )
        metrics.JOBCENTRE.labels("put_off").inc()
        async with self._db.transaction() as session:
            row = await _row(session, taken.sending.id)
            if row.state != SENDING:
                return
            row.may_have_gone = row.may_have_gone or not trouble.certain
            row.error_code = trouble.code
            if row.withdrawn_at is not None:
                row.state, row.next_try_at = CANCELLED, None
                return
            pause = BACK_OFF[min(taken.attempts, len(BACK_OFF)) - 1]
            row.state, row.next_try_at = QUEUED, self._clock.now() + timedelta(seconds=pause)

    # -- look after

    async def _fetch_answers(self) -> None:
        """The files in which areas with a folder are told that a notice arrived."""
        async with self._db.reading() as session:
            waiting = select(Notice.id, Channel).join(Channel, Channel.area == Notice.area)
            rows = (await session.execute(waiting.where(Notice.state == SENT, Channel.kind == FILES))).all()
        open_ids = {notice_id for notice_id, _ in rows}
        for channel in {channel.area: channel for _, channel in rows}.values():
            options = loaded(channel.kind, channel.options)
            assert isinstance(options, Files)
            try:
                found = await files.acknowledged(options)
            except NotSent as trouble:
                log.warning("answers not fetched area=%s code=%s", channel.area, trouble.code)
                continue
            for notice_id in sorted(found & open_ids, key=str):
                await self._answered(notice_id)

    async def _answered(self, notice_id: uuid.UUID) -> None:
        async with self._db.transaction() as session:
            row = await _row(session, notice_id)
            await chasing.confirm(session, self._clock.now(), row, "file", by="", actor="jobcentre")


def _due() -> Select[Notice]:
    """What may go now: due, and nothing unsettled before it about the same registration."""
    before = aliased(Notice)
    unsettled = (
        select(before.id)
        .where(
            before.registration_id == Notice.registration_id,
            before.state.in_((QUEUED, SENDING)),
            before.created_at < Notice.created_at,
        )
        .correlate(Notice)
    )
    return (
        select(Notice)
        .where(
            Notice.state.in_((QUEUED, SENDING)),
            Notice.next_try_at <= bindparam("now", type_=Notice.next_try_at.type),
            ~exists(unsettled),
        )
        .order_by(Notice.created_at, Notice.id)
    )


async def _row(session: AsyncSession, notice_id: uuid.UUID) -> Notice:
    return await session.get_one(Notice, notice_id, with_for_update=ROW, populate_existing=True)
