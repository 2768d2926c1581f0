"""Keeps what was learned of somebody's situation, and tells it to staff as suggestions with their words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Coded, Vocabulary, load_vocabulary
from handoff.conversations.model import Conversation
from handoff.neet.model import ACTIVITY, CHECK_IN, DOING, IN_THE_WAY, SIGN, SINCE, STAFF, WANTS, Learned
from handoff.neet.reading import Fact
from handoff.neet.reference import Activity, load_reference

ONE_ONLY = (DOING, SINCE)
"""What is said anew of these replaces what was said before."""
_LABELS = {
    DOING: "Doing now",
    SINCE: "Since",
    WANTS: "Would like",
    IN_THE_WAY: "In the way",
    SIGN: "Sign of risk",
}
_AGE = "age"


@dataclass(frozen=True)
class Shown:
    """One thing learned, as staff see it."""

    id: uuid.UUID
    kind: str
    code: str
    label: str
    value: str
    words: str
    source: str
    at: datetime
    wrong: bool

    def as_json(self) -> dict[str, Any]:
        at = self.at.isoformat().replace("+00:00", "Z")
        fields = {
            name: getattr(self, name)
            for name in ("kind", "code", "label", "value", "words", "source", "wrong")
        }
        return {"id": str(self.id), **fields, "at": at}


@dataclass(frozen=True)
class Situation:
    """What was learned, and the activity code: the adviser's where one was set, else the suggested one."""

    learned: Sequence[Shown] = ()
    activity: Activity | None = None
    suggested: bool = False
    check: str | None = None

    def as_json(self) -> dict[str, Any]:
        code = self.activity
        return {
            "learned": [one.as_json() for one in self.learned],
            "activity": {
                "code": code.code,
                "label": code.label,
                "suggested": self.suggested,
                "check": self.check,
            }
            if code
            else None,
        }


async def all_learned(session: AsyncSession, conversation_id: uuid.UUID) -> list[Learned]:
    query = select(Learned).where(Learned.conversation_id == conversation_id).order_by(Learned.at)
    return list((await session.execute(query)).scalars())


async def keep(
    session: AsyncSession, now: datetime, conversation: Conversation, facts: Iterable[Fact], source: str
) -> None:
    """Add what is new; the caller holds the conversation's lock.

    What an adviser struck out stays so, unless it is said again when they are asked.
    """
    known = await all_learned(session, conversation.id)
    for fact in facts:
        same = next((one for one in known if _same(one, fact)), None)
        content = {"code": fact.code, "words": fact.words}
        if same is None:
            new = Learned(
                conversation_id=conversation.id, kind=fact.kind, content=content, source=source, at=now
            )
            session.add(new)
            known.append(new)
        elif source == CHECK_IN or (same.content != content and same.wrong_at is None):
            same.content, same.source, same.at = content, source, now
            same.wrong_at, same.wrong_by_id = None, None
    await session.flush()


def _same(one: Learned, fact: Fact) -> bool:
    return one.kind == fact.kind and (one.kind in ONE_ONLY or one.code == fact.code)


async def situation(session: AsyncSession, conversation: Conversation) -> Situation:
    """What staff see of it."""
    vocabulary = load_vocabulary()
    rows = await all_learned(session, conversation.id)
    kinds = list(_LABELS)
    shown = [_shown(one, vocabulary) for one in rows if one.kind != ACTIVITY]
    shown.sort(key=lambda one: kinds.index(one.kind))
    set_by_staff = next((one for one in rows if one.kind == ACTIVITY), None)
    if set_by_staff:
        return Situation(shown, load_reference().activities[set_by_staff.code])
    doing = next((one for one in shown if one.kind == DOING and not one.wrong), None)
    age = (conversation.facts or {}).get(_AGE)
    found = load_reference().suggested(doing.code, age) if doing else None
    if found is None:
        return Situation(shown)
    return Situation(shown, load_reference().activities[found.code], True, found.check)


async def set_activity(
    session: AsyncSession, now: datetime, conversation: Conversation, code: str, by: uuid.UUID
) -> None:
    """An adviser's code takes the place of the suggestion; KeyError for a code that is not offered."""
    activity = load_reference().activities[code]
    if activity.retired:
        raise KeyError(code)
    rows = await all_learned(session, conversation.id)
    row = next((one for one in rows if one.kind == ACTIVITY), None)
    if row is None:
        row = Learned(conversation_id=conversation.id, kind=ACTIVITY, source=STAFF)
        session.add(row)
    row.content, row.staff_id, row.at = {"code": code, "words": ""}, by, now
    await session.flush()


async def strike_out(
    session: AsyncSession, now: datetime, conversation: Conversation, learned_id: uuid.UUID, by: uuid.UUID
) -> bool:
    """An adviser says that one thing is not so; False when there is no such thing."""
    row = await session.get(Learned, learned_id)
    if row is None or row.conversation_id != conversation.id:
        return False
    row.wrong_at, row.wrong_by_id = row.wrong_at or now, row.wrong_by_id or by
    return True


def in_words(kind: str, code: str, words: str, vocabulary: Vocabulary) -> str:
    """A thing learned as people say it: its code's label; where no code fits, the words."""
    if kind == SINCE and code:
        return f"{date.fromisoformat(code + '-01'):%B %Y}"
    if kind == SIGN:
        return load_reference().signs[code].label
    lists: dict[str, Mapping[str, Coded]] = {
        DOING: vocabulary.doing_now,
        WANTS: vocabulary.wants,
        IN_THE_WAY: vocabulary.in_the_way,
    }
    known = lists.get(kind, {}).get(code)
    return known.label if known else words


def _shown(one: Learned, vocabulary: Vocabulary) -> Shown:
    value = in_words(one.kind, one.code, one.words, vocabulary)
    label, wrong = _LABELS[one.kind], one.wrong_at is not None
    return Shown(one.id, one.kind, one.code, label, value, one.words, one.source, one.at, wrong)
