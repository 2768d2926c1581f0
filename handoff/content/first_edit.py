"""The guided first edit: a new editor changes a real answer, and beside each thing stands what it is for.

Which step it is at is read off the answer itself; kept is only where it was begun, put off and done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.content.live import live_release
from handoff.content.model import DRAFT, OPEN, Answer, FirstEdit, ReleaseItem, Revision
from handoff.content.service import AnswerView
from handoff.db import ROW
from handoff.errors import NotFound
from handoff.staff import service as staff
from handoff.staff.service import Member, Staff

STEPS = ("draft", "write", "previews", "hints", "send", "approval", "live")
"""What somebody learns, in its order; those from `write` to `send` are on the page of the open draft."""
RIGHT, APPROVER = "content.edit", "content.approve"
GENTLE = ("options", "apprenticeships", "money", "jobs")
MOST_NAMED = 5


@dataclass(frozen=True)
class Guide:
    """The step an answer's page is at, by its place in STEPS from 1, and the names of who could approve."""

    step: int
    approvers: Sequence[str] = ()

    @property
    def code(self) -> str:
        return STEPS[self.step - 1]


async def first_edit(session: AsyncSession, who: Member) -> FirstEdit | None:
    """How far they are; None for somebody who neither began it nor put it off."""
    return await session.get(FirstEdit, who.id)


async def is_offered(session: AsyncSession, who: Member) -> bool:
    """Whether they may edit, have not decided about it yet, and never wrote an answer."""
    if not who.may(RIGHT) or await first_edit(session, who):
        return False
    written = select(Revision.id).where(Revision.author_id == who.id).limit(1)
    return (await session.execute(written)).first() is None


async def choices(session: AsyncSession) -> list[tuple[str, str]]:
    """The live answers to begin on, as (slug, title), that to be reviewed soonest first: nobody has a draft
    of them, and none is about a worry, or says what the service itself does."""
    busy = select(Revision.slug).where(Revision.state.in_(OPEN), Revision.author_id.is_not(None))
    query = (
        select(Revision.slug, Revision.title)
        .join(ReleaseItem, ReleaseItem.revision_id == Revision.id)
        .join(Answer, Answer.slug == Revision.slug)
        .where(ReleaseItem.number == await live_release(session), Revision.slug.not_in(busy))
        .where(Answer.topic_group.in_(GENTLE))
        .order_by(Revision.review_on, Revision.title)
    )
    return [(slug, title) for slug, title in await session.execute(query)]


async def guide(session: AsyncSession, who: Member, view: AnswerView, vocabulary: Vocabulary) -> Guide | None:
    """What stands beside this answer for them; None where they did not begin here, put it off or are done."""
    began = await first_edit(session, who)
    if began is None or began.put_off_at or began.done_at or began.slug != view.answer.slug:
        return None
    if view.newest.goes_to:  # it is withdrawn, or being so: another lesson
        return None
    step = STEPS.index(_step(view, who, began.began_at)) + 1
    if STEPS[step - 1] != "approval":
        return Guide(step)
    others = [one for one in await staff.active(session) if one.id != who.id]
    able = sorted(one.name for one in others if staff.may(vocabulary, one, APPROVER))
    return Guide(step, able[:MOST_NAMED])


async def begin(session: AsyncSession, now: datetime, who: Member, slug: str) -> None:
    """Begin on a live answer, or go on there; NotFound for a slug of none."""
    live = select(ReleaseItem).where(
        ReleaseItem.slug == slug, ReleaseItem.number == await live_release(session)
    )
    if (await session.execute(live)).first() is None:
        raise NotFound("There is no such answer.")
    kept = await _kept(session, now, who)
    if kept.slug != slug:
        kept.slug, kept.began_at = slug, now
    kept.put_off_at = kept.done_at = None
    await _note(session, now, who, "begin", slug=slug)


async def put_off(session: AsyncSession, now: datetime, who: Member) -> None:
    """Not now: it is not offered again by itself, and can be taken up where it was."""
    (await _kept(session, now, who)).put_off_at = now
    await _note(session, now, who, "put_off")


async def finish(session: AsyncSession, now: datetime, who: Member) -> None:
    """They are done with it."""
    (await _kept(session, now, who)).done_at = now
    await _note(session, now, who, "finish")


def _step(view: AnswerView, who: Member, since: datetime) -> str:
    if view.draft:
        return "write" if view.draft.state == DRAFT else "approval"
    live = view.live
    if live is None or live.approver_id is None or live.updated_at < since:
        return "draft"  # as it was, or only signed off as still correct
    return "live" if who.id == live.author_id or str(who.id) in live.editor_ids else "draft"


async def _kept(session: AsyncSession, now: datetime, who: Member) -> FirstEdit:
    """Theirs, made if there is none yet; of two presses at once the second waits for the first."""
    await session.execute(select(Staff.id).where(Staff.id == who.id).with_for_update(**ROW))
    kept = await first_edit(session, who)
    if kept is None:
        kept = FirstEdit(staff_id=who.id, began_at=now)
        session.add(kept)
    return kept


async def _note(session: AsyncSession, now: datetime, who: Member, what: str, **ids: str) -> None:
    await audit.record(session, now, who.id, f"first_edit.{what}", f"staff:{who.id}", **ids)
