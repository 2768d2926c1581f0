"""What can be done to a conversation: find or open it, lock it, add a message, read it.

Every change takes the conversation's lock first, so that `seq` has no gaps or doubles.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.conversations.model import (
    ADVISER_AUTHOR,
    BOT_AUTHOR,
    DONE,
    EVERYONE,
    PERSON_AUTHOR,
    SMS,
    STAFF_ONLY,
    SYSTEM_AUTHOR,
    WEBCHAT,
    Contact,
    Conversation,
    Message,
    Outgoing,
    Turn,
)
from handoff.crypto import keyring
from handoff.db import ROW
from handoff.errors import NotFound
from handoff.sms.gsm7 import to_gsm7

REPLIES_OF_A_TURN = 3  # as many as a turn has, mostly
LAST_WORDS = 5  # messages of theirs that one is heard after

# Asked about every message, so they are built once, and read no more than is needed: to decrypt takes time.
_BEFORE = (Message.conversation_id == bindparam("conversation"), Message.seq < bindparam("before"))
_EARLIER = (
    select(Message.author, Message.kind, Message.text)
    .where(*_BEFORE)
    .order_by(Message.seq.desc())
    .limit(2 * LAST_WORDS)
)
_TO_THEM = (*_BEFORE, Message.author != PERSON_AUTHOR, Message.audience == EVERYONE)
_SAID = select(Message.text).where(*_TO_THEM).order_by(Message.seq.desc()).limit(1)
_CHOICES = (
    select(Message.turn_id, Message.extra)
    .where(*_TO_THEM, Message.kind != "notice")
    .order_by(Message.seq.desc())
    .limit(REPLIES_OF_A_TURN)
)
_TURN_OF = (
    select(Message, Turn)
    .join(Turn, Turn.message_id == Message.id)
    .where(Message.conversation_id == bindparam("conversation"), Message.external_id == bindparam("external"))
)
_REPLIES = (
    select(Message)
    .where(
        Message.turn_id == bindparam("turn"),
        Message.author.in_((BOT_AUTHOR, SYSTEM_AUTHOR)),
        Message.audience == EVERYONE,
    )
    .order_by(Message.seq)
)


async def lock(session: AsyncSession, conversation_id: uuid.UUID) -> Conversation:
    """The conversation, locked until the transaction ends; NotFound when there is none."""
    found = await session.get(Conversation, conversation_id, with_for_update=ROW, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


async def lock_if_free(session: AsyncSession, conversation_id: uuid.UUID) -> Conversation | None:
    """The conversation, locked; None while somebody else has it."""
    free = {**ROW, "skip_locked": True}
    return await session.get(Conversation, conversation_id, with_for_update=free, populate_existing=True)


def last_of_adviser(conversation_id: SQLColumnExpression[uuid.UUID] | uuid.UUID) -> SQLColumnExpression[Any]:
    """For a query: when an adviser last said something to the person in this conversation."""
    query = select(func.max(Message.at)).where(
        Message.conversation_id == conversation_id,
        Message.author == ADVISER_AUTHOR,
        Message.audience == EVERYONE,
    )
    return query.scalar_subquery()


async def last_word_of_adviser(session: AsyncSession, conversation: Conversation) -> datetime | None:
    """When an adviser last said something to the person; None before that."""
    return (await session.execute(select(last_of_adviser(conversation.id)))).scalar()


async def is_answered(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether an adviser has said something since the person's last word."""
    said = await last_word_of_adviser(session, conversation)
    heard = conversation.last_inbound_at
    return said is not None and (heard is None or said > heard)


def heard_from(conversation: Conversation, now: datetime) -> None:
    """Something came from the person: whatever silence there was is over."""
    conversation.last_inbound_at, conversation.silent_since = now, None


def begin_episode(conversation: Conversation) -> None:
    """The assistant starts afresh with their next message: whatever form it had open is over."""
    conversation.episode += 1
    conversation.episode_turns, conversation.form = 0, None


