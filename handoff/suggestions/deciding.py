"""What editors do about a group of questions: teach an answer with them, begin a new one, dismiss, undo.

The caller holds the transaction. A group is decided once: the second of two people is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.content.beginning import OTHERWISE, begin_answer
from handoff.content.checks import MAX_EXAMPLES, TITLE_LENGTH, asked_as
from handoff.content.model import DRAFT, SET_ASIDE, Answer
from handoff.content.service import same
from handoff.content.workflow import Editing, held, start_draft, touch, wrote_in
from handoff.db import ROW
from handoff.errors import Conflict, NotFound, Unprocessable
from handoff.feedback.service import BAR
from handoff.suggestions.model import ANSWER, DISMISSED, EXAMPLES, Suggestion, Unmet
from handoff.suggestions.reading import Reading
from handoff.suggestions.service import WORDINGS, Rows, group_of, in_reach_of, words_of

REASONS: Mapping[str, str] = {
    "not_ours": "Not for this service",
    "answered": "The answer is right as it is",
    "mixed": "These do not belong together",
    "too_vague": "Nobody could tell what is meant",
}
MOST_HEARD = 15


async def add_examples(work: Editing, reading: Reading, group_id: uuid.UUID, slug: str) -> Suggestion:
    """Put the group's typical wordings into the answer's open draft, or a new one.

    Those that `work.heard` says screening hears danger in are left out.
    """
    rows = await _open(work, group_id)
    decision = await _decide(work, rows, EXAMPLES)
    draft = await start_draft(work, slug)
    if draft.state != DRAFT:
        told = "This answer's draft is waiting for approval or approved. Take it back first, then add these."
        raise Conflict("wrong_state", told)
    if draft.goes_to:
        told = "A draft withdraws this answer or gives it another name. Finish or discard it, then add these."
        raise Conflict("draft_open", told)
    new = _new(work, rows, reading, draft.examples)
    if not new:
        told = "There is nothing to add: the answer has these words, or they hold what may not be shown."
        raise Unprocessable("nothing_to_add", told)
    if len(draft.examples) + len(new) > MAX_EXAMPLES:
        raise Conflict("full", f"This answer has {len(draft.examples)} ways of asking. Take some out first.")
    draft.examples = [*draft.examples, *new]
    wrote_in(work, draft)
    await touch(work, draft, "answer.add_examples")
    decision.slug, decision.revision_id = slug, draft.id
    await _mark_used(work.session, rows, reading, new)
    return decision


async def new_answer(work: Editing, reading: Reading, group_id: uuid.UUID) -> Suggestion:
    """Begin an answer with the group's typical wordings; its title is the most typical one."""
    rows = await _open(work, group_id)
    decision = await _decide(work, rows, ANSWER)
    new = _new(work, rows, reading, ())
    if not new:
        told = "There is nothing to begin with: these questions hold what may not be shown."
        raise Unprocessable("nothing_to_add", told)
    near = await work.session.get(Answer, rows[0][0].slug) if rows[0][0].slug else None
    group = near.topic_group if near else OTHERWISE
    draft = await begin_answer(work, _title(new), group, new)
    decision.slug, decision.revision_id = draft.slug, draft.id
    await _mark_used(work.session, rows, reading, new)
    return decision


async def dismiss(work: Editing, group_id: uuid.UUID, reason: str) -> Suggestion:
    """Take a group off the list; it comes back once as many others ask the same again."""
    if reason not in REASONS:
        raise Unprocessable("reason_required", "Say why these need nothing.", field="reason")
    decision = await _decide(work, await _open(work, group_id), DISMISSED)
    decision.reason = reason
    return decision


