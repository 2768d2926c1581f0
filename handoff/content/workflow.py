"""The way of a wording: draft, in review, approved by a second person and live. One open draft an answer.

The caller holds the transaction, and tells the hub once it is committed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.content.facts import Facts
from handoff.content.model import DRAFT, IN_REVIEW, PUBLISHED, SET_ASIDE, Answer, Revision
from handoff.content.releases import publish
from handoff.content.service import AnswerView, answer_view, next_number
from handoff.content.wording import Wording, problems
from handoff.db import ROW
from handoff.errors import Conflict, Forbidden, NotFound, Unprocessable
from handoff.staff.service import Member


@dataclass(frozen=True)
class Editing:
    """Who is working on answers, when, and in which transaction."""

    session: AsyncSession
    now: datetime
    who: Member

    async def note(self, action: str, revision: Revision, **ids: object) -> None:
        await audit.record(
            self.session, self.now, self.who.id, action, f"revision:{revision.id}", slug=revision.slug, **ids
        )


async def start_draft(work: Editing, slug: str, *, shipped: bool = False) -> Revision:
    """The answer's open draft: the one there is, or a new one from the live (or the shipped) wording."""
    view = await _held(work, slug)
    if view.draft and not shipped:
        return view.draft
    if view.draft:
        raise Conflict(
            "draft_open", f"{_name(view, view.draft)} has a draft open. Finish or discard it first."
        )
    base = view.shipped if shipped or view.live is None else view.live
    if base is None:
        raise NotFound("There is nothing to start from.")
    draft = await _copy(work, base)
    if base is view.shipped:
        base.state = SET_ASIDE
    await work.note("answer.start_draft", draft, base=str(base.id))
    return draft


async def save_draft(work: Editing, slug: str, version: int, wording: Wording) -> Revision:
    """Keep the words, right or wrong; Conflict `changed_meanwhile` names who saved in between."""
    draft = await _draft(work, slug, version, DRAFT)
    wording.put_into(draft)
    draft.editor_ids = [*(one for one in draft.editor_ids if one != str(work.who.id)), str(work.who.id)]
    await _touch(work, draft, "answer.save_draft")
    return draft


async def submit(work: Editing, slug: str, version: int, facts: Facts) -> Revision:
    """Ask someone else to approve; Unprocessable `not_ready` carries every problem by field."""
    draft = await _draft(work, slug, version, DRAFT)
    _must_be_right(draft, facts)
    live = (await answer_view(work.session, slug)).live
    if live and Wording.of(live) == Wording.of(draft):
        raise Unprocessable("no_change", "This draft says the same as the live answer.", problems={})
    draft.state, draft.review_note = IN_REVIEW, None
    await _touch(work, draft, "answer.submit")
    return draft


async def send_back(work: Editing, slug: str, version: int, note: str) -> Revision:
    """Ask for changes, saying which; somebody who wrote it may take it back without a word."""
    draft = await _draft(work, slug, version, IN_REVIEW)
    if not note and not _is_own(work.who, draft):
        raise Unprocessable("note_required", "Say what should change.", field="note")
    draft.state, draft.review_note = DRAFT, note or None
    await _touch(work, draft, "answer.request_changes")
    return draft


async def approve(work: Editing, slug: str, version: int, facts: Facts) -> int:
    """Publish someone else's wording as a new release; its number."""
    draft = await _draft(work, slug, version, IN_REVIEW)
    if _is_own(work.who, draft):
        raise Forbidden("own_work", "You wrote this, so someone else has to approve it.")
    _must_be_right(draft, facts)
    draft.state, draft.approver_id = PUBLISHED, work.who.id
    await _touch(work, draft, "answer.approve")
    return await publish(work.session, work.now, work.who.id, f"New wording: {draft.title}", {slug: draft})


async def discard(work: Editing, slug: str, version: int) -> Revision:
    """Set the open draft aside; it stays in the history."""
    draft = await _draft(work, slug, version, DRAFT)
    draft.state = SET_ASIDE
    await _touch(work, draft, "answer.discard")
    return draft


async def set_shipped_aside(work: Editing, slug: str) -> Revision:
    """Keep our own wording and not the shipped update."""
    view = await _held(work, slug)
    if view.shipped is None:
        raise NotFound("There is no shipped update.")
    view.shipped.state = SET_ASIDE
    await _touch(work, view.shipped, "answer.discard")
    return view.shipped


async def _held(work: Editing, slug: str) -> AnswerView:
    """The answer, locked, so that two people's steps come one after the other."""
    query = select(Answer).where(Answer.slug == slug).with_for_update(**ROW)
    if (await work.session.execute(query)).scalar() is None:
        raise NotFound("There is no such answer.")
    return await answer_view(work.session, slug)


async def _draft(work: Editing, slug: str, version: int, state: str) -> Revision:
    view = await _held(work, slug)
    draft = view.draft
    if draft is None:
        raise Conflict("no_draft", "There is no open draft of this answer any more.")
    by = _name(view, draft)
    if draft.state != state:
        said = "is waiting for approval" if draft.state == IN_REVIEW else "is being changed"
        raise Conflict("wrong_state", f"The draft by {by} {said}. Load the page again.", by=by)
    if draft.version != version:
        raise Conflict("changed_meanwhile", f"{by} saved this draft after you opened it.", by=by)
    return draft


async def _copy(work: Editing, base: Revision) -> Revision:
    draft = Revision(
        slug=base.slug,
        number=await next_number(work.session, base.slug),
        state=DRAFT,
        title=base.title,
        web=base.web,
        sms=base.sms,
        differs=base.differs,
        next=list(base.next),
        source=dict(base.source),
        review_on=base.review_on,
        examples=list(base.examples),
        author_id=work.who.id,
        editor_ids=[str(work.who.id)],
        created_at=work.now,
        updated_at=work.now,
    )
    work.session.add(draft)
    await work.session.flush()
    return draft


async def _touch(work: Editing, draft: Revision, action: str) -> None:
    draft.updated_at = work.now
    await work.session.flush()
    await work.note(action, draft)


def _must_be_right(draft: Revision, facts: Facts) -> None:
    found = problems(Wording.of(draft), facts)
    if found:
        raise Unprocessable("not_ready", "This wording cannot be published yet.", problems=found)


def _is_own(who: Member, draft: Revision) -> bool:
    return who.id == draft.author_id or str(who.id) in draft.editor_ids


def _name(view: AnswerView, draft: Revision) -> str:
    last = uuid.UUID(draft.editor_ids[-1]) if draft.editor_ids else draft.author_id
    return view.names.get(last, "A colleague") if last else "A colleague"
