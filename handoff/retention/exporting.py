"""Everything held about one person, as one JSON file for whoever answers a subject access request.

UK GDPR, article 15. Nothing is left out silently: what staff wrote and what is about others is marked
{review, value} for a person to decide on, and what cannot be given is named with the reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.audit import AuditEntry
from handoff.cases.model import Case
from handoff.conversations.model import PERSON_AUTHOR, STAFF_ONLY, Message
from handoff.db import Base
from handoff.records.model import Record
from handoff.retention.holdings import HELD, SAFEGUARDING, STAFF_NOTE, THIRD_PARTY, rows
from handoff.retention.person import Person
from handoff.screening.model import StoredFinding

ABOUT_OTHERS = frozenset({"third_party", "allegation"})
READ_FIRST = (
    'A value written as {"review": ..., "value": ...} is for you to decide on before you hand it over.',
    "Look for other people in what they wrote themselves, and ask the safeguarding lead about harm.",
    "Members of staff are not named; the authority's own list says who worked there.",
    "Rasa's working memory holds the same words as the messages. Backups and Twilio's own log are not here.",
)
_WHO = frozenset({"by", "created_by", "given_by", "withdrawn_by"})
Row = dict[str, Any]


async def export(session: AsyncSession, now: datetime, asked: str, person: Person) -> dict[str, Any]:
    """The whole file, as what JSON can hold."""
    about_others = await _about_others(session, person)
    held = {
        model.__tablename__: [_shown(model, one, about_others) for one in await _held(session, model, person)]
        for model in HELD
    }
    cases = await _held(session, Case, person)
    return {
        "asked_for": asked,
        "made_at": now.isoformat(),
        "read_first": list(READ_FIRST),
        "not_included": [_told_of(one) for one in sorted(person.shared)],
        "perhaps_theirs": list(person.perhaps),
        "held": {table: found for table, found in held.items() if found},
        "seen_and_done": await _seen_and_done(
            session, [*person.subjects, *(f"case:{one.id}" for one in cases)]
        ),
    }


async def _held(session: AsyncSession, model: type[Base], person: Person) -> list[Any]:
    theirs = rows(model, person.roots)
    if theirs is None:
        return []
    in_order = select(model).where(theirs).order_by(*inspect(model).primary_key)
    return list((await session.execute(in_order)).scalars())


async def _about_others(session: AsyncSession, person: Person) -> set[uuid.UUID]:
    """The messages in which screening heard of somebody else, or of something that somebody did to them."""
    found = await _held(session, StoredFinding, person)
    return {one.message_id for one in found if ABOUT_OTHERS & set(one.categories)}


def _shown(model: type[Base], one: Any, about_others: set[uuid.UUID]) -> Row:
    """One row: what is secret or names staff left out, what needs a look marked."""
    holding = HELD[model]
    marks = dict(holding.review)
    if isinstance(one, Message):
        marks |= _marks_of_message(one, about_others)
    said = {name: _plain(name, getattr(one, name)) for name in _columns(model) if name not in holding.secret}
    if isinstance(one, Record):
        said["details"] = dict(_with_parent_marked(one.details))
    return {
        name: {"review": marks[name], "value": value} if name in marks and value is not None else value
        for name, value in said.items()
    }


def _marks_of_message(one: Message, about_others: set[uuid.UUID]) -> dict[str, str]:
    if one.id in about_others:
        return {"text": THIRD_PARTY}
    if one.audience == STAFF_ONLY:
        return {"text": SAFEGUARDING if one.author == PERSON_AUTHOR else STAFF_NOTE}
    return {}


def _with_parent_marked(details: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in details.items():
        yield name, {"review": THIRD_PARTY, "value": value} if name.startswith("parent_") else value


def _columns(model: type[Base]) -> Iterator[str]:
    """The columns of a table but those that name a member of staff."""
    for column in inspect(model).columns:
        staff = any(key.column.table.name == "staff" for key in column.foreign_keys)
        if not staff and not column.name.endswith("by_id"):
            yield column.name


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if name in _WHO and value and value not in ("person", "system", "jobcentre"):
        return "staff"
    return value


async def _seen_and_done(session: AsyncSession, subjects: list[str]) -> list[Row]:
    """When somebody looked at or did something with what is theirs, as the audit has it."""
    query = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id)
    return [
        {"at": one.at.isoformat(), "by": _plain("by", one.actor), "what": one.action, "subject": one.subject}
        for one in (await session.execute(query)).scalars()
    ]


def _told_of(contact: uuid.UUID) -> str:
    return (
        f"What was written from contact {contact}: somebody else registered from it too. Read its cases in "
        "the console and pick out by hand what is theirs."
    )