async def open_webchat(session: AsyncSession, now: datetime, area: str | None) -> Conversation:
    """A new, empty webchat conversation with a contact of its own."""
    identity = uuid.uuid4()
    contact = Contact(
        id=identity,
        channel=WEBCHAT,
        address=str(identity),
        address_index=keyring.blind_index(str(identity)),
        created_at=now,
    )
    session.add(contact)
    await session.flush()
    return await _open(session, now, contact.id, WEBCHAT, area, None)


async def sms_conversation(
    session: AsyncSession, now: datetime, phone: str, our_number: str, area: str | None
) -> Conversation:
    """The thread of a phone (E.164) with one of our numbers, found or opened; two at once make one."""
    index = keyring.blind_index(phone)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"id": uuid.uuid4(), "channel": SMS, "address": phone, "address_index": index, "created_at": now}
    once = insert(Contact).values(values).on_conflict_do_nothing(index_elements=["channel", "address_index"])
    added = (await session.execute(once.returning(Contact.id))).scalar()
    if added:
        return await _open(session, now, added, SMS, area, our_number)
    contact = (
        await session.execute(
            select(Contact)
            .where(Contact.channel == SMS, Contact.address_index == index)
            .with_for_update(**ROW)
        )
    ).scalar_one()
    found = (
        await session.execute(
            select(Conversation).where(
                Conversation.contact_id == contact.id, Conversation.our_number == our_number
            )
        )
    ).scalar()
    return found or await _open(session, now, contact.id, SMS, area, our_number)


async def _open(
    session: AsyncSession,
    now: datetime,
    contact_id: uuid.UUID,
    channel: str,
    area: str | None,
    our_number: str | None,
) -> Conversation:
    conversation = Conversation(
        contact_id=contact_id, channel=channel, area=area, our_number=our_number, created_at=now
    )
    session.add(conversation)
    await session.flush()
    return conversation


async def append(
    session: AsyncSession,
    conversation: Conversation,
    now: datetime,
    *,
    author: str,
    text: str,
    kind: str = "talk",
    answer: str | None = None,
    html: str | None = None,
    choices: Sequence[dict[str, Any]] = (),
    source: dict[str, Any] | None = None,
    sms: str | None = None,
    revision_id: uuid.UUID | None = None,
    external_id: str | None = None,
    turn_id: uuid.UUID | None = None,
    staff_id: uuid.UUID | None = None,
    audience: str = EVERYONE,
    safety: bool = False,
) -> Message:
    """Add a message under the caller's lock; on SMS, what the person should get is queued with it."""
    conversation.last_seq += 1
    extra = {"html": html, "choices": list(choices), "source": source, "sms": sms}
    message = Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author=author,
        kind=kind,
        answer=answer,
        text=text,
        extra={key: value for key, value in extra.items() if value} or None,
        revision_id=revision_id,
        external_id=external_id,
        turn_id=turn_id,
        staff_id=staff_id,
        audience=audience,
        at=now,
    )
    session.add(message)
    await session.flush()
    if conversation.channel == SMS and author != PERSON_AUTHOR and audience == EVERYONE:
        await _queue_text(session, conversation, message, sms or text, now, safety)
    return message


async def _queue_text(
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    body: str,
    now: datetime,
    safety: bool,
) -> None:
    contact = await session.get_one(Contact, conversation.contact_id)
    session.add(
        Outgoing(
            message_id=message.id,
            conversation_id=conversation.id,
            to=contact.address,
            sender=conversation.our_number or "",
            body=to_gsm7(body),
            safety=safety,
            next_try_at=now,
            created_at=now,
        )
    )


