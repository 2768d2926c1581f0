"""What the answers say now: the live release, held in memory and read again when a new one is published.

Words with sums in them hold for a day: what is said is decided by the clock when it is said.
"""

from __future__ import annotations

import html
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.clock import Clock
from handoff.content.areas import Area, local_day
from handoff.content.facts import Facts, Words, fill
from handoff.content.markdown import to_html, to_text
from handoff.content.model import AT_WORK, Release, ReleaseItem, Revision, Training
from handoff.content.money import Figure
from handoff.db import Database
from handoff.live import CONTENT, Hub

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.5  # new words are promised within two seconds, also when a notice is lost


@dataclass(frozen=True)
class RenderedAnswer:
    """An answer with everything filled in. `next` holds (title, slug) of each next step."""

    slug: str
    title: str
    html: str
    text: str
    sms: str
    source: dict[str, Any]
    next: tuple[tuple[str, str], ...]
    revision_id: uuid.UUID


class LiveContent:
    """The live release; `answer` never touches the database."""

    def __init__(self, db: Database, hub: Hub, clock: Clock, facts: Facts) -> None:
        self._db, self._hub, self._clock = db, hub, clock
        self.facts = facts
        self.release = 0
        self._revisions: Mapping[str, Revision] = {}
        self._figures: list[Figure] = []
        self._rendered: dict[tuple[str, str, str | None], tuple[date, RenderedAnswer]] = {}

    def answer(self, slug: str, area: Area, council: str | None = None) -> RenderedAnswer | None:
        """The answer as it reads now in this area; None when the live release has no such answer.

        `council` is whom to ask where the person lives, when that is known to be elsewhere. Instead of a
        withdrawn answer it is the one that this goes to.
        """
        revision = self._said_for(slug)
        if revision is None:
            return None
        slug, today = revision.slug, local_day(area, self._clock.now())
        day, found = self._rendered.get((slug, area.slug, council), (None, None))
        if found is None or day != today:
            found = self._render(revision, area, today, council)
            self._rendered[slug, area.slug, council] = today, found
        return found

    def title(self, slug: str) -> str | None:
        """How the live release names an answer; None when it has no such answer."""
        revision = self._said_for(slug)
        return revision.title if revision else None

    def _said_for(self, slug: str) -> Revision | None:
        """What people get who ask for this answer: its own words, or those of where it goes to."""
        return leads_to(self._revisions, slug)

    def ending(self, by: date) -> list[Figure]:
        """The sums that live answers name whose last known rate ends on a day or before it."""
        return [one for one in self._figures if one.rates[-1].last <= by]

    async def reload(self) -> None:
        """Take up the highest release, if it is not the one already held."""
        async with self._db.reading() as session:
            number = await live_release(session)
            if number != self.release:
                revisions = await release_revisions(session, number)
                self._revisions, self._rendered, self.release = revisions, {}, number
                said = (text for one in revisions.values() if not one.goes_to for text in one.texts)
                self._figures = self.facts.figures_in(*said)
                log.info("answers live release=%d answers=%d", number, len(revisions))

    async def keep_fresh(self) -> None:
        """Follow new releases until cancelled: at once when told, and by looking now and then."""
        async with self._hub.subscribe(CONTENT) as notices:
            while True:
                await self.reload()
                await notices.wait(LOOK_SECONDS)

    def _render(self, revision: Revision, area: Area, day: date, council: str | None) -> RenderedAnswer:
        words = self.facts.on(area, day, council)
        web, sms = words_in(area, revision.web, revision.sms, revision.areas)
        said = [to_text(web, words), fill(revision.differs or "", words)]
        found = {one.slug: one.title for slug in revision.next if (one := self._said_for(slug))}
        return RenderedAnswer(
            slug=revision.slug,
            title=revision.title,
            html=web_html(web, revision.differs, words),
            text="\n\n".join(filter(None, said)),
            sms=fill(sms, words),
            source={name: fill(str(said), words) for name, said in revision.source.items()},
            next=tuple((title, slug) for slug, title in found.items() if slug != revision.slug),
            revision_id=revision.id,
        )


def leads_to(revisions: Mapping[str, Revision], slug: str) -> Revision | None:
    """The revision at the end of where an answer goes; None when it is not there, or leads round."""
    passed: set[str] = set()
    while (revision := revisions.get(slug)) and revision.goes_to and slug not in passed:
        passed.add(slug)
        slug = revision.goes_to
    return revision if revision and not revision.goes_to else None


def words_in(area: Area, web: str, sms: str, areas: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """An answer's web and SMS text in an area: its own words where it has any, else those of everywhere."""
    own = areas.get(area.slug, {})
    return own.get("web", web), own.get("sms", sms)


def web_html(web: str, differs: str | None, words: Words) -> str:
    """An answer as the chat shows it: its words, and quietly why they may be different elsewhere."""
    quiet = f'\n<p class="differs">{html.escape(fill(differs, words))}</p>' if differs else ""
    return to_html(web, words) + quiet


async def live_release(session: AsyncSession) -> int:
    """The number of the live release; 0 before the first."""
    return (await session.execute(select(func.max(Release.number)))).scalar() or 0


async def release_revisions(session: AsyncSession, number: int) -> dict[str, Revision]:
    """The revision of each answer in a release, by slug."""
    query = (
        select(Revision)
        .join(ReleaseItem, ReleaseItem.revision_id == Revision.id)
        .where(ReleaseItem.number == number)
        .order_by(Revision.slug)
    )
    return {revision.slug: revision for revision in (await session.execute(query)).scalars()}


async def soon_live(session: AsyncSession) -> dict[str, Revision]:
    """The live revisions, and in their place those that are being learnt just now."""
    live = await release_revisions(session, await live_release(session))
    waiting = (await session.execute(select(Training).where(Training.state.in_(AT_WORK)))).scalars()
    ids = [uuid.UUID(one) for each in waiting if not each.earlier for one in each.items.values()]
    learnt = (await session.execute(select(Revision).where(Revision.id.in_(ids)))).scalars()
    return {**live, **{one.slug: one for one in learnt}}
