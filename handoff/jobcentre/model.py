"""Tables of what we tell Jobcentre Plus, how each area tells it, and whom it tells us of.

What a notice says of somebody is encrypted; it is emptied when they take their permission back.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import Base, UtcDateTime

REGISTERED, CHANGED, ENDED, WITHDRAWN, TEST = "registered", "changed", "ended", "withdrawn", "test"
QUEUED, SENDING, SENT, ACKNOWLEDGED = "queued", "sending", "sent", "acknowledged"
BY_HAND, TOLD, CANCELLED = "by_hand", "told", "cancelled"
FILES, MAIL, WEB = "files", "mail", "web"


class Channel(Base):
    """How an area tells its Jobcentre; an area without one tells it by hand.

    `options`: what the kind of channel needs, secrets among it (options.py). `chase_days`: working days until
    an unconfirmed notice is sent again, and as many until an adviser is asked. `link_serial`: a higher one
    ends every earlier link with which Jobcentre staff tell us of claimants.
    """

    __tablename__ = "jobcentre_channel"
    area: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    options: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    chase_days: Mapped[int] = mapped_column(Integer, default=3)
    link_serial: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))


class Notice(Base):
    """One thing that Jobcentre Plus is told about one registration (none: a test).

    `waiting_since`: when it last began to wait to be told. `round`: 2 once it was sent again.
    `may_have_gone`: an attempt at it ended so that it may have arrived. `raised_at`: when an adviser was
    asked to see to it. `withdrawn_at`: the permission was taken back since: it is not sent any more, and its
    link shows nothing. `emptied_at`: what it said was forgotten in its time (handoff/retention).
    """

    __tablename__ = "jobcentre_notice"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    registration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("registration.id"), index=True)
    reference: Mapped[str] = mapped_column(String(16), index=True)
    area: Mapped[str | None] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    round: Mapped[int] = mapped_column(Integer, default=1)
    may_have_gone: Mapped[bool] = mapped_column(Boolean, default=False)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error_code: Mapped[str | None] = mapped_column(String(32))
    via: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_how: Mapped[str | None] = mapped_column(String(16))
    acknowledged_by: Mapped[str | None] = mapped_column(EncryptedText)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    raised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    emptied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_jobcentre_notice_due", "state", "next_try_at"),)


class Claimant(Base):
    """Somebody of 16 to 19 whom Jobcentre Plus told us of; `key`: the same person and claim are one."""

    __tablename__ = "jobcentre_claimant"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    area: Mapped[str] = mapped_column(String(64), index=True)
    record_id: Mapped[uuid.UUID] = mapped_column(index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_.id"), index=True)
    source: Mapped[str] = mapped_column(String(8))
    consent: Mapped[bool] = mapped_column(Boolean)
    details: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Batch(Base):
    """An uploaded list of claimants, checked and shown before any of it is taken in."""

    __tablename__ = "jobcentre_batch"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area: Mapped[str] = mapped_column(String(64))
    rows: Mapped[list[dict[str, str]]] = mapped_column(EncryptedJSON)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
