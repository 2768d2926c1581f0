"""Whether each area could be called out for: enough people in its chain, duty numbers that were checked.

In production one that is short of people is not opened, so that no child writes to an area that nobody
answers for, and where duty numbers are in doubt the default area's stand in. The default area itself stops
the start: it answers for all that. A chain without a mobile is served, and rings: the console mends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts.chain import chain_of, people_in
from handoff.alerts.model import LEAD
from handoff.cases.service import CaseRules
from handoff.content.areas import Area, local_day
from handoff.phones import is_drama
from handoff.settings import BadSettings

FEWEST = 2
CHECKED_WITHIN = timedelta(days=90)
WARN_AHEAD = timedelta(days=14)
_DUTY = ("duty_phone_day", "duty_phone_night", "duty_checked")


async def open_areas(session: AsyncSession, rules: CaseRules, now: datetime) -> CaseRules:
    """The rules to serve with; BadSettings with every fault when the default area has one."""
    areas, closed, found, unwoken = dict(rules.areas), set(), {}, []
    default = rules.areas[rules.default_area]
    for slug, area in rules.areas.items():
        numbers = list(number_faults(area, local_day(area, now)))
        people = await people_faults(session, area, now)
        found[slug] = [*numbers, *people]
        if told := await mobile_fault(session, area, now):
            unwoken.append(told)
        if numbers:
            areas[slug] = replace(area, **{name: getattr(default, name) for name in _DUTY})
        if people:
            closed.add(slug)
    faults = [fault for faults in found.values() for fault in faults]
    if found[rules.default_area]:
        raise BadSettings(faults)
    return replace(rules, areas=areas, closed=frozenset(closed), faults=(*rules.faults, *faults, *unwoken))


async def faults_of(session: AsyncSession, area: Area, now: datetime) -> list[str]:
    """One sentence (without its full stop) for each thing that is not as it must be for an area to open."""
    return [*number_faults(area, local_day(area, now)), *await people_faults(session, area, now)]


async def people_faults(session: AsyncSession, area: Area, now: datetime) -> list[str]:
    """Who is missing in an area's chain of alerts."""
    chain = await chain_of(session, area.slug, now)
    people, found = people_in(chain), []
    if len(people) < FEWEST:
        who = "nobody" if not people else "only one person"
        told = (
            f"{area.name}: {who} in its chain of alerts (on call, second, lead, manager); it needs {FEWEST}"
        )
        found.append(told)
    if not chain[LEAD]:
        found.append(
            f"{area.name}: no lead in its chain of alerts; an allegation is for leads to look at first"
        )
    return found


async def mobile_fault(session: AsyncSession, area: Area, now: datetime) -> str | None:
    """A sentence when nobody in an area's chain of alerts can be texted: mail wakes nobody."""
    people = people_in(await chain_of(session, area.slug, now))
    if not people or any(one.phone for one in people):
        return None
    told = "nobody in its chain of alerts has a mobile number; one of them gives it under Your account"
    return f"{area.name}: {told}"


def number_faults(area: Area, today: date) -> Iterator[str]:
    """What is wrong with the numbers of an area's duty team."""
    numbers = {"by day": area.duty_phone_day, "out of hours": area.duty_phone_night}
    for name, number in numbers.items():
        if is_drama(number):
            yield f"{area.name}: its duty number {name} is one of the numbers for drama, which reach nobody"
    if area.duty_checked is None:
        yield f"{area.name}: duty_checked is missing: ring both duty numbers and give the day"
    elif today - area.duty_checked > CHECKED_WITHIN:
        days = (today - area.duty_checked).days
        yield f"{area.name}: its duty numbers were last checked {days} days ago, and 90 is the most"


def soon(area: Area, today: date) -> str | None:
    """A sentence when the numbers must be checked within two weeks."""
    if area.duty_checked is None:
        return None
    left = area.duty_checked + CHECKED_WITHIN - today
    if not timedelta(0) <= left <= WARN_AHEAD:
        return None
    told = f"{area.name}: ring its duty numbers again within {left.days} days"
    return f"{told}, or a restart no longer gives them to anybody"
