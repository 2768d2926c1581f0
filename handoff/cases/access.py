"""The only way to load a case on behalf of a member of staff: outside their areas there is none."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import Case
from handoff.conversations import service as conversations
from handoff.conversations.model import Conversation
from handoff.errors import NotFound
from handoff.staff.service import Member


def visible_to(who: Member) -> ColumnElement[bool]:
    """Their areas' cases, and every case whose area is not known yet."""
    return or_(Case.area.is_(None), Case.area.in_(sorted(who.areas)))


async def case_for(session: AsyncSession, who: Member, case_id: uuid.UUID) -> Case:
    """The case, to look at; NotFound when it is not theirs to see."""
    query = select(Case).where(Case.id == case_id, visible_to(who))
    case = (await session.execute(query)).scalar()
    if case is None:
        raise NotFound("There is no such case in your areas.")
    return case


async def case_to_change(session: AsyncSession, who: Member, case_id: uuid.UUID) -> tuple[Case, Conversation]:
    """The case and its conversation, both locked, always the conversation first."""
    case = await case_for(session, who, case_id)
    conversation = await conversations.lock(session, case.conversation_id)
    await session.refresh(case, with_for_update=True)
    return case, conversation


def case_id_in(text: str) -> uuid.UUID:
    """The id in an address; NotFound for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("There is no such case in your areas.") from None
