"""Starting points for tests of "Did this help?"."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from handoff.app import Parts
from handoff.feedback.model import Feedback
from tests.handoff.factories import Chat

Said = tuple[int, dict[str, Any]]


async def say_helped(chat: Chat, seq: object, helped: object) -> Said:
    """POST a vote; the status and the body."""
    path = f"/api/chat/messages/{seq}/helped"
    response = await chat.client.post(path, json={"helped": helped}, headers=chat.headers)
    return response.status, await response.json()


async def asked(chat: Chat) -> dict[str, bool | None]:
    """The answers that may be asked about now, and what was said of them."""
    response = await chat.client.get("/api/chat/messages", headers=chat.headers)
    return dict((await response.json()).get("helped", {}))


async def kept(parts: Parts, chat: Chat) -> list[Feedback]:
    async with parts.db.reading() as session:
        query = select(Feedback).where(Feedback.conversation_id == uuid.UUID(chat.conversation))
        return list((await session.execute(query)).scalars())
