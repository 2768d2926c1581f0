"""The way of an edition: a draft, its review, approval by a second person, in force; every step is audited.

The caller holds the transaction, and tells the hub once it is committed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from handoff import audit
from handoff.db import ROW
from handoff.errors import Conflict, Forbidden, NotFound, Unprocessable
from handoff.screening import sets
from handoff.screening.editions.parts import Part, changes, parts, with_part
from handoff.screening.model import (
    DRAFT,
    IN_REVIEW,
    LIVE,
    REJECTED,
    RETIRED,
    SET_ASIDE,
    SHIPPED,
    Edition,
)
from handoff.staff.service import Member

OPEN = (DRAFT, IN_REVIEW)
SCREENING = "screening"  # the hub's topic: another edition may be in force
APPROVALS = ("screening.approve", "screening.restore_shipped", "screening.ship")


@dataclass(frozen=True)
class Editing:
    """Who works on one kind of set, when, and in which transaction."""

    session: AsyncSession
    now: datetime
    who: Member
    kind: str


async def note(
    session: AsyncSession, now: datetime, actor: object, action: str, edition: Edition, **more: object
) -> None:
    """The audit's entry about an edition: ids and hashes, never words."""
    detail = {"kind": edition.kind, "number": edition.number, "sha256": edition.sha256, **more}
    await audit.record(session, now, actor, action, f"edition:{edition.id}", **detail)


async def history(session: AsyncSession, kind: str, limit: int = 100) -> list[Edition]:
    """The editions of a kind, newest first, without their bodies."""
    query = select(Edition).where(Edition.kind == kind).order_by(Edition.number.desc()).limit(limit)
    return list((await session.execute(query)).scalars())


async def live(session: AsyncSession, kind: str) -> Edition | None:
    """The edition that was approved last, with its body."""
    return await _one(session, kind, Edition.state == LIVE)


async def open_edition(session: AsyncSession, kind: str) -> Edition | None:
    """The draft, or what waits for approval, with its body and dry run."""
    return await _one(session, kind, Edition.state.in_(OPEN))


async def numbered(session: AsyncSession, kind: str, number: int) -> Edition:
    """One edition with its body and dry run. Raises NotFound."""
    found = await _one(session, kind, Edition.number == number)
    if found is None:
        raise NotFound("There is no such edition.")
    return found


async def _one(session: AsyncSession, kind: str, which: object) -> Edition | None:
    query = select(Edition).where(Edition.kind == kind, which)  # type: ignore[arg-type]
    options = undefer(Edition.body), undefer(Edition.trial)
    return (await session.execute(query.options(*options).execution_options(populate_existing=True))).scalar()


async def add(
    session: AsyncSession, now: datetime, kind: str, body: str, state: str, *, origin: str,
    author: Member | None = None, base: int | None = None, reason: str | None = None,
) -> Edition:  # fmt: skip
    """A new edition with the next number."""
    highest = await session.scalar(select(func.max(Edition.number)).where(Edition.kind == kind))
    edition = Edition(
        kind=kind,
        number=(highest or 0) + 1,
        state=state,
        origin=origin,
        base=base,
        body=body,
        sha256=sets.digest(body),
        reason=reason,
        author_id=author.id if author else None,
        editor_ids=[str(author.id)] if author else [],
        created_at=now,
        updated_at=now,
    )
    session.add(edition)
    await session.flush()
    return edition


async def put_in_force(session: AsyncSession, now: datetime, edition: Edition) -> None:
    """Make it the live one; the one before is retired."""
    before = await live(session, edition.kind)
    if before:
        before.state = RETIRED
        await session.flush()
    edition.state, edition.live_at, edition.updated_at = LIVE, now, now
    await session.flush()


async def start(work: Editing, number: int | None = None) -> Edition:
    """The open draft, or a new one with the words of edition `number` (of the live one when not given)."""
    await _hold(work)
    existing = await open_edition(work.session, work.kind)
    if existing:
        if existing.state != DRAFT:
            raise Conflict(
                "in_review", "A draft waits for approval. Nothing can be changed until it is decided."
            )
        if number is not None:
            raise Conflict("draft_open", "There is a draft open already. Finish it or set it aside first.")
        return existing
    source = await _source(work, number)
    draft = await add(
        work.session,
        work.now,
        work.kind,
        source.body,
        DRAFT,
        origin="staff",
        author=work.who,
        base=source.number,
    )
    await _note(work, "screening.start_draft", draft, base=source.number)
    return draft


