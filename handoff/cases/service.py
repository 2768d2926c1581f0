"""What can be done to a case. One function a thing a user can do; the caller holds the transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.alerts import service as alerts
from handoff.cases.access import case_for as case_for
from handoff.cases.access import conversations_kept_from as conversations_kept_from
from handoff.cases.access import visible_to
from handoff.cases.bars import conversations_barred_to as conversations_barred_to
from handoff.cases.bars import keep_from_the_named as keep_from_the_named
from handoff.cases.clocks import due_at
from handoff.cases.clocks import working_days_after as working_days_after
from handoff.cases.contact import NOT_TOLD as NOT_TOLD
from handoff.cases.contact import becomes_neet as becomes_neet
from handoff.cases.contact import contact_by as contact_by
from handoff.cases.contact import contact_case as contact_case
from handoff.cases.contact import known_of as known_of
from handoff.cases.contact import offer_again as offer_again
from handoff.cases.contact import owe_word as owe_word
from handoff.cases.contact import owes_word as owes_word
from handoff.cases.contact import refused_lately as refused_lately
from handoff.cases.contact import say_no as say_no
from handoff.cases.contact import say_yes as say_yes
from handoff.cases.contact import word_given as word_given
from handoff.cases.destinations import Destinations, load_destinations
from handoff.cases.leads_only import hold_for_leads as hold_for_leads
from handoff.cases.leads_only import keep_to_leads as keep_to_leads
from handoff.cases.model import AT_RISK as AT_RISK
from handoff.cases.model import BENEFITS as BENEFITS
from handoff.cases.model import CLAIMED, CLOSED, WAITING, Case, CaseNote
from handoff.cases.model import FAILURE as FAILURE
from handoff.cases.model import FOLLOW_UP as FOLLOW_UP
from handoff.cases.model import NEET as NEET
from handoff.cases.model import SAFEGUARDING as SAFEGUARDING
from handoff.cases.model import UNANSWERED as UNANSWERED
from handoff.cases.pointing import DONE_BY_SOMEBODY as DONE_BY_SOMEBODY
from handoff.cases.pointing import points_here as points_here
from handoff.cases.rules import Left, needs_adviser, state_after_close
from handoff.cases.safety import about_safety as about_safety
from handoff.content.areas import Area, clock_words
from handoff.conversations import model as conversations
from handoff.conversations.model import Conversation
from handoff.references import new_reference
from handoff.staff.service import Member, colleagues

TOOK_BACK = "took_it_back"


@dataclass(frozen=True)
class CaseRules:
    """What a case goes by: the code lists, the areas, whose rota owns the rest, who it can be referred to.

    `closed`: areas that nobody answers for, so that the default area does; `faults`: why areas are not served
    as they should be.
    """

    vocabulary: Vocabulary
    areas: Mapping[str, Area]
    default_area: str
    destinations: Destinations = field(default_factory=load_destinations)
    closed: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()

    def area(self, slug: str | None) -> Area:
        """The area of that slug, or the default area while it is not known, or not open."""
        return self.areas[self.opened(slug) or self.default_area]

    def opened(self, slug: str | None) -> str | None:
        """The slug where cases of that area are its own; None where they go as those of no known area."""
        return slug if slug in self.areas and slug not in self.closed else None

    def rank(self, level: str) -> int:
        return self.vocabulary.levels[level].rank

    def claim_minutes(self, level: str) -> int:
        """How many minutes anybody has to act at this level; 0 where it sets none."""
        return self.vocabulary.levels[level].claim_minutes or 0


async def open_or_raise(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    reason: str,
    *,
    level: str = "routine",
    categories: Sequence[str] = (),
    facts: Mapping[str, str] | None = None,
    incident: str | None = None,
) -> tuple[Case, bool]:
    """The conversation's open case of this reason, opened or raised; True when it is new.

    The caller holds the conversation's lock. A level only ever rises here; a new finding at urgent or
    above rings for people, and on a claimed case restarts its clock (once, until its adviser does something:
    somebody who keeps writing must not put it off).
    """
    case = await open_case(session, conversation, reason)
    area = rules.area(conversation.area)
    new = case is None
    if case is None:
        case = Case(
            reference=new_reference("C"),
            conversation_id=conversation.id,
            reason=reason,
            level=level,
            level_rank=rules.rank(level),
            categories=list(categories),
            channel=conversation.channel,
            area=rules.opened(conversation.area),
            facts=dict(facts or {}),
            incident=incident,
            opened_at=now,
            waiting_since=now,
            due_at=due_at(rules.vocabulary, reason, level, now, area),
        )
        session.add(case)
        await session.flush()
        await audit.record(session, now, "system", "case.open", f"case:{case.id}", reason=reason, level=level)
    else:
        await _raise(session, rules, now, case, level, categories, area)
        if facts:
            case.facts = {**(case.facts or {}), **facts}
        await session.flush()
    if reason == SAFEGUARDING and rules.rank(level) >= rules.rank("urgent"):
        await alerts.ring(session, now, case.id, level=case.level, area=case.area)
    return case, new


async def _raise(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    case: Case,
    level: str,
    categories: Sequence[str],
    area: Area,
) -> None:
    case.categories = [*case.categories, *(code for code in categories if code not in case.categories)]
    rises = rules.rank(level) > case.level_rank
    if rises:
        case.level, case.level_rank = level, rules.rank(level)
        await audit.record(session, now, "system", "case.raise", f"case:{case.id}", level=level)
    due = due_at(rules.vocabulary, case.reason, level, now, area)
    if case.state == CLAIMED and rules.rank(level) >= rules.rank("urgent"):
        case.due_at = min(case.due_at, due) if case.unanswered_since else due
        case.unanswered_since = case.unanswered_since or now
    elif rises:
        case.due_at = min(case.due_at, due)


async def open_case(session: AsyncSession, conversation: Conversation, reason: str) -> Case | None:
    """The conversation's open case of a reason (there is one at most)."""
    query = select(Case).where(
        Case.conversation_id == conversation.id, Case.reason == reason, Case.state != CLOSED
    )
    return (await session.execute(query)).scalar()


