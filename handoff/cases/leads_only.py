"""Keeps an allegation that names nobody to leads: whoever it is about may be one of those who could open it.

Allegations are about any adult who works with children, advisers and staff here among them (the LADO's four
tests). A lead looks first, and says who is kept out or that advisers may see it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.bars import HARM, bars_of, plain, take_away, what_they_said
from handoff.cases.model import CLOSED, SAFEGUARDING, Case, CaseNote, LeadsOnly
from handoff.conversations.model import ADVISER, Conversation
from handoff.staff import service as staff

if TYPE_CHECKING:
    from handoff.cases.service import CaseRules

ALLEGATION, RIGHT = "allegation", "case.oversee"
NOTE = (
    "An allegation that names nobody: only leads and managers can open this case. A lead says who is kept "
    "from it, or that advisers may see it."
)
# Words that point at somebody here, or at whoever they are talking to.
_ONE_OF_US = re.compile(
    r"\b(?:advis[eo]rs?|case ?workers?|key ?workers?|mentors?"
    r"|your (?:\w+ )?(?:staff|team|colleagues?|office|workers?)"
    r"|works? (?:here|for you|with you)|(?:someone|somebody|one) (?:here|of you)"
    r"|(?:you|u) (?:(?:just|also|always|keep|kept|have|had) )?"
    r"(?:touch|hit|hurt|kiss|grab|grop|rap|assault|abus|threat)\w*)\b"
)


async def keep_to_leads(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> None:
    """Let leads alone see the conversation once it holds an allegation in which nobody here is named.

    The caller holds the conversation's lock. What a lead decided stands. The adviser who is in the talk
    goes on with it, unless the words point at somebody here: whoever was confided in is not taken away.
    """
    query = select(Case).where(Case.conversation_id == conversation.id, Case.state != CLOSED)
    cases = list((await session.execute(query)).scalars())
    case = next((one for one in cases if one.reason == SAFEGUARDING), None)
    if case is None or ALLEGATION not in case.categories:
        return
    kept = await session.get(LeadsOnly, conversation.id)
    if kept is None:
        if await bars_of(session, conversation.id, lifted=True):
            return
        session.add(CaseNote(case_id=case.id, text=NOTE, at=now))
        await _hold(session, now, case)
    elif kept.lifted_at is not None:
        return
    await _take_from_advisers(session, rules, now, conversation, cases)


async def hold_for_leads(session: AsyncSession, now: datetime, cases: Iterable[Case]) -> None:
    """The same where names could not be looked for in a conversation about harm that somebody does."""
    case = next((one for one in cases if HARM & set(one.categories)), None)
    if case is not None and await session.get(LeadsOnly, case.conversation_id) is None:
        await _hold(session, now, case)


async def _hold(session: AsyncSession, now: datetime, case: Case) -> None:
    session.add(LeadsOnly(conversation_id=case.conversation_id, at=now))
    await session.flush()
    await audit.record(session, now, "system", "case.leads_only", f"case:{case.id}")


async def _take_from_advisers(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, cases: list[Case]
) -> None:
    holders = {one for case in cases for one in (case.owner_id, case.offered_to_id) if one}
    talking = conversation.owner_id if conversation.state == ADVISER else None
    if talking and not points_at_us(await what_they_said(session, conversation)):
        holders.discard(talking)
    elif talking:
        holders.add(talking)
    for person in await staff.active(session) if holders else ():
        if person.id in holders and not staff.may(rules.vocabulary, person, RIGHT):
            await take_away(session, rules, now, conversation, person)


def points_at_us(said: str) -> bool:
    """Whether words about harm point at somebody who works here, by no name."""
    return _ONE_OF_US.search(plain(said)) is not None


async def held_since(session: AsyncSession, conversation_id: uuid.UUID) -> datetime | None:
    """Since when leads alone see a conversation; None where advisers see it."""
    kept = await session.get(LeadsOnly, conversation_id)
    return kept.at if kept and kept.lifted_at is None else None


def is_for_leads() -> ColumnElement[bool]:
    """For a query over cases: leads alone see the case's conversation."""
    return exists().where(LeadsOnly.conversation_id == Case.conversation_id, LeadsOnly.lifted_at.is_(None))


async def let_advisers_in(
    session: AsyncSession, now: datetime, conversation_id: uuid.UUID, by: uuid.UUID
) -> bool:
    """A lead has looked: whoever is not kept out by name sees it again. False when nothing was held."""
    kept = await session.get(LeadsOnly, conversation_id)
    if kept is None or kept.lifted_at is not None:
        return False
    kept.lifted_at, kept.lifted_by_id = now, by
    return True
