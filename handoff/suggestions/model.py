"""Tables of unmet questions: which messages they are and what they are near to, never their words; and what
editors decided about them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.db import Base, UtcDateTime

NOT_UNDERSTOOD, NOT_CHOSEN, NOT_OURS, NO_HELP = "not_understood", "not_chosen", "not_ours", "no_help"
EXAMPLES, ANSWER, DISMISSED = "examples", "answer", "dismissed"


class Suggestion(Base):
    """What an editor decided about a group of questions: more examples of an answer (`slug`, in the draft
    `revision_id`), a new answer, or nothing and why (`reason`)."""

    __tablename__ = "suggestion"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    what: Mapped[str] = mapped_column(String(16))
    slug: Mapped[str | None] = mapped_column(String(64))
    revision_id: Mapped[uuid.UUID | None] = mapped_column()
    reason: Mapped[str | None] = mapped_column(String(16))
    people: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Unmet(Base):
    """A message that got no answer that helped. Those of a `group_id` mean nearly the same.

    `slug` is the answer that the group is nearest to, `near` how near in hundredths, `typical` how well the
    message stands for its group in thousandths; `used`: its words went into a draft.
    """

    __tablename__ = "unmet_question"
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    why: Mapped[str] = mapped_column(String(16))
    area: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    group_id: Mapped[uuid.UUID] = mapped_column(index=True)
    slug: Mapped[str | None] = mapped_column(String(64))
    near: Mapped[int] = mapped_column(Integer)
    typical: Mapped[int] = mapped_column(Integer)
    suggestion_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    used: Mapped[bool] = mapped_column(Boolean, default=False)
