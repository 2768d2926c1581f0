"""Shipped answers into the database, and what staff can look up about an answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.audit import AuditEntry
from handoff.content.facts import Facts
from handoff.content.live import live_release, release_revisions
from handoff.content.model import (
    APPROVED,
    AT_WORK,
    DRAFT,
    FAILED,
    OPEN,
    PUBLISHED,
    SET_ASIDE,
    Answer,
    ReleaseItem,
    Revision,
    Training,
)
from handoff.content.money import Figure
from handoff.content.releases import publish
from handoff.content.remembered import Known, live_and_open
from handoff.content.seed import SeedAnswer, load_content
from handoff.db import Database
from handoff.errors import NotFound
from handoff.staff import service as staff

SHIPPED = Path(__file__).parents[2] / "data" / "content"
SAVED = "answer.save_draft"
_WITH_QUESTIONS = (SAVED, "answer.add_examples", "answer.take_examples_out")
"""What is on the record when a draft's questions may have changed."""
_COMPARED = ("title", "web", "sms", "differs", "next", "source", "review_on", "examples", "areas", "goes_to")


@dataclass(frozen=True)
class AnswerView:
    """Everything about one answer. `names` holds the staff who worked on it, by id; `training` is the newest
    one that waits, goes on or failed for its approved draft. `failed` is the newest that failed for a draft
    that was taken back or never approved, until its questions are changed."""

    answer: Answer
    live: Revision | None
    draft: Revision | None
    shipped: Revision | None
    history: list[Revision]
    names: Mapping[uuid.UUID, str]
    training: Training | None = None
    failed: Training | None = None

    @property
    def spoken(self) -> Revision | None:
        """The words that people get, or last got before the answer was withdrawn."""
        if self.live is None or not self.live.goes_to:
            return self.live
        own = (one for one in self.history if one.state == PUBLISHED and not one.goes_to)
        return next(own, self.live)

    @property
    def newest(self) -> Revision:
        return self.draft or self.live or max(self.history, key=lambda one: one.updated_at)


@dataclass(frozen=True)
class Row:
    """One line of the list of answers; `state` is live, draft, in_review, approved, scheduled, shipped,
    withdrawn or not_live.

    `figure_overdue_since` is the first day that one of its sums of money has no known rate, `figure_until`
    the last day of the one that is known for the shortest. `areas` have words of their own; `writer` wrote
    it last, and `text` has all its words.
    """

    slug: str
    title: str
    group: str
    state: str
    review_on: date
    overdue: bool
    figure_overdue_since: date | None
    figure_until: date | None = None
    areas: tuple[str, ...] = ()
    sources: tuple[str, ...] = field(default=(), repr=False)
    writer: uuid.UUID | None = None
    text: str = field(default="", repr=False)

    def mentions(self, search: str) -> bool:
        """Whether every word of a search is in the answer."""
        return all(word in self.text for word in search.casefold().split())


async def seed_once(db: Database, now: datetime, folder: Path = SHIPPED, facts: Facts | None = None) -> None:
    """Load the shipped answers: as release 1 of an empty database, later as drafts where they changed.

    Raises ContentFaults when a shipped answer is wrong, with `facts` (the shipped ones when not given).
    """
    shipped = await asyncio.to_thread(lambda: load_content(folder, facts))
    async with db.transaction() as session:
        if await live_release(session):
            await _offer_updates(session, now, shipped)
        else:
            made = [await _add_shipped(session, now, answer) for answer in shipped]
            await publish(session, now, None, "As shipped", {revision.slug: revision for revision in made})


async def listed(session: AsyncSession, today: date, facts: Facts) -> list[Row]:
    """Every answer, as the list shows it on a day."""
    live, drafts = await live_and_open(session, await live_release(session), facts)
    rows = []
    for slug, group_of in await session.execute(select(Answer.slug, Answer.topic_group)):
        open_ones = {one.revision: one for one in drafts.get(slug, [])}
        undecided, said = list(open_ones), live.get(slug)
        newest = _worked_on(undecided) or (said and said.revision) or _shipped(undecided)
        if newest:
            known = open_ones.get(newest, said)
            assert known is not None
            rows.append(_row(group_of, known, said, undecided, facts, today))
    return rows


async def answer_view(session: AsyncSession, slug: str) -> AnswerView:
    """NotFound for a slug that no answer has."""
    answer = await session.get(Answer, slug)
    if answer is None:
        raise NotFound("There is no such answer.")
    query = select(Revision).where(Revision.slug == slug).order_by(Revision.number.desc())
    read_again = {"populate_existing": True}  # a caller that waited for the lock must see what came before
    history = list((await session.execute(query, execution_options=read_again)).scalars())
    drafts = [revision for revision in reversed(history) if revision.state in OPEN]
    item = await session.get(ReleaseItem, (await live_release(session), slug))
    live = await session.get(Revision, item.revision_id) if item else None
    people = [one for revision in history for one in (revision.author_id, revision.approver_id)]
    people += [uuid.UUID(one) for revision in history for one in revision.editor_ids]
    names = await staff.names(session, people)
    draft = _worked_on(drafts)
    training = await _training_of(session, draft) if draft and draft.state == APPROVED else None
    failed = await _failed_of(session, draft) if draft and draft.state == DRAFT else None
    return AnswerView(answer, live, draft, _shipped(drafts), history, names, training, failed)


