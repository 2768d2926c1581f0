"""Whether each area could be called out for: enough people in its chain, duty numbers that were checked.

In production a fault stops the start, before a child writes to an area that nobody answers for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts.chain import chain_of, people_in
from handoff.alerts.model import LEAD
from handoff.cases.service import CaseRules
from handoff.content.areas import Area, local_day
from handoff.phones import is_drama

FEWEST = 2
CHECKED_WITHIN = timedelta(days=90)
WARN_AHEAD = timedelta(days=14)


async def area_faults(session: AsyncSession, rules: CaseRules, now: datetime) -> list[str]:
    """One sentence (without its full stop) for each thing that keeps an area from being opened."""
    found = []
    for area in rules.areas.values():
        found += await faults_of(session, area, now)
    return found


async def faults_of(session: AsyncSession, area: Area, now: datetime) -> list[str]:
    """The faults of one area."""
    chain = await chain_of(session, area.slug, now)
    people = people_in(chain)
    found = list(number_faults(area, local_day(area, now)))
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
    return f"{area.name}: ring its duty numbers again within {left.days} days, or the service will not start"
