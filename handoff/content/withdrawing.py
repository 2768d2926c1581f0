"""Taking an answer away, so that people get another one instead; or giving it another name.

The caller holds the transaction, and tells the hub once it is committed. Both are drafts, which somebody else
approves. What lies behind them is in `leading`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content import notices
from handoff.content.assistant import is_intent, is_its_own
from handoff.content.checks import SIGNPOST, SLUG
from handoff.content.going_live import LONGEST_REASON
from handoff.content.keeping import owners
from handoff.content.leading import follow, is_new_name, must_lead
from handoff.content.model import APPROVED, DRAFT, SET_ASIDE, Answer, Revision
from handoff.content.moments import in_words
from handoff.content.releases import go_live
from handoff.content.service import AnswerView, copy_of, next_number
from handoff.content.workflow import Editing, copied, held, name_of, open_draft, touch, wrote_in
from handoff.errors import Conflict, Forbidden, NotFound, Unprocessable

PERSON = "talk-to-person"
"""Where an answer leads that is taken off at once: what it said was wrong, so somebody answers."""
RESERVED = frozenset(("files", "new", "preview", "reviews", "suggestions", "links", "first-edit", "guide"))
"""Names that pages beside the answers have."""
LONGEST_SLUG = 64


async def withdraw(work: Editing, slug: str, to: str, *, move: bool, version: int | None = None) -> Revision:
    """Begin to withdraw an answer: people get `to` instead; with `move` its questions become that one's.

    With the `version` of a withdrawal that is being written already, that one is changed.
    """
    view = await held(work, slug)
    live = _live(view)
    if view.draft and version is not None:
        draft = await open_draft(work, slug, version, DRAFT)
        if not draft.goes_to:
            raise _open(view, draft)
    else:
        draft = await _begun(work, view, live)
    draft.goes_to, draft.examples = to, [] if move else list(live.examples)
    wrote_in(work, draft)
    await must_lead(work.session, draft)
    await touch(work, draft, "answer.withdraw")
    return draft


async def rename(work: Editing, slug: str, name: str) -> Revision:
    """Begin to give an answer another name; the one it has leads there from then on."""
    view = await held(work, slug)
    live = _live(view)
    if live.goes_to:
        raise Conflict("withdrawn", "This answer is withdrawn. Bring it back first.")
    await _put_aside(work, view, live, name)
    draft = await _begun(work, view, live)
    draft.goes_to, draft.examples = name, []
    await must_lead(work.session, draft)
    await touch(work, draft, "answer.rename")
    return draft


async def take_off(work: Editing, slug: str, reason: str) -> Revision:
    """Have people get a person instead of an answer at once, without a second person; managers and leads
    are told why. An open draft stays: once somebody publishes it, the answer is back, but never by itself."""
    view = await held(work, slug)
    live = _live(view)
    if len(reason) > LONGEST_REASON:
        raise Unprocessable("bad_field", f"Give the reason in {LONGEST_REASON} characters.", field="reason")
    if live.goes_to:
        raise Conflict("withdrawn", "This answer is withdrawn already.")
    if is_its_own(slug, view.answer.topic_group):
        raise Forbidden("its_own", "This answer is part of how Wayline works. Change its words instead.")
    if view.draft and view.draft.publish_at:
        await _off_schedule(work, view.draft, view.draft.publish_at)
    gone = await copied(work, live)
    gone.goes_to, gone.state = PERSON, APPROVED
    await touch(work, gone, "answer.take_off")
    revisions = {slug: gone, **await follow(work.session, work.now, gone)}
    if not await go_live(work.session, work.now, work.who.id, f"Emergency: {reason}", revisions):
        raise Conflict("published_meanwhile", "Somebody published at the same moment. Try again.")
    words = f"{work.who.name} took “{live.title}” off. People get an adviser instead. Reason: {reason}"
    await notices.tell_of_emergency(work.session, work.now, slug, words, notices.TAKEN_OFF)
    return gone


async def _off_schedule(work: Editing, draft: Revision, planned: datetime) -> None:
    """A draft does not go live by itself any more; whoever wrote, changed or approved it is told."""
    draft.publish_at = None
    await touch(work, draft, "answer.unschedule")
    words = (
        f"“{draft.title}” was taken off at once, so its draft does not go live on "
        f"{in_words(planned, work.zone)}. It stays approved: once published, people get the answer again."
    )
    await notices.tell_who_worked_on(work.session, work.now, draft, words)


def is_name(name: str) -> bool:
    """Whether a new answer may have this name, if no other has it: pages and the assistant have theirs."""
    if not SLUG.fullmatch(name) or len(name) > LONGEST_SLUG or name.startswith(SIGNPOST):
        return False
    return name not in RESERVED and not is_intent(name)


async def is_free(session: AsyncSession, name: str, own: str = "") -> bool:
    """Whether an answer may have this name; `own` is the one for which it may have been put aside before."""
    if not is_name(name):
        return False
    return await session.get(Answer, name) is None or await is_new_name(session, own, name)


async def _put_aside(work: Editing, view: AnswerView, live: Revision, name: str) -> None:
    """Keep the new name, so that nobody else takes it meanwhile; nothing is live under it yet."""
    if not await is_free(work.session, name, view.answer.slug):
        told = f"Use small letters, digits and dashes, such as free-meals, {LONGEST_SLUG} at most"
        raise Unprocessable("bad_slug", f"{told}, and a name that nothing else has or had.", field="name")
    if await work.session.get(Answer, name):
        return
    work.session.add(Answer(slug=name, topic_group=view.answer.topic_group, created_at=work.now))
    await work.session.flush()
    kept = copy_of(live, work.now)
    kept.slug, kept.number, kept.state = name, await next_number(work.session, name), SET_ASIDE
    kept.follows, kept.author_id, kept.editor_ids = view.answer.slug, work.who.id, [str(work.who.id)]
    work.session.add(kept)
    await work.session.flush()
    await owners.keep_with(work, view.answer.slug, name)


async def _begun(work: Editing, view: AnswerView, live: Revision) -> Revision:
    if view.draft:
        raise _open(view, view.draft)
    return await copied(work, live)


def _open(view: AnswerView, draft: Revision) -> Conflict:
    told = f"{name_of(view, draft)} has a draft of this answer open. Finish or discard it first."
    return Conflict("draft_open", told)


def _live(view: AnswerView) -> Revision:
    if view.live is None:
        raise NotFound("This answer is not live.")
    return view.live
