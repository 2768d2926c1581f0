"""Erases one person on request (UK GDPR, article 17), but for what has to be kept, which it names.

Kept: a conversation with a safeguarding case, for its time (retention.yml); what was written from where
somebody else registered too. Refused whole: while a case is open, a legal hold stands, or the assistant is
still answering them or Jobcentre Plus is just being told.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.model import CLOSED, SAFEGUARDING, Case
from handoff.conversations.model import DONE, Conversation, Turn
from handoff.db import ROW
from handoff.errors import Conflict
from handoff.feedback.model import Feedback
from handoff.jobcentre import model as jobcentre_model
from handoff.jobcentre import service as jobcentre
from handoff.jobcentre.model import Notice
from handoff.jobcentre.service import NoticeAbout
from handoff.neet.model import Learned
from handoff.records import store
from handoff.records.model import Record
from handoff.records.person import Details, details_of
from handoff.registrations.model import Draft, Registration
from handoff.retention.due import safety_is_over
from handoff.retention.holdings import Ids, Roots
from handoff.retention.model import Hold
from handoff.retention.person import Person, find
from handoff.retention.removing import lock_threads, remove

ALSO = (Draft, Learned, Feedback)
"""What goes from a conversation that is kept: it is no part of what was done to keep them safe."""


@dataclass(frozen=True)
class Erased:
    """How many of what went, what is kept with the reason, what may be theirs too, and what to ask of
    Jobcentre Plus by hand: no case can remind an adviser of somebody who is forgotten."""

    counts: dict[str, int]
    kept: Sequence[str]
    perhaps: Sequence[str]
    ask: Sequence[str]


async def erase(session: AsyncSession, now: datetime, asked: str, by: uuid.UUID) -> Erased:
    """Erase whom `asked` names. NotFound, or Conflict with what stands in the way of all of it."""
    person = await _locked(session, asked)
    roots = person.roots
    await _refuse_what_is_at_work(session, person)
    kept = await _kept_for_safety(session, now, roots.conversations)
    told = [
        await _have_jobcentre_delete(session, now, one)
        for one in await _registrations(session, roots.registrations)
    ]
    going = roots.conversations - set(kept)
    contacts = roots.contacts - await _contacts_of(session, set(kept))
    if kept:
        await remove(session, now, replace(roots, conversations=frozenset(kept)), only=ALSO)
    await remove(session, now, replace(roots, conversations=going, contacts=contacts))
    await _write_down(session, now, by, person, going, len(kept) + len(person.shared))
    counts = {
        "registrations": len(roots.registrations),
        "records": len(roots.records),
        "conversations": len(going),
    }
    shared = map(_shared, sorted(person.shared))
    return Erased(counts, [*kept.values(), *shared], person.perhaps, [one for one in told if one])


async def _locked(session: AsyncSession, asked: str) -> Person:
    """Whom `asked` names, locked in the order in which somebody registers: threads, days of birth,
    registrations, records; then their notices, which the post takes by themselves."""
    first = await find(session, asked)
    await lock_threads(session, first.roots.contacts | first.shared)
    await store.hold_births(session, await _born(session, first.roots))
    session.expire_all()  # it may have changed while we waited
    person = await find(session, asked)
    registrations, records = person.roots.registrations, person.roots.records
    for query in (
        select(Registration).where(Registration.id.in_(registrations)).order_by(Registration.id),
        select(Record).where(Record.id.in_(records)).order_by(Record.id),
        select(Notice).where(Notice.registration_id.in_(registrations)).order_by(Notice.id),
    ):
        await session.execute(query.with_for_update(**ROW).execution_options(populate_existing=True))
    return person


async def _born(session: AsyncSession, roots: Roots) -> list[Details]:
    found = await session.execute(select(Record).where(Record.id.in_(roots.records)))
    registered = await _registrations(session, roots.registrations)
    said = [Details(date_of_birth=one.date_of_birth) for one in registered]
    return [*said, *(details_of(one.details) for one in found.scalars())]


async def _refuse_what_is_at_work(session: AsyncSession, person: Person) -> None:
    """An adviser needs what is here to help them; a court needs it as it is."""
    roots = person.roots
    found = await _registrations(session, roots.registrations)
    here = or_(Case.conversation_id.in_(roots.conversations), Case.id.in_([one.case_id for one in found]))
    open_cases = select(Case.reference).where(here, Case.state != CLOSED).order_by(Case.reference)
    if references := list((await session.execute(open_cases)).scalars()):
        raise Conflict("open_case", f"{', '.join(references)}: still open. Close it first.")
    held = or_(Hold.conversation_id.in_(person.threads), Hold.record_id.in_(roots.records))
    if (await session.execute(select(Hold.id).where(held, Hold.lifted_at.is_(None)))).first():
        raise Conflict("held", "A legal hold stands on what is held about them. Nothing was erased.")
    undone = select(Turn.id).where(Turn.conversation_id.in_(roots.conversations), Turn.state != DONE)
    if (await session.execute(undone.limit(1))).first():
        raise Conflict("busy", "The assistant is answering them just now. Try again in a minute.")
    sending = Notice.registration_id.in_(roots.registrations), Notice.state == jobcentre_model.SENDING
    if (await session.execute(select(Notice.id).where(*sending).limit(1))).first():
        raise Conflict("busy", "Jobcentre Plus is being told of them just now. Try again in a minute.")


async def _kept_for_safety(session: AsyncSession, now: datetime, conversations: Ids) -> dict[uuid.UUID, str]:
    """The conversations whose safeguarding cases are still to be kept, each with why."""
    over = safety_is_over(now).where(Conversation.id.in_(conversations))
    query = select(Case.conversation_id, Case.reference).where(
        Case.conversation_id.in_(conversations),
        Case.reason == SAFEGUARDING,
        Case.conversation_id.not_in(over),
    )
    return {
        row.conversation_id: f"Conversation {row.conversation_id}: {row.reference} is a safeguarding case"
        for row in await session.execute(query)
    }


async def _registrations(session: AsyncSession, ids: Ids) -> Sequence[Registration]:
    query = select(Registration).where(Registration.id.in_(ids)).order_by(Registration.id)
    return (await session.execute(query)).scalars().all()


async def _have_jobcentre_delete(
    session: AsyncSession, now: datetime, registration: Registration
) -> str | None:
    """Whoever was told is asked to delete it, once; that request names the reference alone.

    What somebody has to do about it; None where nothing was told, or they have deleted it.
    """
    theirs = Notice.registration_id == registration.id, Notice.kind == jobcentre_model.WITHDRAWN
    asked = select(Notice.id).where(*theirs)
    was_asked = (await session.execute(asked)).first() is not None
    if await jobcentre.cancel_unsent(session, now, registration.id) and not was_asked:
        born = date.fromisoformat(registration.date_of_birth)
        about = NoticeAbout(
            registration.id,
            registration.reference,
            "",
            born,
            "",
            registration.registered_on,
            registration.area,
        )
        await jobcentre.notify(session, now, "withdrawn", about)
    states = set((await session.execute(select(Notice.state).where(*theirs))).scalars())
    await session.execute(update(Notice).where(*theirs).values(registration_id=None))
    if jobcentre_model.BY_HAND in states:
        return f"Ask Jobcentre Plus to delete it, by hand: {registration.reference}"
    if states & {jobcentre_model.QUEUED, jobcentre_model.SENT}:
        return (
            f"Ask Jobcentre Plus to delete it, if it does not confirm that, by hand: {registration.reference}"
        )
    return None


async def _contacts_of(session: AsyncSession, conversations: set[uuid.UUID]) -> Ids:
    query = select(Conversation.contact_id).where(Conversation.id.in_(conversations))
    return frozenset((await session.execute(query)).scalars())


async def _write_down(
    session: AsyncSession, now: datetime, by: uuid.UUID, person: Person, going: Ids, kept: int
) -> None:
    """One entry for the person, and one for each thing that a later reader may look for."""
    gone = [one for one in person.subjects if one.partition(":")[0] != "conversation"]
    for subject in [*gone, *(f"conversation:{one}" for one in sorted(going))]:
        await audit.record(session, now, by, "person.erase", subject, kept=kept)


def _shared(contact: uuid.UUID) -> str:
    return f"Contact {contact}: somebody else registered from it too, so what was written from it is kept"
