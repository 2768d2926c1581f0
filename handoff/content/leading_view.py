"""Where an answer leads, and what leads to it, as its page tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff.content.assistant import is_its_own, offered_as
from handoff.content.leading import followers, lead_problems
from handoff.content.live import leads_to, live_release, soon_live
from handoff.content.model import ReleaseItem, Revision
from handoff.content.service import AnswerView


@dataclass(frozen=True)
class Leading:
    """What the page says of it: `to` is the revision that people get instead, once the draft is live or now;
    `steps` the titles of answers whose next steps lead on, `buttons` the assistant's own that do; `moved`
    how many questions move; `here` the withdrawn answers that lead to this one, by slug."""

    to: Revision | None = None
    new_name: str = ""
    steps: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    moved: int = 0
    problems: list[str] = field(default_factory=list)
    here: Mapping[str, str] = field(default_factory=dict)
    may_go: bool = False


async def leading(session: AsyncSession, view: AnswerView, vocabulary: Vocabulary) -> Leading:
    """For one answer, as its newest revision has it."""
    slug, here = view.answer.slug, await _here(session, view.answer.slug)
    may_go = view.live is not None and not is_its_own(slug, view.answer.topic_group)
    goes_to = view.newest.goes_to
    if not goes_to:
        return Leading(here=here, may_go=may_go)
    live = await soon_live(session)
    changes = followers(view.draft, live) if view.draft else {}
    questions = changes.get(goes_to, {}).get("examples", ())
    return Leading(
        to=leads_to(live, goes_to),
        new_name="" if goes_to in live else goes_to,
        steps=[live[other].title for other, new in changes.items() if "next" in new],
        buttons=offered_as(slug, vocabulary) if view.draft else [],
        moved=len(questions) - len(live[goes_to].examples) if questions else 0,
        problems=await lead_problems(session, view.draft) if view.draft else [],
        here=here,
        may_go=may_go,
    )


async def _here(session: AsyncSession, slug: str) -> dict[str, str]:
    """The titles of the live answers that lead to this one, by slug."""
    query = (
        select(Revision.slug, Revision.title)
        .join(ReleaseItem, ReleaseItem.revision_id == Revision.id)
        .where(ReleaseItem.number == await live_release(session), Revision.goes_to == slug)
        .order_by(Revision.title)
    )
    return {led: title for led, title in await session.execute(query)}
