"""Signing an answer off as still correct, or saying that its source says something else.

The caller holds the transaction, and tells the hub once it is committed.
"""

from __future__ import annotations

from datetime import date

from handoff.content.facts import Facts
from handoff.content.keeping.rules import FURTHEST, next_review
from handoff.content.model import Comment, Revision
from handoff.content.releases import go_live
from handoff.content.service import AnswerView, figures_of
from handoff.content.workflow import Editing, copied, held
from handoff.errors import Conflict, NotFound, Unprocessable

DIFFERS = "The source says something else now: "


async def still_correct(work: Editing, slug: str, number: int, until: str, facts: Facts) -> Revision:
    """Say that the live words are what the source says today, and until when ("" for as long as before).

    A revision of its own with the same words, live at once as a release: what people were told before keeps
    its own dates. `number` is the revision they read. Conflict for another, or when a draft is open.
    """
    live = await _untouched(work, slug, number)
    today = _today(work)
    again_on = _day(until, today) if until else looked_at_again(live, today, facts)
    signed = await copied(work, live)
    signed.source = {**live.source, "checked": today.isoformat()}
    signed.review_on = again_on
    await work.session.flush()
    await work.note("answer.still_correct", signed, base=str(live.id), until=again_on.isoformat())
    await go_live(work.session, work.now, work.who.id, f"Still correct: {signed.title}", {slug: signed})
    return signed


async def source_differs(work: Editing, slug: str, number: int, reason: str) -> Revision:
    """Begin a draft because the source says something else; what it says stands there as a comment."""
    live = await _untouched(work, slug, number)
    draft = await copied(work, live)
    words = DIFFERS + reason
    work.session.add(Comment(revision_id=draft.id, by_id=work.who.id, at=work.now, words=words))
    await work.session.flush()
    await work.note("answer.source_differs", draft, base=str(live.id))
    return draft


def looked_at_again(live: Revision, today: date, facts: Facts) -> date:
    """When to look again at what is right today, unless an editor says another day."""
    ends = [figure.rates[-1].last for figure in figures_of(live, facts)]
    return next_review(today, date.fromisoformat(live.source["checked"]), live.review_on, ends)


async def _untouched(work: Editing, slug: str, number: int) -> Revision:
    """The live wording, locked, if it is the one that was read and nobody is changing it."""
    view: AnswerView = await held(work, slug)
    if view.live is None or view.live.goes_to:
        raise NotFound("There is no live answer to check.")
    if view.draft:
        told = "A draft of this answer is open. Put what you found into it, or set it aside first."
        raise Conflict("draft_open", told)
    if view.live.number != number:
        told = "The answer changed after you opened this page. Read it again, then say whether it is correct."
        raise Conflict("answer_changed", told)
    return view.live


def _today(work: Editing) -> date:
    return work.now.astimezone(work.zone).date()


def _day(typed: str, today: date) -> date:
    """The day somebody chose. Unprocessable for none, one that has come, or one more than two years off."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not today < day <= today + FURTHEST:
        told = "Choose a day within the next two years to check it again."
        raise Unprocessable("bad_date", told, field="until")
    return day
