"""Finishing a registration: the reference, the case that checks it, the record, the permissions, the notice.

All in the caller's transaction, once a turn however often it is repeated. Rows are locked before the first
entry in the audit: the conversation, an earlier registration of theirs, their record.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import (
    CaseRules,
    case_reference,
    note_case,
    note_open_cases,
    open_cases,
    open_or_raise,
    place_open_cases,
)
from handoff.conversations.model import Contact, Conversation
from handoff.crypto import keyring
from handoff.db import ROW
from handoff.errors import Conflict, Unprocessable
from handoff.neet import service as neet
from handoff.records import service as records
from handoff.references import new_reference
from handoff.registrations import again, form, links, permissions
from handoff.registrations.contact import reach
from handoff.registrations.drafts import (
    Answers,
    draft_answers,
    known_about,
    sent_elsewhere,
    today_of,
    values_of,
)
from handoff.registrations.fields import FIELDS, read
from handoff.registrations.model import ACTIVE, Draft, Registration, RegistrationCall
from handoff.registrations.periods import terms_of
from handoff.registrations.postcode import areas_of
from handoff.registrations.reading import Accepted
from handoff.registrations.situation import NOT_SAID, OTHER, began_on

REASON = "benefits"
SEEKING = "619"
PERSON = "person"


@dataclass(frozen=True)
class Told:
    """What finishing gives: the reference, whether this turn made it, whose conversation shows it, a link."""

    reference: str
    created: bool
    conversation_id: uuid.UUID
    link: str


async def register(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, key: str
) -> Told:
    """Finish the registration under the conversation's lock.

    Somebody who is registered already gets that reference again, from whichever contact they write, and their
    newest answers count. Conflict `incomplete` names the fields that are missing, or no longer right: a draft
    can outlive its person's 17th year.
    """
    call = await session.get(RegistrationCall, key)
    if call:
        return await _told(
            session, now, await session.get_one(Registration, call.registration_id), call.created
        )
    answers = await draft_answers(session, conversation.id)
    await _must_be_complete(session, rules, now, conversation, answers)
    identity = _identity(answers)
    found = await _earlier(session, identity)
    values, area = _values(answers, now), _area_of(answers, rules, conversation)
    record = (await records.find_or_create(session, now, _facts(values, area), PERSON)).record
    if area and conversation.area is None:
        conversation.area = area
        await place_open_cases(session, rules, now, conversation)
    if found:
        await _renew(session, rules, now, found, conversation, values)
    made = found or await _add(session, rules, now, conversation, values, identity, area)
    made.record_id = record.id
    session.add(RegistrationCall(key=key, registration_id=made.id, created=found is None, at=now))
    await session.execute(delete(Draft).where(Draft.conversation_id == conversation.id))
    await _enter(session, rules, now, conversation, made)
    return await _told(session, now, made, found is None)


async def _told(session: AsyncSession, now: datetime, made: Registration, created: bool) -> Told:
    """A repeated turn gets a link of its own: nobody may have seen the first."""
    return Told(made.reference, created, made.conversation_id, await links.new_link(session, now, made))


async def _must_be_complete(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, answers: Answers
) -> None:
    known = await known_about(session, rules, now, conversation)
    wrong = form.missing(values_of(answers), rules.areas)
    born = answers.get("date_of_birth")
    if born and not isinstance(read("date_of_birth", born["value"], known), Accepted):
        wrong.append("date_of_birth")
    if wrong or sent_elsewhere(answers, rules, known.today):
        fields = [name for name in FIELDS if name in wrong] or ["ground"]
        raise Conflict("incomplete", "Some answers are still missing.", fields=fields)


async def _earlier(session: AsyncSession, identity: str) -> Registration | None:
    """The same person's registration that still runs, locked; two at once come one after the other."""
    if session.get_bind().dialect.name == "postgresql":
        key = int(identity[:15], 16)
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    query = select(Registration).where(Registration.identity_index == identity, Registration.state == ACTIVE)
    newest = query.order_by(Registration.created_at.desc()).limit(1).with_for_update(**ROW)
    return (await session.execute(newest)).scalar()


async def _renew(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    found: Registration,
    conversation: Conversation,
    values: Mapping[str, Any],
) -> None:
    """Their newest answers count, above all a permission taken back; the case says what changed."""
    changed, elsewhere = again.changes(found, values), None
    if conversation.id != found.conversation_id:
        elsewhere = await session.get_one(Contact, conversation.contact_id)
    case_id = await _case_that_deals_with_it(session, rules, now, found, conversation)
    if elsewhere:
        case = await case_reference(session, case_id)
        words = f"The registration {found.reference}, made again here, is in case {case}."
        await note_open_cases(session, now, conversation, words)
    note_case(session, now, case_id, again.note(found, changed, elsewhere))
    permitted = found.jobcentre_permission
    again.take_over(found, changed)
    await _record(session, now, "registration.again", found, conversation, changed=list(changed))
    await permissions.tell_of_changes(session, now, found, permitted, changed)


