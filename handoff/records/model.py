"""Tables of a young person's record: details, activities, consent, likely matches, currency, imports."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import Base, UtcDateTime

OPEN, SAME, NOT_SAME = "open", "same", "not_same"


class Record(Base):
    """One young person. What names or reaches them is in `details` (person.py), encrypted whole.

    `area` leads; `also_area` is another of ours that works with them. `joined_into_id`: a person decided that
    both are one, and the other is shown for it; nothing is moved, so that the join can be undone.
    """

    __tablename__ = "record"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area: Mapped[str | None] = mapped_column(String(64), index=True)
    also_area: Mapped[str | None] = mapped_column(String(64), index=True)
    details: Mapped[dict[str, str]] = mapped_column(EncryptedJSON)
    cohort_status: Mapped[str] = mapped_column(String(1), default="P")
    lead_authority: Mapped[str | None] = mapped_column(String(3))
    educated_authority: Mapped[str | None] = mapped_column(String(3))
    transferred_to: Mapped[str | None] = mapped_column(String(3))
    authority_at_year_11: Mapped[str | None] = mapped_column(String(3))
    level_of_need: Mapped[str | None] = mapped_column(String(1))
    ehcp: Mapped[bool] = mapped_column(Boolean, default=False)
    sen_support: Mapped[bool] = mapped_column(Boolean, default=False)
    intended_destination: Mapped[str | None] = mapped_column(String(3))
    guarantee_11: Mapped[str | None] = mapped_column(String(3))
    guarantee_11_authority: Mapped[str | None] = mapped_column(String(3))
    guarantee_12: Mapped[str | None] = mapped_column(String(3))
    guarantee_12_authority: Mapped[str | None] = mapped_column(String(3))
    objected_by: Mapped[str | None] = mapped_column(String(8))  # parent or person: section 72
    objected_on: Mapped[date | None] = mapped_column()
    joined_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("record.id"), index=True)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    import_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("record_import.id"), index=True)
    source: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    __mapper_args__ = {"version_id_col": version}


class RecordKey(Base):
    """What a record can be found by: a blind index of its kind and value."""

    __tablename__ = "record_key"
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    __table_args__ = (Index("ix_record_key_digest", "digest"),)


class Spell(Base):
    """One activity for as long as it lasted; the one that has not ended is what they do now."""

    __tablename__ = "record_activity"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id"), index=True)
    code: Mapped[str] = mapped_column(String(3))
    started_on: Mapped[date] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()
    ascertained_on: Mapped[date] = mapped_column()
    verified_on: Mapped[date | None] = mapped_column()
    verified_by: Mapped[str | None] = mapped_column(EncryptedText)  # who said so, in words
    review_on: Mapped[date | None] = mapped_column()
    predicted_end_on: Mapped[date | None] = mapped_column()
    establishment_number: Mapped[str | None] = mapped_column(String(7))
    establishment_name: Mapped[str | None] = mapped_column(EncryptedText)
    ukprn: Mapped[str | None] = mapped_column(String(8))
    neet_started_on: Mapped[date | None] = mapped_column()
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Characteristic(Base):
    """Something that is true of them for a time, such as being a carer."""

    __tablename__ = "record_characteristic"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id"), index=True)
    code: Mapped[str] = mapped_column(String(3))
    from_on: Mapped[date] = mapped_column()
    until_on: Mapped[date | None] = mapped_column()
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Base):
    """Permission for one purpose, in the words it was asked in; withdrawn, never deleted."""

    __tablename__ = "record_consent"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(EncryptedText)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))


class Pair(Base):
    """Two records that may be one person (`why` says what is alike), until a person decides."""

    __tablename__ = "record_pair"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id"), index=True)
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id"), index=True)
    why: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8), default=OPEN, index=True)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("record_id", "other_id"),)


class CurrencyEdit(Base):
    """A change an administrator made to how long a group of activities counts as known; the newest counts."""

    __tablename__ = "record_currency"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    group: Mapped[str] = mapped_column(String(32), index=True)
    rule: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(Integer)  # months or days, as the rule says
    contact_months: Mapped[int] = mapped_column(Integer)
    edition: Mapped[str] = mapped_column(String(64))
    checked_on: Mapped[date] = mapped_column()
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Import(Base):
    """A file of people somebody brought, and how far it is (handoff/records/importing/)."""

    __tablename__ = "record_import"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    file_name: Mapped[str] = mapped_column(EncryptedText)
    content: Mapped[str | None] = mapped_column(EncryptedText)
    encoding: Mapped[str] = mapped_column(String(16))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)  # our field to the file's heading
    rows: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    worker: Mapped[str | None] = mapped_column(String(64))  # the process that works it off
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportRow(Base):
    """What became of one row of a file; `before` is what an update replaced, so that it can be undone."""

    __tablename__ = "record_import_row"
    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16), index=True)
    record_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("record.id"), index=True)
    version: Mapped[int | None] = mapped_column(Integer)  # of the record, when the row was done with it
    before: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON)
    told: Mapped[list[str] | None] = mapped_column(EncryptedJSON)
