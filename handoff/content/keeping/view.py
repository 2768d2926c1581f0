"""What an answer's page shows of keeping it right: whose it is, its review, and how its links did."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff.content.facts import Facts
from handoff.content.keeping import links
from handoff.content.keeping.model import SourceLink
from handoff.content.keeping.owners import Owner, editors, owners
from handoff.content.keeping.reviews import looked_at_again
from handoff.content.model import PUBLISHED, Revision
from handoff.content.remembered import addresses
from handoff.content.service import AnswerView, differing


@dataclass(frozen=True)
class Kept:
    """`signed` are the revisions that only say that another is still correct; `again_on` is when to look
    again at what is found correct today, None where nothing is live."""

    owner: Owner | None
    keepers: Mapping[uuid.UUID, str]
    looks: Sequence[SourceLink]
    signed: frozenset[uuid.UUID]
    again_on: date | None


async def kept(
    session: AsyncSession, view: AnswerView, today: date, facts: Facts, vocabulary: Vocabulary
) -> Kept:
    """How an answer is kept right, as somebody sees it on a day."""
    keepers = await editors(session, vocabulary)
    live = view.live if view.live and not view.live.goes_to else None
    return Kept(
        (await owners(session, keepers)).get(view.answer.slug),
        {one.id: one.name for one in keepers},
        await links.looks(session, addresses(live, facts)) if live else [],
        _signed(view.history),
        looked_at_again(live, today, facts) if live else None,
    )


def _signed(history: Sequence[Revision]) -> frozenset[uuid.UUID]:
    """Of revisions, newest first: those published with the words of the one published before."""
    published = [one for one in history if one.state == PUBLISHED]
    return frozenset(
        one.id
        for one, before in pairwise(published)
        if one.author_id
        and one.approver_id is None
        and set(differing(one, before)) <= {"source", "review_on"}
    )
