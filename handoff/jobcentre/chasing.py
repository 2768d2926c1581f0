"""What becomes of a notice after it went: confirmed, sent again after some working days, given to an adviser.

sent, unconfirmed            after `chase_days` sent again, after as many more a follow-up case
to be told by hand, or stuck after one working day a follow-up case

Of somebody who was erased there is no thread to ask an adviser in: theirs is sent again, and that is all.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import FOLLOW_UP, CaseRules, note_open_cases, open_or_raise, working_days_after
from handoff.clock import Clock
from handoff.conversations.model import Conversation
from handoff.conversations.service import lock
from handoff.db import ROW, Database
from handoff.jobcentre.model import (
    ACKNOWLEDGED,
    BY_HAND,
    QUEUED,
    SENT,
    TEST,
    Channel,
    Notice,
)
from handoff.registrations import service as registrations

CHASE_DAYS, ROUNDS = 3, 2
STUCK_DAYS = 1
_WHY = {
    SENT: "They were told twice and have not confirmed it. Ring them.",
    QUEUED: "They could not be told yet: their server does not answer. Ring them if it cannot wait.",
    BY_HAND: "Nobody has told them yet. Ring them, then say so under Jobcentre.",
}


async def confirm(
    session: AsyncSession,
    now: datetime,
    notice: Notice,
    how: str,
    *,
    by: str,
    actor: object,
    staff_id: uuid.UUID | None = None,
) -> bool:
    """They have it: nothing is sent or chased any more. False when that was known. The row is locked."""
    if notice.acknowledged_at is not None:
        return False
    notice.state, notice.acknowledged_at, notice.acknowledged_how = ACKNOWLEDGED, now, how
    notice.acknowledged_by, notice.staff_id, notice.next_try_at = by or None, staff_id, None
    await session.flush()
    await audit.record(session, now, actor, "jobcentre.confirm", f"jobcentre_notice:{notice.id}", how=how)
    return True


async def chase(db: Database, clock: Clock, rules: CaseRules) -> int:
    """Send again what nobody confirmed in time, and ask an adviser about the rest; how many were seen to."""
    async with db.reading() as session:
        can_be_chased = or_(
            Notice.registration_id.is_not(None), and_(Notice.state == SENT, Notice.round < ROUNDS)
        )
        open_ones = select(Notice).where(
            Notice.state.in_((SENT, QUEUED, BY_HAND)), Notice.raised_at.is_(None), Notice.kind != TEST,
            can_be_chased,
        )  # fmt: skip
        rows = list((await session.execute(open_ones.order_by(Notice.created_at))).scalars())
        found = [row.id for row in rows if await _is_late(session, clock.now(), rules, row)]
    done = 0
    for notice_id in found:
        async with db.transaction() as session:
            done += await _see_to(session, clock.now(), rules, notice_id)
    return done


async def _see_to(session: AsyncSession, now: datetime, rules: CaseRules, notice_id: uuid.UUID) -> bool:
    """Chase one that was late, if it still is under its lock; the conversation is locked before it."""
    seen = await session.get_one(Notice, notice_id)
    thread = await _thread(session, seen.registration_id) if seen.registration_id else None
    notice = await session.get_one(Notice, notice_id, with_for_update=ROW, populate_existing=True)
    if not await _is_late(session, now, rules, notice):
        return False
    if notice.state == SENT and notice.round < ROUNDS:
        await send_again(session, now, notice, "system")
    elif thread:
        await _raise(session, rules, now, notice, thread)
    return True


async def send_again(session: AsyncSession, now: datetime, notice: Notice, actor: object) -> None:
    """Queue it once more, under a key of its own. The row is locked."""
    notice.round += 1
    notice.state, notice.next_try_at, notice.attempts = QUEUED, now, 0
    notice.waiting_since, notice.raised_at = now, None
    await session.flush()
    subject = f"jobcentre_notice:{notice.id}"
    await audit.record(session, now, actor, "jobcentre.again", subject, round=notice.round)


async def _is_late(session: AsyncSession, now: datetime, rules: CaseRules, notice: Notice) -> bool:
    if notice.raised_at or notice.withdrawn_at:
        return False
    area = rules.area(notice.area)
    if notice.state == SENT and notice.sent_at:
        channel = await session.get(Channel, notice.area or "")
        return working_days_after(notice.sent_at, channel.chase_days if channel else CHASE_DAYS, area) <= now
    stuck = notice.state in (BY_HAND, QUEUED)
    return stuck and working_days_after(notice.waiting_since, STUCK_DAYS, area) <= now


async def _thread(session: AsyncSession, registration_id: uuid.UUID) -> Conversation:
    """The conversation of a notice's registration, locked."""
    found = await registrations.conversations_of(session, [registration_id])
    return await lock(session, found[registration_id])


async def _raise(
    session: AsyncSession, rules: CaseRules, now: datetime, notice: Notice, thread: Conversation
) -> None:
    """A follow-up case for an adviser, and a note on the others of the conversation."""
    why = _WHY[notice.state]
    notice.raised_at = now
    await session.flush()
    words = f"{notice.reference}: {why}"
    await note_open_cases(session, now, thread, f"Jobcentre Plus. {words}")
    await open_or_raise(session, rules, now, thread, FOLLOW_UP, facts={"Jobcentre Plus": words})
    await audit.record(session, now, "system", "jobcentre.raise", f"jobcentre_notice:{notice.id}")
