"""The rota: who is on call for an area and who is second, week by week, and where nobody is.

One function a thing that can be done; the caller holds the transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.alerts.chain import Chain, Gap, able_people, chain_of, gaps, shifts_between
from handoff.alerts.model import SHIFT_ROLES, Shift
from handoff.cases.service import CaseRules
from handoff.content.areas import WEEKDAYS, Area, clock_words
from handoff.errors import Conflict, NotFound, Unprocessable
from handoff.staff import service as staff
from handoff.staff.service import Member, Staff

WEEK = timedelta(days=7)
ROLES = {"on_call": "On call", "second": "Second"}
_NOBODY = {"on_call": "Nobody is on call", "second": "Nobody is second"}


@dataclass(frozen=True)
class Slot:
    """A shift as one day shows it."""

    shift: Shift
    name: str
    when: str
    whole: str


@dataclass(frozen=True)
class Day:
    """One day of the week: who has which role when."""

    day: date
    label: str
    today: bool
    slots: dict[str, list[Slot]]


@dataclass(frozen=True)
class Rota:
    """One week of an area's rota, and who would be told now."""

    area: Area
    monday: date
    shifts: Sequence[Shift]
    names: dict[uuid.UUID, str]
    days: Sequence[Day]
    gaps: Sequence[Gap]
    chain: Chain
    able: Sequence[Staff]

    @property
    def sentences(self) -> list[str]:
        """Each gap in words."""
        return [gap_words(gap, self.area, self.monday) for gap in self.gaps]


def area_for(rules: CaseRules, who: Member, slug: str) -> Area:
    """An area of this member of staff; NotFound for any other."""
    if slug not in who.areas or slug not in rules.areas:
        raise NotFound("There is no such area among yours.")
    return rules.areas[slug]


def monday_of(area: Area, now: datetime) -> date:
    """The Monday of the week it is there."""
    today = now.astimezone(area.timezone).date()
    return today - timedelta(days=today.weekday())


async def week(session: AsyncSession, rules: CaseRules, now: datetime, area: Area, monday: date) -> Rota:
    """What the rota page shows. Gaps that are over are not told."""
    start, end = _midnight(area, monday), _midnight(area, monday + WEEK)
    shifts = await shifts_between(session, area.slug, start, end)
    names = await staff.names(session, [shift.staff_id for shift in shifts])
    today = now.astimezone(area.timezone).date()
    days = []
    for ahead in range(7):
        day = monday + timedelta(days=ahead)
        label = f"{WEEKDAYS[day.weekday()]} {day.day} {day:%B}"
        days.append(Day(day, label, day == today, _slots(area, day, shifts, names)))
    since = max(start, now)
    found = [gap for role in SHIFT_ROLES for gap in gaps(shifts, role, since, end)] if since < end else []
    chain = await chain_of(session, area.slug, now)
    able = await able_people(session, rules.vocabulary, area.slug)
    return Rota(area, monday, shifts, names, days, found, chain, able)


async def add_shift(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    who: Member,
    area: Area,
    *,
    role: str,
    staff_id: uuid.UUID,
    starts_at: datetime,
    ends_at: datetime | None,
) -> Shift:
    """Put somebody on the rota. Unprocessable for what cannot be, Conflict for twice at the same time."""
    if role not in SHIFT_ROLES:
        raise Unprocessable("unknown_role", "Choose on call or second.", field="role")
    if ends_at is not None and ends_at <= starts_at:
        raise Unprocessable("bad_time", "A shift must end after it starts.", field="ends_at")
    if staff_id not in {one.id for one in await able_people(session, rules.vocabulary, area.slug)}:
        told = "Choose somebody who takes cases of this area."
        raise Unprocessable("unknown_colleague", told, field="staff")
    far = datetime.max.replace(tzinfo=starts_at.tzinfo) - timedelta(days=2)
    others = await shifts_between(session, area.slug, starts_at, ends_at or far)
    if any(other.staff_id == staff_id for other in others):
        raise Conflict("already_on", "This person has a shift here at that time already.")
    shift = Shift(
        area=area.slug, role=role, staff_id=staff_id, starts_at=starts_at, ends_at=ends_at, created_at=now
    )
    session.add(shift)
    await session.flush()
    what = {"area": area.slug, "role": role, "staff": str(staff_id)}
    await audit.record(session, now, who.id, "rota.add", f"shift:{shift.id}", **what)
    return shift


