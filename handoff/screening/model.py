"""The table of findings: what screening saw in one message, and the words that showed it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON
from handoff.db import Base, UtcDateTime


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
