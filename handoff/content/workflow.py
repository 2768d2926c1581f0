"""The way of a wording: draft, in review, and approved by a second person; `going_live` has the rest. One
open draft an answer.

The caller holds the transaction, and tells the hub once it is committed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary, load_vocabulary
from handoff import audit
from handoff.content import notices
from handoff.content.areas import local_day
from handoff.content.facts import Facts
from handoff.content.leading import must_lead
from handoff.content.model import (
    APPROVED,
    AT_WORK,
    DRAFT,
    IN_REVIEW,
    PUBLISHED,
    SET_ASIDE,
    Answer,
    Comment,
    Revision,
)
from handoff.content.moments import in_words
from handoff.content.service import SAVED, AnswerView, answer_view, copy_of, next_number, same
from handoff.content.standing import must_stand
from handoff.content.wording import Wording, problems, told_ahead
from handoff.db import ROW
from handoff.errors import Conflict, Forbidden, NotFound, Unprocessable
from handoff.staff.service import Member


@dataclass(frozen=True)
class Editing:
    """Who is working on answers, when, and in which transaction. `zone` is whose time they mean; `heard`
    says of example questions whether screening heard danger in them, as far as it was asked before."""

    session: AsyncSession
    now: datetime
    who: Member
    zone: tzinfo = UTC
    heard: Mapping[str, bool] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=load_vocabulary)

    async def note(self, action: str, revision: Revision, **ids: object) -> None:
        await audit.record(
            self.session, self.now, self.who.id, action, f"revision:{revision.id}", slug=revision.slug, **ids
        )


async def start_draft(work: Editing, slug: str, *, shipped: bool = False) -> Revision:
    """The answer's open draft: the one there is, or a new one from the live (or the shipped) wording."""
    view = await held(work, slug)
    if view.draft and not shipped:
        return view.draft
    if view.draft:
        raise Conflict(
            "draft_open", f"{name_of(view, view.draft)} has a draft open. Finish or discard it first."
        )
    base = view.shipped if shipped or view.live is None else view.spoken
    if base is None:
        return await take_up(work, slug, view.history[0].number)
    draft = await copied(work, base)
    if base is view.shipped:
        base.state = SET_ASIDE
    await work.note("answer.start_draft", draft, base=str(base.id))
    return draft


async def save_draft(work: Editing, slug: str, version: int, wording: Wording) -> Revision:
    """Keep the words, right or wrong; Conflict `changed_meanwhile` names who saved in between.

    Whoever changes nothing has not written: the draft stays as it is, and they may still approve it. What a
    colleague wrote last is kept beside it, set aside, so that saving over it loses nothing.
    """
    draft = await open_draft(work, slug, version, DRAFT)
    said = copy_of(draft, work.now)
    wording.put_into(said)
    if same(said, draft):
        return draft
    if draft.editor_ids and draft.editor_ids[-1] != str(work.who.id):
        await _keep_aside(work, draft)
    asked = draft.examples
    wording.put_into(draft)
    wrote_in(work, draft)
    other = {"questions": True} if said.examples != asked else {}
    await touch(work, draft, SAVED, **other)
    return draft


async def _keep_aside(work: Editing, draft: Revision) -> None:
    """A copy of a draft, by who wrote in it last: it can be opened again once the draft is out of the way."""
    kept = copy_of(draft, work.now)
    kept.number, kept.state = await next_number(work.session, draft.slug), SET_ASIDE
    kept.author_id, kept.editor_ids = uuid.UUID(draft.editor_ids[-1]), list(draft.editor_ids)
    work.session.add(kept)


async def submit(work: Editing, slug: str, version: int, facts: Facts) -> Revision:
    """Ask someone else to approve; Unprocessable `not_ready` carries every problem by field."""
    draft = await open_draft(work, slug, version, DRAFT)
    must_be_right(draft, facts)
    _must_be_past(draft, facts, work.now)
    await must_stand(work.session, draft, work.heard)
    await must_lead(work.session, draft)
    live = (await answer_view(work.session, slug)).live
    if live and Wording.of(live) == Wording.of(draft):
        raise Unprocessable("no_change", "This draft says the same as the live answer.", problems={})
    draft.state, draft.review_note = IN_REVIEW, None
    await touch(work, draft, "answer.submit")
    return draft


async def send_back(work: Editing, slug: str, version: int, note: str) -> Revision:
    """Ask for changes, saying which, also once approved; who wrote it may take it back without a word.

    What is asked for stays among the comments, until somebody resolves it.
    """
    draft = await open_draft(work, slug, version, IN_REVIEW, APPROVED)
    if not note and not is_own(work.who, draft):
        raise Unprocessable("note_required", "Say what should change.", field="note")
    draft.state, draft.review_note, draft.approver_id = DRAFT, note or None, None
    if note:
        work.session.add(Comment(revision_id=draft.id, by_id=work.who.id, at=work.now, words=note))
        await tell_writers(work, draft, f"{work.who.name} sent back the draft of “{draft.title}”.")
    await touch(work, draft, "answer.request_changes")
    return draft


async def approve(work: Editing, slug: str, version: int, facts: Facts) -> Revision:
    """Say yes to someone else's wording; nobody gets it yet."""
    draft = await open_draft(work, slug, version, IN_REVIEW)
    if is_own(work.who, draft):
        raise Forbidden("own_work", "You wrote this, so someone else has to approve it.")
    must_be_right(draft, facts)
    await must_stand(work.session, draft, work.heard)
    await must_lead(work.session, draft)
    draft.state, draft.approver_id = APPROVED, work.who.id
    await touch(work, draft, "answer.approve")
    return draft


