"""Tables of a registration: the draft that is saved answer by answer, and the finished one and its papers."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import Base, UtcDateTime

ACTIVE, ENDED, EXPIRED = "active", "ended", "expired"
NEITHER, LOOKED_AFTER, CARE_LEAVER = "neither", "looked_after", "care_leaver"


class Draft(Base):
    """Answers given so far, saved as each is accepted: {field: {value, shown}}.

    `elsewhere` in an answer: it was given from another contact, so it is not shown here. `code_index` finds
    the draft by its come-back code, `wrong_tries` counts the dates of birth that did not fit that code.
    """

    __tablename__ = "registration_draft"
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    code_index: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    wrong_tries: Mapped[int] = mapped_column(Integer, default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ComeBackTry(Base):
    """How often a contact named a come-back code or date of birth that did not fit, lately."""

    __tablename__ = "come_back_try"
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Registration(Base):
    """A 16-17 year-old's registration and its reference.

    `safe_contact` and `safe_times` are how and when to reach them, in words; `phone` and `email` are found in
    them. `ground`: a code of data/reference/benefits.yml, None while an adviser has to ask. `activity_since`
    is what they said, `activity_since_on` its first day where that tells a month. `checked_at`: when an
    adviser found it complete; `details`: what the adviser completes. `record_id`: see handoff/records.
    """

    __tablename__ = "registration"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_.id"), index=True)
    record_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    date_of_birth: Mapped[str] = mapped_column(EncryptedText)
    postcode: Mapped[str] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    email: Mapped[str | None] = mapped_column(EncryptedText)
    safe_contact: Mapped[str | None] = mapped_column(EncryptedText)
    safe_times: Mapped[str | None] = mapped_column(EncryptedText)
    identity_index: Mapped[str] = mapped_column(String(64), index=True)
    activity: Mapped[str] = mapped_column(EncryptedText)
    activity_since: Mapped[str | None] = mapped_column(EncryptedText)
    activity_since_on: Mapped[date | None] = mapped_column()
    care_status: Mapped[str | None] = mapped_column(String(16))
    ground: Mapped[str | None] = mapped_column(String(16))
    jobcentre_permission: Mapped[bool] = mapped_column(Boolean)
    others_permission: Mapped[bool] = mapped_column(Boolean, default=False)
    area: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=ACTIVE, index=True)
    registered_on: Mapped[date] = mapped_column()
    expires_on: Mapped[date | None] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()
    end_reason: Mapped[str | None] = mapped_column(String(32))
    next_contact_on: Mapped[date | None] = mapped_column()
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by_id: Mapped[uuid.UUID | None] = mapped_column()
    details: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RegistrationCall(Base):
    """One turn that finished a registration, and what it was told: a repeat is told the same.

    `conversation_id`: where; the registration itself may be another conversation's.
    """

    __tablename__ = "registration_call"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"))
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    created: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConfirmationLink(Base):
    """A way to the confirmation for whoever knows the date of birth too; a few wrong ones close it."""

    __tablename__ = "registration_link"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    wrong_tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SupportLetter(Base):
    """A letter that an adviser made about a registration, as it was worded and dated; never changed."""

    __tablename__ = "support_letter"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(EncryptedText)
    dated_on: Mapped[date] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reminder(Base):
    """Whether they still look, asked once for each day on which a registration would run out.

    `message_id`: what was sent, if anything automatic could be; `case_id`: the case by which an adviser was
    asked to reach them instead.
    """

    __tablename__ = "registration_reminder"
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    expires_on: Mapped[date] = mapped_column(primary_key=True)
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_.id"))
    answer: Mapped[str | None] = mapped_column(String(8))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
