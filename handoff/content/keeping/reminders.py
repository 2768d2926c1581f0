"""Reminders of reviews and of sums of money that end: once for each step, one notice and one mail a person.

Titles and days alone go out: never anybody's words.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.content import notices
from handoff.content.facts import Facts
from handoff.content.keeping.model import MONEY, REVIEW, ContentReminder
from handoff.content.keeping.owners import Owner, editors, owners
from handoff.content.keeping.rules import money_step, review_step
from handoff.content.live import live_release
from handoff.content.model import ContentNotice, Revision
from handoff.content.money import Figure
from handoff.content.remembered import live_and_open
from handoff.days import day_words
from handoff.staff.service import Staff

REVIEWS_PAGE = "/staff/answers?sort=review"
MONEY_PAGE = "/staff/answers?money=1"
REVIEWS_MAIL = "Wayline: answers to check against their source"
MONEY_MAIL = "Wayline: sums of money that end"
MOST_NAMED = 10
_ONE_REMINDER = 0x52_45_4D  # a PostgreSQL advisory lock: two processes never remind of the same


@dataclass(frozen=True)
class Due:
    """One reminder that is due: of an answer (`key` is its slug) or of a sum, in words."""

    kind: str
    key: str
    day: date
    step: int
    words: str


async def due(session: AsyncSession, today: date, facts: Facts) -> list[Due]:
    """What staff should be reminded of today and were not yet, the most urgent first."""
    live, _ = await live_and_open(session, await live_release(session), facts)
    standing = [one for one in live.values() if not one.revision.goes_to]
    named = {key for one in standing for key in one.sums}
    found = [_review(one.revision, today) for one in standing]
    found += [_money(figure, today) for key, figure in facts.money.items() if key in named]
    before = (await session.execute(select(ContentReminder))).scalars()
    reminded = {(one.kind, one.key): one for one in before}
    new = [one for one in found if one and _is_new(one, reminded.get((one.kind, one.key)))]
    return sorted(new, key=lambda one: (one.day, one.key))


async def remind(
    session: AsyncSession, now: datetime, today: date, facts: Facts, vocabulary: Vocabulary
) -> int:
    """Tell an answer's owner, or every editor and manager where it has none, and all of them of money; how
    many reminders there were. The caller holds the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_REMINDER})
    found = await due(session, today, facts)
    keepers = await editors(session, vocabulary)
    if not (found and keepers):
        return 0
    given = await owners(session, keepers)
    for kind, page, mail in ((REVIEW, REVIEWS_PAGE, REVIEWS_MAIL), (MONEY, MONEY_PAGE, MONEY_MAIL)):
        told = [one for one in found if one.kind == kind]
        for person, theirs in _by_person(told, given, keepers).items():
            await _tell(session, now, person, theirs, page, mail)
    for one in found:
        at = ContentReminder(kind=one.kind, key=one.key, day=one.day, step=one.step, at=now)
        await session.merge(at)
        subject = f"{'answer' if one.kind == REVIEW else 'sum'}:{one.key}"
        await audit.record(session, now, "system", "answer.remind", subject, step=one.step)
    return len(found)


def _review(answer: Revision, today: date) -> Due | None:
    day, step = answer.review_on, review_step(today, answer.review_on)
    when = "today" if day == today else f"{'by' if day > today else 'since'} {day_words(day)}"
    return None if step is None else Due(REVIEW, answer.slug, day, step, f"“{answer.title}” ({when})")


def _money(figure: Figure, today: date) -> Due | None:
    last = figure.rates[-1].last
    step = money_step(today, last)
    words = f"{figure.what} ({'ended' if step == 0 else 'ends'} {day_words(last)})"
    return None if step is None else Due(MONEY, figure.key, last, step, words)


def _is_new(one: Due, last: ContentReminder | None) -> bool:
    return last is None or last.day != one.day or last.step < one.step


def _by_person(
    told: Iterable[Due], given: Mapping[str, Owner], keepers: Sequence[Staff]
) -> dict[uuid.UUID, list[Due]]:
    by_person: dict[uuid.UUID, list[Due]] = {}
    for one in told:
        owner = given.get(one.key) if one.kind == REVIEW else None
        to = [owner.id] if owner and not owner.gone else [keeper.id for keeper in keepers]
        for person in to:
            by_person.setdefault(person, []).append(one)
    return by_person


async def _tell(
    session: AsyncSession, now: datetime, person: uuid.UUID, found: Sequence[Due], page: str, mail: str
) -> None:
    """One notice in place of the one before it that they have not read."""
    before = update(ContentNotice).where(
        ContentNotice.staff_id == person, ContentNotice.subject == mail, ContentNotice.seen_at.is_(None)
    )
    await session.execute(before.values(seen_at=now))
    await notices.tell(session, now, [person], _words(found), page, mail=mail)


def _words(found: Sequence[Due]) -> str:
    named = ", ".join(one.words for one in found[:MOST_NAMED])
    more = f", and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    if found[0].kind == REVIEW:
        what = "An answer is" if len(found) == 1 else f"{len(found)} answers are"
        return f"{what} to be checked against the source: {named}{more}."
    what = "This sum of money has" if len(found) == 1 else "These sums of money have"
    then = "Once one has ended, people get other words instead of it."
    return f"{what} no next rate yet: {named}{more}. {then}"
