"""What a member of staff does with records, the same for pages and the API."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, keys
from handoff.cases.service import CaseRules
from handoff.content.areas import local_day
from handoff.errors import Unprocessable
from handoff.records import pairs, store, view
from handoff.records.access import record_for, record_id_in, visible_to
from handoff.records.forms import Form, digests_in
from handoff.records.model import Record
from handoff.records.pairs import Elsewhere, Likeness
from handoff.records.view import RecordView
from handoff.staff.auth import signed_in
from handoff.staff.service import Member

MOST_FOUND = 25


@dataclass(frozen=True)
class Desk:
    """Who does it, in which transaction, at what time and on what day there."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    who: Member
    today: date


@asynccontextmanager
async def desk(request: web.Request) -> AsyncIterator[Desk]:
    """One unit of work of the member of staff who asks."""
    rules, now, who = request.app[keys.RULES], request.app[keys.CLOCK].now(), signed_in(request)
    async with request.app[keys.DB].transaction() as session:
        yield Desk(session, rules, now, who, local_day(rules.area(next(iter(sorted(who.areas)), None)), now))


def id_of(request: web.Request) -> uuid.UUID:
    return record_id_in(request.match_info["id"])


async def read(at: Desk, record_id: uuid.UUID, action: str = "record.read") -> RecordView:
    """The record, to look at; the look is recorded."""
    record = await record_for(at.session, at.who, record_id)
    await audit.record(at.session, at.now, at.who.id, action, f"record:{record.id}")
    return await view.look(at.session, at.today, at.who, record)


async def find(at: Desk, form: Form) -> Sequence[Record]:
    """The records that fit everything given, at most one more than are shown; each find is recorded."""
    digests = digests_in(form)
    if not digests:
        told = "Fill in at least one: a name, a date of birth, a postcode, a phone number or a reference."
        raise Unprocessable("nothing_given", told, field="name")
    found = await store.by_digests(at.session, digests, visible_to(at.who), MOST_FOUND + 1)
    for one in found[:MOST_FOUND]:
        await audit.record(at.session, at.now, at.who.id, "record.find", f"record:{one.id}")
    return found


async def compared(at: Desk) -> tuple[Sequence[Likeness], Sequence[Elsewhere]]:
    """The pairs that wait for them, and those that another area has a side of; each look is recorded."""
    found, elsewhere = await pairs.listed(at.session, at.who), await pairs.elsewhere(at.session, at.who)
    seen = [side.id for pair in found for side, _ in pair.sides] + [one.record.id for one in elsewhere]
    for record_id in dict.fromkeys(seen):
        await audit.record(at.session, at.now, at.who.id, "record.compare", f"record:{record_id}")
    return found, elsewhere
