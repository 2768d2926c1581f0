"""Tables of alerts, of whom they were sent to, and of who is on call. None holds a person's words or name."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.db import Base, UtcDateTime

OWNER, ON_CALL, SECOND, LEAD, MANAGER, EVERYBODY = (
    "owner",
    "on_call",
    "second",
    "lead",
    "manager",
    "everybody",
)
LADDER = (OWNER, ON_CALL, SECOND, LEAD, MANAGER)  # the order in which people are told
SHIFT_ROLES = (ON_CALL, SECOND)
DANGER, BLOCKED, CALLED, LAPSED, SILENT = "danger", "blocked", "called", "lapsed", "silent"
UNCHECKED, ROUTINE = "unchecked", "routine"
CONTACT_DUE, CONTACT_LATE = "contact_due", "contact_late"
ONCE = (CONTACT_DUE, CONTACT_LATE)
"""Told once, by mail, and shown until somebody has seen it: these climb no ladder and wake nobody."""
EMAIL, SMS = "email", "sms"
QUEUED, SENDING, SENT, DELIVERED = "queued", "sending", "sent", "delivered"
FAILED, SPARED = "failed", "spared"


class Alert(Base):
    """One call for help about a case, rung until somebody acknowledges it; one a case rings at a time.

    `why`: danger (something was heard), blocked (the phone refuses our texts), called (an adviser asks for
    the lead), lapsed (nobody came), silent (they have gone quiet); at level routine unchecked (a registration
    was not checked in time), contact_due and contact_late (nobody was in touch with somebody out of learning
    and work, soon too late or too late). `rung` is the place on LADDER to tell next, `step` counts
    the tellings, `lap` is the step at which this way up began and `laps` how often everybody was told in
    vain.
    """

    __tablename__ = "alert"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_.id"), index=True)
    why: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    area: Mapped[str | None] = mapped_column(String(64))
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rung: Mapped[int] = mapped_column(Integer, default=0)
    step: Mapped[int] = mapped_column(Integer, default=0)
    lap: Mapped[int] = mapped_column(Integer, default=0)
    laps: Mapped[int] = mapped_column(Integer, default=0)
    next_step_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    __table_args__ = (
        Index(
            "uq_alert_ringing",
            "case_id",
            unique=True,
            postgresql_where=text("acknowledged_at IS NULL"),
            sqlite_where=text("acknowledged_at IS NULL"),
        ),
        Index("ix_alert_due", "acknowledged_at", "next_step_at"),
    )


class AlertNotice(Base):
    """One mail or text to one member of staff; its words are made when it is sent, from the alert."""

    __tablename__ = "alert_notice"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alert.id"), index=True)
    step: Mapped[int] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16), default=QUEUED)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    supplier_id: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("alert_id", "step", "staff_id", "channel"),
        Index("ix_alert_notice_due", "state", "next_try_at"),
    )


class Shift(Base):
    """Somebody is on call (or second) for an area; without an end it stands until it is taken off."""

    __tablename__ = "shift"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area: Mapped[str] = mapped_column(String(64), index=True)
    role: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