async def save_part(work: Editing, part: Part, seen: str) -> Edition:
    """Put a checked part into the draft; Conflict `changed_meanwhile` when it is not as it was `seen`."""
    draft = await start(work)
    now_there = parts(work.kind, draft.body).get(part.key)
    if (now_there.seen if now_there else "") != seen:
        raise Conflict("changed_meanwhile", "Somebody changed this after you opened it. Compare, then save.")
    draft.body = with_part(work.kind, draft.body, part)
    draft.sha256 = sets.digest(draft.body)
    _count_in(work.who, draft)
    await _touch(work, draft, "screening.save_draft", part=part.key)
    return draft


async def submit(work: Editing, version: int, reason: str) -> Edition:
    """Ask somebody else to approve; the caller has compiled the body."""
    draft = await _held(work, version, DRAFT)
    before = await live(work.session, work.kind)
    if before and not changes(work.kind, before.body, draft.body):
        raise Unprocessable("no_change", "This draft says the same as what is in force.")
    if not reason:
        raise Unprocessable("reason_required", "Say why, for the person who decides.", field="reason")
    draft.state, draft.reason, draft.review_note = IN_REVIEW, reason, None
    _count_in(work.who, draft)
    await _touch(work, draft, "screening.submit")
    return draft


async def take_back(work: Editing, version: int) -> Edition:
    """Somebody who wrote it takes it out of review."""
    draft = await _held(work, version, IN_REVIEW)
    if not is_own(work.who, draft):
        raise Forbidden("not_own", "Only somebody who worked on it can take it back. You can reject it.")
    draft.state = DRAFT
    await _touch(work, draft, "screening.take_back")
    return draft


async def reject(work: Editing, version: int, comment: str) -> Edition:
    """Say no to somebody else's draft, and why; they can begin again from it."""
    draft = await _held(work, version, IN_REVIEW)
    if is_own(work.who, draft):
        raise Forbidden("own_work", "You worked on this. Take it back instead.")
    if not comment:
        raise Unprocessable("note_required", "Say what is wrong with it.", field="note")
    draft.state, draft.review_note, draft.approver_id = REJECTED, comment, work.who.id
    await _touch(work, draft, "screening.reject")
    return draft


async def approve(work: Editing, version: int) -> Edition:
    """Put somebody else's draft in force; phrases need a dry run of these words against those in force."""
    draft = await _held(work, version, IN_REVIEW)
    if is_own(work.who, draft):
        raise Forbidden("own_work", "You worked on this, so someone else has to approve it.")
    before = await live(work.session, work.kind)
    if work.kind == sets.PHRASES and not trial_is_current(draft, before):
        raise Conflict("dry_run_needed", "Wait for the dry run of these words to end, or run it again.")
    draft.approver_id = work.who.id
    await put_in_force(work.session, work.now, draft)
    await _touch(work, draft, "screening.approve", before=before.sha256 if before else None)
    return draft


async def discard(work: Editing, version: int) -> Edition:
    """Set the draft aside; it stays in the history."""
    draft = await _held(work, version, DRAFT)
    draft.state = SET_ASIDE
    await _touch(work, draft, "screening.discard")
    return draft


async def go_back(work: Editing, number: int, reason: str) -> Edition:
    """Ask a second person to approve the words of an earlier edition once more."""
    if not reason:
        raise Unprocessable("reason_required", "Say why, for the person who decides.", field="reason")
    draft = await start(work, number)
    draft.state, draft.reason = IN_REVIEW, reason
    await _touch(work, draft, "screening.go_back", to=number)
    return draft


