"""What somebody lets us tell, and to whom: given with a registration, taken back in plain words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import CaseRules, note_case, open_or_raise
from handoff.conversations.model import Conversation
from handoff.db import ROW
from handoff.jobcentre import service as jobcentre
from handoff.jobcentre.service import Kind, NoticeAbout
from handoff.records import service as records
from handoff.registrations.model import ACTIVE, Registration
from handoff.registrations.situation import ground_in_words

WORDS = {
    records.JOBCENTRE: "May we tell Jobcentre Plus (DWP) that you've registered with us?",
    records.OTHERS: "May we talk to others who help you, like your college or social worker, about this?",
}
"""What they said yes to, as it was asked (utter_prompt_*_permission in domain.yml)."""
_COLUMNS = {records.JOBCENTRE: "jobcentre_permission", records.OTHERS: "others_permission"}
PERSON, REASON = "person", "benefits"


@dataclass(frozen=True)
class TakenBack:
    """What became of a permission taken back; None of it where nobody registered from this contact."""

    found: bool
    had_gone: bool = False


async def take_back(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, purpose: str
) -> TakenBack:
    """Everyone who registered from here takes this permission back; the caller holds the conversation's lock.

    Whoever is to be told or has to undo something reads it on the case.
    """
    query = select(Registration).where(
        Registration.conversation_id == conversation.id, Registration.state == ACTIVE
    )
    found = (await session.execute(query.order_by(Registration.id).with_for_update(**ROW))).scalars().all()
    had_gone = False
    for one in found:
        permitted = one.jobcentre_permission
        setattr(one, _COLUMNS[purpose], False)
        case, _ = await open_or_raise(session, rules, now, conversation, REASON)
        one.case_id = case.id
        note_case(session, now, case.id, _note(one, purpose))
        subject = f"registration:{one.id}"
        await audit.record(session, now, PERSON, "registration.take_back", subject, purpose=purpose)
        had_gone |= await tell_of_changes(session, now, one, permitted, {_COLUMNS[purpose]: False})
        await put_on_record(session, now, one)
    return TakenBack(bool(found), had_gone)


async def may_tell_jobcentre(session: AsyncSession, registration: Registration) -> bool:
    """Whether they let us, when they registered and still on their record."""
    if not registration.jobcentre_permission:
        return False
    if registration.record_id is None:
        return True
    return await records.may_tell(session, registration.record_id, records.JOBCENTRE)


async def tell(session: AsyncSession, now: datetime, kind: Kind, registration: Registration) -> None:
    """Have Jobcentre Plus told; only called with the permission."""
    await jobcentre.notify(session, now, kind, about(registration))


async def tell_of_changes(
    session: AsyncSession,
    now: datetime,
    registration: Registration,
    permitted: bool,
    changed: Mapping[str, Any],
) -> bool:
    """Tell Jobcentre Plus what follows from changed answers; True when it is asked to delete what it has.

    `permitted` is whether they allowed it until now.
    """
    if registration.jobcentre_permission:
        if not permitted:
            await tell(session, now, "registered", registration)
        elif set(changed) & {"activity", "ground"}:
            await tell(session, now, "changed", registration)
        return False
    if not permitted:
        return False
    gone = await jobcentre.cancel_unsent(session, now, registration.id)
    if gone:
        await tell(session, now, "withdrawn", registration)
    return gone


async def put_on_record(
    session: AsyncSession, now: datetime, registration: Registration, by: str = PERSON
) -> None:
    """The record says what they allow, in the words they were asked in."""
    if registration.record_id is None:
        return
    for purpose, column in _COLUMNS.items():
        if getattr(registration, column):
            words = WORDS[purpose]
            await records.give_consent(session, now, registration.record_id, purpose, words, by)
        else:
            await records.withdraw_consent(session, now, registration.record_id, purpose, by)


async def take_off_record(
    session: AsyncSession, now: datetime, registration: Registration, gone: Collection[str], by: str
) -> None:
    """Take back on the record what the registration's columns `gone` allowed; give nothing."""
    if registration.record_id is None:
        return
    for purpose, column in _COLUMNS.items():
        if column in gone:
            await records.withdraw_consent(session, now, registration.record_id, purpose, by)


def about(registration: Registration) -> NoticeAbout:
    """What Jobcentre Plus may be told of a registration."""
    return NoticeAbout(
        registration_id=registration.id,
        reference=registration.reference,
        name=registration.name,
        date_of_birth=date.fromisoformat(registration.date_of_birth),
        postcode=registration.postcode,
        registered_on=registration.registered_on,
        activity=registration.activity,
        area=registration.area,
        ground=ground_in_words(registration.ground) if registration.ground else None,
    )


def _note(registration: Registration, purpose: str) -> str:
    who = "Jobcentre Plus" if purpose == records.JOBCENTRE else "others who help them"
    return f"{registration.reference}: Do NOT tell {who} any more: they took their permission back."
