"""Talks that are still with an adviser when their area has closed go back to the queue; the person is told.

Worked out from the database and the clock, under the conversation's lock: a restart loses nothing, and of two
processes one acts. A case whose talk was handed back to the assistant stays with its adviser."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.background import Rounds, apart
from handoff.cases import notices
from handoff.cases.handover import call_on_others, fresh_due
from handoff.cases.model import CLAIMED, Case
from handoff.cases.rules import unclaim
from handoff.cases.service import CaseRules, note_case
from handoff.clock import Clock
from handoff.content.areas import Area, closed_at, is_open, next_opening, opens_at
from handoff.conversations.model import ADVISER, SYSTEM_AUTHOR, WAITING, Conversation
from handoff.conversations.service import append, lock
from handoff.db import Database
from handoff.live import CONSOLE, OUTBOX, Hub, conversation_topic
from handoff.staff import service as staff

GRACE = timedelta(hours=1)  # after closing, and after whatever an adviser who stays on does last
READING = ("case.read", "case.read_messages")  # an open page does it by itself
NOTE = "Back in the queue: it was still with {who} an hour after closing."


class LeftOvernight(Rounds):
    """The job that brings them back."""

    pause = 60.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules

    async def round(self) -> int:
        """Bring back each talk that was left; how many there were."""
        async with self._db.reading() as session:
            talks = (await session.execute(_with_an_adviser(self._clock.now()))).scalars().all()
        back = 0
        for conversation_id in talks:
            with apart("left overnight", conversation=conversation_id):
                back += await self._bring_back(conversation_id)
        if back:
            self._hub.notify(CONSOLE)
            self._hub.notify(OUTBOX)
        return back

    async def _bring_back(self, conversation_id: uuid.UUID) -> bool:
        now = self._clock.now()
        async with self._db.transaction() as session:
            conversation = await lock(session, conversation_id)
            cases = await _held(session, conversation)
            area = self._rules.area(conversation.area)
            if conversation.owner_id is None or not cases or not await _is_left(session, now, area, cases):
                return False
            await self._release(session, now, area, conversation, cases)
        self._hub.notify(conversation_topic(conversation_id))
        return True

    async def _release(
        self, session: AsyncSession, now: datetime, area: Area, conversation: Conversation, cases: list[Case]
    ) -> None:
        owner_id = cases[0].owner_id
        assert owner_id is not None
        who = (await staff.names(session, [owner_id])).get(owner_id, "an adviser")
        for case in cases:
            unclaim(case, fresh_due(self._rules, now, case), now)
            note_case(session, now, case.id, NOTE.format(who=who))
            await audit.record(
                session, now, "system", "case.left_overnight", f"case:{case.id}", was=str(owner_id)
            )
        conversation.state, conversation.owner_id = WAITING, None
        await append(
            session, conversation, now, author=SYSTEM_AUTHOR, text=_told(who, area, now), kind="notice"
        )
        await session.flush()
        await call_on_others(session, self._rules, now, conversation, owner_id)


def _told(who: str, area: Area, now: datetime) -> str:
    first_name = who.split()[0]
    if is_open(area, now):
        return notices.passed_on(first_name)
    return notices.finished_for_today(first_name, next_opening(area, now))


def _with_an_adviser(now: datetime) -> Select[uuid.UUID]:
    """The talks that an adviser has had for an hour or longer."""
    return (
        select(Conversation.id)
        .join(Case, Case.conversation_id == Conversation.id)
        .where(
            Conversation.state == ADVISER,
            Case.state == CLAIMED,
            Case.owner_id == Conversation.owner_id,
            Case.claimed_at <= now - GRACE,
        )
        .distinct()
    )


async def _held(session: AsyncSession, conversation: Conversation) -> list[Case]:
    """The cases of a talk that the adviser who is in it has; none where nobody is."""
    query = select(Case).where(
        Case.conversation_id == conversation.id,
        Case.state == CLAIMED,
        Case.owner_id == conversation.owner_id,
    )
    return list((await session.execute(query)).scalars()) if conversation.state == ADVISER else []


async def _is_left(session: AsyncSession, now: datetime, area: Area, cases: list[Case]) -> bool:
    """Whether they were taken before the area last closed and nothing was done in them for an hour, nor since
    it opened again. Who is on call in the night takes theirs after closing, and keeps them until the next."""
    closed, claims = closed_at(area, now - GRACE), [case.claimed_at for case in cases if case.claimed_at]
    if closed is None or not claims or max(claims) >= closed:
        return False
    subjects = [f"case:{case.id}" for case in cases]
    done = await audit.last_act(session, cases[0].owner_id, subjects, but=READING) or max(claims)
    return done <= now - GRACE and done < opens_at(area, closed)
