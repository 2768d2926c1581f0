"""Tables of answers, their immutable revisions and the numbered releases that are live together."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.db import Base, UtcDateTime

DRAFT, IN_REVIEW, PUBLISHED, SET_ASIDE = "draft", "in_review", "published", "set_aside"


class Answer(Base):
    """One piece of FAQ content; what it says lives in its revisions."""

    __tablename__ = "answer"
    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    topic_group: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Revision(Base):
    """A version of an answer: editors change it while it is a draft, nobody once it is published.

    A draft without an author came with an upgrade: a "shipped update" that an editor may take up.
    """

    __tablename__ = "revision"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    slug: Mapped[str] = mapped_column(ForeignKey("answer.slug"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default=DRAFT)
    title: Mapped[str] = mapped_column(String(120))
    web: Mapped[str] = mapped_column(Text)
    sms: Mapped[str] = mapped_column(Text)
    differs: Mapped[str | None] = mapped_column(Text)
    next: Mapped[list[str]] = mapped_column(JSON, default=list)
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    review_on: Mapped[date] = mapped_column(Date)
    examples: Mapped[list[str]] = mapped_column(JSON, default=list)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    editor_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    approver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    review_note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (UniqueConstraint("slug", "number"),)


class Release(Base):
    """A numbered set of revisions that is live together; the highest number is live."""

    __tablename__ = "release"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    why: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReleaseItem(Base):
    """Which revision of an answer a release carries."""

    __tablename__ = "release_item"
    number: Mapped[int] = mapped_column(ForeignKey("release.number"), primary_key=True)
    slug: Mapped[str] = mapped_column(ForeignKey("answer.slug"), primary_key=True)
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"))
