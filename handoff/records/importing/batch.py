"""A few rows of a file at a time: matched by the same rules as everybody, made, filled in, or only tried."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.db import Base
from handoff.records import store
from handoff.records.access import usable_by
from handoff.records.codes import load_codes
from handoff.records.importing.rows import Row
from handoff.records.importing.service import FILLED, LIKELY, MADE, REFUSED, SAME, TWICE
from handoff.records.matching import WHY, Match, judge
from handoff.records.model import Import, ImportRow, Pair, Record, RecordKey, Spell
from handoff.records.person import Details, details_of, filled, name_and_phone
from handoff.records.store import Person

IMPORT = "import"


class People:
    """Everybody a row could be, found by what a match needs."""

    def __init__(self, ours: Iterable[Person] = (), others: Iterable[Person] = ()) -> None:
        self._ours, self._others = Shelf(ours), Shelf(others)

    def add(self, person: Person) -> None:
        self._ours.add(person)

    def match(self, details: Details) -> Match[uuid.UUID]:
        """`others` are records of other areas: at most likely."""
        return judge(details, self._ours.near(details), self._others.near(details))


class Shelf:
    """People, by what a match needs."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by: defaultdict[tuple[str, str], list[Person]] = defaultdict(list)
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        for key in _keys(person[1]):
            self._by[key].append(person)

    def near(self, details: Details) -> Iterable[Person]:
        return {id(one[1]): one for key in _keys(details) for one in self._by.get(key, ())}.values()


def _keys(details: Details) -> list[tuple[str, str]]:
    values = [("born", details.date_of_birth), ("name_phone", name_and_phone(details))]
    values += [(kind, getattr(details, kind)) for kind in ("uln", "upn", "client_id")]
    return [(kind, value) for kind, value in values if value]


async def take(
    session: AsyncSession, now: datetime, found: Import, rows: Sequence[Row], *, dry: bool, earlier: People
) -> list[ImportRow]:
    """Do (or only try) these rows; `earlier` holds who the rows before were, and gets who these are."""
    wanted = [row.details for row in rows if not row.refused]
    if not dry:
        await store.hold_births(session, wanted)
    ours, others = await store.near(session, wanted, usable_by(found.area, found.staff_id))
    work = Work(now, found, People(ours, others), earlier, dry)
    for row in rows:
        work.decide(row)
    await work.fill(session)
    await work.write(session)
    return work.outcomes


