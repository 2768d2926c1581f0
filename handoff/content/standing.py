"""What is wrong with a wording beside the other answers: where its next steps lead, what its examples say."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content.checks import asked_as
from handoff.content.live import leads_to, live_release, release_revisions, soon_live
from handoff.content.model import ReleaseItem, Revision
from handoff.content.talk import WRITE_OTHERWISE, kept_for
from handoff.errors import Unprocessable
from handoff.screening.service import screen

MOST_NAMED = 5
_NOT_DANGER = ("language",)  # that nobody reads a language yet is no danger in what it says


async def must_stand(session: AsyncSession, draft: Revision, heard: Mapping[str, bool]) -> None:
    """Unprocessable `not_ready`, by field, for a next step that leads nowhere or round, and for an example
    that screening would hear as danger."""
    if found := await stand_problems(session, draft, heard):
        raise Unprocessable("not_ready", "This wording cannot be published yet.", problems=found)


async def stand_problems(
    session: AsyncSession, draft: Revision, heard: Mapping[str, bool], beside: Sequence[Revision] = ()
) -> dict[str, list[str]]:
    """What is wrong with a draft, by field, beside the answers that are live, are being learnt, or go live
    together with it (`beside`). Nobody is led on from an answer that is withdrawn.

    Examples that are live already are not asked about again, nor are those `heard` before the transaction,
    which holds everybody's messages up on SQLite.
    """
    live = await release_revisions(session, await live_release(session))
    soon = {**await soon_live(session), **{one.slug: one for one in beside}}
    steps = [] if draft.goes_to else _step_problems(draft, live) or _step_problems(draft, soon)
    new = new_examples(draft, live)
    heard = {**heard, **await listened([one for one in new if one not in heard])}
    twice = _asked_twice(draft, new, live, {**live, **soon})
    talk = await asyncio.to_thread(_no_question, draft.slug, new) if new else []
    found = {"next": steps, "examples": _dangerous([one for one in new if heard[one]]) + talk + twice}
    return {field: told for field, told in found.items() if told}


def new_examples(draft: Revision, live: Mapping[str, Revision]) -> list[str]:
    """Those that people do not get this answer for yet."""
    known = live.get(draft.slug)
    return sorted(set(draft.examples) - set(known.examples if known else ()))


def _asked_twice(
    draft: Revision, new: Sequence[str], live: Mapping[str, Revision], others: Mapping[str, Revision]
) -> list[str]:
    """New examples that the draft or another answer has already, as files of answers would be refused."""
    was = live.get(draft.slug)
    apart = {draft.slug, was.goes_to if was else None}  # who got its questions gives them back
    theirs = {
        asked_as(text): f"“{one.title}”"
        for slug, one in (others.items() if new else ())
        if slug not in apart
        for text in one.examples
    }
    times = Counter(asked_as(text) for text in draft.examples)
    told = []
    for text in new:
        said = asked_as(text)
        if said and (said in theirs or times[said] > 1):
            where = theirs.get(said, "this answer, written otherwise")
            told.append(f'"{text}" is already an example of {where}: keep it in one place')
    return _named(told, "there already")


def _withdrawn_steps(draft: Revision, live: Mapping[str, Revision]) -> list[str]:
    """For each next step that is withdrawn, what to take instead."""
    gone = [live[step] for step in draft.next if step in live and live[step].goes_to]
    ends = [(one, leads_to(live, one.slug)) for one in gone]
    return [f"“{one.title}” is withdrawn: take “{to.title if to else 'another'}” instead" for one, to in ends]


def _step_problems(draft: Revision, live: Mapping[str, Revision]) -> list[str]:
    steps = {slug: one.next for slug, one in live.items()}
    return _withdrawn_steps(draft, live) or next_problems(draft.slug, draft.next, steps)


async def live_titles(session: AsyncSession) -> dict[str, str]:
    """The title of every answer that people get, by slug, in the order of the titles."""
    query = (
        select(Revision.slug, Revision.title)
        .join(ReleaseItem, ReleaseItem.revision_id == Revision.id)
        .where(ReleaseItem.number == await live_release(session), Revision.goes_to.is_(None))
        .order_by(Revision.title)
    )
    return {slug: title for slug, title in await session.execute(query)}


def next_problems(slug: str, steps: Sequence[str], live: Mapping[str, Sequence[str]]) -> list[str]:
    """What is wrong with an answer's next steps, given those of the live answers."""
    if slug in steps:
        return ["next names this answer itself: take it out"]
    strangers = [step for step in steps if step not in live]
    if strangers:
        return [f"{step} is not the name of a live answer: take one from the list" for step in strangers]
    circle = _circle(slug, steps, live)
    if circle:
        way = ", then ".join(circle)
        return [f"next leads round in a circle and nowhere else ({way}): add another next step"]
    return []


async def listened(examples: Sequence[str]) -> dict[str, bool]:
    """Whether screening hears danger in each example; it takes some milliseconds for each."""
    if not examples:
        return {}
    return await asyncio.to_thread(lambda: {text: sounds_dangerous(text) for text in examples})


def _dangerous(heard: Sequence[str]) -> list[str]:
    told = [
        f'"{text}" is heard as a worry about safety: such words go to a person, so it cannot be an example'
        for text in heard
    ]
    return _named(told, "heard so")


def _no_question(slug: str, new: Sequence[str]) -> list[str]:
    """New examples that are what people say to have something else done."""
    kept = [(text, what) for text in new if (what := kept_for(slug, text))]
    told = [
        f'"{text}" is kept for something else people say ({what}): {WRITE_OTHERWISE}' for text, what in kept
    ]
    return _named(told, "kept for something else")


def _named(told: list[str], so: str) -> list[str]:
    """The first few, and how many more there are."""
    more = [f"{len(told) - MOST_NAMED} more are {so}"] if told[MOST_NAMED:] else []
    return [*told[:MOST_NAMED], *more]


def sounds_dangerous(text: str) -> bool:
    """Whether screening would hear concern or more in it."""
    return any(one.level != "routine" for one in screen(text).findings if one.detector not in _NOT_DANGER)


def _circle(slug: str, steps: Sequence[str], live: Mapping[str, Sequence[str]]) -> list[str]:
    """The answers that lead back here when each offers a single next step; empty when there is a way out."""
    way, at = [slug], list(steps)
    while len(at) == 1 and at[0] not in way:
        way.append(at[0])
        at = list(live.get(at[0], ()))
    return [*way[1:], slug] if at == [slug] and len(way) > 1 else []