async def open_cases(session: AsyncSession, conversation: Conversation) -> list[Case]:
    query = select(Case).where(Case.conversation_id == conversation.id, Case.state != CLOSED)
    return list((await session.execute(query)).scalars())


def ever_opened(conversation_id: ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
    """For a query: whether there ever was a case about this conversation."""
    return select(Case.id).where(Case.conversation_id == conversation_id).exists()


async def place_open_cases(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> None:
    """Give the conversation's area, now known, to its open cases that have none."""
    area = rules.opened(conversation.area)
    for case in await open_cases(session, conversation):
        if case.area is None and area:
            await place_case(session, rules, now, case.id, area)


async def place_case(
    session: AsyncSession, rules: CaseRules, now: datetime, case_id: uuid.UUID, area: str
) -> bool:
    """Give a case to an area, under its conversation's lock.

    False while it is with an adviser who does not work there: they would lose sight of it.
    """
    case = await session.get_one(Case, case_id)
    holder = case.owner_id or case.offered_to_id
    if holder and holder not in {one.id for one in await colleagues(session, rules.vocabulary, area)}:
        return False
    case.area = area
    await audit.record(session, now, "system", "case.place", f"case:{case.id}", area=area)
    await alerts.moved(session, now, case.id)
    return True


async def fault_passed(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, fault: str, text: str
) -> None:
    """Note on every open case that what went wrong is right again.

    A failure case that such a fault opened (its incident begins with `fault`) closes, if nobody touched it.
    """
    await note_open_cases(session, now, conversation, text)
    case = await open_case(session, conversation, FAILURE)
    if case is None or not (case.incident or "").startswith(fault) or await _touched(session, case):
        return
    case.state, case.outcome, case.closed_at = CLOSED, "not_needed", now
    await session.flush()
    await audit.record(session, now, "system", "case.close", f"case:{case.id}", outcome=case.outcome)
    if conversation.state == conversations.WAITING:
        urgent, others = rules.rank("urgent"), await open_cases(session, conversation)
        left = Left(False, any(needs_adviser(other, urgent) for other in others))
        conversation.state = state_after_close(conversation.state, left)


async def take_back(session: AsyncSession, rules: CaseRules, now: datetime, case: Case) -> bool:
    """Note that the person takes back what they said; True the first time. Nothing is lowered by it."""
    area = rules.area(case.area)
    said, at = (case.facts or {}).get(TOOK_BACK), clock_words(now.astimezone(area.timezone).time())
    if said != at:
        case.facts = {**(case.facts or {}), TOOK_BACK: at}
        note_case(
            session,
            now,
            case.id,
            f"They took back what they said at {at}. It lowers nothing: look as before.",
        )
        await audit.record(session, now, "person", "case.taken_back", f"case:{case.id}")
    return said is None


async def cases_to_open(
    session: AsyncSession, who: Member, conversations: Collection[uuid.UUID]
) -> dict[uuid.UUID, uuid.UUID]:
    """The newest case of each conversation through which this member of staff may read it."""
    if not who.may("case.read"):
        return {}
    query = select(Case.conversation_id, Case.id).where(
        Case.conversation_id.in_(conversations), visible_to(who)
    )
    rows = await session.execute(query.order_by(Case.opened_at))
    return {conversation_id: case_id for conversation_id, case_id in rows}


async def due_of_seen(
    session: AsyncSession, who: Member, cases: Collection[uuid.UUID]
) -> dict[uuid.UUID, datetime]:
    """Those of the cases that are theirs to see, each with when it is due."""
    query = select(Case.id, Case.due_at).where(Case.id.in_(cases), visible_to(who))
    return {case_id: due_at for case_id, due_at in await session.execute(query)}


def cases_in(threads: Select[uuid.UUID]) -> Select[uuid.UUID]:
    """For a query: the cases of these conversations."""
    return select(Case.id).where(Case.conversation_id.in_(threads))


async def due_and_open(session: AsyncSession, case_id: uuid.UUID) -> tuple[datetime, bool]:
    """When the case is due, or was, and whether it is open."""
    query = select(Case.due_at, Case.state).where(Case.id == case_id)
    due, state = (await session.execute(query)).one()
    return due, state != CLOSED


async def conversations_with_cases(
    session: AsyncSession, conversations: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Those that any case is in, whoever may see it."""
    query = select(Case.conversation_id).where(Case.conversation_id.in_(conversations))
    return set((await session.execute(query)).scalars())


async def _touched(session: AsyncSession, case: Case) -> bool:
    """Somebody has it, had it, was offered it or wrote about it; or more than the fault is in it by now."""
    if case.state != WAITING or case.waiting_since != case.opened_at or case.level != "routine":
        return True
    written = select(CaseNote.id).where(CaseNote.case_id == case.id, CaseNote.staff_id.is_not(None)).limit(1)
    return bool(case.offered_to_id or (await session.execute(written)).first())


async def case_reference(session: AsyncSession, case_id: uuid.UUID) -> str:
    return (await session.get_one(Case, case_id)).reference


async def note_open_cases(
    session: AsyncSession, now: datetime, conversation: Conversation, text: str
) -> None:
    """A note by the service itself on every open case of the conversation."""
    for case in await open_cases(session, conversation):
        note_case(session, now, case.id, text)


async def note_once(session: AsyncSession, now: datetime, case_id: uuid.UUID, text: str) -> None:
    """As note_case, where the case does not say so already."""
    query = select(CaseNote).where(CaseNote.case_id == case_id, CaseNote.staff_id.is_(None))
    if all(note.text != text for note in (await session.execute(query)).scalars()):
        note_case(session, now, case_id, text)


def note_case(session: AsyncSession, now: datetime, case_id: uuid.UUID, text: str) -> None:
    """A note by the service itself on one case."""
    session.add(CaseNote(case_id=case_id, staff_id=None, text=text, at=now))
