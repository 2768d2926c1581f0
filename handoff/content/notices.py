"""What staff should hear of the answers, one row a person: shown until they read it, mailed if need be."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.content.model import ContentNotice, Revision
from handoff.errors import NotFound
from handoff.staff import service as staff
from handoff.staff.service import Member

PUBLISHER = "content.publish"
EMERGENCY = "Wayline: an answer was published in an emergency"
EMERGENCY_WAITS = "Wayline: an answer goes live in an emergency once it is learnt"
EMERGENCY_FAILED = "Wayline: an answer did not go live in an emergency"
TAKEN_OFF = "Wayline: an answer was taken off at once"
DEGRADED = "Wayline: messages are screened by less than what was approved"
AREAS = "Wayline: an area is not served as it should be"
URGENT = (EMERGENCY, EMERGENCY_WAITS, EMERGENCY_FAILED, TAKEN_OFF, DEGRADED, AREAS)
TOLD_OF_EMERGENCIES = ("manager", "lead")


async def tell(
    session: AsyncSession,
    now: datetime,
    to: Iterable[uuid.UUID],
    words: str,
    path: str,
    *,
    mail: str | None = None,
) -> None:
    """Have these members of staff told, with a link to the page that it is about; `mail` is the subject of a
    mail that tells them too."""
    mail_at = now if mail else None
    session.add_all(
        ContentNotice(staff_id=one, at=now, words=words, path=path, subject=mail, mail_at=mail_at)
        for one in dict.fromkeys(to)
    )
    await session.flush()


async def tell_publishers(
    session: AsyncSession,
    now: datetime,
    vocabulary: Vocabulary,
    words: str,
    path: str,
    *,
    but: Collection[uuid.UUID] = (),
) -> None:
    """Tell everybody who may publish, but those who were told otherwise."""
    people = await staff.active(session)
    able = [one.id for one in people if staff.may(vocabulary, one, PUBLISHER) and one.id not in but]
    await tell(session, now, able, words, path)


async def tell_of_emergency(
    session: AsyncSession, now: datetime, slug: str, words: str, subject: str
) -> set[uuid.UUID]:
    """Every manager and safeguarding lead hears of it, by mail too; who that is."""
    return await tell_leads(session, now, words, f"/staff/answers/{slug}", subject)


async def tell_leads(
    session: AsyncSession, now: datetime, words: str, path: str, subject: str
) -> set[uuid.UUID]:
    """Tell every manager and safeguarding lead, by mail too; who that is."""
    people = await staff.active(session)
    to = {one.id for one in people if set(one.roles) & set(TOLD_OF_EMERGENCIES)}
    await tell(session, now, to, words, path, mail=subject)
    return to


async def tell_who_worked_on(
    session: AsyncSession, now: datetime, draft: Revision, words: str, *, but: uuid.UUID | None = None
) -> None:
    """Tell whoever wrote, changed or approved a draft, but not who did what it is about."""
    people = [draft.author_id, draft.approver_id, *(uuid.UUID(one) for one in draft.editor_ids)]
    to = [one for one in people if one and one != but]
    await tell(session, now, to, words, f"/staff/answers/{draft.slug}")


async def unread(session: AsyncSession, who: Member) -> list[ContentNotice]:
    """What they have not read yet, newest first."""
    query = select(ContentNotice).where(ContentNotice.staff_id == who.id, ContentNotice.seen_at.is_(None))
    return list((await session.execute(query.order_by(ContentNotice.at.desc()).limit(20))).scalars())


async def read(session: AsyncSession, now: datetime, who: Member, notice_id: uuid.UUID) -> None:
    """They have read it; NotFound for a notice of somebody else."""
    notice = await session.get(ContentNotice, notice_id)
    if notice is None or notice.staff_id != who.id:
        raise NotFound("There is no such notice.")
    notice.seen_at = notice.seen_at or now
    await audit.record(session, now, who.id, "notice.read", f"notice:{notice.id}")
