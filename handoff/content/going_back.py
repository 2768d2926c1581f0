"""May an earlier release be live again? What was right then need not be right now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.content.facts import Facts
from handoff.content.live import leads_to, live_release, release_revisions
from handoff.content.model import Revision
from handoff.content.service import figures_of
from handoff.content.standing import next_problems
from handoff.content.wording import Wording, problems
from handoff.errors import Unprocessable

MOST_NAMED = 5


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
