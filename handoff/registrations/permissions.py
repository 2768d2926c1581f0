"""What somebody lets us tell, and to whom: given with a registration, taken back in plain words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import BENEFITS, CaseRules, note_case, open_or_raise
from handoff.conversations.model import Conversation
from handoff.db import ROW
from handoff.jobcentre import service as jobcentre
from handoff.jobcentre.service import NoticeAbout
from handoff.records import service as records
from handoff.registrations.again import CHECKED
from handoff.registrations.model import ACTIVE, Registration
from handoff.registrations.situation import ground_in_words

WORDS = {
    records.JOBCENTRE: (
        "May we tell the Jobcentre your name, birth date, postcode, that you're registered and looking, "
        "and your reason once checked with you?"
    ),
    records.OTHERS: "May we talk to others who help you, like your college or social worker, about this?",
}
"""What they say yes to: utter_prompt_*_permission in domain.yml begins with it; `about` says no more."""
COLUMNS = {records.JOBCENTRE: "jobcentre_permission", records.OTHERS: "others_permission"}
"""The answer of the form that each purpose is kept in."""
PERSON = "person"


@dataclass(frozen=True)
class TakenBack:
    """What became of a permission taken back; None of it where nobody registered from this contact."""

    found: bool
    had_gone: bool = False


async def take_back(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, purpose: str
) -> TakenBack:
    """Everyone who registered from here takes this permission back, whether or not it has ended.

    The caller holds the conversation's lock. Whoever has to undo something reads it on the case.
    """
    query = select(Registration).where(Registration.conversation_id == conversation.id)
    found = (await session.execute(query.order_by(Registration.id).with_for_update(**ROW))).scalars().all()
    had_gone = False
    for one in found:
        if one.state == ACTIVE or getattr(one, COLUMNS[purpose]):
            had_gone |= await end_permission(session, rules, now, conversation, one, purpose)
            await put_on_record(session, now, one, [purpose])
    return TakenBack(bool(found), had_gone)


async def end_permission(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    registration: Registration,
    purpose: str,
) -> bool:
    """One registration's permission is over: its case says so, and nothing unsent goes any more.

    True where something had gone, which is asked to be deleted. The caller holds the conversation's lock, and
    sees to the record.
    """
    permitted = registration.jobcentre_permission
    setattr(registration, COLUMNS[purpose], False)
    case, _ = await open_or_raise(session, rules, now, conversation, BENEFITS)
    registration.case_id = case.id
    note_case(session, now, case.id, _note(registration, purpose))
    subject = f"registration:{registration.id}"
    await audit.record(session, now, PERSON, "registration.take_back", subject, purpose=purpose)
    return await tell_of_changes(session, now, registration, permitted, {COLUMNS[purpose]: False})


async def gone_from_record(session: AsyncSession, registration: Registration) -> list[str]:
    """The purposes that the registration still permits and their record no longer does."""
    if registration.record_id is None:
        return []
    return [
        purpose
        for purpose, column in COLUMNS.items()
        if getattr(registration, column)
        and not await records.may_tell(session, registration.record_id, purpose)
    ]


async def may_tell_jobcentre(session: AsyncSession, registration: Registration) -> bool:
    """Whether they let us, when they registered and still on their record."""
    if not registration.jobcentre_permission:
        return False
    if registration.record_id is None:
        return True
    return await records.may_tell(session, registration.record_id, records.JOBCENTRE)


async def tell_of_changes(
    session: AsyncSession,
    now: datetime,
    registration: Registration,
    permitted: bool,
    changed: Mapping[str, Any],
) -> bool:
    """Tell Jobcentre Plus what follows from changed answers; True when it is asked to delete what it has.

    `permitted` is whether they allowed it until now. A change that the notice does not show tells nothing.
    """
    if registration.jobcentre_permission:
        if registration.state != ACTIVE or (permitted and not changed):
            return False
        said = await about(session, registration)
        if not permitted:
            await jobcentre.notify(session, now, "registered", said)
        elif await jobcentre.is_news(session, said):
            await jobcentre.notify(session, now, "changed", said)
        return False
    if not permitted:
        return False
    gone = await jobcentre.cancel_unsent(session, now, registration.id)
    if gone:
        await jobcentre.notify(session, now, "withdrawn", await about(session, registration))
    return gone


async def put_on_record(
    session: AsyncSession,
    now: datetime,
    registration: Registration,
    purposes: Collection[str],
    by: str = PERSON,
) -> None:
    """The record says whether they allow these, in the words they were asked in; others stay as they are."""
    if registration.record_id is None:
        return
    for purpose in purposes:
        if getattr(registration, COLUMNS[purpose]):
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
    for purpose, column in COLUMNS.items():
        if column in gone:
            await records.withdraw_consent(session, now, registration.record_id, purpose, by)


async def about(session: AsyncSession, registration: Registration) -> NoticeAbout:
    """What Jobcentre Plus may be told of a registration: what WORDS says, and nothing in anybody's own words.

    The activity only where their record has the one that registering stands for.
    """
    doing = None
    if registration.record_id:
        doing = await records.current_activity(session, registration.record_id)
    seeking = doing if doing and doing.code == records.SEEKING else None
    checked = registration.ground and CHECKED["ground"] in (registration.details or {})
    return NoticeAbout(
        registration_id=registration.id,
        reference=registration.reference,
        name=registration.name,
        date_of_birth=date.fromisoformat(registration.date_of_birth),
        postcode=registration.postcode,
        registered_on=registration.registered_on,
        area=registration.area,
        activity_code=seeking.code if seeking else None,
        activity=seeking.label if seeking else None,
        ground=ground_in_words(registration.ground) if checked else None,
    )


def _note(registration: Registration, purpose: str) -> str:
    who = "Jobcentre Plus" if purpose == records.JOBCENTRE else "others who help them"
    return f"{registration.reference}: Do NOT tell {who} any more: they took their permission back."