class Work:
    """One batch: decided row by row, then written at once."""

    def __init__(self, now: datetime, found: Import, known: People, earlier: People, dry: bool) -> None:
        self.outcomes: list[ImportRow] = []
        self._now, self._import, self._dry = now, found, dry
        self._known, self._earlier = known, earlier
        self._records: list[Record] = []
        self._rest: list[Spell | Pair] = []
        self._found: list[tuple[Row, uuid.UUID, ImportRow]] = []
        self._changed: list[tuple[Record, ImportRow]] = []

    def decide(self, row: Row) -> None:
        """What becomes of one row."""
        outcome = ImportRow(import_id=self._import.id, number=row.number, outcome=REFUSED)
        self.outcomes.append(outcome)
        if row.refused:
            outcome.told = [*row.refused, *row.told]
            return
        match, before = self._known.match(row.details), self._earlier.match(row.details)
        told = list(row.told)
        if before.exact and match.exact in (None, before.exact):
            outcome.outcome, outcome.record_id = TWICE, None if self._dry else before.exact
            told.append("An earlier row is exactly this person.")
        elif match.exact:
            self._earlier.add((match.exact, row.details))
            self._found.append((row, match.exact, outcome))
        else:
            likely = dict(match.likely) | (dict(before.likely) if self._dry else {})
            told += self._make(row, likely, outcome)
        outcome.told = told or None

    def _make(self, row: Row, likely: Mapping[uuid.UUID, tuple[str, ...]], outcome: ImportRow) -> list[str]:
        """A new record; what to say of those it is alike to."""
        record = Record(
            id=uuid.uuid4(), area=self._import.area, details=row.details.stored(), source=IMPORT,
            lead_authority=load_codes().authority_of(self._import.area), import_id=self._import.id,
            created_at=self._now, created_by=IMPORT, updated_at=self._now, version=1, **row.columns,
        )  # fmt: skip
        self._records.append(record)
        for people in (self._known, self._earlier):
            people.add((record.id, row.details))
        for other, why in likely.items():
            self._rest.append(Pair(record_id=record.id, other_id=other, why=list(why), found_at=self._now))
        if row.doing:
            self._rest.append(self._spell(row, record.id))
        outcome.outcome, outcome.version = LIKELY if likely else MADE, 1
        outcome.record_id = None if self._dry else record.id
        return [f"Alike to another record: {', '.join(WHY[one] for one in why)}." for why in likely.values()]

    async def fill(self, session: AsyncSession) -> None:
        """Fill in what the records that were found lack."""
        ids = [record_id for _, record_id, _ in self._found]
        query = select(Record).where(Record.id.in_(ids)).order_by(Record.id).with_for_update(key_share=True)
        records = {one.id: one for one in (await session.execute(query)).scalars()} if ids else {}
        busy = await _doing_something(session, ids) if ids else set()
        for row, record_id, outcome in self._found:
            spell = self._spell(row, record_id) if row.doing and record_id not in busy else None
            await self._fill(session, row, records[record_id], outcome, spell)

    async def _fill(
        self, session: AsyncSession, row: Row, record: Record, outcome: ImportRow, spell: Spell | None
    ) -> None:
        """What the record says otherwise stays, and is told; after an objection nothing is added."""
        old = details_of(record.details)
        new = old if record.objected_by else filled(old, row.details)
        if other := [name for name, value in row.details.stored().items() if getattr(new, name) != value]:
            said = ", ".join(other).replace("_", " ")
            outcome.told = [*(outcome.told or ()), f"The record says otherwise, and stays as it is: {said}."]
        before: dict[str, Any] = {"details": record.details} if new != old else {}
        if spell and not record.objected_by:
            before["spell"] = str(spell.id)
            self._rest.append(spell)
        outcome.outcome = FILLED if before else SAME
        if self._dry or not before:
            return
        outcome.record_id, outcome.before = record.id, before
        record.updated_at = self._now
        if new != old:
            record.details = new.stored()
            await store.write_keys(session, record)
        self._changed.append((record, outcome))

    def _spell(self, row: Row, record_id: uuid.UUID) -> Spell:
        assert row.doing
        return Spell(
            id=uuid.uuid4(), record_id=record_id, **vars(row.doing), establishment_name=row.place,
            by=IMPORT, at=self._now,
        )  # fmt: skip

    async def write(self, session: AsyncSession) -> None:
        """Everything at once; of a dry run only what became of each row."""
        if not self._dry:
            await _insert(session, Record, self._records)
            if keys := store.key_rows(self._records):
                await session.execute(insert(RecordKey), keys)
            await _insert(session, Spell, [one for one in self._rest if isinstance(one, Spell)])
            await _insert(session, Pair, [one for one in self._rest if isinstance(one, Pair)])
            await session.flush()
            for record, outcome in self._changed:
                outcome.version = record.version
            for record_id in [one.id for one in (*self._records, *(one for one, _ in self._changed))]:
                await self._note(session, record_id)
        await _insert(session, ImportRow, self.outcomes)

    async def _note(self, session: AsyncSession, record_id: uuid.UUID) -> None:
        by, subject = self._import.staff_id, f"record:{record_id}"
        await audit.record(session, self._now, by, "record.import", subject, file=str(self._import.id))


async def _insert(session: AsyncSession, table: type[Base], made: Sequence[Base]) -> None:
    """New rows many at a time, which costs a third of adding them one by one."""
    alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for one in made:
        values = {name: value for name, value in vars(one).items() if not name.startswith("_")}
        alike[tuple(sorted(values))].append(values)
    for rows in alike.values():
        await session.execute(insert(table), rows)


async def _doing_something(session: AsyncSession, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of whom an activity is recorded that has not ended."""
    owner = func.coalesce(Record.joined_into_id, Record.id)
    query = select(owner).join(Spell, Spell.record_id == Record.id)
    return set((await session.execute(query.where(owner.in_(ids), Spell.ended_on.is_(None)))).scalars())
