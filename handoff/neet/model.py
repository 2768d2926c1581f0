"""The table of what was learned about somebody's situation, each with the words that it came from."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON
from handoff.db import Base, UtcDateTime

DOING, SINCE, WANTS, IN_THE_WAY, SIGN, ACTIVITY = "doing", "since", "wants", "in_the_way", "sign", "activity"
SAID, CHECK_IN, STAFF = "said", "check_in", "staff"


class Learned(Base):
    """One thing learned in a conversation: said in passing, in a check-in, or set by staff.

    `content` is {code, words}: a code of the kind's list ("" where the words fit none) and what was written.
    `wrong_at`: an adviser struck it out; it is kept, and no longer counts.
    """

    __tablename__ = "learned"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, str]] = mapped_column(EncryptedJSON)
    source: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    wrong_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    wrong_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def code(self) -> str:
        return self.content["code"]

    @property
    def words(self) -> str:
        return self.content["words"]
