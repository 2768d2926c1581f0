"""Fills every table that holds something about people, by what its columns are: a new table is filled too."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Integer, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts.model import Alert
from handoff.app import Parts
from handoff.conversations.model import Contact, Conversation, Message
from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import Base, UtcDateTime
from handoff.records.model import Import
from handoff.registrations.model import Registration
from handoff.retention.holdings import HELD, Roots, rows
from handoff.retention.model import Hold
from handoff.staff import service as staff
from handoff.suggestions.model import Suggestion
from tests.handoff.retention.scenes import NAME

MADE_BY_SCENES = ("contact", "conversation", "message", "case_", "registration", "record", "record_pair")


async def fill(parts: Parts, registration: Registration) -> Roots:
    """A row in every table of HELD for somebody who registered; the roots that all of it hangs on."""
    async with parts.db.transaction() as session:
        ids = await _ids(session, parts, registration)
        order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
        for model in sorted(HELD, key=lambda model: order[model.__tablename__]):
            if model.__tablename__ not in MADE_BY_SCENES and model is not Hold:
                one = model(**_values(model, ids, parts))
                session.add(one)
                await session.flush()
                if model is Alert:
                    ids["alert"] = one.id
        thread = await session.get_one(Conversation, registration.conversation_id)
    return Roots(
        frozenset([thread.contact_id]),
        frozenset([thread.id]),
        frozenset([registration.id]),
        frozenset([ids["record"]]),
    )


async def left_of(parts: Parts, roots: Roots) -> dict[str, int]:
    """How many rows each table still holds about them."""
    async with parts.db.reading() as session:
        found = {}
        for model in HELD:
            theirs = rows(model, roots)
            assert theirs is not None, model
            found[model.__tablename__] = len((await session.execute(select(model).where(theirs))).all())
    return {table: count for table, count in found.items() if count}


async def tables_saying(parts: Parts, *words: str) -> list[str]:
    """The tables in which any of these words stand, decrypted, in whatever column."""
    found = set()
    async with parts.db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                if any(word in str(value) for value in row for word in words):
                    found.add(table.name)
    return sorted(found)


async def _ids(session: AsyncSession, parts: Parts, registration: Registration) -> dict[str, uuid.UUID]:
    by = await staff.by_email(session, "lead@demo.test")
    thread = await session.get_one(Conversation, registration.conversation_id)
    said = select(Message.id).where(Message.conversation_id == thread.id).limit(1)
    file = Import(
        kind="roll", area="camden", state="done", file_name="roll.csv", encoding="utf-8", columns={}, rows=1,
        staff_id=by.id, at=parts.clock.now(), counts={},
    )  # fmt: skip
    decided = Suggestion(what="dismissed", people=3, by_id=by.id, at=parts.clock.now())
    session.add_all([file, decided])
    await session.flush()
    await session.get_one(Contact, thread.contact_id)
    return {
        "staff": by.id,
        "contact": thread.contact_id,
        "conversation": thread.id,
        "message": (await session.execute(said)).scalar_one(),
        "case_": registration.case_id,
        "registration": registration.id,
        "record": registration.record_id,
        "record_import": file.id,
        "suggestion": decided.id,
    }


def _values(model: type[Base], ids: dict[str, uuid.UUID], parts: Parts) -> dict[str, Any]:
    found = {}
    for column in Base.metadata.tables[model.__tablename__].columns:
        value = _value(column, ids, parts)
        if value is not None:
            found[column.name] = value
    return found


def _value(column: Column[Any], ids: dict[str, uuid.UUID], parts: Parts) -> Any:
    """Something that fits the column; None where it may be left out."""
    for key in column.foreign_keys:
        return ids[key.column.table.name]
    if column.name == "record_id":  # a claimant's, which has no key of its own
        return ids["record"]
    if (column.table.name, column.name) == ("turn", "state"):
        return "done"
    kind = column.type.__class__
    if kind in (EncryptedJSON, EncryptedText):
        return {"words": NAME} if kind is EncryptedJSON else NAME
    if column.nullable or column.default is not None:
        return None
    plain = {Boolean: True, Integer: 1, Date: date(2026, 11, 1), JSON: [], Uuid: uuid.uuid4()}
    plain |= {UtcDateTime: parts.clock.now()}
    return plain[kind] if kind in plain else uuid.uuid4().hex[: column.type.length]
