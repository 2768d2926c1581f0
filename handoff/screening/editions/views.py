"""What the pages of screening show: the sets in force, a set's parts, a draft with its dry run."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import cases_to_open, conversations_with_cases
from handoff.conversations.model import Conversation, Message
from handoff.screening import force, sets
from handoff.screening.editions import service
from handoff.screening.editions.parts import Change, Part, changes, parts
from handoff.screening.editions.trial import STALE
from handoff.screening.force import Held
from handoff.screening.model import DRAFT, Edition
from handoff.screening.verdict import rank
from handoff.staff import service as staff
from handoff.staff.service import Member

MOST_LISTED = 100


@dataclass(frozen=True)
class SetView:
    """One kind of set: what is in force in this process, what was approved last, what is open, the past.

    `stands_in`: the shipped words are, because what was approved cannot be used.
    """

    kind: str
    held: Held[Any]
    live: Edition | None
    open: Edition | None
    history: Sequence[Edition]
    names: Mapping[uuid.UUID, str]
    stands_in: bool

    @property
    def shown(self) -> Edition | None:
        """What its pages show: the draft where there is one."""
        return self.open or self.live

    @property
    def can_write(self) -> bool:
        """A part can be changed: nothing waits for approval."""
        return self.live is not None and (self.open is None or self.open.state == DRAFT)

    def by(self, edition: Edition) -> str:
        """Who wrote an edition, in words."""
        if edition.author_id:
            return self.names.get(edition.author_id, "a colleague")
        return "shipped with Wayline"

    def editors(self, edition: Edition) -> list[str]:
        """Who else had a hand in an edition."""
        others = [uuid.UUID(one) for one in edition.editor_ids if one != str(edition.author_id)]
        return [self.names.get(one, "a colleague") for one in others]

    def changed(self) -> list[Change]:
        """What the open draft changes."""
        if not (self.open and self.live):
            return []
        return changes(self.kind, self.live.body, self.open.body)


async def set_view(session: AsyncSession, kind: str) -> SetView:
    history = await service.history(session, kind)
    live, opened = await service.live(session, kind), await service.open_edition(session, kind)
    people = [one for edition in history for one in (edition.author_id, edition.approver_id)]
    people += [uuid.UUID(one) for edition in history for one in edition.editor_ids]
    names = await staff.names(session, people)
    return SetView(kind, force.of(kind).held, live, opened, history, names, force.of(kind).stands_in)


@dataclass(frozen=True)
class Listed:
    """A part in the list: whether the draft changes it, and the lines that the search found."""

    part: Part
    changed: bool
    found: Sequence[str] = ()


def listed(view: SetView, search: str = "", level: str = "", category: str = "") -> list[Listed]:
    """The parts that fit; a search looks at names and lines."""
    if view.shown is None:
        return []
    touched = {change.part.key for change in view.changed()}
    rows = []
    for key, part in parts(view.kind, view.shown.body).items():
        found = [line for line in part.lines if search.casefold() in line.casefold()] if search else []
        named = search.casefold() in part.title.casefold()
        if search and not (found or named):
            continue
        if (level and part.level != level) or (category and category not in part.categories):
            continue
        rows.append(Listed(part, key in touched, found))
    return rows


@dataclass(frozen=True)
class TrialRow:
    """A message whose level would change; `words` is None where the reader may not see the case it is in."""

    old: str
    new: str
    categories: Sequence[str]
    words: Sequence[str] | None
    case_id: uuid.UUID | None = None
    at: datetime | None = None
    expected: str | None = None

    @property
    def falls(self) -> bool:
        return rank(self.new) < rank(self.old)  # type: ignore[arg-type]


@dataclass(frozen=True)
class TrialView:
    """A dry run as it stands; `current` when it was of these words against those in force."""

    kept: Mapping[str, Any]
    current: bool
    stale: bool = False
    falls: Sequence[TrialRow] = ()
    rises: Sequence[TrialRow] = ()
    labelled: Sequence[TrialRow] = ()

    @property
    def state(self) -> str:
        return str(self.kept.get("state", "none"))


async def trial_view(session: AsyncSession, now: datetime, who: Member, view: SetView) -> TrialView | None:
    """The open draft's dry run for this reader; None for fixed messages, which nothing is heard by."""
    if view.kind != sets.PHRASES or view.open is None:
        return None
    kept = view.open.trial or {}
    current = bool(kept) and (kept.get("sha256"), kept.get("against")) == (
        view.open.sha256,
        view.live.sha256 if view.live else None,
    )
    if kept.get("state") != "done":
        stale = bool(kept) and now - datetime.fromisoformat(kept["told_at"]) >= STALE
        return TrialView(kept, current, stale)
    past = await _past_rows(session, who, kept["changed"])
    made_up = [_row(one, [one["labelled"]]) for one in kept["labelled_changed"][:MOST_LISTED]]
    return TrialView(
        kept,
        current,
        falls=[row for row in past if row.falls],
        rises=[row for row in past if not row.falls],
        labelled=made_up,
    )


async def _past_rows(
    session: AsyncSession, who: Member, changed: Sequence[Mapping[str, Any]]
) -> list[TrialRow]:
    ids = [uuid.UUID(one["message"]) for one in changed]
    query = select(Message, Conversation.area).join(Conversation, Conversation.id == Message.conversation_id)
    found = {row[0].id: row for row in (await session.execute(query.where(Message.id.in_(ids)))).all()}
    threads = {row[0].conversation_id for row in found.values()}
    reach = Reach(
        who.areas,
        await cases_to_open(session, who, threads),
        await conversations_with_cases(session, threads),
    )
    return [
        reach.row(one, *found[message_id])
        for one, message_id in zip(changed, ids, strict=True)
        if message_id in found
    ]


@dataclass(frozen=True)
class Reach:
    """What a reader may see: messages of their areas, and of a conversation with cases only through one."""

    areas: Collection[str]
    cases: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    with_cases: Collection[uuid.UUID] = ()

    def row(self, one: Mapping[str, Any], message: Message, area: str | None) -> TrialRow:
        case_id = self.cases.get(message.conversation_id)
        open_to = case_id is not None or message.conversation_id not in self.with_cases
        words = (
            evidence(message.text, one["heard"]) if open_to and (area is None or area in self.areas) else None
        )
        return _row(one, words, case_id, message.at)


def evidence(text: str, heard: Sequence[Mapping[str, Any]]) -> list[str]:
    """The words of a message that were heard; the message's beginning where they stand in one before it."""
    spans = [span for found in heard for span in found["spans"]]
    words = dict.fromkeys(text[start:end] for start, end in spans if end > start)
    return list(words) or [text[:80]]


def _row(
    one: Mapping[str, Any],
    words: Sequence[str] | None,
    case_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> TrialRow:
    categories = list(dict.fromkeys(code for found in one["heard"] for code in found["categories"]))
    return TrialRow(one["old"], one["new"], categories, words, case_id, at, one["expected"])
