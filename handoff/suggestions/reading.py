"""Reads unmet questions and puts them together by meaning, beside everything else.

Cleaned words and vectors stay in this process's memory, and go with their message. What is kept says which
messages belong together and which answer they are near: ids and numbers.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from handoff import audit
from handoff.background import Rounds, apart
from handoff.clock import Clock
from handoff.content.checks import SIGNPOST
from handoff.content.live import release_revisions
from handoff.content.meaning import Index, Meanings, Vectors
from handoff.content.model import SET_ASIDE, Revision
from handoff.conversations.model import Conversation
from handoff.db import ROW, Database
from handoff.feedback.service import BAR, cleaned
from handoff.suggestions.asked import Asked, all_asked
from handoff.suggestions.grouping import grouped
from handoff.suggestions.model import Suggestion, Unmet
from handoff.suggestions.wordings import is_question, known_words, shown

One = TypeVar("One")
log = logging.getLogger(__name__)
AT_ONCE = 32  # messages decrypted, texts encoded or rows written before others get their turn
_PLACED = ("group_id", "slug", "near", "typical")


@dataclass(frozen=True)
class Read:
    """What somebody asked, cleaned; `vector` is None for what is no question or not encoded yet."""

    words: str
    vector: Vectors | None = None


class Reading(Rounds):
    """The job, and what it knows: `shown` has words for editors once it is `ready`."""

    pause = 30.0

    def __init__(self, db: Database, clock: Clock, meanings: Meanings) -> None:
        self._db, self._clock, self._meanings = db, clock, meanings
        self._read: dict[uuid.UUID, Read] = {}
        self._known: tuple[int, frozenset[str]] = (0, frozenset())
        self._placed: tuple[object, dict[uuid.UUID, dict[str, Any]]] = (None, {})
        self.ready = False

    def shown(self, message_id: uuid.UUID) -> str | None:
        """The words of a question as an editor may read them; None for none that are known here."""
        read = self._read.get(message_id)
        return shown(read.words, self._known[1]) if read else None

    def whole(self, message_id: uuid.UUID) -> str | None:
        """The same with the words in it that are not shown: for what was shown before."""
        read = self._read.get(message_id)
        return read.words if read else None

    async def round(self) -> None:
        with apart("suggestions"):
            await self.look()

    async def look(self) -> None:
        """Take in what was asked since, drop what is gone, and put the open ones together anew."""
        await self._free()
        async with self._db.reading() as session:
            asked = await all_asked(session, self._clock.now())
            kept = {one.message_id: one for one in await session.execute(select(*Unmet.__table__.columns))}
        await self._read_words(asked)
        questions = [one for one in asked if is_question(self._read[one.message_id].words)]
        index = await self._meanings.made() if questions else None
        if questions and index is None:
            return  # no encoder here
        await self._encode([one.message_id for one in questions])
        if index and index.release != self._known[0]:
            self._known = index.release, await self._words_of_answers(index.release)
        decided = {one for one, row in kept.items() if row.suggestion_id}
        placed = await self._place([one for one in questions if one.message_id not in decided], index)
        await self._keep(questions, kept, placed)
        self.ready = True

    async def _free(self) -> None:
        """Questions whose words went into a draft that was discarded are open again."""
        discarded = select(Suggestion.id).where(
            Suggestion.undone_at.is_(None),
            Suggestion.revision_id.in_(select(Revision.id).where(Revision.state == SET_ASIDE)),
        )
        async with self._db.reading() as session:
            if not (await session.execute(discarded.limit(1))).first():
                return
        now = self._clock.now()
        async with self._db.transaction() as session:
            locked = discarded.order_by(Suggestion.id).with_for_update(**ROW, of=Suggestion)
            ids = list((await session.execute(locked)).scalars())
            await session.execute(update(Suggestion).where(Suggestion.id.in_(ids)).values(undone_at=now))
            back = update(Unmet).where(Unmet.suggestion_id.in_(ids))
            await session.execute(back.values(suggestion_id=None, used=False))
            for one in ids:
                await audit.record(session, now, "system", "suggestion.undo", f"suggestion:{one}")

    async def _read_words(self, asked: Sequence[Asked]) -> None:
        wanted = dict.fromkeys(one.message_id for one in asked)
        self._read = {one: read for one, read in self._read.items() if one in wanted}
        for chunk in _chunks([one for one in wanted if one not in self._read]):
            async with self._db.reading() as session:
                found = await cleaned(session, chunk)
            for one in chunk:
                self._read[one] = Read(" ".join(found.get(one, "").split()))
            await asyncio.sleep(0)

    async def _encode(self, ids: Sequence[uuid.UUID]) -> None:
        for chunk in _chunks([one for one in ids if self._read[one].vector is None]):
            texts = [self._read[one].words.replace(BAR, " ") for one in chunk]
            for one, vector in zip(chunk, await self._meanings.encode(texts), strict=True):
                self._read[one] = Read(self._read[one].words, vector)

    async def _words_of_answers(self, release: int) -> frozenset[str]:
        async with self._db.reading() as session:
            live = (await release_revisions(session, release)).values()
        answers = [("\n".join((one.title, one.web, one.sms)), one.examples) for one in live]
        return await asyncio.to_thread(known_words, answers)

    async def _place(
        self, questions: Sequence[Asked], index: Index | None
    ) -> Mapping[uuid.UUID, dict[str, Any]]:
        """Group, nearest answer and nearness of each, by message."""
        ids = [one.message_id for one in questions]
        these = (index.release if index else 0, ids)
        if these != self._placed[0]:
            vectors = [self._read[one].vector for one in ids]
            self._placed = these, await asyncio.to_thread(lambda: dict(_placed(ids, vectors, index)))
        return self._placed[1]

    async def _keep(
        self,
        questions: Sequence[Asked],
        kept: Mapping[uuid.UUID, Row[Any]],
        placed: Mapping[uuid.UUID, dict[str, Any]],
    ) -> None:
        gone = kept.keys() - {one.message_id for one in questions}
        for chunk in _chunks(sorted(gone)):
            async with self._db.transaction() as session:
                await session.execute(delete(Unmet).where(Unmet.message_id.in_(chunk)))
        rows = [_row(one) | placed[one.message_id] for one in questions if one.message_id in placed]
        changed = [row for row in rows if not _is_kept(row, kept.get(row["message_id"]))]
        for some in _chunks(changed):
            await self._write(some)
        if gone or changed:
            log.info("unmet questions kept=%d gone=%d changed=%d", len(rows), len(gone), len(changed))

    async def _write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Only where the conversation is still there and nobody is at work on it; the others next time."""
        insert = sqlite.insert if self._db.sqlite else postgresql.insert
        theirs = {row["conversation_id"] for row in rows}
        free = select(Conversation.id).where(Conversation.id.in_(theirs)).order_by(Conversation.id)
        async with self._db.transaction() as session:
            held = set((await session.execute(free.with_for_update(**ROW, skip_locked=True))).scalars())
            if ours := [row for row in rows if row["conversation_id"] in held]:
                made = insert(Unmet).values(ours)
                again = {name: made.excluded[name] for name in (*_PLACED, "why", "area")}
                undecided = Unmet.suggestion_id.is_(None)
                await session.execute(
                    made.on_conflict_do_update(index_elements=["message_id"], set_=again, where=undecided)
                )


