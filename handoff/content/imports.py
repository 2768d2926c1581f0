"""The drafts of one import, discarded together while nobody has touched them, and opened again together.

The caller holds the transaction, and tells the hub once it is committed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.audit import AuditEntry
from handoff.content.model import DRAFT, OPEN, SET_ASIDE, Answer, Revision
from handoff.content.workflow import Editing, touch
from handoff.db import ROW
from handoff.errors import Conflict, NotFound
from handoff.staff import service as staff

IMPORTED, CAME_IN = "content.import", "answer.import"
_DISCARDED, _TAKEN_UP = "answer.discard", "answer.take_up"
_UNTOUCHED = {CAME_IN, _DISCARDED, _TAKEN_UP}
MOST = 5


@dataclass(frozen=True)
class Import:
    """What is left of an import, by its number on the record: drafts nobody has touched, and those that were
    discarded together since."""

    number: int
    at: datetime
    by: str
    drafts: list[Revision]
    discarded: list[Revision]


async def imports(session: AsyncSession) -> list[Import]:
    """The newest imports of which there is something left, newest first."""
    query = select(AuditEntry).where(AuditEntry.subject == "content", AuditEntry.action == IMPORTED)
    found: list[Import] = []
    for entry in (await session.execute(query.order_by(AuditEntry.id.desc()))).scalars().all():
        one = await _read(session, entry) if entry.detail["drafts"] and len(found) < MOST else None
        if one and (one.drafts or one.discarded):
            found.append(one)
    return found


async def discard_all(work: Editing, number: int) -> int:
    """Set aside the import's drafts that nobody has touched; how many. Conflict when there is none."""
    drafts = (await _held(work, number)).drafts
    if not drafts:
        raise Conflict("no_draft", "No draft of this import is left as it came in.")
    for draft in drafts:
        draft.state = SET_ASIDE
        await touch(work, draft, _DISCARDED, together=number)
    return len(drafts)


async def open_all(work: Editing, number: int) -> int:
    """Undo that: open again those of which no other draft is open by now; how many."""
    drafts = (await _held(work, number)).discarded
    if not drafts:
        raise Conflict("no_draft", "There is nothing to open again: other drafts are open by now.")
    for draft in drafts:
        draft.state = DRAFT
        await touch(work, draft, _TAKEN_UP, together=number)
    return len(drafts)


async def _held(work: Editing, number: int) -> Import:
    """The import as it is once its answers are locked, so that nobody writes in one just now."""
    entry = await work.session.get(AuditEntry, number)
    if entry is None or entry.action != IMPORTED:
        raise NotFound("There is no such import.")
    ids = await drafts_of(work.session, entry)
    slugs = select(Revision.slug).where(Revision.id.in_(ids))
    answers = select(Answer.slug).where(Answer.slug.in_(slugs)).order_by(Answer.slug)
    await work.session.execute(answers.with_for_update(**ROW))
    return await _read(work.session, entry)


async def drafts_of(session: AsyncSession, entry: AuditEntry) -> list[uuid.UUID]:
    """The drafts that an import made: they are on the record just before it."""
    made = AuditEntry.id.between(entry.id - int(entry.detail["drafts"]), entry.id - 1)
    subjects = (await session.execute(select(AuditEntry.subject).where(made))).scalars()
    return [uuid.UUID(subject.removeprefix("revision:")) for subject in subjects]


async def _read(session: AsyncSession, entry: AuditEntry) -> Import:
    ids = await drafts_of(session, entry)
    query = select(Revision).where(Revision.id.in_(ids)).order_by(Revision.slug)
    fresh = {"populate_existing": True}  # a caller that waited for the lock must see what came before
    made = list((await session.execute(query, execution_options=fresh)).scalars())
    done = await _done_to(session, ids)
    calm = [one for one in made if {entry.action for entry in done[f"revision:{one.id}"]} <= _UNTOUCHED]
    aside = [one for one in calm if one.state == SET_ASIDE and _was_together(done, one, entry.id)]
    busy = await _busy(session, aside)
    by = uuid.UUID(entry.actor)
    return Import(
        entry.id,
        entry.at,
        (await staff.names(session, [by])).get(by, "a colleague"),
        [one for one in calm if one.state == DRAFT],
        [one for one in aside if one.slug not in busy],
    )


async def _done_to(session: AsyncSession, ids: Iterable[uuid.UUID]) -> dict[str, list[AuditEntry]]:
    """All that is on the record of drafts, oldest first."""
    done: dict[str, list[AuditEntry]] = {f"revision:{one}": [] for one in ids}
    query = select(AuditEntry).where(AuditEntry.subject.in_(done)).order_by(AuditEntry.id)
    for entry in (await session.execute(query)).scalars():
        done[entry.subject].append(entry)
    return done


def _was_together(done: Mapping[str, list[AuditEntry]], draft: Revision, number: int) -> bool:
    """Whether the last thing done to it was to discard all of this import."""
    last = done[f"revision:{draft.id}"][-1]
    return last.action == _DISCARDED and last.detail.get("together") == number


async def _busy(session: AsyncSession, drafts: Iterable[Revision]) -> set[str]:
    """The answers of which somebody has another draft open."""
    others = Revision.state.in_(OPEN), Revision.author_id.is_not(None)
    query = select(Revision.slug).where(Revision.slug.in_({one.slug for one in drafts}), *others)
    return set((await session.execute(query)).scalars())