async def discard(work: Editing, slug: str, version: int) -> Revision:
    """Set the open draft aside; it stays in the history."""
    draft = await open_draft(work, slug, version, DRAFT)
    draft.state = SET_ASIDE
    await touch(work, draft, "answer.discard")
    return draft


async def take_up(work: Editing, slug: str, number: int) -> Revision:
    """Open again what was set aside, or begin a draft with an earlier version's words."""
    view = await held(work, slug)
    earlier = next((one for one in view.history if one.number == number and not one.follows), None)
    if earlier is None or earlier.state not in (SET_ASIDE, PUBLISHED):
        raise NotFound("There is no such version to go back to.")
    in_the_way = view.draft if earlier.author_id or earlier.state == PUBLISHED else view.shipped
    if in_the_way:
        raise Conflict("draft_open", "Another draft is open. Finish or discard it first.")
    if earlier.state == PUBLISHED:
        draft = await copied(work, earlier)
    else:
        draft, earlier.state, earlier.approver_id, earlier.review_note = earlier, DRAFT, None, None
    await touch(work, draft, "answer.take_up")
    return draft


async def set_shipped_aside(work: Editing, slug: str) -> Revision:
    """Keep our own wording and not the shipped update."""
    view = await held(work, slug)
    if view.shipped is None:
        raise NotFound("There is no shipped update.")
    view.shipped.state = SET_ASIDE
    await touch(work, view.shipped, "answer.discard")
    return view.shipped


async def held(work: Editing, slug: str) -> AnswerView:
    """The answer, locked, so that two people's steps come one after the other."""
    query = select(Answer).where(Answer.slug == slug).with_for_update(**ROW)
    if (await work.session.execute(query)).scalar() is None:
        raise NotFound("There is no such answer.")
    return await answer_view(work.session, slug)


async def open_draft(
    work: Editing, slug: str, version: int, *states: str, scheduled: bool = False
) -> Revision:
    """The open draft, locked, if it is as the page said: this version, in one of these states, and with a
    time to go live or without. Conflict says what it is instead, and `offer` the step that helps."""
    view = await held(work, slug)
    draft = view.draft
    if draft is None:
        raise Conflict("no_draft", "There is no open draft of this answer any more.")
    by = name_of(view, draft)
    if draft.version != version and draft.state in states:
        raise Conflict("changed_meanwhile", f"{by} saved this draft after you opened it.", by=by)
    if draft.state == APPROVED and view.training and view.training.state in AT_WORK:
        told = "The assistant is learning this wording now. Wait until that is done."
        raise Conflict("being_learnt", told, training=view.training.number)
    if draft.publish_at and not scheduled:
        raise Conflict(
            "scheduled",
            f"This goes live on {in_words(draft.publish_at, work.zone)}. Take it off the schedule first.",
            offer="unschedule",
        )
    if draft.state not in states or (scheduled and draft.publish_at is None):
        raise Conflict("wrong_state", f"The draft by {by} {_SAID[draft.state]}. Load the page again.", by=by)
    return draft


_SAID = {
    DRAFT: "is being changed",
    IN_REVIEW: "is waiting for approval",
    APPROVED: "is approved and waits to go live",
}


async def copied(work: Editing, base: Revision) -> Revision:
    """A draft that says the same as another revision; of a withdrawn answer it brings back the words."""
    draft = copy_of(base, work.now)
    draft.number, draft.state, draft.goes_to = await next_number(work.session, base.slug), DRAFT, None
    draft.author_id, draft.editor_ids = work.who.id, [str(work.who.id)]
    work.session.add(draft)
    await work.session.flush()
    return draft


def wrote_in(work: Editing, draft: Revision) -> None:
    """Note who changed a draft, as the last of those who wrote in it: none of them may approve it."""
    me = str(work.who.id)
    draft.editor_ids = [*(one for one in draft.editor_ids if one != me), me]


async def touch(work: Editing, draft: Revision, action: str, **ids: object) -> None:
    """Save a change of a draft and put it on the record."""
    draft.updated_at = work.now
    await work.session.flush()
    await work.note(action, draft, **ids)


async def tell_writers(work: Editing, draft: Revision, words: str, *more: uuid.UUID | None) -> None:
    """Whoever wrote in the draft, and these, hear that something was said of it; never what."""
    people = {draft.author_id, *more, *(uuid.UUID(one) for one in draft.editor_ids)}
    to = [one for one in people if one and one != work.who.id]
    await notices.tell(work.session, work.now, to, words, f"/staff/answers/{draft.slug}#said")


def must_be_right(draft: Revision, facts: Facts) -> None:
    """Unprocessable `not_ready` carries every problem by field."""
    found = problems(Wording.of(draft), facts)
    if found:
        raise Unprocessable("not_ready", "This wording cannot be published yet.", problems=found)


def _must_be_past(draft: Revision, facts: Facts, now: datetime) -> None:
    """Unprocessable `not_ready` for a source that is said to have been read on a day to come."""
    day = max(local_day(area, now) for area in facts.areas.values())
    if found := told_ahead(Wording.of(draft), day):
        raise Unprocessable("not_ready", "This wording cannot be published yet.", problems=found)


def is_own(who: Member, draft: Revision) -> bool:
    """Whether they wrote in it, so that somebody else has to approve it."""
    return who.id == draft.author_id or str(who.id) in draft.editor_ids


def name_of(view: AnswerView, draft: Revision) -> str:
    last = uuid.UUID(draft.editor_ids[-1]) if draft.editor_ids else draft.author_id
    return view.names.get(last, "A colleague") if last else "A colleague"
