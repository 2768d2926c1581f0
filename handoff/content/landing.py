"""What is live once the assistant has learnt a training, beside what went live meanwhile.

Nothing that went live since a training was begun is undone by it unasked: it is refused then, in a sentence
that says what to do, and all that was approved stays approved.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content import notices
from handoff.content.leading import said_after
from handoff.content.live import live_release, release_revisions
from handoff.content.model import APPROVED, DRAFT, EMERGENCY, FAILED, PUBLISHED, SET_ASIDE, Revision, Training
from handoff.content.releases import add_release, next_release
from handoff.content.service import same
from handoff.db import ROW
from handoff.errors import Conflict


async def learnt_release(session: AsyncSession, now: datetime, training: Training) -> int:
    """Make the release of a training live: the assistant has learnt it; its number. Conflict as below."""
    number = await next_release(session)
    revisions = await training_set(session, training)
    for slug in () if training.earlier else training.items:
        revisions[slug].state, revisions[slug].publish_at = PUBLISHED, None
    return await add_release(session, now, number, training.by_id, training.why, revisions, training.number)


async def give_up(
    session: AsyncSession, now: datetime, training: Training, faults: list[str]
) -> set[uuid.UUID]:
    """A training, which the caller has locked, does not go live: why not. Those who were told of it as of an
    emergency."""
    training.state, training.faults, training.finished_at, training.worker = FAILED, faults, now, None
    told: set[uuid.UUID] = set()
    for one in await not_learnt(session, training):
        words = f"“{one.title}”, published in an emergency, did not go live. {faults[0]}"
        told |= await notices.tell_of_emergency(session, now, one.slug, words, notices.EMERGENCY_FAILED)
    return told


async def not_learnt(session: AsyncSession, training: Training) -> list[Revision]:
    """A training failed: what nobody approved (an emergency) is a draft again, the rest stays approved, and
    what only followed from it is gone: it is made anew with the next try. Those of an
    emergency, also if they had been approved."""
    waiting = select(Revision).where(Revision.id.in_(_ids(training)), Revision.state == APPROVED)
    emergencies = []
    for revision in (await session.execute(waiting.order_by(Revision.slug).with_for_update(**ROW))).scalars():
        if revision.follows:
            revision.state = SET_ASIDE
            continue
        if revision.approver_id is None:
            revision.state = DRAFT
        if revision.approver_id is None or training.why.startswith(EMERGENCY):
            emergencies.append(revision)
    await session.flush()
    return emergencies


async def training_set(session: AsyncSession, training: Training) -> dict[str, Revision]:
    """The revisions that will be live once this training is: by the live ones of now. Conflict `taken_off`
    or `published_meanwhile` if it would undo what was taken off or went live since it began."""
    live = await release_revisions(session, await live_release(session))
    if training.earlier:
        wanted = await release_revisions(session, training.earlier)
    else:
        found = (await session.execute(select(Revision).where(Revision.id.in_(_ids(training))))).scalars()
        wanted = {**live, **{revision.slug: revision for revision in found}}
    gone = [slug for slug, one in live.items() if one.goes_to and wanted.get(slug) is not one]
    if title := await _taken_off(session, gone, training.at):
        told = f"“{title}” was taken off at once after this was begun. Do it again if people should get it."
        raise Conflict("taken_off", told)
    _undoes_nothing(training, live, wanted)
    return wanted


def _undoes_nothing(training: Training, live: Mapping[str, Revision], wanted: Mapping[str, Revision]) -> None:
    """Conflict `published_meanwhile` if what went live since would be gone, though nobody asked for that."""
    if training.earlier:
        asked = {wanted[slug].id for slug in wanted} | set(_ids(training))
        if came := next((one for one in live.values() if one.id not in asked), None):
            told = (
                f"“{came.title}” went live after this was begun. Go back again if that should be undone too."
            )
            raise Conflict("published_meanwhile", told)
    elif stale := _stale([wanted[slug] for slug in training.items], live):
        told = (
            f"“{stale.title}” changed after this was begun, and this would undo it. Try to publish it again."
        )
        raise Conflict("published_meanwhile", told)


def _stale(carried: Iterable[Revision], live: Mapping[str, Revision]) -> Revision | None:
    """An answer that would not say what its live words of now, and all that goes live with it, come to."""
    expected: dict[str, tuple[Revision, bool]] = {}
    following: dict[str, Revision] = {}
    for one in carried:
        if one.follows:
            following[one.slug] = one
        else:
            expected |= said_after(one, live)
    for slug, one in following.items():
        if slug not in expected or not same(one, expected[slug][0]):
            return live.get(slug, one)
    missing = (one for slug, (one, needed) in expected.items() if needed and slug not in following)
    return next(missing, None)


def _ids(training: Training) -> list[uuid.UUID]:
    return [uuid.UUID(one) for one in training.items.values()]


async def _taken_off(session: AsyncSession, slugs: Sequence[str], since: datetime) -> str | None:
    """The title of one of these answers that was withdrawn since a moment without a second person."""
    alone = select(Revision.title).where(
        Revision.slug.in_(slugs),
        Revision.state == PUBLISHED,
        Revision.goes_to.is_not(None),
        Revision.follows.is_(None),
        Revision.author_id.is_not(None),
        Revision.approver_id.is_(None),
        Revision.updated_at >= since,
    )
    return (await session.execute(alone.order_by(Revision.slug).limit(1))).scalar()
