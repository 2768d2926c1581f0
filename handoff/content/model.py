"""Tables of answers, their immutable revisions and the numbered releases that are live together."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.crypto import EncryptedText
from handoff.db import Base, UtcDateTime

DRAFT, IN_REVIEW, APPROVED, PUBLISHED, SET_ASIDE = "draft", "in_review", "approved", "published", "set_aside"
OPEN = (DRAFT, IN_REVIEW, APPROVED)
"""The states of a revision that is not decided yet."""
QUEUED, WRITING, CHECKING, TRAINING = "queued", "writing", "checking", "training"
REHEARSING, SWAPPING, DONE, FAILED = "rehearsing", "swapping", "done", "failed"
AT_WORK = (QUEUED, WRITING, CHECKING, TRAINING, REHEARSING, SWAPPING)
"""The states of a training that is under way, in their order."""
EMERGENCY = "Emergency: "
"""Begins the reason of a release, or of its training, that nobody waited for a second person with."""


class Answer(Base):
    """One piece of FAQ content; what it says lives in its revisions."""

    __tablename__ = "answer"
    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    topic_group: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Revision(Base):
    """A version of an answer: editors change it while it is a draft, nobody once it is published.

    `publish_at` is when an approved one goes live by itself. A draft without an author came with an
    upgrade: a "shipped update" that an editor may take up. Where it `goes_to` another answer, this one is
    withdrawn: people get that one instead. One that `follows` goes live together with the withdrawal, the
    return or the new name of that answer: nobody wrote it.
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
    areas: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    goes_to: Mapped[str | None] = mapped_column(String(64))
    follows: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    editor_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    approver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    review_note: Mapped[str | None] = mapped_column(Text)
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (UniqueConstraint("slug", "number"),)

    @property
    def texts(self) -> list[str]:
        """Every text that people may be sent: of everywhere, and of one area each."""
        own = [text for texts in self.areas.values() for text in texts.values()]
        return [self.web, self.sms, self.differs or "", *own]


class Comment(Base):
    """What a colleague says of a revision: of one of its boxes, or ("") all of it. A thread is a comment
    and those that reply to it; it is resolved as a whole."""

    __tablename__ = "revision_comment"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"), index=True)
    box: Mapped[str] = mapped_column(String(16), default="")
    reply_to: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("revision_comment.id"))
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(EncryptedText)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class Release(Base):
    """A numbered set of revisions that is live together; the highest number is live.

    `learnt` is the training whose folder the assistant learnt these answers' questions from; None as shipped.
    """

    __tablename__ = "release"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    why: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    learnt: Mapped[int | None] = mapped_column(Integer)


class ReleaseItem(Base):
    """Which revision of an answer a release carries."""

    __tablename__ = "release_item"
    number: Mapped[int] = mapped_column(ForeignKey("release.number"), primary_key=True)
    slug: Mapped[str] = mapped_column(ForeignKey("answer.slug"), primary_key=True)
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"))


class Training(Base):
    """A release that waits until the assistant has learnt its questions: revisions to put in, or the
    `earlier` release to go back to (then `items` are the live ones that somebody asked to have undone by it).
    What it learns from is the release folder of its number.

    `faults` are sentences for editors. Whoever works it off (`worker`) says so again and again (`beat_at`).
    `took` has the seconds of each state that it has behind it.
    """

    __tablename__ = "training"
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    why: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    items: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    earlier: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default=QUEUED, index=True)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str | None] = mapped_column(String(36))
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    faults: Mapped[list[str]] = mapped_column(JSON, default=list)
    release: Mapped[int | None] = mapped_column(Integer)
    took: Mapped[dict[str, float] | None] = mapped_column(JSON)


class ContentNotice(Base):
    """What a member of staff should hear of the answers, on the console and, with a `subject`, by mail."""

    __tablename__ = "content_notice"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(EncryptedText)
    path: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(120))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    mail_tries: Mapped[int] = mapped_column(Integer, default=0)


class ContentFile(Base):
    """A file of answers as it was last brought in: what says the same goes out again as it was written."""

    __tablename__ = "content_file"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class EditorHere(Base):
    """Who has an answer's draft open to write in; out of date half a minute after `seen_at`."""

    __tablename__ = "editor_here"
    slug: Mapped[str] = mapped_column(ForeignKey("answer.slug"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FirstEdit(Base):
    """How far a member of staff is with the guided first edit: begun on the answer `slug`, put off, done."""

    __tablename__ = "first_edit"
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    slug: Mapped[str | None] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    put_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
