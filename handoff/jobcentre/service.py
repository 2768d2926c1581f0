"""What can be done about telling Jobcentre Plus: tell it, take back what is unsent, see how it stands.

The caller holds the transaction, and the lock of the registration's conversation where it has one.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import cases_in
from handoff.db import ROW
from handoff.jobcentre.model import (
    ACKNOWLEDGED,
    BY_HAND,
    CANCELLED,
    CHANGED,
    QUEUED,
    REGISTERED,
    SENDING,
    SENT,
    TOLD,
    WITHDRAWN,
    Channel,
    Claimant,
    Notice,
)
from handoff.jobcentre.wording import KINDS, STATES

Kind = Literal["registered", "changed", "ended", "withdrawn"]
GONE = (SENDING, SENT, ACKNOWLEDGED, TOLD)


@dataclass(frozen=True)
class NoticeAbout:
    """What Jobcentre Plus may be told of a registration.

    `activity_code` and `activity`: what their record says they do, as its list has it. `ground`: in words,
    once an adviser has checked it. `contact`: the adviser it may ask (None: the area's own number).
    """

    registration_id: uuid.UUID
    reference: str
    name: str
    date_of_birth: date
    postcode: str
    registered_on: date
    area: str | None
    activity_code: str | None = None
    activity: str | None = None
    ground: str | None = None
    contact: str | None = None


@dataclass(frozen=True)
class Standing:
    """A notice and how it stands: "Registered: Sent, not confirmed yet"."""

    id: uuid.UUID
    says: str


async def notify(session: AsyncSession, now: datetime, kind: Kind, about: NoticeAbout) -> None:
    """Queue one notice; only called with the permission. Without a channel it waits to be told by hand.

    `withdrawn` asks them to delete what they have, and names nobody.
    """
    channel = await session.get(Channel, about.area or "")
    has_channel = channel is not None and channel.kind != BY_HAND
    said = _said(about)
    notice = Notice(
        id=uuid.uuid4(),
        registration_id=about.registration_id,
        reference=about.reference,
        area=about.area,
        kind=kind,
        about={"registered_on": said["registered_on"]} if kind == WITHDRAWN else said,
        state=QUEUED if has_channel else BY_HAND,
        attempts=0,
        next_try_at=now if has_channel else None,
        created_at=now,
        waiting_since=now,
    )
    session.add(notice)
    await session.flush()
    await audit.record(
        session, now, "system", "jobcentre.notify", f"registration:{about.registration_id}",
        notice=str(notice.id), kind=kind,
    )  # fmt: skip


def records_of(conversations: Select[uuid.UUID]) -> Select[uuid.UUID]:
    """For a query: `record_id` of whoever Jobcentre Plus told us of in a case of these conversations."""
    return select(Claimant.record_id).where(Claimant.case_id.in_(cases_in(conversations)))


async def is_news(session: AsyncSession, about: NoticeAbout) -> bool:
    """Whether this says anything else than the last notice that stands of the registration."""
    query = select(Notice).where(
        Notice.registration_id == about.registration_id,
        Notice.kind.in_((REGISTERED, CHANGED)),
        Notice.withdrawn_at.is_(None),
    )
    last = (await session.execute(query.order_by(Notice.created_at.desc(), Notice.id).limit(1))).scalar()
    return last is None or last.about != _said(about)


async def cancel_unsent(session: AsyncSession, now: datetime, registration_id: uuid.UUID) -> bool:
    """The permission was taken back: nothing unsent goes any more, and what was said of them is forgotten.

    True when any notice had gone, or may have, so that `withdrawn` must follow.
    """
    gone = False
    query = select(Notice).where(Notice.registration_id == registration_id, Notice.kind != WITHDRAWN)
    for notice in (await session.execute(query.with_for_update(**ROW))).scalars():
        gone = gone or notice.may_have_gone or notice.state in GONE
        if notice.withdrawn_at is not None:
            continue
        notice.withdrawn_at, notice.about = now, {}
        if notice.state in (QUEUED, BY_HAND):
            notice.state, notice.next_try_at = CANCELLED, None
    await session.flush()
    await audit.record(
        session, now, "person", "jobcentre.cancel", f"registration:{registration_id}", gone=gone
    )
    return gone


async def notices_of(session: AsyncSession, registration_id: uuid.UUID) -> Sequence[Notice]:
    """What Jobcentre Plus was or will be told about a registration, oldest first."""
    query = select(Notice).where(Notice.registration_id == registration_id)
    return (await session.execute(query.order_by(Notice.created_at, Notice.id))).scalars().all()


async def standing(session: AsyncSession, references: Collection[str]) -> dict[str, list[Standing]]:
    """How the notices of the registrations of these references stand, in words, oldest first."""
    query = select(Notice.id, Notice.reference, Notice.kind, Notice.state)
    rows = await session.execute(
        query.where(Notice.reference.in_(references)).order_by(Notice.created_at, Notice.id)
    )
    found: dict[str, list[Standing]] = {reference: [] for reference in references}
    for row in rows:
        found[row.reference].append(Standing(row.id, f"{KINDS[row.kind]}: {STATES[row.state]}"))
    return found


def _said(about: NoticeAbout) -> dict[str, Any]:
    """The words of a notice, as they are kept."""
    kept = asdict(about) | {
        "date_of_birth": about.date_of_birth.isoformat(),
        "registered_on": about.registered_on.isoformat(),
    }
    return {name: value for name, value in kept.items() if name not in ("registration_id", "reference")}
