"""What colleagues say to each other of a revision: threads that are open until somebody resolves them.

The caller holds the transaction. A comment is never changed or taken away: it is on the record.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content.model import OPEN, Comment, Revision
from handoff.content.service import AnswerView
from handoff.content.wording import LABELS
from handoff.content.workflow import Editing, held, tell_writers
from handoff.db import ROW
from handoff.errors import Conflict, NotFound, Unprocessable
from handoff.staff import service as staff

BOXES = {
    "": "All of it",
    **{name: LABELS[name] for name in ("title", "web", "sms", "differs", "next", "examples")},
    "source": LABELS["source_name"],
    "review": LABELS["review"],
    "areas": LABELS["areas_text"],
}
"""What a comment may be about, as pages call it."""


@dataclass(frozen=True)
class Thread:
    """A comment and its replies, oldest first; `names` of whoever wrote or resolved one, by id."""

    comments: Sequence[Comment]
    names: Mapping[uuid.UUID, str]

    @property
    def first(self) -> Comment:
        return self.comments[0]

    @property
    def is_open(self) -> bool:
        return self.first.resolved_at is None


async def say(work: Editing, slug: str, words: str, box: str = "", reply_to: str = "") -> Comment:
    """Say something of the open draft, or reply to what was said of it; whoever wrote there is told."""
    draft = _draft(await held(work, slug))
    if box not in BOXES:
        told = f"about must be one of {', '.join(filter(None, BOXES))}."
        raise Unprocessable("bad_field", told, field="about")
    thread = await _first(work, draft, reply_to) if reply_to else None
    if thread and thread.resolved_at:
        raise Conflict("resolved", "This was resolved meanwhile. Open it again to reply.")
    made = await add(work, draft, words, thread.box if thread else box, thread)
    told = f"{work.who.name} said something about the draft of “{draft.title}”."
    await tell_writers(work, draft, told, thread.by_id if thread else None)
    return made


async def add(
    work: Editing, draft: Revision, words: str, box: str = "", thread: Comment | None = None
) -> Comment:
    """Keep a comment on a revision that the caller has locked."""
    made = Comment(revision_id=draft.id, box=box, by_id=work.who.id, at=work.now, words=words)
    made.reply_to = thread.id if thread else None
    work.session.add(made)
    await work.session.flush()
    await work.note("answer.comment", draft, comment=str(made.id))
    return made


async def settle(work: Editing, slug: str, comment: str, *, resolved: bool) -> Comment:
    """Resolve a thread, or open it again; again is the same."""
    draft = _draft(await held(work, slug))
    first = await _first(work, draft, comment)
    if (first.resolved_at is not None) == resolved:
        return first
    first.resolved_at = work.now if resolved else None
    first.resolved_by_id = work.who.id if resolved else None
    await work.session.flush()
    action = "answer.resolve_comment" if resolved else "answer.reopen_comment"
    await work.note(action, draft, comment=str(first.id))
    return first


async def threads(session: AsyncSession, revision: Revision) -> list[Thread]:
    """What was said of a revision, the open threads first, each from its beginning."""
    query = select(Comment).where(Comment.revision_id == revision.id).order_by(Comment.at, Comment.id)
    said = list((await session.execute(query)).scalars())
    people = {one for comment in said for one in (comment.by_id, comment.resolved_by_id) if one}
    names = await staff.names(session, people)
    found = [Thread([one, *_replies(said, one)], names) for one in said if one.reply_to is None]
    return sorted(found, key=lambda thread: not thread.is_open)


async def open_counts(session: AsyncSession) -> dict[str, int]:
    """How many threads are open on each answer's open draft, by slug; none are left out."""
    query = (
        select(Revision.slug, func.count())
        .join(Comment, Comment.revision_id == Revision.id)
        .where(Revision.state.in_(OPEN), Comment.reply_to.is_(None), Comment.resolved_at.is_(None))
        .group_by(Revision.slug)
    )
    return {slug: count for slug, count in await session.execute(query)}


async def said_counts(session: AsyncSession, slug: str) -> dict[uuid.UUID, int]:
    """How much was said of each of an answer's revisions."""
    query = (
        select(Comment.revision_id, func.count())
        .join(Revision, Revision.id == Comment.revision_id)
        .where(Revision.slug == slug)
        .group_by(Comment.revision_id)
    )
    return {revision_id: count for revision_id, count in await session.execute(query)}


def _replies(said: Sequence[Comment], first: Comment) -> list[Comment]:
    return [one for one in said if one.reply_to == first.id]


def _draft(view: AnswerView) -> Revision:
    if view.draft is None:
        raise Conflict("no_draft", "There is no open draft of this answer any more.")
    return view.draft


async def _first(work: Editing, draft: Revision, given: str) -> Comment:
    """The comment that begins a thread on this draft, locked; NotFound for any other."""
    try:
        query = select(Comment).where(Comment.id == uuid.UUID(given), Comment.reply_to.is_(None))
    except ValueError:
        raise NotFound("There is no such comment.") from None
    locked = query.with_for_update(**ROW).execution_options(populate_existing=True)
    found = (await work.session.execute(locked)).scalar()
    if found is None or found.revision_id != draft.id:
        raise NotFound("There is no such comment.")
    return found