async def ask_for_shipped(work: Editing, body: str, reason: str) -> Edition:
    """Ask a second person to approve the shipped words, whose seal the caller checked, in place of ours."""
    if not reason:
        raise Unprocessable("reason_required", "Say why, for the person who decides.", field="reason")
    before = await _before_shipped(work, body)
    if await open_edition(work.session, work.kind):
        raise Conflict("draft_open", "There is a draft open already. Finish it or set it aside first.")
    base = before.number if before else None
    draft = await add(
        work.session, work.now, work.kind, body, IN_REVIEW, origin=SHIPPED, author=work.who, base=base,
        reason=reason,
    )  # fmt: skip
    await _note(work, "screening.ask_for_shipped", draft, before=before.sha256 if before else None)
    return draft


async def restore_shipped(work: Editing, body: str, reason: str, refused: Collection[int]) -> Edition:
    """Put the shipped words, whose seal the caller checked, in force without a second person.

    Only where they are what runs, in place of editions that cannot be used (`refused`): nothing is lost. What
    another process put in force a moment ago is none of them.
    """
    if not (work.who.may("screening.edit") and work.who.may("screening.approve")):
        raise Forbidden("no_right", "Only a safeguarding lead can do this alone.")
    if not reason:
        raise Unprocessable("reason_required", "Say what happened.", field="reason")
    before = await _before_shipped(work, body)
    if before is None or before.number not in refused:
        told = "Words that were approved here are in force. Someone else has to approve putting them aside."
        raise Conflict("needs_second_person", told)
    edition = await add(
        work.session, work.now, work.kind, body, SET_ASIDE, origin=SHIPPED, author=work.who, reason=reason
    )
    await put_in_force(work.session, work.now, edition)
    await _note(work, "screening.restore_shipped", edition, before=before.sha256 if before else None)
    return edition


async def _before_shipped(work: Editing, body: str) -> Edition | None:
    """What was approved last, with everybody else's steps held; Conflict when it is these words already."""
    await _hold(work)
    before = await live(work.session, work.kind)
    if before and before.body == body:
        raise Conflict("no_change", "The shipped words are in force already.")
    return before


def _count_in(who: Member, edition: Edition) -> None:
    """Whoever had a hand in it cannot be the second person."""
    edition.editor_ids = [*(one for one in edition.editor_ids if one != str(who.id)), str(who.id)]


def is_own(who: Member, edition: Edition) -> bool:
    """They began it or changed it."""
    return edition.author_id == who.id or str(who.id) in edition.editor_ids


def trial_is_current(edition: Edition, before: Edition | None) -> bool:
    """The dry run is done, and was of these words against those in force."""
    trial = edition.trial or {}
    against = before.sha256 if before else None
    return (trial.get("state"), trial.get("sha256"), trial.get("against")) == (
        "done",
        edition.sha256,
        against,
    )


async def _source(work: Editing, number: int | None) -> Edition:
    if number is not None:
        return await numbered(work.session, work.kind, number)
    source = await live(work.session, work.kind)
    if source is None:
        raise Conflict("nothing_live", "Nothing was approved yet, so there is nothing to start from.")
    return source


async def _hold(work: Editing) -> None:
    """Two people's steps come one after the other: whoever comes second waits at the first edition."""
    query = select(Edition.id).where(Edition.kind == work.kind).order_by(Edition.number).limit(1)
    await work.session.execute(query.with_for_update(**ROW))


async def _held(work: Editing, version: int, state: str) -> Edition:
    await _hold(work)
    draft = await open_edition(work.session, work.kind)
    if draft is None:
        raise Conflict("no_draft", "There is no open draft any more.")
    if draft.state != state:
        said = "waits for approval" if draft.state == IN_REVIEW else "is being changed"
        raise Conflict("wrong_state", f"The draft {said} now. Load the page again.")
    if draft.version != version:
        raise Conflict("changed_meanwhile", "The draft was changed after you opened it. Look again.")
    return draft


async def _touch(work: Editing, edition: Edition, action: str, **more: object) -> None:
    edition.version += 1
    edition.updated_at = work.now
    await work.session.flush()
    await _note(work, action, edition, **more)


async def _note(work: Editing, action: str, edition: Edition, **more: object) -> None:
    await note(work.session, work.now, work.who.id, action, edition, **more)
