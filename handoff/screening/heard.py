"""A message that was screened, on its way through triage: what triage and what goes beside it work on.

Everything happens inside the caller's transaction, under the conversation's lock."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import CaseRules, ever_opened
from handoff.content.areas import Area
from handoff.conversations.model import BOT, PERSON_AUTHOR, SYSTEM_AUTHOR, Conversation, Message
from handoff.conversations.service import append, last_said
from handoff.screening.context import CONTEXT, JUST_BEFORE, WINDOW, Worry
from handoff.screening.messages import Sent
from handoff.screening.model import StoredFinding
from handoff.screening.service import NEET
from handoff.screening.verdict import Verdict

_THIS: BindParameter[uuid.UUID] = bindparam("conversation")
_EVER_WORRIED = select(
    or_(select(StoredFinding.id).where(StoredFinding.conversation_id == _THIS).exists(), ever_opened(_THIS))
)


@dataclass(frozen=True)
class Heard:
    """A message of a locked conversation and the verdict on it, inside one transaction.

    `switches`: it is the word that switches our texts off or on, so no holding text answers it.
    """

    session: AsyncSession
    rules: CaseRules
    now: datetime
    conversation: Conversation
    message: Message
    verdict: Verdict
    switches: bool = False

    @property
    def danger(self) -> Verdict:
        """The verdict without the finding that the message is not in English."""
        return Verdict.of([found for found in self.verdict.findings if found.detector != "language"])

    @property
    def language(self) -> str | None:
        """The code of the language that it is in, where that is not English."""
        return next((one.version for one in self.verdict.findings if one.detector == "language"), None)

    @property
    def neet(self) -> str | None:
        """Heard of not being in learning or work: "now", "at_risk", or nothing."""
        return next((one.version for one in self.verdict.findings if one.detector == NEET), None)

    @property
    def area(self) -> Area:
        return self.rules.area(self.conversation.area)

    async def was_never_worried(self) -> bool:
        """The assistant has the conversation, nothing was ever heard in it, and no case opened about it."""
        if self.conversation.state != BOT or self.conversation.safety_sent:
            return False
        which = {"conversation": self.conversation.id}
        return not (await self.session.execute(_EVER_WORRIED, which)).scalar_one()

    async def was_told_since(self) -> bool:
        """Whether a safety message already came after this message."""
        told = select(Message.id).where(
            Message.conversation_id == self.conversation.id,
            Message.seq > self.message.seq,
            Message.author == SYSTEM_AUTHOR,
            Message.kind == "safety",
        )
        return (await self.session.execute(told.limit(1))).first() is not None

    async def say(self, sent: Sent) -> None:
        """Send a fixed message as part of the turn."""
        await append(
            self.session,
            self.conversation,
            self.now,
            author=SYSTEM_AUTHOR,
            text=sent.text,
            sms=sent.sms,
            kind="safety",
            turn_id=self.message.turn_id,
            safety=True,
        )

    async def worries(self, within: timedelta) -> list[Worry]:
        """What other messages showed lately, since an adviser last dealt with it; what added up stays."""
        lately = or_(StoredFinding.at > self.now - within, StoredFinding.detector == CONTEXT)
        query = select(StoredFinding.message_id, StoredFinding.level, StoredFinding.categories).where(
            StoredFinding.conversation_id == self.conversation.id,
            StoredFinding.message_id != self.message.id,
            StoredFinding.level != "routine",
            StoredFinding.detector != "language",
            lately,
        )
        if self.conversation.afresh_at is not None:
            query = query.where(StoredFinding.at > self.conversation.afresh_at)
        rows = await self.session.execute(query)
        return [Worry(message, level != "concern", frozenset(codes)) for message, level, codes in rows]

    async def asked(self) -> str:
        """What was last said to them before this message; empty for nothing."""
        return await last_said(self.session, self.conversation.id, self.message.seq)

    async def just_told(self) -> set[str]:
        """The categories heard at urgent and above in the last few messages before this one."""
        before = (
            select(Message.id)
            .where(
                Message.conversation_id == self.conversation.id,
                Message.seq < self.message.seq,
                Message.author == PERSON_AUTHOR,
                Message.at > self.now - WINDOW,
            )
            .order_by(Message.seq.desc())
            .limit(JUST_BEFORE)
        )
        query = select(StoredFinding.categories).where(
            StoredFinding.message_id.in_(before), StoredFinding.level.in_(("urgent", "emergency"))
        )
        return {code for codes in (await self.session.execute(query)).scalars() for code in codes}