async def undo(work: Editing, reading: Reading, decision_id: uuid.UUID) -> Suggestion:
    """Have the group back on the list, and its words out of the draft, if nobody has gone on with that."""
    decision = await work.session.get(Suggestion, decision_id, with_for_update=ROW, populate_existing=True)
    rows = select(Unmet).where(Unmet.suggestion_id == decision_id)
    theirs = (await work.session.execute(rows.where(in_reach_of(work.who)))).scalars().all()
    if decision is None or not (theirs or decision.by_id == work.who.id):
        raise NotFound("There is nothing to undo.")
    if decision.undone_at:
        raise Conflict("undone", "This was undone already.")
    if decision.revision_id and not reading.ready:
        raise Conflict("reading", "The questions are still being read. Try again in a minute.")
    if decision.revision_id:
        used = (await work.session.execute(rows.where(Unmet.used))).scalars()
        await _take_out(work, decision, [reading.whole(one.message_id) for one in used])
    decision.undone_at = work.now
    back = update(Unmet).where(Unmet.suggestion_id == decision_id)
    await work.session.execute(back.values(suggestion_id=None, used=False))
    await _note(work, decision, "undo")
    return decision


async def _open(work: Editing, group_id: uuid.UUID) -> Rows:
    rows = await group_of(work.session, work.who, group_id)
    if not rows:
        raise Conflict("changed", "These questions have been seen to, or belong together otherwise now.")
    return rows


async def _decide(work: Editing, rows: Rows, what: str) -> Suggestion:
    """The decision, and the questions marked with it: all of them, or somebody was first."""
    decision = Suggestion(
        what=what, people=len({person for _, person in rows}), by_id=work.who.id, at=work.now
    )
    work.session.add(decision)
    await work.session.flush()
    ids = [row.message_id for row, _ in rows]
    free = update(Unmet).where(Unmet.message_id.in_(ids), Unmet.suggestion_id.is_(None))
    free = free.values(suggestion_id=decision.id).execution_options(synchronize_session=False)
    done = await work.session.execute(free)
    if done.rowcount != len(ids):  # type: ignore[attr-defined]
        raise Conflict("already_decided", "Somebody else has just seen to these questions.")
    await _note(work, decision, what)
    return decision


def _title(wordings: Sequence[str]) -> str:
    """The most typical wording, in whole words."""
    title = wordings[0]
    if len(title) > TITLE_LENGTH:
        title = title[: TITLE_LENGTH + 1].rpartition(" ")[0]
    return title[:1].upper() + title[1:]


def whole(rows: Rows, reading: Reading) -> list[str]:
    """Wordings that hold all of what was said."""
    return [text for text in words_of(rows, reading) if BAR not in text][:MOST_HEARD]


def _new(work: Editing, rows: Rows, reading: Reading, known: Collection[str]) -> list[str]:
    """Those that an answer does not have yet, and in which screening heard nothing."""
    there = {asked_as(text) for text in known}
    texts = (one for one in whole(rows, reading) if asked_as(one) not in there)
    return [text for text in texts if not work.heard.get(text, True)][:WORDINGS]


async def _mark_used(session: AsyncSession, rows: Rows, reading: Reading, texts: Collection[str]) -> None:
    ids = [row.message_id for row, _ in rows if reading.shown(row.message_id) in texts]
    used = update(Unmet).where(Unmet.message_id.in_(ids)).values(used=True)
    await session.execute(used.execution_options(synchronize_session=False))


async def _take_out(work: Editing, decision: Suggestion, used: Sequence[str | None]) -> None:
    """The words out of the draft that they went into; one that holds nothing else any more is set aside."""
    view = await held(work, str(decision.slug))
    draft = next(one for one in view.history if one.id == decision.revision_id)
    if draft.state == SET_ASIDE:
        return
    if draft.state != DRAFT or (decision.what == ANSWER and draft.updated_at != decision.at):
        told = "Somebody has gone on with the draft, so it is not touched. Take the words out there."
        raise Conflict("gone_on", told)
    draft.examples = [text for text in draft.examples if text not in used]
    wrote_in(work, draft)
    begun_for_it = draft.created_at == decision.at
    if decision.what == ANSWER or (view.live and begun_for_it and same(draft, view.live)):
        draft.state = SET_ASIDE
    await touch(work, draft, "answer.take_examples_out")


async def _note(work: Editing, decision: Suggestion, action: str) -> None:
    await audit.record(
        work.session, work.now, work.who.id, f"suggestion.{action}", f"suggestion:{decision.id}",
        people=decision.people,
    )  # fmt: skip
