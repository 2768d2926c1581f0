"""Since when somebody has said nothing more, as the queue and the case page show it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import CLOSED, SAFEGUARDING, Case
from handoff.cases.queue import Moment, iso
from handoff.conversations.model import BOT, WAITING, Conversation, Message
from handoff.screening.service import StoredFinding

NO_WORD_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Quiet:
    """Their last word; `rang`: it was something urgent, and people were told that nothing followed."""

    since: datetime
    rang: bool


def as_json(found: Quiet | None) -> dict[str, Any]:
    """One of the two instants, or neither."""
    since = iso(found.since) if found else None
    rang = found is not None and found.rang
    return {"silent_since": since if rang else None, "no_word_since": None if rang else since}


async def quiet(session: AsyncSession, moment: Moment, cases: Sequence[Case]) -> dict[uuid.UUID, Quiet]:
    """The open safeguarding cases whose person has gone quiet.

    At urgent or above they were found silent (handoff/alerts/silence.py). At concern the worry is the last
    thing they wrote, ten minutes ago or more, and no adviser is with them.
    """
    open_ones = [case.id for case in cases if case.reason == SAFEGUARDING and case.state != CLOSED]
    if not open_ones:
        return {}
    silent = and_(moment.urgent, Conversation.silent_since.is_not(None))
    query = (
        select(Case.id, Conversation.last_inbound_at, silent)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .where(Case.id.in_(open_ones), or_(silent, and_(~moment.urgent, _no_word(moment.now))))
    )
    return {case_id: Quiet(since, rang) for case_id, since, rang in await session.execute(query) if since}


def _no_word(now: datetime) -> ColumnElement[bool]:
    worry_came_last = (
        select(StoredFinding.id)
        .join(Message, Message.id == StoredFinding.message_id)
        .where(
            StoredFinding.conversation_id == Conversation.id,
            StoredFinding.level != "routine",
            Message.at >= Conversation.last_inbound_at,
        )
        .exists()
    )
    alone = Conversation.state.in_((BOT, WAITING))
    return and_(alone, Conversation.last_inbound_at <= now - NO_WORD_AFTER, worry_came_last)
