"""The registrations that run, for who works in their areas: first what is to be checked, then what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from aiohttp import web
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, keys
from handoff.cases.service import CaseRules, due_of_seen
from handoff.content.areas import local_day
from handoff.days import day_words
from handoff.pages import page
from handoff.registrations.model import ACTIVE, Registration
from handoff.registrations.parts import missing
from handoff.security import access
from handoff.staff.auth import signed_in, staff_page
from handoff.staff.service import Member

MOST = 200


@dataclass(frozen=True)
class Row:
    """One registration; `check_by` while it is unchecked, `late` once that has passed."""

    reference: str
    name: str
    area: str
    registered_on: date
    expires_on: date | None
    next_contact_on: date | None
    left: int
    check_by: date | None
    late: bool


@access(staff_page("record.read"))
async def show(request: web.Request) -> web.Response:
    """GET /staff/registrations: who is on it was read, and that is recorded."""
    now, who, rules = request.app[keys.CLOCK].now(), signed_in(request), request.app[keys.RULES]
    async with request.app[keys.DB].transaction() as session:
        rows = await running(session, who, rules, now)
        await audit.record(session, now, who.id, "registration.list", "registrations:all", shown=len(rows))
    return page(request, "registrations/list.html", rows=rows, day=day_words, most=MOST)


async def running(session: AsyncSession, who: Member, rules: CaseRules, now: datetime) -> Sequence[Row]:
    """At most MOST: unchecked ones by when they are due, then the rest by their next contact."""
    mine = or_(Registration.area.in_(sorted(who.areas)), Registration.area.is_(None))
    unchecked = Registration.checked_at.is_not(None)
    query = select(Registration).where(Registration.state == ACTIVE, mine)
    query = query.order_by(unchecked, Registration.next_contact_on, Registration.created_at).limit(MOST)
    found = list((await session.execute(query)).scalars())
    due = await due_of_seen(session, who, [one.case_id for one in found])
    rows = [_row(one, due[one.case_id], rules, now) for one in found if one.case_id in due]
    return sorted(
        rows, key=lambda row: (row.check_by is None, row.check_by or row.next_contact_on or date.max)
    )


def _row(one: Registration, due_at: datetime, rules: CaseRules, now: datetime) -> Row:
    area, unchecked = rules.area(one.area), one.checked_at is None
    return Row(
        reference=one.reference,
        name=one.name,
        area=area.name if one.area else "Area not known",
        registered_on=one.registered_on,
        expires_on=one.expires_on,
        next_contact_on=one.next_contact_on,
        left=len(missing(one)) if unchecked else 0,
        check_by=local_day(area, due_at) if unchecked else None,
        late=unchecked and now > due_at,
    )


def setup(app: web.Application) -> None:
    app.router.add_get("/staff/registrations", show)
