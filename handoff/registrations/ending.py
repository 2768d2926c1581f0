"""How a registration ends: they entered education, training or work, moved, asked for it, or it ran out.

The caller holds the lock of its conversation. Jobcentre Plus is told, once, if there is the permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.alerts import service as alerts
from handoff.cases.service import CaseRules, note_case
from handoff.content.areas import local_day
from handoff.days import day_words
from handoff.errors import Conflict, Unprocessable
from handoff.jobcentre import service as jobcentre
from handoff.registrations import permissions
from handoff.registrations.completing import At
from handoff.registrations.documents import ENDS
from handoff.registrations.model import ACTIVE, ENDED, Registration

ENDS_BY_HAND: Mapping[str, str] = {
    code: ENDS[code]
    for code in ("education", "training", "employment", "moved", "no_longer_looking", "asked", "mistake")
}


@dataclass(frozen=True)
class End:
    """Why and from when; `state` tells an end from a running out."""

    why: str
    on: date
    by: object
    state: str = ENDED


async def end(session: AsyncSession, now: datetime, registration: Registration, how: End) -> bool:
    """End it and tell who must know; False when it had ended already."""
    if registration.state != ACTIVE:
        return False
    registration.state, registration.ended_on, registration.end_reason = how.state, how.on, how.why
    registration.next_contact_on = None
    await session.flush()
    await alerts.over(session, now, registration.case_id, None, alerts.UNCHECKED)
    words = f"{registration.reference} ended on {day_words(how.on)}. {ENDS[how.why]}."
    note_case(session, now, registration.case_id, words)
    if await permissions.may_tell_jobcentre(session, registration):
        about = await permissions.about(session, registration)
        bare = replace(about, activity_code=None, activity=None, ground=None)  # that it is over says enough
        await jobcentre.notify(session, now, "ended", bare)
    subject = f"registration:{registration.id}"
    await audit.record(session, now, how.by, "registration.end", subject, why=how.why)
    return True


async def end_by_hand(at: At, why: str) -> Registration:
    """An adviser ends it. Unprocessable for a reason there is not, Conflict when it has ended."""
    if why not in ENDS_BY_HAND:
        raise Unprocessable("unknown_reason", "Choose why it ends.", field="end.reason")
    registration = await at.hold()
    today = _today(at.rules, registration, at.now)
    if not await end(at.session, at.now, registration, End(why, today, at.who.id)):
        raise Conflict("not_active", "This registration has already ended.", field="end.reason")
    return registration


def _today(rules: CaseRules, registration: Registration, now: datetime) -> date:
    return local_day(rules.area(registration.area), now)
