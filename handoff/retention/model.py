"""Tables of keeping and forgetting: who must be kept for now, each night's run, what it removed, and what
others have still to forget. None holds a person's words but the reason of a hold."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedText
from handoff.db import Base, UtcDateTime

TRACKER, TEXT = "tracker", "text"


class Hold(Base):
    """A legal hold on a conversation or a record: nothing of it is removed until it is lifted."""

    __tablename__ = "retention_hold"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    record_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("record.id"), index=True)
    reason: Mapped[str] = mapped_column(EncryptedText)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Run(Base):
    """One night's run and the process at work on it; another goes on once that one has fallen silent."""

    __tablename__ = "retention_run"
    night: Mapped[date] = mapped_column(primary_key=True)
    worker: Mapped[str | None] = mapped_column(String(36))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Count(Base):
    """How many of a kind (data/reference/retention.yml) were removed on a day."""

    __tablename__ = "retention_count"
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    removed: Mapped[int] = mapped_column(Integer, default=0)


class Forgotten(Base):
    """What must not come back: a conversation that Rasa's memory has still to drop (tracker), or the
    supplier's id of a text that was erased (text), so that catching up does not fetch it again."""

    __tablename__ = "forgotten"
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    reference: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
