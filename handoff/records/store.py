"""How records are found, locked and kept findable; every other module of the feature goes through here."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, false, func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff.errors import NotFound
from handoff.records.model import Pair, Record, RecordKey, Spell
from handoff.records.person import Details, born_digests, details_of, digest, keys_of, name_and_phone

Person = tuple[uuid.UUID, Details]
_NUMBERS = ("uln", "upn", "client_id")


def of_areas(areas: Collection[str], record: type[Record] = Record) -> ColumnElement[bool]:
    """For a query: records of these areas, those they work with too, and those whose area is not known.

    Whose record was joined into another sees that too, for as long as both are one.
    """
    also = func.coalesce(record.also_area.in_(areas), false())  # never unknown: its contrary is asked too
    return or_(record.area.is_(None), record.area.in_(areas), also, record.id.in_(_joined_of(areas)))


def _joined_of(areas: Collection[str]) -> Select[uuid.UUID | None]:
    """What records of these areas were joined into, however many joins lie between."""
    theirs, further = aliased(Record), aliased(Record)
    seen = or_(theirs.area.in_(areas), theirs.also_area.in_(areas))
    first = select(theirs.joined_into_id).where(theirs.joined_into_id.is_not(None), seen).cte(recursive=True)
    into = select(further.joined_into_id).where(further.id == first.c.joined_into_id)
    return select(first.union(into.where(further.joined_into_id.is_not(None))).c.joined_into_id)


async def hold_births(session: AsyncSession, people: Iterable[Details]) -> None:
    """Everybody born on these days is looked for by one transaction at a time, so that nobody is made twice.

    SQLite writes one at a time anyway. Days are taken in one order: no two holders wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        for found in born_digests(people):
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(found[:15], 16)})


async def near(
    session: AsyncSession, people: Iterable[Details], seen: ColumnElement[bool] | None = None
) -> tuple[list[Person], list[Person]]:
    """Everybody who could be one of these people: those whose record `seen` holds for, and the others."""
    found = await candidates(session, people)
    if seen is None:
        return found, []
    query = select(Record.id).where(Record.id.in_({record_id for record_id, _ in found}), seen)
    ours = set((await session.execute(query)).scalars())
    return [one for one in found if one[0] in ours], [one for one in found if one[0] not in ours]


async def candidates(session: AsyncSession, people: Iterable[Details]) -> list[Person]:
    """Everybody who shares a date of birth, a name with a phone, or a number with one of these people.

    A record that was joined into another comes with the other's id: its details still tell who somebody is.
    """
    wanted = {one for person in people for one in _sharing(person)}
    found = select(RecordKey.record_id).where(RecordKey.digest.in_(wanted))
    query = select(Record.id, Record.joined_into_id, Record.details).where(Record.id.in_(found))
    return [
        (await _survivor(session, row.id, row.joined_into_id), details_of(row.details))
        for row in (await session.execute(query)).all()
    ]


async def _survivor(session: AsyncSession, record_id: uuid.UUID, joined_into: uuid.UUID | None) -> uuid.UUID:
    """The end of the way from a record to the one it was joined into."""
    while joined_into:
        query = select(Record.joined_into_id).where(Record.id == joined_into)
        record_id, joined_into = joined_into, (await session.execute(query)).scalar()
    return record_id


def _sharing(person: Details) -> list[str]:
    values = [("born", person.date_of_birth), ("name_phone", name_and_phone(person))]
    values += [(kind, getattr(person, kind)) for kind in _NUMBERS]
    return [digest(kind, value) for kind, value in values if value]


async def lock(session: AsyncSession, record_id: uuid.UUID) -> Record:
    """The record, locked; the one it was joined into where it was. NotFound for none."""
    query = select(Record).where(Record.id == record_id).with_for_update(key_share=True)
    found = (await session.execute(query.execution_options(populate_existing=True))).scalar()
    if found is None:
        raise NotFound("There is no such record.")
    return await lock(session, found.joined_into_id) if found.joined_into_id else found


async def settled(session: AsyncSession, record_id: uuid.UUID) -> Record | None:
    """The record, or the one it was joined into; None for none."""
    found = await session.get(Record, record_id)
    while found and found.joined_into_id:
        found = await session.get(Record, found.joined_into_id)
    return found


async def whole(session: AsyncSession, record_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids that make up one person, from any of them: the record that stands first, then those joined."""
    stands = await settled(session, record_id)
    ids = newest = [stands.id if stands else record_id]
    while newest:
        query = select(Record.id).where(Record.joined_into_id.in_(newest)).order_by(Record.created_at)
        newest = [one for one in (await session.execute(query)).scalars() if one not in ids]
        ids = [*ids, *newest]
    return ids


async def spells(session: AsyncSession, ids: Collection[uuid.UUID]) -> list[Spell]:
    """Their activities, the newest first."""
    query = select(Spell).where(Spell.record_id.in_(ids))
    query = query.order_by(Spell.started_on.desc(), Spell.ascertained_on.desc(), Spell.at.desc())
    return list((await session.execute(query)).scalars())


async def write_keys(session: AsyncSession, record: Record) -> None:
    """Make the record findable by what it says now; what a reference finds stays."""
    gone = delete(RecordKey).where(RecordKey.record_id == record.id, RecordKey.kind != "reference")
    await session.execute(gone)
    await session.execute(insert(RecordKey), key_rows([record]))


def key_rows(records: Iterable[Record]) -> list[dict[str, object]]:
    return [
        {"record_id": record.id, "kind": kind, "digest": found}
        for record in records
        for kind, found in sorted(keys_of(details_of(record.details)))
    ]


async def mark_pairs(
    session: AsyncSession, now: datetime, record: Record, alike: Iterable[tuple[uuid.UUID, tuple[str, ...]]]
) -> None:
    """Leave each likeness for a person to decide; what was decided or is waiting already stays as it is."""
    query = select(Pair).where(or_(Pair.record_id == record.id, Pair.other_id == record.id))
    known = {
        one for pair in (await session.execute(query)).scalars() for one in (pair.record_id, pair.other_id)
    }
    for other_id, why in alike:
        if other_id not in known and other_id != record.id:
            session.add(Pair(record_id=record.id, other_id=other_id, why=list(why), found_at=now))
    await session.flush()


def touched(record: Record, now: datetime) -> None:
    """Anything about a record that changed shows in its version, so that an edit or an undo sees it."""
    record.updated_at = now


async def by_digests(
    session: AsyncSession, digests: Sequence[str], seen: ColumnElement[bool], limit: int
) -> list[Record]:
    """The records that all of these find, of those that may be seen, the newest first, each person once."""
    query = (
        select(RecordKey.record_id)
        .where(RecordKey.digest.in_(digests))
        .group_by(RecordKey.record_id)
        .having(func.count(RecordKey.digest.distinct()) == len(set(digests)))
    )
    found = select(Record).where(Record.id.in_(query), seen).order_by(Record.updated_at.desc()).limit(limit)
    people = [await settled(session, one.id) for one in (await session.execute(found)).scalars()]
    return list({one.id: one for one in people if one}.values())