async def _case_that_deals_with_it(
    session: AsyncSession, rules: CaseRules, now: datetime, found: Registration, conversation: Conversation
) -> uuid.UUID:
    """Its own case while that is open, else a new one: somebody has to see what changed."""
    thread = await session.get_one(Conversation, found.conversation_id)
    if all(case.id != found.case_id for case in await open_cases(session, thread)):
        case, _ = await open_or_raise(session, rules, now, conversation, REASON)
        found.case_id, found.conversation_id = case.id, conversation.id
    return found.case_id


async def _add(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    values: Mapping[str, Any],
    identity: str,
    area: str | None,
) -> Registration:
    case, opened = await open_or_raise(session, rules, now, conversation, REASON)
    if opened or case.area is None:
        case.area = area  # theirs is the authority they live in, whichever number they wrote to
    phone, today = values["phone"], now.astimezone(rules.area(area).timezone).date()
    terms = terms_of(area)
    registration = Registration(
        **values,
        reference=new_reference("WAY"),
        conversation_id=conversation.id,
        case_id=case.id,
        phone_index=keyring.blind_index(phone) if phone else None,
        identity_index=identity,
        area=area,
        state=ACTIVE,
        registered_on=today,
        expires_on=terms.lasts_until(today, date.fromisoformat(values["date_of_birth"])),
        next_contact_on=terms.next_contact(today),
        created_at=now,
    )
    session.add(registration)
    await session.flush()
    await _record(session, now, "registration.create", registration, conversation)
    if registration.jobcentre_permission:
        await permissions.tell(session, now, "registered", registration)
    return registration


async def _enter(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, made: Registration
) -> None:
    """Put on the record what they do and what they allow; what cannot be is for the adviser to put right."""
    record_id, today = made.record_id, today_of(rules, now, conversation)
    if record_id is None:
        return
    await records.name_reference(session, record_id, made.reference)
    await permissions.put_on_record(session, now, made)
    if neet.learns_or_works(made.activity):
        words = "They say they are learning or working, so activity 619 was not recorded. Ask what is so."
        note_case(session, now, made.case_id, words)
        return
    try:
        since = made.activity_since_on or today
        await records.record_activity(session, now, record_id, SEEKING, today, PERSON, since)
    except Unprocessable as wrong:
        note_case(session, now, made.case_id, f"Activity 619 could not be recorded. {wrong.message}")


async def _record(
    session: AsyncSession,
    now: datetime,
    action: str,
    registration: Registration,
    conversation: Conversation,
    **detail: Any,
) -> None:
    subject = f"registration:{registration.id}"
    await audit.record(session, now, PERSON, action, subject, conversation=str(conversation.id), **detail)


def _values(answers: Answers, now: datetime) -> dict[str, Any]:
    """The answers as the columns of a registration."""
    given = values_of(answers)
    way = reach(given["contact"])
    care, ground = given["care_status"], given["ground"]
    return {
        "name": given["name"],
        "date_of_birth": given["date_of_birth"],
        "postcode": given["postcode"],
        "phone": way.phone,
        "email": way.email,
        "safe_contact": way.how,
        "safe_times": way.times,
        "activity": given["activity"],
        "activity_since": given["since"],
        "activity_since_on": began_on(given["since"], now.date()),
        "care_status": None if care == NOT_SAID else care,
        "ground": None if ground in (NOT_SAID, OTHER) else ground,
        "jobcentre_permission": given["jobcentre_permission"] == "yes",
        "others_permission": given["others_permission"] == "yes",
    }


def _facts(values: Mapping[str, Any], area: str | None) -> records.PersonFacts:
    born = date.fromisoformat(values["date_of_birth"])
    return records.PersonFacts(
        values["name"], born, values["postcode"], values["phone"], values["email"], area
    )


def _area_of(answers: Answers, rules: CaseRules, conversation: Conversation) -> str | None:
    """Our area they live in: as the list says or they do, else the conversation's where it may be."""
    values = values_of(answers)
    home = form.home_of(values, rules.areas)
    if home and home.slug:
        return home.slug
    possible = areas_of(values["postcode"], rules.areas)
    return conversation.area if conversation.area in possible else None


def _identity(answers: Answers) -> str:
    """A blind index of who this is: name, however it is written, with date of birth and postcode."""
    plain = unicodedata.normalize("NFKD", answers["name"]["value"].casefold())
    name = "".join(char for char in plain if char.isalnum())
    parts = (name, answers["date_of_birth"]["value"], answers["postcode"]["value"])
    return keyring.blind_index("|".join(parts))