async def _training_of(session: AsyncSession, draft: Revision) -> Training | None:
    query = select(Training).where(Training.state.in_((*AT_WORK, FAILED))).order_by(Training.number.desc())
    newest = (await session.execute(query.limit(50))).scalars()
    return next((one for one in newest if one.items.get(draft.slug) == str(draft.id)), None)


async def _failed_of(session: AsyncSession, draft: Revision) -> Training | None:
    failed = await _training_of(session, draft)
    if failed is None or failed.state != FAILED:
        return None
    query = select(AuditEntry).where(
        AuditEntry.subject == f"revision:{draft.id}",
        AuditEntry.action.in_(_WITH_QUESTIONS),
        AuditEntry.at > failed.finished_at,
    )
    since = (await session.execute(query)).scalars()
    changed = any(one.action != SAVED or one.detail.get("questions") for one in since)
    return None if changed else failed


def figures_of(revision: Revision, facts: Facts) -> list[Figure]:
    """The sums of money that a wording names."""
    return facts.figures_in(*revision.texts)


async def next_number(session: AsyncSession, slug: str) -> int:
    highest = select(func.max(Revision.number)).where(Revision.slug == slug)
    return ((await session.execute(highest)).scalar() or 0) + 1


def state_of(draft: Revision) -> str:
    """The state of an open draft; `scheduled` for an approved one that has a time."""
    return "scheduled" if draft.state == APPROVED and draft.publish_at else draft.state


def _worked_on(drafts: Sequence[Revision]) -> Revision | None:
    return next((draft for draft in drafts if draft.author_id), None)


def _shipped(drafts: Sequence[Revision]) -> Revision | None:
    return next((draft for draft in reversed(drafts) if draft.author_id is None), None)


def _writer(revision: Revision) -> uuid.UUID | None:
    return uuid.UUID(revision.editor_ids[-1]) if revision.editor_ids else revision.author_id


def _row(
    group: str,
    newest: Known,
    live: Known | None,
    drafts: Sequence[Revision],
    facts: Facts,
    today: date,
) -> Row:
    draft = _worked_on(drafts)
    said, gone = live or newest, bool(live and live.revision.goes_to)
    undecided = state_of(draft) if draft else "shipped" if _shipped(drafts) else None
    state = undecided or ("withdrawn" if gone else "live" if live else "not_live")
    figures = [] if gone else [facts.money[key] for key in said.sums if key in facts.money]
    ended = [figure.overdue_since(today) for figure in figures]
    return Row(
        newest.revision.slug,
        newest.revision.title,
        group,
        state,
        said.revision.review_on,
        said.revision.review_on < today and not gone,
        min(filter(None, ended), default=None),
        min((figure.rates[-1].last for figure in figures), default=None),
        tuple(sorted(newest.revision.areas)),
        said.sources,
        _writer(newest.revision),
        newest.words,
    )


async def _offer_updates(session: AsyncSession, now: datetime, shipped: Sequence[SeedAnswer]) -> None:
    """A shipped answer that changed since it last came becomes a draft; nothing local is touched."""
    live = await release_revisions(session, await live_release(session))
    query = select(Revision).where(Revision.author_id.is_(None)).order_by(Revision.number)
    came: dict[str, list[Revision]] = {}
    for revision in (await session.execute(query)).scalars():
        came.setdefault(revision.slug, []).append(revision)
    for answer in shipped:
        earlier = came.get(answer.slug, [])
        known = [*earlier[-1:], *filter(None, [live.get(answer.slug)])]
        if any(same(revision, as_revision(answer, now)) for revision in known):
            continue
        for revision in earlier:
            revision.state = SET_ASIDE if revision.state == DRAFT else revision.state
        made = await _add_shipped(session, now, answer, state=DRAFT)
        await audit.record(
            session, now, "system", "answer.shipped_update", f"revision:{made.id}", slug=answer.slug
        )


async def _add_shipped(
    session: AsyncSession, now: datetime, answer: SeedAnswer, state: str = PUBLISHED
) -> Revision:
    if await session.get(Answer, answer.slug) is None:
        session.add(Answer(slug=answer.slug, topic_group=answer.group, created_at=now))
        await session.flush()
    revision = as_revision(answer, now)
    revision.number, revision.state = await next_number(session, answer.slug), state
    session.add(revision)
    await session.flush()
    return revision


def as_revision(answer: SeedAnswer, now: datetime) -> Revision:
    """What a file says of an answer, as a revision that is not kept yet."""
    source = {
        "name": answer.source.name,
        "url": answer.source.url,
        "checked": answer.source.checked.isoformat(),
    }
    return Revision(
        slug=answer.slug,
        title=answer.title,
        web=answer.web,
        sms=answer.sms,
        differs=answer.differs or None,
        next=list(answer.next),
        source=source,
        review_on=answer.review,
        examples=list(answer.examples),
        areas={area: dict(texts) for area, texts in answer.areas.items()},
        goes_to=answer.goes_to or None,
        editor_ids=[],
        created_at=now,
        updated_at=now,
    )


def copy_of(base: Revision, now: datetime) -> Revision:
    """A revision, not kept yet, that says what another one says."""
    said = {name: copy(getattr(base, name)) for name in _COMPARED}
    return Revision(slug=base.slug, editor_ids=[], created_at=now, updated_at=now, **said)


def same(one: Revision, other: Revision) -> bool:
    return not differing(one, other)


def differing(one: Revision, other: Revision) -> list[str]:
    """The fields in which two revisions say something else."""
    return [name for name in _COMPARED if getattr(one, name) != getattr(other, name)]
