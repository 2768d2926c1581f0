"""What other features may ask of registrations: who registered in a case, in words, and what was begun."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import BENEFITS, CaseRules, open_or_raise
from handoff.conversations.model import SMS, Contact, Conversation
from handoff.days import day_words
from handoff.jobcentre import service as jobcentre
from handoff.registrations.contact import without_number
from handoff.registrations.drafts import draft_answers, unsafe_ways
from handoff.registrations.model import Registration
from handoff.registrations.permissions import may_tell_jobcentre
from handoff.registrations.postcode import written as written
from handoff.registrations.situation import CARE_WORDS, ground_in_words

FORM = "register_form"


async def conversations_of(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The conversation that each of these registrations was made in."""
    query = select(Registration.id, Registration.conversation_id).where(Registration.id.in_(ids))
    return {row.id: row.conversation_id for row in await session.execute(query)}


def records_of(conversations: Select[uuid.UUID]) -> Select[uuid.UUID | None]:
    """For a query: `record_id` of whoever registered from a contact of these, or with a phone that is one."""
    contacts = select(Conversation.contact_id).where(Conversation.id.in_(conversations)).cte()
    own = select(contacts.c.contact_id)
    threads = select(Conversation.id).where(Conversation.contact_id.in_(own)).cte()
    phones = select(Contact.address_index).where(Contact.id.in_(own), Contact.channel == SMS).cte()
    theirs = or_(
        Registration.conversation_id.in_(select(threads.c.id)),
        Registration.phone_index.in_(select(phones.c.address_index)),
    )
    return select(Registration.record_id).where(Registration.record_id.is_not(None), theirs)


async def note_seen(
    session: AsyncSession, now: datetime, who: uuid.UUID, case_id: uuid.UUID, how: str = "read"
) -> None:
    """Put it on the audit that a member of staff saw (`read`, `reveal`) what was registered in a case."""
    for one in await for_case(session, case_id):
        subject = f"registration:{one.id}"
        await audit.record(session, now, who, f"registration.{how}", subject, case=str(case_id))


async def seen_under(session: AsyncSession, record_ids: Collection[uuid.UUID]) -> list[str]:
    """The audit's subjects for what these people registered, and for what Jobcentre Plus is told of it."""
    query = select(Registration.id).where(Registration.record_id.in_(record_ids))
    ids = list((await session.execute(query)).scalars())
    notices = [notice.id for one in ids for notice in await jobcentre.notices_of(session, one)]
    return [*(f"registration:{one}" for one in ids), *(f"jobcentre_notice:{one}" for one in notices)]


async def lets_jobcentre_know(session: AsyncSession, registration_id: uuid.UUID) -> bool:
    """Whether they let us tell Jobcentre Plus, as it is now."""
    return await may_tell_jobcentre(session, await session.get_one(Registration, registration_id))


async def for_case(session: AsyncSession, case_id: uuid.UUID) -> list[Registration]:
    """The registrations that a case is about, newest first."""
    query = select(Registration).where(Registration.case_id == case_id)
    return list((await session.execute(query.order_by(Registration.created_at.desc()))).scalars())


def in_words(registration: Registration) -> dict[str, str]:
    """A registration as an adviser reads it: label to answer, the phone number in full."""
    shown = {
        "Registration": registration.reference,
        "Name": registration.name,
        "Date of birth": day_words(date.fromisoformat(registration.date_of_birth)),
        "Postcode": registration.postcode,
        "Phone": registration.phone or "none given",
        "Reach them": without_number(registration.safe_contact or ""),
        "Doing now": registration.activity,
        "Since": registration.activity_since,
        "Care": CARE_WORDS.get(registration.care_status or "", "ask"),
        "Reason to claim": ground_in_words(registration.ground) if registration.ground else "ask",
        "Tell Jobcentre Plus": "Yes" if registration.jobcentre_permission else "No",
        "Talk to others": "Yes" if registration.others_permission else "No",
    }
    return {label: words for label, words in shown.items() if words}


async def begun_in_words(session: AsyncSession, conversation_id: uuid.UUID) -> dict[str, str]:
    """What was answered of a registration that is not finished, as an adviser reads it."""
    answers = await draft_answers(session, conversation_id)
    shown = {name: str(answer["shown"]) for name, answer in answers.items()}
    if "contact" in shown:
        shown["contact"] = without_number(shown["contact"])
    begun = {f"{name.replace('_', ' ').capitalize()} (so far)": words for name, words in shown.items()}
    unsafe = [without_number(one) for one in await unsafe_ways(session, conversation_id)]
    return begun | ({"NOT safe, they said": "; ".join(unsafe)} if unsafe else {})


async def pause(session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation) -> None:
    """Something urgent was heard inside the form: its case waits beside the safeguarding case.

    The caller holds the conversation's lock, and has made the assistant quiet.
    """
    if conversation.form == FORM:
        await open_or_raise(session, rules, now, conversation, BENEFITS)
