"""The tables of screening: what it saw in a message, and the editions of what it goes by."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import Base, UtcDateTime

DRAFT, IN_REVIEW, LIVE, RETIRED, REJECTED, SET_ASIDE = (
    "draft",
    "in_review",
    "live",
    "retired",
    "rejected",
    "set_aside",
)
STAFF, SHIPPED = "staff", "shipped"


class StoredFinding(Base):
    """A finding as it is kept: with its evidence encrypted, and the version of the detector that made it."""

    __tablename__ = "finding"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), index=True)
    level: Mapped[str] = mapped_column(String(16))
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    evidence: Mapped[list[str]] = mapped_column(EncryptedJSON)
    detector: Mapped[str] = mapped_column(String(32))
    version: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Edition(Base):
    """One version of the phrases or of the fixed messages; at most one of a kind is open, and one is live.

    `origin`: written by staff, or shipped with the product. `base`: the edition it was begun from.
    `trial`: the dry run, by message ids and levels, never words.
    """

    __tablename__ = "screening_edition"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16), default=STAFF)
    base: Mapped[int | None] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    review_note: Mapped[str | None] = mapped_column(EncryptedText)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    editor_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    approver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    trial: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    live_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        Index(
            "uq_screening_edition_open",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('draft', 'in_review')"),
            sqlite_where=text("state IN ('draft', 'in_review')"),
        ),
        Index(
            "uq_screening_edition_live",
            "kind",
            unique=True,
            postgresql_where=text("state = 'live'"),
            sqlite_where=text("state = 'live'"),
        ),
    )
