"""Going back to an earlier release: what was right then need not be right now, and it is the later word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.content import notices
from handoff.content.facts import Facts
from handoff.content.landing import give_up
from handoff.content.live import leads_to, live_release, release_revisions
from handoff.content.model import AT_WORK, Revision, Training
from handoff.content.releases import add_release, next_release, questions, queue
from handoff.content.service import figures_of
from handoff.content.standing import next_problems
from handoff.content.wording import Wording, problems
from handoff.db import ROW
from handoff.errors import Conflict, NotFound, Unprocessable
from handoff.staff.service import Member

MOST_NAMED = 5
_UNDER_WAY = select(Training).where(Training.state.in_(AT_WORK)).order_by(Training.number)


async def restore(
    session: AsyncSession, now: datetime, who: Member, earlier: int, vocabulary: Vocabulary
) -> int | None:
    """Make an earlier release's set live again, as a new release; its number, None if it is learnt first.

    What is being learnt does not go live by itself any more. Asked for again while it is learnt, it goes on.
    """
    under_way = list((await session.execute(_UNDER_WAY.with_for_update(**ROW))).scalars())
    revisions = await release_revisions(session, earlier) if earlier > 0 else {}
    if not revisions:
        raise NotFound("There is no such release.")
    undone = await _undone(session, revisions)
    if [(one.earlier, one.items) for one in under_way] == [(earlier, undone)]:
        return None
    for one in under_way:
        await _call_off(session, now, who, earlier, one, vocabulary)
    number = await next_release(session)  # after the rows, as in every step that publishes
    if earlier == number - 1:
        raise Conflict("already_live", f"Release {earlier} is the live one already.")
    if (await session.execute(_UNDER_WAY.limit(1))).first():
        raise Conflict("published_meanwhile", "Somebody published at the same moment. Try again.")
    why = f"Back to release {earlier}"
    if questions(revisions) == questions(await release_revisions(session, number - 1)):
        return await add_release(session, now, number, who.id, why, revisions)
    undone = await _undone(session, revisions)
    training = Training(why=why, by_id=who.id, at=now, items=undone, earlier=earlier, faults=[])
    await queue(session, now, training)
    return None


async def _undone(session: AsyncSession, revisions: Mapping[str, Revision]) -> dict[str, str]:
    """What is live now and will not be once these are."""
    live = await release_revisions(session, await live_release(session))
    return {slug: str(one.id) for slug, one in live.items() if revisions.get(slug) is not one}


async def _call_off(
    session: AsyncSession,
    now: datetime,
    who: Member,
    earlier: int,
    training: Training,
    vocabulary: Vocabulary,
) -> None:
    """A training, locked, does not go live: going back is the later word. All who may publish hear of it."""
    again = "Go back" if training.earlier else "Publish it"
    begun = f"{who.name} went back to release {earlier} after this was begun."
    fault = f"{begun} {again} again if people should get it."
    told = await give_up(session, now, training, [fault])
    words = f"“{training.why}” did not go live. {fault}"
    await notices.tell_publishers(session, now, vocabulary, words, "/staff/releases", but=told | {who.id})
    subject = f"training:{training.number}"
    await audit.record(session, now, who.id, "training.call_off", subject, release=earlier)


async def must_be_right_still(session: AsyncSession, earlier: int, facts: Facts, today: date) -> None:
    """Unprocessable `cannot_return` carries a sentence for each thing that keeps a release from being live
    again. An answer that says now what it said then is not looked into."""
    live = await release_revisions(session, await live_release(session))
    then = Then(await release_revisions(session, earlier), facts, today)
    changed = [one for slug, one in then.revisions.items() if slug not in live or live[slug].id != one.id]
    told = [f"“{one.title}”: {fault}" for one in changed for fault in then.faults(one)]
    if len(told) > MOST_NAMED:
        told = [*told[:MOST_NAMED], f"and {len(told) - MOST_NAMED} more"]
    if told:
        raise Unprocessable("cannot_return", f"Release {earlier} cannot be live again.", problems=told)


@dataclass(frozen=True)
class Then:
    """An earlier release, to be looked at as it would be on a day."""

    revisions: Mapping[str, Revision]
    facts: Facts
    day: date

    def faults(self, one: Revision) -> Iterator[str]:
        """What is wrong with one of its answers, as what to do about it where something can be done."""
        for sentences in problems(Wording.of(one), self.facts).values():
            yield from sentences
        for figure in figures_of(one, self.facts):
            if since := figure.overdue_since(self.day):
                yield f"no rate is known for {figure.what} since {since.day} {since:%B %Y}"
        if one.goes_to:
            if leads_to(self.revisions, one.slug) is None:
                yield f"people would be sent on to {one.goes_to}, and get no answer there"
            return
        steps = {slug: said.next for slug, said in self.revisions.items()}
        yield from next_problems(one.slug, one.next, steps)
        for step in one.next:
            if step in self.revisions and self.revisions[step].goes_to:
                yield f"its next step “{self.revisions[step].title}” is withdrawn"
