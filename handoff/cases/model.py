"""Tables of cases, their notes, and what was decided: by whom, when, and who was told."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import Base, UtcDateTime

WAITING, CLAIMED, CLOSED = "waiting", "claimed", "closed"
SAFEGUARDING, NEET, AT_RISK, BENEFITS = "safeguarding", "neet", "at_risk", "benefits"
REQUEST, UNANSWERED, FAILURE, FOLLOW_UP = "request", "unanswered", "failure", "follow_up"


class Case(Base):
    """One open case a conversation and reason (the partial index keeps it so).

    `unanswered_since`: it is urgent and claimed, and since then its adviser has done nothing for the person;
    `declined_at`: they said no to this contact; `offered_at`: it was offered again after that.
    """

    __tablename__ = "case_"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(16))
    level_rank: Mapped[int] = mapped_column(Integer)
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    channel: Mapped[str] = mapped_column(String(16))
    area: Mapped[str | None] = mapped_column(String(64))
    facts: Mapped[dict[str, str] | None] = mapped_column(EncryptedJSON)
    incident: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    offered_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unanswered_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        Index(
            "uq_case_open",
            "conversation_id",
            "reason",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
            sqlite_where=text("state <> 'closed'"),
        ),
        Index("ix_case_queue", "state", "level_rank", "due_at"),
    )


class CaseNote(Base):
    """What an adviser wrote down about a case; never shown to the person."""

    __tablename__ = "case_note"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseCall(Base):
    """One call of the assistant to open a case, and what it was told: a repeat is told the same."""

    __tablename__ = "case_call"
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_.id"), index=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseDecision(Base):
    """What a member of staff decided about a case, and why."""

    __tablename__ = "case_decision"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseReferral(Base):
    """Somebody else was told (`to`: data/reference/referrals.yml): when, whom, and what they answered."""

    __tablename__ = "case_referral"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_.id"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    to: Mapped[str] = mapped_column(String(32))
    whom: Mapped[str | None] = mapped_column(EncryptedText)
    reference: Mapped[str | None] = mapped_column(EncryptedText)
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseBar(Base):
    """A member of staff who is named in a conversation about harm, and so sees none of its cases.

    Lifted by a lead it stays, so that the same words do not bar them again.
    """

    __tablename__ = "case_bar"
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LeadsOnly(Base):
    """A conversation with an allegation that names nobody: leads alone see its cases until one has looked.

    Lifted by a lead it stays, so that the same words do not keep advisers out again.
    """

    __tablename__ = "leads_only"
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
