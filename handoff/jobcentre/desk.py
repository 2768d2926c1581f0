"""What staff do about notices: look, tell by hand, note a confirmation, send now; and set an area's channel.

Each function is one thing, inside the caller's transaction; who asks is checked by access.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.content.areas import Area, local_day
from handoff.db import ROW
from handoff.errors import Conflict, Unprocessable
from handoff.jobcentre import chasing, options
from handoff.jobcentre.access import notice_for
from handoff.jobcentre.links import area_token
from handoff.jobcentre.model import (
    BY_HAND,
    QUEUED,
    SENDING,
    SENT,
    TEST,
    TOLD,
    Channel,
    Notice,
)
from handoff.jobcentre.options import Options
from handoff.staff.service import Member

LEAST_DAYS, MOST_DAYS = 1, 20
_TEST_REFERENCE = "TEST"
_TEST_ABOUT = {
    "name": "Test Person",
    "date_of_birth": "2010-01-01",
    "postcode": "ZZ1 1ZZ",
    "activity_code": "619",
    "activity": "Nobody: this is a test",
}


@dataclass(frozen=True)
class Setting:
    """How an area tells its Jobcentre, as the settings page shows it."""

    kind: str
    options: Options | None
    chase_days: int
    link_serial: int
    updated_at: datetime | None
    updated_by_id: uuid.UUID | None


async def look(session: AsyncSession, now: datetime, who: Member, notice_id: uuid.UUID) -> Notice:
    """One notice with what it says of somebody; that it was read is noted."""
    notice = await notice_for(session, who, notice_id)
    await audit.record(session, now, who.id, "jobcentre.read", f"jobcentre_notice:{notice.id}")
    return notice


async def told(session: AsyncSession, now: datetime, who: Member, notice_id: uuid.UUID, whom: str) -> None:
    """Somebody told them by hand; what was waiting is not sent any more."""
    notice = await notice_for(session, who, notice_id, lock=True)
    _refuse(notice, TOLD, (BY_HAND, QUEUED))
    if notice.state == TOLD:
        return
    notice.state, notice.next_try_at, notice.staff_id = TOLD, None, who.id
    notice.acknowledged_at, notice.acknowledged_how, notice.acknowledged_by = now, "person", whom or None
    await session.flush()
    await audit.record(session, now, who.id, "jobcentre.told", f"jobcentre_notice:{notice.id}")


async def confirmed(
    session: AsyncSession, now: datetime, who: Member, notice_id: uuid.UUID, whom: str
) -> None:
    """They said, to a member of staff, that they have it."""
    notice = await notice_for(session, who, notice_id, lock=True)
    _refuse(notice, "acknowledged", (SENT,))
    await chasing.confirm(session, now, notice, "person", by=whom, actor=who.id, staff_id=who.id)


async def send_now(session: AsyncSession, now: datetime, who: Member, notice_id: uuid.UUID) -> None:
    """Send it at once: again, or for the first time now that the area has a channel."""
    notice = await notice_for(session, who, notice_id, lock=True)
    _refuse(notice, SENDING, (QUEUED, BY_HAND, SENT) if notice.withdrawn_at is None else ())
    if not has_channel(await session.get(Channel, notice.area or "")):
        raise Conflict("no_channel", "This area has no way to send notices yet. Tell them by hand.")
    if notice.state == SENT:
        await chasing.send_again(session, now, notice, who.id)
        return
    if notice.state != SENDING:
        notice.state, notice.next_try_at, notice.waiting_since = QUEUED, now, now
        await session.flush()
        await audit.record(session, now, who.id, "jobcentre.send", f"jobcentre_notice:{notice.id}")


def has_channel(channel: Channel | None) -> bool:
    return channel is not None and channel.kind != BY_HAND


async def setting(session: AsyncSession, area: Area) -> Setting:
    """How the area tells its Jobcentre; by hand until somebody sets it."""
    found = await session.get(Channel, area.slug)
    if found is None:
        return Setting(BY_HAND, None, chasing.CHASE_DAYS, 0, None, None)
    kept = options.loaded(found.kind, found.options)
    return Setting(
        found.kind, kept, found.chase_days, found.link_serial, found.updated_at, found.updated_by_id
    )


async def set_channel(
    session: AsyncSession, now: datetime, who: Member, area: Area, form: Mapping[str, str], *, demo: bool
) -> None:
    """Keep how the area tells its Jobcentre. Unprocessable names the field that is wrong."""
    before, kind = await setting(session, area), form.get("kind", "")
    made = options.read(kind, form, before.options, now, demo=demo)
    days = form.get("chase_days", "").strip() or str(before.chase_days)
    if not (days.isascii() and days.isdigit() and LEAST_DAYS <= int(days) <= MOST_DAYS):
        told = f"Type how many working days, from {LEAST_DAYS} to {MOST_DAYS}."
        raise Unprocessable("bad_field", told, field="chase_days")
    channel = await _channel(session, now, who, area)
    channel.kind, channel.options, channel.chase_days = kind, options.stored(made), int(days)
    channel.updated_at, channel.updated_by_id = now, who.id
    await session.flush()
    await audit.record(session, now, who.id, "jobcentre.settings", f"area:{area.slug}", kind=kind)


async def new_link(session: AsyncSession, now: datetime, who: Member, area: Area) -> str:
    """A fresh link with which Jobcentre staff tell the area of claimants; every earlier one ends."""
    channel = await _channel(session, now, who, area)
    channel.link_serial += 1
    await session.flush()
    await audit.record(
        session, now, who.id, "jobcentre.link", f"area:{area.slug}", serial=channel.link_serial
    )
    return area_token(area.slug, channel.link_serial, now)


async def send_test(session: AsyncSession, now: datetime, who: Member, area: Area) -> Notice:
    """Queue a notice that is about nobody. Conflict when the area has no channel."""
    if not has_channel(await session.get(Channel, area.slug)):
        raise Conflict("no_channel", "Choose and save a way to send notices first.")
    today = local_day(area, now).isoformat()
    made = Notice(
        id=uuid.uuid4(), reference=_TEST_REFERENCE, area=area.slug, kind=TEST, state=QUEUED,
        about=_TEST_ABOUT | {"registered_on": today}, next_try_at=now, created_at=now, waiting_since=now,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    await audit.record(session, now, who.id, "jobcentre.test", f"area:{area.slug}", notice=str(made.id))
    return made


async def tests_of(session: AsyncSession, area: Area) -> list[Notice]:
    """The last tests of the area, newest first."""
    query = select(Notice).where(Notice.area == area.slug, Notice.kind == TEST)
    return list((await session.execute(query.order_by(Notice.created_at.desc()).limit(3))).scalars())


async def _channel(session: AsyncSession, now: datetime, who: Member, area: Area) -> Channel:
    """The area's row, made if there is none, locked."""
    found = await session.get(Channel, area.slug, with_for_update=ROW)
    if found is None:
        found = Channel(
            area=area.slug, kind=BY_HAND, options={}, chase_days=chasing.CHASE_DAYS, link_serial=0,
            updated_at=now, updated_by_id=who.id,
        )  # fmt: skip
        session.add(found)
    return found


def _refuse(notice: Notice, already: str, allowed: tuple[str, ...]) -> None:
    """Conflict for a notice that this can no longer be done to."""
    if notice.state == already or notice.state in allowed:
        return
    if notice.withdrawn_at is not None:
        raise Conflict("cancelled", "They took back their permission, so Jobcentre Plus must not be told.")
    if notice.state == SENDING:
        raise Conflict("being_sent", "It is being sent right now. Look again in a minute.")
    raise Conflict("settled", "Somebody has seen to this already. Load the page again.")
