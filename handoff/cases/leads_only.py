"""Keeps an allegation that names nobody to leads: whoever it is about may be one of those who could open it.

Allegations are about any adult who works with children, advisers and staff here among them (the LADO's four
tests). A lead looks first, and says who is kept out or that advisers may see it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff import audit
from handoff.alerts import service as alerts
from handoff.cases.bars import HARM, MESSAGES, bars_of, take_away
from handoff.cases.model import CLOSED, SAFEGUARDING, Case, CaseNote, LeadsOnly
from handoff.cases.pointing import points_here
from handoff.conversations.model import ADVISER, PERSON_AUTHOR, Conversation, Message
from handoff.conversations.service import last_said
from handoff.screening.service import StoredFinding
from handoff.staff import service as staff

if TYPE_CHECKING:
    from handoff.cases.service import CaseRules

ALLEGATION, EMERGENCY, RIGHT = "allegation", "emergency", "case.oversee"
NOTE = (
    "An allegation that names nobody: only leads and managers can open this case. A lead says who is kept "
    "from it, or that advisers may see it."
)


async def keep_to_leads(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> None:
    """Let leads alone see the conversation once it holds an allegation in which nobody here is named.

    The caller holds the conversation's lock. What a lead decided stands. The adviser who is in the talk
    goes on with it, unless the words point at somebody here: whoever was confided in is not taken away.
    So does whoever an emergency was rung for while on call.
    """
    query = select(Case).where(Case.conversation_id == conversation.id, Case.state != CLOSED)
    cases = list((await session.execute(query)).scalars())
    case = next((one for one in cases if one.reason == SAFEGUARDING), None)
    if case is None or ALLEGATION not in case.categories:
        return
    kept, pointed = await session.get(LeadsOnly, conversation.id), await pointed_at(session, conversation.id)
    if kept is None:
        if await bars_of(session, conversation.id, lifted=True):
            return
        session.add(CaseNote(case_id=case.id, text=NOTE, at=now))
        # In an emergency whoever was on call for it and told of it goes on.
        since = case.opened_at if case.level == EMERGENCY and not pointed else now
        await _hold(session, now, case, since=since)
    elif kept.lifted_at is not None:
        return
    elif pointed and pointed > kept.at:
        kept.at = now
    await session.flush()
    await _take_from_advisers(session, rules, now, conversation, cases, pointed is not None)


async def hold_for_leads(session: AsyncSession, now: datetime, cases: Iterable[Case]) -> None:
    """The same where names could not be looked for in a conversation about harm that somebody does."""
    case = next((one for one in cases if HARM & set(one.categories)), None)
    if case is not None and await session.get(LeadsOnly, case.conversation_id) is None:
        await _hold(session, now, case, since=now)


async def _hold(session: AsyncSession, now: datetime, case: Case, *, since: datetime) -> None:
    """`since`: those told while on call from then on may open it (`was_called`)."""
    session.add(LeadsOnly(conversation_id=case.conversation_id, at=since))
    await session.flush()
    await audit.record(session, now, "system", "case.leads_only", f"case:{case.id}")


async def _take_from_advisers(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    cases: list[Case],
    pointed: bool,
) -> None:
    holders = {one for case in cases for one in (case.owner_id, case.offered_to_id) if one}
    if talking := talker(conversation):
        holders = holders | {talking} if pointed else holders - {talking}
    for person in await staff.active(session) if holders else ():
        if person.id not in holders or staff.may(rules.vocabulary, person, RIGHT):
            continue
        called = select(Case.id).where(Case.conversation_id == conversation.id, was_called(person.id))
        if (await session.execute(called.limit(1))).first() is None:
            await take_away(session, rules, now, conversation, person)


def talker(conversation: Conversation) -> uuid.UUID | None:
    """The adviser who is in the talk under way."""
    return conversation.owner_id if conversation.state == ADVISER else None


async def pointed_at(session: AsyncSession, conversation_id: uuid.UUID) -> datetime | None:
    """When an allegation that points at somebody here, by no name, was last heard; None for never."""
    query = (
        select(Message.text, Message.seq, StoredFinding.at, StoredFinding.categories)
        .join(StoredFinding, StoredFinding.message_id == Message.id)
        .where(Message.conversation_id == conversation_id, Message.author == PERSON_AUTHOR)
    )
    rows = await session.execute(query.order_by(Message.seq.desc()).limit(MESSAGES))
    for text, seq, at, codes in rows.all():
        if ALLEGATION in codes and points_here(text, await last_said(session, conversation_id, seq)):
            return at
    return None


async def held_since(session: AsyncSession, conversation_id: uuid.UUID) -> datetime | None:
    """Since when leads alone see a conversation; None where advisers see it."""
    kept = await session.get(LeadsOnly, conversation_id)
    return kept.at if kept and kept.lifted_at is None else None


def is_for_leads() -> ColumnElement[bool]:
    """For a query over cases: leads alone see the case's conversation."""
    return exists().where(LeadsOnly.conversation_id == Case.conversation_id, LeadsOnly.lifted_at.is_(None))


def was_told(staff_id: uuid.UUID) -> ColumnElement[bool]:
    """For a query over cases: an alert told them of the conversation, which is, or was, for leads alone."""
    rung = aliased(Case)
    return _rung(rung).where(alerts.told_of(rung.id, staff_id)).exists()


def was_called(staff_id: uuid.UUID) -> ColumnElement[bool]:
    """The same while they were on call or second, since leads alone see it: a life does not wait for one."""
    rung = aliased(Case)
    called = alerts.told_of(rung.id, staff_id, on_call_since=LeadsOnly.at)
    return _rung(rung).where(called).exists()


def _rung(rung: type[Case]) -> Select[Any]:
    """Any case of the same conversation, which is, or was, for leads alone."""
    query = select(rung.id).join(LeadsOnly, LeadsOnly.conversation_id == rung.conversation_id)
    return query.where(rung.conversation_id == Case.conversation_id).correlate(Case)


async def let_advisers_in(
    session: AsyncSession, now: datetime, conversation_id: uuid.UUID, by: uuid.UUID
) -> bool:
    """A lead has looked: whoever is not kept out by name sees it again. False when nothing was held."""
    kept = await session.get(LeadsOnly, conversation_id)
    if kept is None or kept.lifted_at is not None:
        return False
    kept.lifted_at, kept.lifted_by_id = now, by
    return True
