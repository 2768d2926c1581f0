"""What a crash left behind is taken up again, each message by itself."""

from __future__ import annotations

import uuid

from aiohttp.test_utils import TestClient as Client
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.model import Case
from handoff.conversations.model import RECEIVED, Turn
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa
from tests.handoff.screening.test_beside import spoil


async def cut_off(parts: Parts, chat: Chat) -> uuid.UUID:
    """The chat's last turn, as a crash between taking in and screening leaves it."""
    async with parts.db.transaction() as session:
        query = select(Turn).where(Turn.conversation_id == uuid.UUID(chat.conversation))
        turn = (await session.execute(query.order_by(Turn.seq.desc()).limit(1))).scalar_one()
        turn.state, turn.outcome, turn.done_at = RECEIVED, None, None
        return turn.id


async def test_a_message_that_cannot_be_read_keeps_no_other_from_being_screened(
    client: Client, rasa: FakeRasa, parts: Parts
) -> None:
    unreadable, danger = await make_chat(client, "camden"), await make_chat(client, "camden")
    await unreadable.say("hello")
    await danger.say("hello")
    await danger.say("my step dad hits me")
    turns = [await cut_off(parts, chat) for chat in (unreadable, danger)]
    await spoil(parts, "UPDATE message SET text = :value WHERE conversation_id = :conversation", unreadable)
    await parts.turns.sweep()
    assert [await parts.turns.wait(turn, 10) for turn in turns] == [True, True]
    async with parts.db.reading() as session:
        found = (await session.execute(select(Case.conversation_id, Case.reason, Case.level))).all()
    assert (uuid.UUID(unreadable.conversation), "failure", "urgent") in found
    assert (uuid.UUID(danger.conversation), "safeguarding", "urgent") in found
