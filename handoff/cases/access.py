"""The only way to load a case on behalf of a member of staff: outside their areas there is none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handoff.cases.bars import bars_of, conversations_barred_to, is_barred
from handoff.cases.leads_only import RIGHT, held_since, is_for_leads, talker, was_called, was_told
from handoff.cases.model import Case, LeadsOnly
from handoff.conversations import service as conversations
from handoff.conversations.model import ADVISER, Conversation
from handoff.db import ROW
from handoff.errors import NotFound
from handoff.staff.service import Member, Staff, colleagues, may

if TYPE_CHECKING:
    from handoff.cases.service import CaseRules


def visible_to(who: Member) -> ColumnElement[bool]:
    """Their areas' cases, and every case whose area is not known yet; none that they are kept from.

    Of those for leads alone: whatever a lead of another area is rung for, and what an adviser has, talks in
    or was rung for while on call.
    """
    area = or_(Case.area.is_(None), Case.area.in_(sorted(who.areas)))
    if who.may(RIGHT):
        return and_(or_(area, was_told(who.id)), ~is_barred(who.id))
    return and_(area, ~is_barred(who.id), or_(~is_for_leads(), _goes_on(who.id)))


def conversations_kept_from(who: Member) -> Select[uuid.UUID]:
    """For a query: the conversations of which they see nothing in any area, nor of whoever wrote there."""
    barred = conversations_barred_to(who.id)
    if who.may(RIGHT):
        return barred
    barred_here, held = barred.cte(), aliased(LeadsOnly)  # nested, the query is too deep for SQLite
    theirs = select(Case.conversation_id).where(is_for_leads(), _goes_on(who.id)).cte()
    kept = held.conversation_id.not_in(select(theirs.c.conversation_id))
    for_leads = select(held.conversation_id).where(held.lifted_at.is_(None), kept).cte()
    both = [Conversation.id.in_(select(one.c.conversation_id)) for one in (barred_here, for_leads)]
    return select(Conversation.id).where(or_(*both))


def _goes_on(staff_id: uuid.UUID) -> ColumnElement[bool]:
    """For a query over cases: an adviser who has it, talks in it or was rung for it while on call."""
    talking = exists().where(
        Conversation.id == Case.conversation_id,
        Conversation.state == ADVISER,
        Conversation.owner_id == staff_id,
    )
    return or_(Case.owner_id == staff_id, talking, was_called(staff_id))


async def case_for(session: AsyncSession, who: Member, case_id: uuid.UUID) -> Case:
    """The case, to look at; NotFound when it is not theirs to see."""
    return _found((await session.execute(_theirs(who, case_id))).scalar())


async def case_to_change(session: AsyncSession, who: Member, case_id: uuid.UUID) -> tuple[Case, Conversation]:
    """The case and its conversation, both locked, always the conversation first.

    Whether it is theirs is asked again under the lock: they may just have been named in it.
    """
    case = await case_for(session, who, case_id)
    conversation = await conversations.lock(session, case.conversation_id)
    locked = _theirs(who, case_id).with_for_update(**ROW).execution_options(populate_existing=True)
    return _found((await session.execute(locked)).scalar()), conversation


async def able_to_take(session: AsyncSession, rules: CaseRules, case: Case) -> list[Staff]:
    """Colleagues a case can be passed to: of its area, and not kept from it."""
    return await let_in(session, rules, case, await colleagues(session, rules.vocabulary, case.area))


async def let_in(session: AsyncSession, rules: CaseRules, case: Case, people: Iterable[Staff]) -> list[Staff]:
    """Those of these people who are not kept from a case."""
    kept = {bar.staff_id for bar in await bars_of(session, case.conversation_id)}
    found = [one for one in people if one.id not in kept]
    if await held_since(session, case.conversation_id) is None:
        return found
    has = {case.owner_id, talker(await session.get_one(Conversation, case.conversation_id))}
    return [one for one in found if one.id in has or may(rules.vocabulary, one, RIGHT)]


def _theirs(who: Member, case_id: uuid.UUID) -> Select[Case]:
    return select(Case).where(Case.id == case_id, visible_to(who))


def _found(case: Case | None) -> Case:
    if case is None:
        raise NotFound("There is no such case in your areas.")
    return case


def case_id_in(text: str) -> uuid.UUID:
    """The id in an address; NotFound for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("There is no such case in your areas.") from None