def _placed(
    ids: Sequence[uuid.UUID], vectors: Sequence[Vectors | None], index: Index | None
) -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
    if index is None or not ids:
        return
    found = grouped(np.stack([one for one in vectors if one is not None]))
    nearest = {first: _nearest(index, middle) for first, middle in found.middles.items()}
    for place, first in enumerate(found.first):
        slug, near = nearest[first]
        values = (ids[first], slug, round(100 * near), round(1000 * found.typical[place]))
        yield ids[place], dict(zip(_PLACED, values, strict=True))


def _nearest(index: Index, middle: Vectors) -> tuple[str | None, float]:
    """The answer whose questions are nearest; never a signpost, which nobody asks for."""
    near = {slug: score for slug, score in index.nearest(middle).items() if not slug.startswith(SIGNPOST)}
    best = max(near, key=lambda slug: (near[slug], slug), default=None)
    return best, near[best] if best else 0.0


def _row(one: Asked) -> dict[str, Any]:
    return {
        "message_id": one.message_id,
        "conversation_id": one.conversation_id,
        "why": one.why,
        "area": one.area,
        "at": one.at,
        "used": False,
    }


def _is_kept(row: Mapping[str, Any], kept: Row[Any] | None) -> bool:
    return kept is not None and all(
        getattr(kept, name) == value for name, value in row.items() if name != "used"
    )


def _chunks(items: Sequence[One]) -> Iterator[Sequence[One]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
