"""What a person can do with a chat: open one, read it, leave it. (Sending is `turns`.)"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.conversations import service as conversations
from handoff.conversations.model import (
    ADVISER,
    STAFF_ONLY,
    SYSTEM_AUTHOR,
    ChatSession,
    Conversation,
)
from handoff.feedback import service as feedback
from handoff.staff import service as staff
from handoff.switches import service as switches
from handoff.webchat import access

LEFT_NOTE = 'They used "Exit this page". The chat is closed on their side: replies here will not be seen.'


@dataclass(frozen=True)
class State:
    """What the page shows beside the messages; `adviser` is the first name of who has joined.

    `off`: the assistant is switched off, so an adviser will answer.
    `helped` holds, by seq, the answers that "Did this help?" may be asked of, and what was said.
    """

    state: str
    typing: bool
    adviser: str | None
    helped: Mapping[int, bool | None] = field(default_factory=dict)
    off: bool = False

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"state": self.state, "typing": self.typing}
        helped = {str(seq): said for seq, said in self.helped.items()}
        beside = {"off": self.off, "adviser": self.adviser, "helped": helped}
        return shown | {name: value for name, value in beside.items() if value}


async def open_chat(session: AsyncSession, now: datetime, area: str | None) -> tuple[Conversation, str]:
    """A new conversation and the bearer that alone can read it."""
    conversation = await conversations.open_webchat(session, now, area)
    token = access.new_token()
    session.add(_session(conversation, now, access.BEARER, token))
    return conversation, token


async def open_page(
    session: AsyncSession, now: datetime, area: str | None, page: str, token: str
) -> access.Chat:
    """A new conversation for a page without JavaScript, bound to the page's own cookie."""
    conversation = await conversations.open_webchat(session, now, area)
    credential = _session(conversation, now, access.PAGE, token)
    credential.page = page
    session.add(credential)
    await session.flush()
    return access.Chat(credential.id, conversation.id)


def _session(conversation: Conversation, now: datetime, kind: str, token: str) -> ChatSession:
    return ChatSession(
        conversation_id=conversation.id,
        kind=kind,
        token_hash=access.token_hash(token),
        last_seen_at=now,
        created_at=now,
    )


async def still_open(session: AsyncSession, chat: access.Chat) -> bool:
    """False once the credential was revoked."""
    query = select(ChatSession.revoked_at).where(ChatSession.id == chat.session_id)
    return (await session.execute(query)).scalar_one() is None


async def state_of(session: AsyncSession, conversation_id: uuid.UUID) -> State:
    """Who has the conversation, and whether the assistant is still at work on a message."""
    conversation = await session.get_one(Conversation, conversation_id, populate_existing=True)
    with_adviser = conversation.state == ADVISER
    names = await staff.names(session, [conversation.owner_id]) if with_adviser else {}
    typing = not with_adviser and await conversations.has_undone_turn(session, conversation_id)
    adviser = next((name.split()[0] for name in names.values()), None)
    off = not with_adviser and await switches.is_off(session, conversation.channel)
    return State(conversation.state, typing, adviser, await feedback.asks(session, conversation), off)


async def replies_to(session: AsyncSession, turn_id: uuid.UUID) -> list[dict[str, Any]]:
    """What the service said to the person in one turn, in order."""
    return [conversations.as_json(said) for said in await conversations.replies_of(session, turn_id)]


async def leave(session: AsyncSession, now: datetime, chat: access.Chat) -> None:
    """ "Exit this page": no credential of this chat works again, and staff see that the person has gone."""
    conversation = await conversations.lock(session, chat.conversation_id)
    await session.execute(
        update(ChatSession)
        .where(ChatSession.conversation_id == conversation.id, ChatSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    conversation.left_at = now
    await conversations.append(
        session, conversation, now, author=SYSTEM_AUTHOR, kind="notice", text=LEFT_NOTE, audience=STAFF_ONLY
    )
    await audit.record(session, now, "person", "chat.left", f"conversation:{conversation.id}")
