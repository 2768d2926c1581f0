"""Which messages got no answer that helped, from the turns and votes that are kept anyway; no words here.

Left out, wherever they were: anything in which screening heard more than routine, everything of a person who
ever had a case about their safety, and answers to our own questions, which are no questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff.cases.service import about_safety
from handoff.conversations.model import (
    ANSWERED,
    BOT_AUTHOR,
    EVERYONE,
    PERSON_AUTHOR,
    Conversation,
    Message,
    Turn,
    of_kind,
)
from handoff.feedback.service import Feedback
from handoff.screening.service import NEET, StoredFinding
from handoff.suggestions.model import NO_HELP, NOT_CHOSEN, NOT_OURS, NOT_UNDERSTOOD

FOR = timedelta(weeks=12)
SETTLED = timedelta(minutes=1)
"""Before that somebody may still be choosing; whoever then says what is the matter takes it all away."""
_UNCLEAR = "unclear"
_WHY = {
    "lost": NOT_UNDERSTOOD,
    "lost_again": NOT_UNDERSTOOD,
    _UNCLEAR: NOT_CHOSEN,
    "out_of_scope": NOT_OURS,
}


@dataclass(frozen=True)
class Asked:
    """One message without a good answer, who wrote it, and why it is here."""

    why: str
    message_id: uuid.UUID
    conversation_id: uuid.UUID
    contact_id: uuid.UUID
    area: str | None
    at: datetime


async def all_asked(session: AsyncSession, now: datetime) -> list[Asked]:
    """The unmet questions of the last weeks, oldest first."""
    found = [*await _unhelped(session, now), *await _shrugged(session, now)]
    apart = {one.message_id: one for one in found}
    return sorted(apart.values(), key=lambda one: (one.at, one.message_id))


def may_be_read(message: Any, contact: Any) -> ColumnElement[bool]:
    """For a query: nothing in this message, or about whoever wrote it, is for advisers alone."""
    worried = exists().where(
        StoredFinding.message_id == message,
        or_(StoredFinding.level != "routine", StoredFinding.detector != NEET),
    )
    return and_(~worried, ~about_safety(contact))


async def _shrugged(session: AsyncSession, now: datetime) -> list[Asked]:
    """What was not understood, and what had choices offered of which nobody took one."""
    reply, later = aliased(Message), aliased(Turn)
    query = (
        _questions(now)
        .add_columns(Turn.understood, later.understood)
        .join(reply, reply.turn_id == Turn.id)
        .outerjoin(later, later.message_id == _next_of(reply))
        .where(
            of_kind(reply, "fallback", "choices"),
            reply.at > now - FOR,
            reply.author == BOT_AUTHOR,
            reply.audience == EVERYONE,
            Turn.outcome == ANSWERED,
            Turn.understood["intent"].as_string().in_(_WHY),
        )
    )
    return [
        Asked(_WHY[heard["intent"]], *who)
        for *who, heard, then in await session.execute(query)
        if heard["intent"] != _UNCLEAR or not _took_one(heard, then)
    ]


async def _unhelped(session: AsyncSession, now: datetime) -> list[Asked]:
    """What had an answer of which they said that it did not help."""
    answer = aliased(Message)
    query = (
        _questions(now)
        .join(answer, answer.turn_id == Turn.id)
        .join(Feedback, Feedback.message_id == answer.id)
        .where(~Feedback.helped, Feedback.question.is_not(None), Feedback.at > now - FOR)
    )
    return [Asked(NO_HELP, *who) for who in await session.execute(query)]


def _questions(now: datetime) -> Select[*tuple[Any, ...]]:
    """What people asked, as the last fields of Asked: what may be read, and is no answer to a question."""
    before = aliased(Message)
    said = select(before.kind).where(
        before.conversation_id == Message.conversation_id,
        before.seq < Message.seq,
        before.audience == EVERYONE,
    )
    last_said = said.order_by(before.seq.desc()).limit(1).scalar_subquery()
    return (
        select(Message.id, Message.conversation_id, Conversation.contact_id, Conversation.area, Message.at)
        .join(Turn, Turn.message_id == Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.author == PERSON_AUTHOR,
            Message.audience == EVERYONE,
            Message.at <= now - SETTLED,
            func.coalesce(last_said, "") != "prompt",
            may_be_read(Message.id, Conversation.contact_id),
        )
    )


def _next_of(reply: type[Message]) -> ColumnElement[uuid.UUID]:
    """The person's next message after a reply."""
    then = aliased(Message)
    query = select(then.id).where(
        then.conversation_id == reply.conversation_id,
        then.seq > reply.seq,
        then.author == PERSON_AUTHOR,
    )
    return query.order_by(then.seq).limit(1).scalar_subquery()


def _took_one(heard: Mapping[str, Any], then: Mapping[str, Any] | None) -> bool:
    """Whether the next message asked for one of the topics that were offered."""
    offered = {one["topic"] for one in heard.get("ranking") or ()}
    return bool(then) and (then or {}).get("topic") in offered
