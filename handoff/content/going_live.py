"""The last steps of a wording: an approved one goes live now, at a time, or, in an emergency, unapproved.

The caller holds the transaction, and tells the hub once it is committed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.content import notices
from handoff.content.facts import Facts
from handoff.content.leading import follow, lead_problems, moves, must_lead, why
from handoff.content.live import live_release, release_revisions
from handoff.content.model import APPROVED, DRAFT, EMERGENCY, IN_REVIEW, Answer, Revision
from handoff.content.moments import in_words, moment_of
from handoff.content.releases import go_live, questions
from handoff.content.standing import listened, must_stand, new_examples, stand_problems
from handoff.content.wording import Wording, problems
from handoff.content.workflow import Editing, must_be_right, open_draft, touch
from handoff.db import ROW
from handoff.errors import Conflict, Unprocessable

LONGEST_REASON = 150
_NOT_YET = (
    "It is not live yet: its questions changed, so people get what they got before until the assistant has "
    "learnt them. If that does harm meanwhile, take the answer off at once."
)
LATE = timedelta(minutes=2)
"""So much after its time a scheduled wording was missed: the service was down."""


async def publish_approved(work: Editing, slug: str, version: int, facts: Facts) -> Revision:
    """Make an approved wording live now; the assistant learns first if its questions changed."""
    draft = await _approved(work, slug, version, facts)
    await touch(work, draft, "answer.publish")
    live = await release_revisions(work.session, await live_release(work.session))
    await _with_what_follows(work.session, work.now, work.who.id, why(draft, live), draft)
    return draft


async def schedule(work: Editing, slug: str, version: int, at: str, facts: Facts) -> Revision:
    """Have an approved wording go live at a local time such as "2026-11-23T09:00"."""
    draft = await _approved(work, slug, version, facts)
    draft.publish_at = moment_of(at, work.zone, work.now)
    await touch(work, draft, "answer.schedule")
    return draft


async def unschedule(work: Editing, slug: str, version: int) -> Revision:
    """Take it off the schedule; it stays approved. Its colleagues, who still expect it, are told."""
    draft = await open_draft(work, slug, version, APPROVED, scheduled=True)
    planned = in_words(draft.publish_at, work.zone) if draft.publish_at else ""
    draft.publish_at = None
    await touch(work, draft, "answer.unschedule")
    words = (
        f"{work.who.name} took “{draft.title}” off the schedule: it does not go live on {planned}. "
        "It stays approved, and waits until somebody publishes it."
    )
    await notices.tell_who_worked_on(work.session, work.now, draft, words, but=work.who.id)
    return draft


async def publish_in_emergency(work: Editing, slug: str, version: int, reason: str, facts: Facts) -> Revision:
    """Make a draft live without a second person; every manager and safeguarding lead is told why, and
    whether people get it yet."""
    draft = await open_draft(work, slug, version, DRAFT, IN_REVIEW, APPROVED)
    if len(reason) > LONGEST_REASON:
        raise Unprocessable("bad_field", f"Give the reason in {LONGEST_REASON} characters.", field="reason")
    must_be_right(draft, facts)
    await must_stand(work.session, draft, work.heard)
    await must_lead(work.session, draft)
    draft.state, draft.review_note = APPROVED, None
    await touch(work, draft, "answer.publish_in_emergency")
    by = work.who.id
    at_once = await _with_what_follows(work.session, work.now, by, f"{EMERGENCY}{reason}", draft)
    how = (
        "in an emergency; a second person had approved it" if draft.approver_id else "without a second person"
    )
    words, subject = f"{work.who.name} published “{draft.title}” {how}.", notices.EMERGENCY
    if not at_once:
        words, subject = f"{words} {_NOT_YET}", notices.EMERGENCY_WAITS
    await notices.tell_of_emergency(work.session, work.now, slug, f"{words} Reason: {reason}", subject)
    return draft


async def _approved(work: Editing, slug: str, version: int, facts: Facts) -> Revision:
    """The draft, if a second person said yes to it and it is still right."""
    draft = await open_draft(work, slug, version, APPROVED)
    if draft.approver_id is None:
        raise Conflict("not_approved", "Nobody approved this wording. Take it back and send it for approval.")
    must_be_right(draft, facts)
    await must_stand(work.session, draft, work.heard)
    await must_lead(work.session, draft)
    return draft


async def _with_what_follows(
    session: AsyncSession, now: datetime, by: uuid.UUID | None, reason: str, *drafts: Revision
) -> bool:
    """Have drafts go live with what other answers say otherwise because of them; whether at once."""
    revisions: dict[str, Revision] = {}
    for draft in drafts:
        revisions |= await follow(session, now, draft)
    return await go_live(session, now, by, reason, revisions | {draft.slug: draft for draft in drafts})


async def is_any_due(session: AsyncSession, now: datetime) -> bool:
    """A look without a lock, as there mostly is nothing."""
    return (await session.execute(_due(now).with_only_columns(Revision.id).limit(1))).first() is not None


async def publish_due(
    session: AsyncSession,
    now: datetime,
    facts: Facts,
    vocabulary: Vocabulary,
    zone: tzinfo,
    heard: Mapping[str, bool] | None = None,
) -> int:
    """Publish every wording whose time has come; how many there were. `heard` is `heard_in_due`.

    Those that change words alone go live together; each with other questions is learnt by itself, so that a
    bad question holds back its own answer only. One that may not go live any more (a sum of money ended,
    its next step leads round by now) stays approved, and editors are told.
    """
    due = _due(now)
    slugs = sorted((await session.execute(due.with_only_columns(Revision.slug))).scalars())
    if not slugs:
        return 0
    locked = select(Answer).where(Answer.slug.in_(slugs)).order_by(Answer.slug).with_for_update(**ROW)
    await session.execute(locked)
    again = due.order_by(Revision.slug).execution_options(populate_existing=True)
    found = list((await session.execute(again)).scalars())
    await _hold_back(session, now, [one for one in found if problems(Wording.of(one), facts)], vocabulary)
    for due_together in await _apart(session, [one for one in found if one.publish_at]):
        together = await _standing(session, due_together, heard or {})
        await _hold_back(session, now, [one for one in due_together if one not in together], vocabulary)
        if not together:
            continue
        late = [(one, one.publish_at) for one in together if one.publish_at and now - one.publish_at > LATE]
        for one in together:
            one.publish_at = None
            ids = {"slug": one.slug, "approver": str(one.approver_id)}
            await audit.record(
                session, now, "system", "answer.publish_scheduled", f"revision:{one.id}", **ids
            )
        named = together[0].title if len(together) == 1 else f"{len(together)} answers"
        approvers = {one.approver_id for one in together}  # each wording keeps its own
        by, reason = approvers.pop() if len(approvers) == 1 else None, f"As scheduled: {named}"
        at_once = await _with_what_follows(session, now, by, reason, *together)
        for one, planned in late:
            await _tell_missed(session, now, one, in_words(planned, zone), vocabulary, at_once=at_once)
    return len(found)


async def heard_in_due(session: AsyncSession, now: datetime) -> dict[str, bool]:
    """Whether screening hears danger in the new examples of what is due: it takes a while for many."""
    live = await release_revisions(session, await live_release(session))
    due = (await session.execute(_due(now))).scalars()
    return await listened(sorted({text for one in due for text in new_examples(one, live)}))


async def _standing(
    session: AsyncSession, due: Sequence[Revision], heard: Mapping[str, bool]
) -> list[Revision]:
    """Those that are right beside the other answers, and beside those before them."""
    right: list[Revision] = []
    for one in due:
        wrong = await stand_problems(session, one, heard, right) or await lead_problems(session, one)
        right += [] if wrong else [one]
    return right


async def _apart(session: AsyncSession, due: Sequence[Revision]) -> list[list[Revision]]:
    """What goes live in one step: those with the questions that are live, then each of the others, and each
    that withdraws its answer or brings it back."""
    revisions = await release_revisions(session, await live_release(session))
    live = questions(revisions)
    words_alone = [one for one in due if one.examples == live.get(one.slug, []) and not moves(one, revisions)]
    others = [[one] for one in due if one not in words_alone]
    return [words_alone, *others] if words_alone else others


def _due(now: datetime) -> Select[Revision]:
    return select(Revision).where(Revision.state == APPROVED, Revision.publish_at <= now)


async def _hold_back(
    session: AsyncSession, now: datetime, wrong: Sequence[Revision], vocabulary: Vocabulary
) -> None:
    for one in wrong:
        one.publish_at = None
        one.review_note = "It was not published at its time: it is not right any more."
        await audit.record(session, now, "system", "answer.held_back", f"revision:{one.id}", slug=one.slug)
        words = f"“{one.title}” did not go live at its time, because it is not right any more. Look at it."
        await notices.tell_publishers(session, now, vocabulary, words, f"/staff/answers/{one.slug}")


async def _tell_missed(
    session: AsyncSession,
    now: datetime,
    one: Revision,
    planned: str,
    vocabulary: Vocabulary,
    *,
    at_once: bool,
) -> None:
    came = "it went live late" if at_once else "it goes live late, as soon as the assistant has learnt it"
    await audit.record(session, now, "system", "release.missed", f"revision:{one.id}", slug=one.slug)
    words = f"“{one.title}” was to go live on {planned}. Wayline was not running then, so {came}."
    await notices.tell_publishers(session, now, vocabulary, words, f"/staff/answers/{one.slug}")
