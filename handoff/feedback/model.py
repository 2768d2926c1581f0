"""The table of votes: whether one answer message helped, and what was asked when it did not."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedText
from handoff.db import Base, UtcDateTime

# A form or a case follows these: what helps is still to come.
_LEADS_ON = ("talk-to-person", "register-for-benefits")
_SIGNPOST = "signpost-"


class Feedback(Base):
    """What a person said of one answer message; a change of mind changes it, there is never a second.

    `question` is kept while `helped` is false only. `said_id` is the kind line that a first "no" got.
    """

    __tablename__ = "feedback"
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    slug: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[uuid.UUID | None] = mapped_column()
    area: Mapped[str | None] = mapped_column(String(64))
    helped: Mapped[bool] = mapped_column(Boolean)
    question: Mapped[str | None] = mapped_column(EncryptedText)
    said_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_feedback_slug", "slug", "at"),)


def asked_about(slug: str | None) -> bool:
    """Whether people are asked if this answer helped."""
    return bool(slug) and slug not in _LEADS_ON and not str(slug).startswith(_SIGNPOST)
