"""What a person can say of an answer, once each, and what their adviser sees of it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import automatic
from handoff.conversations.model import (
    BOT,
    BOT_AUTHOR,
    EVERYONE,
    PERSON_AUTHOR,
    WAITING,
    WEBCHAT,
    Conversation,
    Message,
)
from handoff.conversations.service import append, lock
from handoff.errors import Conflict, NotFound
from handoff.feedback.barred import BAR as BAR
from handoff.feedback.barred import barred, names_said, without
from handoff.feedback.heard import RIGHT as RIGHT
from handoff.feedback.heard import Counts as Counts
from handoff.feedback.heard import Heard as Heard
from handoff.feedback.heard import counts as counts
from handoff.feedback.heard import heard as heard
from handoff.feedback.model import Feedback as Feedback
from handoff.feedback.model import asked_about
from handoff.feedback.use import Use as Use
from handoff.feedback.use import asked_lately as asked_lately
from handoff.feedback.words import PERSON, SORRY, SORRY_WAITING, is_yes
from handoff.screening.service import findings_of

_AN_ANSWER = (Message.kind == "answer", Message.author == BOT_AUTHOR, Message.audience == EVERYONE)


@dataclass(frozen=True)
class Vote:
    """A vote as it now stands, and the kind line that a "no" got."""

    helped: bool
    said: Message | None = None


async def asks(session: AsyncSession, conversation: Conversation) -> dict[int, bool | None]:
    """The answers that may be asked about now, by seq: what was said of each, None for nothing yet.

    Empty on SMS, in a form, with an adviser, and after something urgent until an adviser allows it.
    """
    if not _calm(conversation):
        return {}
    query = (
        select(Message.seq, Message.answer, Feedback.helped)
        .outerjoin(Feedback, Feedback.message_id == Message.id)
        .where(Message.conversation_id == conversation.id, *_AN_ANSWER)
        .order_by(Message.seq)
    )
    rows = (await session.execute(query)).all()
    found: dict[int, bool | None] = {seq: helped for seq, slug, helped in rows if asked_about(slug)}
    return found if found and await automatic.may_go_out(session, conversation) else {}


async def vote(
    session: AsyncSession, now: datetime, conversation_id: uuid.UUID, seq: int, helped: bool
) -> Vote:
    """Say whether the answer of that number helped. The same again changes nothing.

    NotFound when this conversation has no such answer; Conflict `not_asked` when it may not be asked now.
    """
    conversation = await lock(session, conversation_id)
    message = await _answer(session, conversation_id, seq)
    if not (_calm(conversation) and await automatic.may_go_out(session, conversation)):
        raise Conflict("not_asked", "Thanks, but there is no need to say so just now.")
    known = await session.get(Feedback, message.id, populate_existing=True)
    if known is None or known.helped != helped:
        known = await _keep(session, now, conversation, message, known, helped)
    if helped or known.said_id is None:
        return Vote(helped)
    return Vote(helped, await session.get_one(Message, known.said_id))


async def votes(session: AsyncSession, conversation_id: uuid.UUID) -> dict[uuid.UUID, bool]:
    """What was said of the answers of a conversation, by message."""
    query = select(Feedback.message_id, Feedback.helped).where(Feedback.conversation_id == conversation_id)
    return {message_id: helped for message_id, helped in await session.execute(query)}


async def accepted(session: AsyncSession, message: Message) -> dict[str, Any] | None:
    """The choice of a person, when this message is a plain yes to the kind line just before it."""
    if not is_yes(message.text):
        return None
    before = (
        select(Message.id)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.seq < message.seq,
            Message.audience == EVERYONE,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    offered = select(Message).where(Message.id == before.scalar_subquery(), Message.id.in_(_kind_lines()))
    said = (await session.execute(offered)).scalar()
    return PERSON if said and (said.extra or {}).get("choices") else None


def _calm(conversation: Conversation) -> bool:
    """The assistant has the conversation, or it waits; nothing else is being asked of the person."""
    in_hand = conversation.state in (BOT, WAITING) and conversation.left_at is None
    return conversation.channel == WEBCHAT and in_hand and conversation.form is None


async def _answer(session: AsyncSession, conversation_id: uuid.UUID, seq: int) -> Message:
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq, *_AN_ANSWER)
    message = (await session.execute(query)).scalar()
    if message is None or not asked_about(message.answer):
        raise NotFound("This chat has no answer of that number to say so about.")
    return message


async def _keep(
    session: AsyncSession,
    now: datetime,
    conversation: Conversation,
    message: Message,
    known: Feedback | None,
    helped: bool,
) -> Feedback:
    """Store the vote, with the question of a "no", which is also answered kindly."""
    if known is None:
        known = Feedback(
            message_id=message.id,
            conversation_id=conversation.id,
            slug=message.answer,
            revision_id=message.revision_id,
            area=conversation.area,
            created_at=now,
        )
    known.helped, known.at = helped, now
    known.question = None if helped else await _question(session, message)
    if not helped and known.said_id is None:
        known.said_id = (await _be_sorry(session, now, conversation)).id
    session.add(known)
    await session.flush()
    return known


async def _question(session: AsyncSession, message: Message) -> str | None:
    """What the answer answered; None where the words showed a worry: those are for advisers alone."""
    if message.turn_id is None:
        return None
    query = select(Message).where(Message.turn_id == message.turn_id, Message.author == PERSON_AUTHOR)
    asked = (await session.execute(query)).scalar()
    if asked is None or any(found.categories for found in await findings_of(session, asked.id)):
        return None
    said = await _said(session, {message.conversation_id})
    return without(asked.text, names_said(said.get(message.conversation_id, ())))


async def cleaned(session: AsyncSession, messages: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What people said in these messages, without what names or reaches them."""
    found = (await session.execute(select(Message).where(Message.id.in_(messages)))).scalars().all()
    said = await _said(session, {one.conversation_id for one in found})
    names = {conversation: names_said(theirs) for conversation, theirs in said.items()}
    return {one.id: barred(without(one.text, names.get(one.conversation_id, ()))) for one in found}


async def _said(
    session: AsyncSession, conversations: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[str, str | None]]]:
    """What people said in conversations, each with the question of ours that it answers, if any."""
    query = select(Message).where(
        Message.conversation_id.in_(conversations),
        Message.audience == EVERYONE,
        or_(Message.author == PERSON_AUTHOR, Message.kind == "prompt"),
    )
    said: dict[uuid.UUID, list[tuple[str, str | None]]] = defaultdict(list)
    asked: dict[uuid.UUID, str] = {}
    for message in (await session.execute(query.order_by(Message.conversation_id, Message.seq))).scalars():
        if message.author == PERSON_AUTHOR:
            said[message.conversation_id].append((message.text, asked.pop(message.conversation_id, None)))
        else:
            asked[message.conversation_id] = message.text
    return said


async def _be_sorry(session: AsyncSession, now: datetime, conversation: Conversation) -> Message:
    """The kind line; where it is the last thing said already, it stands for both."""
    query = select(Message).where(
        Message.conversation_id == conversation.id,
        Message.seq == conversation.last_seq,
        Message.id.in_(_kind_lines()),
    )
    said = (await session.execute(query)).scalar()
    if said:
        return said
    waits = conversation.state == WAITING
    return await append(
        session,
        conversation,
        now,
        author=BOT_AUTHOR,
        text=SORRY_WAITING if waits else SORRY,
        choices=[] if waits else [PERSON],
    )


def _kind_lines() -> Any:
    return select(Feedback.said_id).where(Feedback.conversation_id == Message.conversation_id)
