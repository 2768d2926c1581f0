"""Tables of keeping answers right: whose an answer is, what was reminded of, and how a source's link did."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.db import Base, UtcDateTime

REVIEW, MONEY = "review", "money"
WORKS, MOVED, CLOSED, FAILED = "works", "moved", "closed", "failed"
LONGEST_ADDRESS = 500


class AnswerOwner(Base):
    """The member of staff who keeps an answer right; no row for nobody."""

    __tablename__ = "answer_owner"
    slug: Mapped[str] = mapped_column(ForeignKey("answer.slug"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class ContentReminder(Base):
    """The last reminder of a day that comes: an answer's review (`key` is its slug) or a sum's last day (the
    sum's key). `step` is as `rules` counts it; with another day the count begins anew.
    """

    __tablename__ = "content_reminder"
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    step: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SourceLink(Base):
    """An address that live answers name as their source, and how it was when last looked at.

    `failing_since` is the first of the failures in a row; `broken_since` the same once another, a day later
    or more, bore it out. Whoever looks at a host's addresses has them alone until `leased_until`.
    """

    __tablename__ = "source_link"
    url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), primary_key=True)
    host: Mapped[str] = mapped_column(String(253), index=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str | None] = mapped_column(String(8))
    code: Mapped[str | None] = mapped_column(String(32))
    moved_to: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    broken_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
