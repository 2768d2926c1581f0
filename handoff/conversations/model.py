"""Tables of a conversation and the pure rules about them.

A message is numbered by `seq` inside its conversation; a turn is what one inbound message still needs.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import Base, UtcDateTime

BOT, WAITING, ADVISER, CLOSED = "bot", "waiting", "adviser", "closed"
WEBCHAT, SMS = "webchat", "sms"
PERSON_AUTHOR, BOT_AUTHOR, ADVISER_AUTHOR, SYSTEM_AUTHOR = "person", "bot", "adviser", "system"
EVERYONE, STAFF_ONLY = "everyone", "staff"
RECEIVED, SCREENED, DONE = "received", "screened", "done"
ANSWERED, HELD, SKIPPED, FAILED, OFF = "answered", "held", "skipped", "failed", "off"


class Contact(Base):
    """One address of a person: a phone number or a webchat session; `reach`: a number given in the chat."""

    __tablename__ = "contact"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(EncryptedText)
    address_index: Mapped[str] = mapped_column(String(64))
    reach: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("channel", "address_index"),)


class Conversation(Base):
    """One thread with one contact on one channel; `blocked_at`: the phone refuses texts from `our_number`.

    `automatic_allowed_at`: when an adviser last let automatic questions go out after an urgent message;
    `off_told_at`: when they were last told that the assistant is switched off; `afresh_at`: when an adviser
    last handed back or closed their safeguarding case, so that worries count anew; `silent_since`: their last
    word, once they were found to have gone quiet after something urgent; `flooded_at`: when the assistant
    last left a message of theirs, one of too many at once, until they were told.
    """

    __tablename__ = "conversation"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    our_number: Mapped[str | None] = mapped_column(String(20))
    area: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=BOT)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    episode: Mapped[int] = mapped_column(Integer, default=1)
    episode_turns: Mapped[int] = mapped_column(Integer, default=0)
    form: Mapped[str | None] = mapped_column(String(64))
    facts: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON)
    safety_sent: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    holding_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    automatic_allowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    afresh_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    silent_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    flooded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_inbound_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(
            "ix_conversation_flooded_at",
            "flooded_at",
            postgresql_where=text("flooded_at IS NOT NULL"),
            sqlite_where=text("flooded_at IS NOT NULL"),
        ),
    )


def _partial(name: str, *columns: str, only: str) -> Index:
    return Index(name, *columns, postgresql_where=text(only), sqlite_where=text(only))


class Message(Base):
    """One text in a conversation. `audience` staff: kept and shown to staff, never sent to the person."""

    __tablename__ = "message"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16), default="talk")
    answer: Mapped[str | None] = mapped_column(String(64))
    revision_id: Mapped[uuid.UUID | None] = mapped_column()
    text: Mapped[str] = mapped_column(EncryptedText)
    extra: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON)
    audience: Mapped[str] = mapped_column(String(8), default=EVERYONE)
    external_id: Mapped[str | None] = mapped_column(String(64))
    turn_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "external_id"),
        _partial("ix_message_answer", "answer", "at", only="kind = 'answer'"),
        _partial("ix_message_shrug", "at", only="kind IN ('fallback', 'choices')"),
    )


def of_kind(message: type[Message], *kinds: str) -> ColumnElement[bool]:
    """For a query: messages of these kinds, written out, for SQLite knows only then which index has them."""
    named: list[ColumnElement[str]] = [literal_column(f"'{kind}'") for kind in kinds]
    return message.kind.in_(named) if len(named) > 1 else message.kind == named[0]


class Turn(Base):
    """What an inbound message still needs: screening, then the bot; done when its replies are stored."""

    __tablename__ = "turn"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), unique=True)
    seq: Mapped[int] = mapped_column(Integer)
    episode: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default=RECEIVED)
    outcome: Mapped[str | None] = mapped_column(String(16))
    understood: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    lease: Mapped[str | None] = mapped_column(String(36))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(
            "ix_turn_undone",
            "conversation_id",
            "seq",
            postgresql_where=text("state <> 'done'"),
            sqlite_where=text("state <> 'done'"),
        ),
    )


class ChatSession(Base):
    """A credential for one webchat conversation: a bearer, or a cookie bound to one path."""

    __tablename__ = "chat_session"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    page: Mapped[str | None] = mapped_column(String(64), unique=True)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outgoing(Base):
    """One text on its way to a phone: written with its message, sent by the outbox worker."""

    __tablename__ = "outgoing"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    to: Mapped[str] = mapped_column(EncryptedText)
    sender: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(EncryptedText)
    safety: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    blind_sends: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    supplier_id: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_outgoing_due", "state", "next_try_at"),)
