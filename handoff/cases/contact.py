"""Contact that someone may say no to: about not being in learning or work, or being close to that.

A no stops the clock of the case and is respected for 30 days. After that it may be offered again, and only
their own yes starts the clock. Safeguarding goes without a no.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.clocks import due_at, in_words
from handoff.cases.model import AT_RISK, CLOSED, NEET, Case, CaseNote
from handoff.conversations.model import Conversation

if TYPE_CHECKING:
    from handoff.cases.service import CaseRules

CONTACTS = (NEET, AT_RISK)
RESPECTED = timedelta(days=30)
SAID_NO = "They said no to being contacted about this. The clock has stopped: do not offer it for 30 days."
OFFERED = (
    "They said again that they are not in learning or work, or close to it. The assistant asked whether they "
    "would like an adviser after all. Their no stands, and the clock stays stopped, until they say yes."
)
SAID_YES = "They want to hear from an adviser after all. The clock starts again."
NOT_TOLD = "not_told_yet"
"""The fact of a conversation in which such a case opened, until they are told; staff see it meanwhile."""
WHAT = "that an adviser is to message them, and how to say no"
HEARD_NEET = "This was about being at risk. Now they have said that they are not in learning or work."


async def contact_case(session: AsyncSession, conversation: Conversation) -> Case | None:
    """The open case about not being in learning or work, or being close to it (there is one at most)."""
    query = select(Case).where(
        Case.conversation_id == conversation.id, Case.reason.in_(CONTACTS), Case.state != CLOSED
    )
    return (await session.execute(query.order_by(Case.reason.desc()).limit(1))).scalar()


def known_of(conversation: Conversation) -> dict[str, Any]:
    """What is known of them, without what they are owed."""
    return {name: value for name, value in (conversation.facts or {}).items() if name != NOT_TOLD}


def owes_word(conversation: Conversation) -> bool:
    """Whether they are still to be told that an adviser is in touch, and how to say no."""
    return NOT_TOLD in (conversation.facts or {})


def owe_word(conversation: Conversation) -> None:
    """A case opened about them unasked: they are to be told of it, once, by whoever speaks to them next."""
    conversation.facts = {**(conversation.facts or {}), NOT_TOLD: WHAT}


def word_given(conversation: Conversation) -> None:
    """They were told, or need not be any more."""
    if owes_word(conversation):
        conversation.facts = known_of(conversation)


async def say_no(session: AsyncSession, now: datetime, conversation: Conversation) -> bool:
    """Record that they do not want this contact; False when there is no case that it could be about."""
    case = await contact_case(session, conversation)
    if case is None:
        return False
    word_given(conversation)
    if case.declined_at is None or case.offered_at:
        case.declined_at, case.offered_at = now, None
        await _note(session, now, case, SAID_NO, "case.decline")
    return True


async def say_yes(session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation) -> bool:
    """They want the contact after all: the clock starts afresh. False when they had not said no."""
    case = await contact_case(session, conversation)
    if case is None or case.declined_at is None:
        return False
    case.declined_at, case.offered_at, case.waiting_since = None, None, now
    case.due_at = due_at(rules.vocabulary, case.reason, case.level, now, rules.area(case.area))
    await _note(session, now, case, SAID_YES, "case.want")
    return True


async def offer_again(session: AsyncSession, now: datetime, case: Case) -> None:
    """They are asked whether they want the contact after all; their no stands until they say so."""
    case.offered_at = now
    await _note(session, now, case, OFFERED, "case.offer")


async def refused_lately(session: AsyncSession, now: datetime, conversation: Conversation) -> bool:
    """Whether they said no or were asked again, in any conversation, so lately that nothing is offered."""
    theirs = select(Conversation.id).where(Conversation.contact_id == conversation.contact_id)
    query = select(func.max(Case.declined_at), func.max(Case.offered_at))
    row = (await session.execute(query.where(Case.conversation_id.in_(theirs)))).one()
    return any(last is not None and now - last < RESPECTED for last in row)


async def becomes_neet(session: AsyncSession, rules: CaseRules, now: datetime, case: Case) -> None:
    """Someone who was at risk is out of learning and work now: the same case, and the clock that it has."""
    if case.reason == AT_RISK:
        case.reason = NEET
        fresh = due_at(rules.vocabulary, NEET, case.level, now, rules.area(case.area))
        case.due_at = min(case.due_at, fresh)
        await _note(session, now, case, HEARD_NEET, "case.reason")


def contact_by(case: Case, rules: CaseRules, now: datetime) -> str:
    """When they will hear from somebody, to follow "an adviser will message you"."""
    if case.due_at <= now:
        return "as soon as they can"
    return f"by {in_words(case.due_at, now, rules.area(case.area))}"


async def _note(session: AsyncSession, now: datetime, case: Case, text: str, action: str) -> None:
    session.add(CaseNote(case_id=case.id, staff_id=None, text=text, at=now))
    await session.flush()
    await audit.record(session, now, "system", action, f"case:{case.id}", reason=case.reason)
