"""Whether anything automatic (a "did this help?", a survey, a reminder) may go to someone.

After a message at urgent or above, or an adviser's call for the safeguarding lead, nothing does until an
adviser allows it. A webchat contact has one conversation, so the conversation is where that is kept.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import Case
from handoff.conversations.model import Conversation
from handoff.screening.model import StoredFinding
from handoff.screening.verdict import LEVELS, at_least

_URGENT = [level for level in LEVELS if at_least(level, "urgent")]
_NEVER = datetime.min.replace(tzinfo=UTC)


async def may_go_out(session: AsyncSession, conversation: Conversation) -> bool:
    """Nothing urgent was heard or raised since an adviser last allowed it."""
    since = conversation.automatic_allowed_at or _NEVER
    heard = exists().where(
        StoredFinding.conversation_id == conversation.id,
        StoredFinding.level.in_(_URGENT),
        StoredFinding.at > since,
    )
    raised = exists().where(Case.conversation_id == conversation.id, Case.escalated_at > since)
    return not (await session.execute(select(or_(heard, raised)))).scalar_one()
