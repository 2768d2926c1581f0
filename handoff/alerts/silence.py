"""Notices when somebody who said something urgent goes quiet, and rings for it once a silence.

Worked out from the database and the clock, so a restart loses nothing. Note and ringing are one transaction
under the conversation's lock, so of two processes one acts, and a word that arrives meanwhile counts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.alerts import service as alerts
from handoff.background import Rounds, apart
from handoff.cases.model import CLAIMED, CLOSED, SAFEGUARDING, Case
from handoff.cases.service import CaseRules, note_case
from handoff.clock import Clock
from handoff.content.areas import clock_words
from handoff.conversations.model import ADVISER, WAITING, Conversation
from handoff.conversations.service import is_answered, last_of_adviser, lock
from handoff.db import Database
from handoff.live import CONSOLE, Hub, conversation_topic
from handoff.screening.service import StoredFinding

QUIET_AFTER = {"urgent": timedelta(minutes=10), "emergency": timedelta(minutes=3)}
JOINED = "They have not answered the adviser since."
NOBODY = "They have written nothing since, and nobody has joined."
NO_WORD = "They have written nothing since, and no adviser has answered them."


class Silences(Rounds):
    """The job that looks for them."""

    pause = 5.0

    def __init__(self, db: Database, clock: Clock, hub: Hub, rules: CaseRules) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules

    async def round(self) -> int:
        """Ring for each silence that nobody was told of yet; how many there were."""
        async with self._db.reading() as session:
            found = list(await session.execute(_Silence(self._rules, self._clock.now()).query()))
        rung = 0
        for case_id, conversation_id in found:
            with apart("silences", case=case_id):
                rung += await self._ring(case_id, conversation_id)
        if rung:
            self._hub.notify(CONSOLE)
        return rung

    async def _ring(self, case_id: uuid.UUID, conversation_id: uuid.UUID) -> bool:
        now = self._clock.now()
        async with self._db.transaction() as session:
            conversation = await lock(session, conversation_id)
            still = _Silence(self._rules, now).query().where(Case.id == case_id)
            since = conversation.last_inbound_at
            if since is None or (await session.execute(still)).first() is None:
                return False
            case = await session.get_one(Case, case_id)
            conversation.silent_since = since
            at = clock_words(since.astimezone(self._rules.area(case.area).timezone).time())
            why = await _why(session, conversation)
            note_case(session, now, case.id, f"Silent since {at}. {why}")
            await alerts.ring(session, now, case.id, level=case.level, area=case.area, why=alerts.SILENT)
        self._hub.notify(conversation_topic(conversation_id))
        return True


@dataclass(frozen=True)
class _Silence:
    """What counts as one, at a moment."""

    rules: CaseRules
    now: datetime

    def query(self) -> Select[uuid.UUID, uuid.UUID]:
        """(case, conversation) of each safeguarding case whose person has just been found to be silent.

        Until an adviser writes to them the time runs from their last word; after that from the adviser's, if
        it is not answered. While the clock of a claim runs, that one rings, for the next people. What they
        said before an adviser handed back is not what they are silent about.
        """
        heard, answered = Conversation.last_inbound_at, last_of_adviser(Conversation.id)
        waits = and_(Conversation.state == WAITING, self._long_ago(heard))
        unanswered = and_(Conversation.state == ADVISER, answered > heard, self._long_ago(answered))
        no_word = and_(
            Conversation.state == ADVISER,
            or_(answered.is_(None), answered <= heard),
            or_(Case.state != CLAIMED, Case.unanswered_since.is_(None)),
            self._long_ago(heard),
        )
        return (
            select(Case.id, Case.conversation_id)
            .join(Conversation, Conversation.id == Case.conversation_id)
            .where(
                Case.state != CLOSED,
                Case.reason == SAFEGUARDING,
                Case.level_rank >= self.rules.rank("urgent"),
                Conversation.silent_since.is_(None),
                or_(waits, unanswered, no_word),
                _said_something_urgent(),
            )
        )

    def _long_ago(self, at: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        emergency = Case.level_rank >= self.rules.rank("emergency")
        sooner = and_(emergency, at <= self.now - QUIET_AFTER["emergency"])
        return or_(sooner, at <= self.now - QUIET_AFTER["urgent"])


async def _why(session: AsyncSession, conversation: Conversation) -> str:
    if conversation.state != ADVISER:
        return NOBODY
    return JOINED if await is_answered(session, conversation) else NO_WORD


def _said_something_urgent() -> ColumnElement[bool]:
    since = or_(Conversation.afresh_at.is_(None), StoredFinding.at > Conversation.afresh_at)
    return (
        select(StoredFinding.id)
        .where(
            StoredFinding.conversation_id == Conversation.id,
            StoredFinding.level.in_(tuple(QUIET_AFTER)),
            since,
        )
        .exists()
    )
