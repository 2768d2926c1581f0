"""The table of switches: each time somebody switched the assistant off or on; a channel's newest holds."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedText
from handoff.db import Base, UtcDateTime


class BotSwitch(Base):
    """One turn of a channel's switch."""

    __tablename__ = "bot_switch"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(16))
    on: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(EncryptedText)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_bot_switch_channel", "channel", "id"),)
