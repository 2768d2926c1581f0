"""Numbered releases: publishing a revision and going back (`going_back`) are both a new release.

One whose example questions are not those of the live release waits until the assistant has learnt them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Uuid, cast, func, null, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff import audit
from handoff.content.live import live_release, release_revisions
from handoff.content.model import (
    PUBLISHED,
    Release,
    ReleaseItem,
    Revision,
    Training,
)

_ONE_PUBLISHER = 0x52_45_4C  # a PostgreSQL advisory lock: release numbers have no gaps and no doubles


class Changed(NamedTuple):
    """An answer that a release put in, or took out; who approved the words that came."""

    slug: str
    title: str
    approver_id: uuid.UUID | None


@dataclass(frozen=True)
class ReleaseView:
    """A release and what it changed: each answer that it put in or took out."""

    release: Release
    changed: list[Changed]
    answers: int


def questions(revisions: Mapping[str, Revision]) -> dict[str, list[str]]:
    """What the assistant learns of a release: the example questions of each answer that has any."""
    return {slug: revision.examples for slug, revision in revisions.items() if revision.examples}


async def publish(
    session: AsyncSession,
    now: datetime,
    by: uuid.UUID | None,
    why: str,
    revisions: Mapping[str, Revision],
    learnt: int | None = None,
) -> int:
    """Make the live set with these revisions put in the new live release; its number.

    `learnt` is the training that taught the assistant its questions; that of the live release if none.
    """
    number = await next_release(session)
    live = await release_revisions(session, number - 1)
    for revision in revisions.values():
        revision.state, revision.publish_at = PUBLISHED, None
    return await add_release(session, now, number, by, why, {**live, **revisions}, learnt)


async def go_live(
    session: AsyncSession, now: datetime, by: uuid.UUID | None, why: str, revisions: Mapping[str, Revision]
) -> bool:
    """Publish at once, or, when the questions differ from the live ones, as soon as they are learnt; whether
    it was at once."""
    await one_publisher(session)  # else a training that lands just now may leave other questions live
    live = await release_revisions(session, await live_release(session))
    if questions({**live, **revisions}) == questions(live):
        await publish(session, now, by, why, revisions)
        return True
    items = {slug: str(revision.id) for slug, revision in revisions.items()}
    await queue(session, now, Training(why=why, by_id=by, at=now, items=items, faults=[]))
    return False


async def queue(session: AsyncSession, now: datetime, training: Training) -> None:
    """Have the assistant learn it once those before it are done."""
    session.add(training)
    await session.flush()
    await audit.record(
        session, now, training.by_id or "system", "training.queue", f"training:{training.number}"
    )


async def releases(session: AsyncSession, before: int | None = None, limit: int = 50) -> list[ReleaseView]:
    """The newest releases, or the newest before one, newest first, each with what it changed."""
    query = select(Release).order_by(Release.number.desc()).limit(limit)
    query = query if before is None else query.where(Release.number < before)
    newest = list((await session.execute(query)).scalars())
    if not newest:
        return []
    lowest, highest = newest[-1].number, newest[0].number
    changed = await _changed(session, lowest, highest)
    count = select(ReleaseItem.number, func.count()).where(ReleaseItem.number.between(lowest, highest))
    answers = {number: many for number, many in await session.execute(count.group_by(ReleaseItem.number))}
    return [ReleaseView(one, changed.get(one.number, []), answers.get(one.number, 0)) for one in newest]


async def _changed(session: AsyncSession, lowest: int, highest: int) -> dict[int, list[Changed]]:
    """What each release from the lowest to the highest put in, put otherwise or took out."""
    now, before = aliased(ReleaseItem), aliased(ReleaseItem)
    same = (before.number == now.number - 1) & (before.slug == now.slug)
    came = (
        select(now.number, now.slug, Revision.title, Revision.approver_id)
        .join(Revision, Revision.id == now.revision_id)
        .outerjoin(before, same & (before.revision_id == now.revision_id))
        .where(now.number.between(lowest, highest), before.slug.is_(None))
    )
    went = (
        select(Release.number, before.slug, Revision.title, cast(null(), Uuid))
        .join(before, before.number == Release.number - 1)
        .join(Revision, Revision.id == before.revision_id)
        .outerjoin(now, (now.number == Release.number) & (now.slug == before.slug))
        .where(Release.number.between(lowest, highest), now.slug.is_(None))
    )
    found: dict[int, list[Changed]] = {}
    for number, slug, title, approver_id in await session.execute(union_all(came, went)):
        found.setdefault(number, []).append(Changed(slug, title, approver_id))
    return {number: sorted(ones) for number, ones in found.items()}


async def one_publisher(session: AsyncSession) -> None:
    """Wait until nobody else publishes; from here on what is live stays so until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_PUBLISHER})


async def next_release(session: AsyncSession) -> int:
    """The number of the release that may be added now: nobody else publishes until this transaction ends."""
    await one_publisher(session)
    return await live_release(session) + 1


async def add_release(
    session: AsyncSession,
    now: datetime,
    number: int,
    by: uuid.UUID | None,
    why: str,
    revisions: Mapping[str, Revision],
    learnt: int | None = None,
) -> int:
    """Make these revisions live, and no others, as the `next_release` of this number."""
    live = await session.get(Release, number - 1)
    learnt = learnt if learnt is not None or live is None else live.learnt
    session.add(Release(number=number, why=why, by_id=by, at=now, learnt=learnt))
    await session.flush()
    session.add_all(
        ReleaseItem(number=number, slug=slug, revision_id=revision.id) for slug, revision in revisions.items()
    )
    await audit.record(session, now, by or "system", "release.publish", f"release:{number}", why=why)
    return number