async def messages_after(
    session: AsyncSession, conversation_id: uuid.UUID, after: int, *, staff: bool = False
) -> list[Message]:
    """Messages with a higher seq, in order; staff also see those that were kept from the person."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > after)
    if not staff:
        query = query.where(Message.audience != STAFF_ONLY)
    return list((await session.execute(query.order_by(Message.seq))).scalars())


async def last_choices(
    session: AsyncSession, conversation_id: uuid.UUID, before: int
) -> list[dict[str, Any]]:
    """The newest choices that the last turn before `seq` offered the person (none if it offered none)."""
    which = {"conversation": conversation_id, "before": before}
    said = (await session.execute(_CHOICES, which)).all()
    last_turn = [one for one in said if one is said[0] or (one.turn_id and one.turn_id == said[0].turn_id)]
    offered = ((one.extra or {}).get("choices") for one in last_turn)
    return list(next(filter(None, offered), []))


async def last_said(session: AsyncSession, conversation_id: uuid.UUID, before: int) -> str:
    """The last thing that was said to the person before `seq`; empty for nothing."""
    which = {"conversation": conversation_id, "before": before}
    return (await session.execute(_SAID, which)).scalar() or ""


async def last_words(session: AsyncSession, message: Message) -> tuple[list[str], str | None]:
    """What the person wrote just before (oldest first), and the bot's question being answered, if any."""
    which = {"conversation": message.conversation_id, "before": message.seq}
    earlier = (await session.execute(_EARLIER, which)).all()
    theirs = [said.text for said in earlier if said.author == PERSON_AUTHOR][:LAST_WORDS]
    asked = next((said for said in earlier if said.author != SYSTEM_AUTHOR), None)
    question = asked.text if asked and asked.author != PERSON_AUTHOR and asked.kind == "prompt" else None
    return theirs[::-1], question


async def said_before(session: AsyncSession, conversation: Conversation, external_id: str) -> Message | None:
    """The message this id already made in the conversation."""
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.external_id == external_id
    )
    return (await session.execute(query)).scalar()


async def turn_of(
    session: AsyncSession, conversation_id: uuid.UUID, external_id: str
) -> tuple[Message, Turn] | None:
    """The message and turn this id already made in this conversation."""
    which = {"conversation": conversation_id, "external": external_id}
    row = (await session.execute(_TURN_OF, which)).first()
    return (row[0], row[1]) if row else None


async def replies_of(session: AsyncSession, turn_id: uuid.UUID) -> list[Message]:
    """What the bot and the service said to the person in one turn, in order."""
    return list((await session.execute(_REPLIES, {"turn": turn_id})).scalars())


async def repeat_question(session: AsyncSession, conversation: Conversation, now: datetime) -> None:
    """Ask the last question of a form again, after something came between; under the caller's lock."""
    query = select(Message).where(
        Message.conversation_id == conversation.id,
        Message.author == BOT_AUTHOR,
        Message.kind == "prompt",
        Message.audience == EVERYONE,
    )
    asked = (await session.execute(query.order_by(Message.seq.desc()).limit(1))).scalar()
    if asked:
        extra = asked.extra or {}
        choices, sms = extra.get("choices", ()), extra.get("sms")
        words = {"text": asked.text, "kind": asked.kind, "choices": choices, "sms": sms}
        await append(session, conversation, now, author=BOT_AUTHOR, **words)


async def has_undone_turn(session: AsyncSession, conversation_id: uuid.UUID) -> bool:
    """True while the bot still owes the person something: the typing indicator."""
    query = select(Turn.id).where(Turn.conversation_id == conversation_id, Turn.state != DONE).limit(1)
    return (await session.execute(query)).scalar() is not None


def as_json(message: Message) -> dict[str, Any]:
    """The contract's message: `html` and `source` only where there are any."""
    extra = message.extra or {}
    body: dict[str, Any] = {
        "seq": message.seq,
        "author": message.author,
        "kind": message.kind,
        "answer": message.answer,
        "text": message.text,
        "choices": extra.get("choices", []),
        "at": message.at.isoformat().replace("+00:00", "Z"),
    }
    return body | {key: extra[key] for key in ("html", "source") if extra.get(key)}
