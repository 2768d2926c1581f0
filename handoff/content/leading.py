"""Where a withdrawn answer leads, and what other answers say otherwise because of it.

A withdrawal is a revision that `goes_to` another answer. What follows from it for others (a next step that
named it, questions that move) are revisions too, which go live in the same release and go back with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.content.assistant import is_its_own
from handoff.content.checks import MAX_EXAMPLES, MIN_EXAMPLES, asked_as
from handoff.content.live import live_release, release_revisions, soon_live
from handoff.content.model import APPROVED, OPEN, Answer, Revision
from handoff.content.releases import one_publisher
from handoff.content.service import copy_of, next_number
from handoff.content.standing import next_problems
from handoff.db import ROW
from handoff.errors import Conflict, Unprocessable

Changes = dict[str, dict[str, Any]]
"""By slug of another answer, the fields that say something else, with what they say."""


def followers(draft: Revision, live: Mapping[str, Revision]) -> Changes:
    """What other live answers say otherwise once the draft is live: nothing, unless it withdraws its answer,
    or brings back one that was."""
    was = live.get(draft.slug)
    if draft.goes_to:
        return _led_on(draft, was, live)
    if was and was.goes_to and was.goes_to in live:
        return _given_back(draft, live[was.goes_to])
    return {}


def moves(draft: Revision, live: Mapping[str, Revision]) -> bool:
    """Whether the draft withdraws its answer, or brings back one that was withdrawn."""
    was = live.get(draft.slug)
    return bool(draft.goes_to or (was and was.goes_to))


def why(draft: Revision, live: Mapping[str, Revision]) -> str:
    """What a release that carries the draft is for."""
    was = live.get(draft.slug)
    if draft.goes_to:
        return (
            f"Withdrawn: {draft.title}"
            if draft.goes_to in live
            else f"Renamed to {draft.goes_to}: {draft.title}"
        )
    if was is None:
        return f"New answer: {draft.title}"
    return f"Brought back: {draft.title}" if was.goes_to else f"New wording: {draft.title}"


async def must_lead(session: AsyncSession, draft: Revision) -> None:
    """Unprocessable `not_ready` for a withdrawal that leads nowhere, round, or takes what is needed."""
    if found := await lead_problems(session, draft):
        told = {"goes_to": found}
        raise Unprocessable("not_ready", f"This cannot be done yet: {found[0]}.", problems=told)


async def lead_problems(session: AsyncSession, draft: Revision) -> list[str]:
    """What keeps a withdrawal, or a return, from going live; nothing for any other draft."""
    live = await soon_live(session)
    if not moves(draft, live):
        return []
    if told := await _astray(session, draft, live):
        return [told]
    changes = followers(draft, live)
    busy = await _with_open_draft(session, [slug for slug, new in changes.items() if "examples" in new])
    found = [
        f"“{live[slug].title}” has a draft open, and its questions change too: finish that first"
        for slug in busy
    ]
    for slug, new in changes.items():
        count = len(new.get("examples", ())) if "examples" in new else MIN_EXAMPLES
        if not MIN_EXAMPLES <= count <= MAX_EXAMPLES:
            bounds = f"{MIN_EXAMPLES} to {MAX_EXAMPLES}"
            found.append(f"“{live[slug].title}” would then have {count} questions, and needs {bounds}")
    return found + _round(draft, live, changes)


async def follow(session: AsyncSession, now: datetime, draft: Revision) -> dict[str, Revision]:
    """The revisions of other answers that go live with the draft, approved as it is.

    One with an open draft keeps its next steps: they lead on where they are said, and its editor is told.
    """
    release = await live_release(session)
    live = await release_revisions(session, release)
    if not moves(draft, live):
        return {}
    bases = _bases(draft, live)
    locked = select(Answer.slug).where(Answer.slug.in_(bases)).order_by(Answer.slug)
    await session.execute(locked.with_for_update(**ROW))
    for slug in await _with_open_draft(session, list(bases)):  # also one that was begun just now
        base, new = bases.pop(slug)
        if "examples" in new:
            raise Conflict("draft_open", f"“{base.title}” has a draft open by now: finish that first.")
    await one_publisher(session)  # after the rows, as in every step that publishes
    if await live_release(session) != release:  # else older words would follow those that went live just now
        raise Conflict("published_meanwhile", "Somebody published at the same moment. Try again.")
    return {slug: await _following(session, now, draft, *bases[slug]) for slug in bases}


def said_after(draft: Revision, live: Mapping[str, Revision]) -> dict[str, tuple[Revision, bool]]:
    """By slug, what each other answer says once the draft is live, as a revision that is not kept, and
    whether questions would be lost without it."""
    return {
        slug: (_saying(base, new, draft.updated_at), bool(new.keys() & {"examples", "slug"}))
        for slug, (base, new) in _bases(draft, live).items()
    }


async def is_new_name(session: AsyncSession, slug: str, name: str) -> bool:
    """Whether a name was put aside for this answer, and nothing else was ever written under it."""
    query = select(Revision.follows).where(Revision.slug == name)
    return set((await session.execute(query)).scalars()) == {slug}


def _led_on(draft: Revision, was: Revision | None, live: Mapping[str, Revision]) -> Changes:
    to = str(draft.goes_to)
    changes: Changes = {}
    for slug, one in live.items():
        if slug == draft.slug:
            continue
        steps = dict.fromkeys(to if step == draft.slug else step for step in one.next)
        if draft.slug in one.next:
            changes[slug] = {"next": [step for step in steps if step != slug]}
        if one.goes_to == draft.slug:
            changes.setdefault(slug, {})["goes_to"] = to
    if was and to in live and not draft.examples:
        more = _others(was.examples, live[to].examples)
        if more:
            changes.setdefault(to, {})["examples"] = [*live[to].examples, *more]
    return changes


def _given_back(draft: Revision, target: Revision) -> Changes:
    left = _others(target.examples, draft.examples)
    return {target.slug: {"examples": left}} if len(left) < len(target.examples) else {}


def _bases(draft: Revision, live: Mapping[str, Revision]) -> dict[str, tuple[Revision, dict[str, Any]]]:
    """By slug of each answer that says something else, the live words it goes on from, and what is new."""
    found = {slug: (live[slug], new) for slug, new in followers(draft, live).items()}
    if draft.goes_to and draft.goes_to not in live and draft.slug in live:  # a rename
        found[draft.goes_to] = (live[draft.slug], {"slug": draft.goes_to})
    return found


def _saying(base: Revision, new: Mapping[str, Any], now: datetime) -> Revision:
    one = copy_of(base, now)
    for name, said in new.items():
        setattr(one, name, said)
    return one


def _others(examples: Sequence[str], known: Sequence[str]) -> list[str]:
    """Those that are not among the known ones, however they are written."""
    said = {asked_as(one) for one in known}
    return [one for one in examples if asked_as(one) not in said]


async def _astray(session: AsyncSession, draft: Revision, live: Mapping[str, Revision]) -> str | None:
    """Why the answer may not go where the draft says."""
    to, answer = draft.goes_to, await session.get_one(Answer, draft.slug)
    if to is None:
        return None
    if is_its_own(draft.slug, answer.topic_group):
        return "this answer is part of how Wayline works: change its words, but do not take it away"
    if draft.slug not in live:
        return "this answer was never live: discard its draft instead"
    if to == draft.slug:
        return "an answer cannot lead to itself"
    if to in live and live[to].goes_to:
        return f"“{live[to].title}” is withdrawn itself: choose the answer that people get for it"
    if to not in live and not await is_new_name(session, draft.slug, to):
        return f"{to} is not the name of a live answer: take one from the list"
    return None


def _round(draft: Revision, live: Mapping[str, Revision], changes: Changes) -> list[str]:
    """The next steps that would then lead round in a circle and nowhere else."""
    steps = {slug: changes.get(slug, {}).get("next", one.next) for slug, one in live.items()}
    if draft.goes_to and draft.goes_to not in live:
        steps[draft.goes_to] = steps[draft.slug]
    moved = [slug for slug, new in changes.items() if "next" in new]
    told = {slug: next_problems(slug, steps[slug], steps) for slug in moved}
    return [f"of “{live[slug].title}”, {one}" for slug, found in told.items() for one in found]


async def _with_open_draft(session: AsyncSession, slugs: Sequence[str]) -> list[str]:
    query = select(Revision.slug).where(
        Revision.slug.in_(slugs), Revision.state.in_(OPEN), Revision.author_id.is_not(None)
    )
    return sorted(set((await session.execute(query)).scalars()))


async def _following(
    session: AsyncSession, now: datetime, draft: Revision, base: Revision, new: Mapping[str, Any]
) -> Revision:
    one = _saying(base, new, now)
    one.number, one.state, one.follows = await next_number(session, one.slug), APPROVED, draft.slug
    one.author_id, one.editor_ids = draft.author_id, list(draft.editor_ids)
    one.approver_id = draft.approver_id
    session.add(one)
    await session.flush()
    await audit.record(
        session, now, "system", "answer.follow", f"revision:{one.id}", slug=one.slug, because_of=draft.slug
    )
    return one