async def remove_shift(session: AsyncSession, now: datetime, who: Member, shift_id: uuid.UUID) -> Shift:
    """Take a shift off the rota; NotFound outside one's areas."""
    shift = await session.get(Shift, shift_id)
    if shift is None or shift.area not in who.areas:
        raise NotFound("There is no such shift in your areas.")
    await session.delete(shift)
    what = {"area": shift.area, "role": shift.role, "staff": str(shift.staff_id)}
    await audit.record(session, now, who.id, "rota.remove", f"shift:{shift.id}", **what)
    return shift


def local_time(area: Area, text: str, field: str) -> datetime:
    """ "2026-11-23T17:00" as it is meant in the area; Unprocessable for anything else. A zone wins."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unprocessable("bad_time", "Give a day and a time.", field=field) from None
    if not 2000 <= found.year <= 2100:
        raise Unprocessable("bad_time", "Give a day and a time.", field=field)
    return (found if found.tzinfo else found.replace(tzinfo=area.timezone)).astimezone(UTC)


def gap_words(gap: Gap, area: Area, monday: date) -> str:
    """ "Nobody is on call from 5pm on Tuesday to 9am on Wednesday." """
    start, end = gap.start.astimezone(area.timezone), gap.end.astimezone(area.timezone)
    if gap.start <= _midnight(area, monday) and gap.end >= _midnight(area, monday + WEEK):
        return f"{_NOBODY[gap.role]} this week."
    to = "the end of the week" if gap.end >= _midnight(area, monday + WEEK) else _day_time(end)
    return f"{_NOBODY[gap.role]} from {_day_time(start)} to {to}."


def _day_time(local: datetime) -> str:
    return f"{clock_words(local.time().replace(second=0, microsecond=0))} on {WEEKDAYS[local.weekday()]}"


def _slots(
    area: Area, day: date, shifts: Sequence[Shift], names: dict[uuid.UUID, str]
) -> dict[str, list[Slot]]:
    start, end = _midnight(area, day), _midnight(area, day + timedelta(days=1))
    slots: dict[str, list[Slot]] = {role: [] for role in SHIFT_ROLES}
    for shift in shifts:
        if shift.starts_at < end and (shift.ends_at is None or shift.ends_at > start):
            name = names.get(shift.staff_id, "A former colleague")
            slots[shift.role].append(Slot(shift, name, _when(area, shift, start, end), _whole(area, shift)))
    return slots


def _when(area: Area, shift: Shift, start: datetime, end: datetime) -> str:
    """The part of a shift that falls on one day: "all day", "from 5pm", "until 9am", "9am to 5pm"."""
    begins = clock_words(shift.starts_at.astimezone(area.timezone).time()) if shift.starts_at > start else ""
    stops = ""
    if shift.ends_at is not None and shift.ends_at < end:
        stops = clock_words(shift.ends_at.astimezone(area.timezone).time())
    if begins and stops:
        return f"{begins} to {stops}"
    return f"from {begins}" if begins else f"until {stops}" if stops else "all day"


def _whole(area: Area, shift: Shift) -> str:
    """The whole shift in words, to say what taking it off takes off."""
    return f"from {_date_time(area, shift.starts_at)} " + (
        f"to {_date_time(area, shift.ends_at)}" if shift.ends_at else "until further notice"
    )


def _date_time(area: Area, at: datetime) -> str:
    local = at.astimezone(area.timezone)
    return f"{clock_words(local.time().replace(second=0, microsecond=0))} on {local.day} {local:%B %Y}"


def _midnight(area: Area, day: date) -> datetime:
    return datetime.combine(day, time(0), area.timezone)
