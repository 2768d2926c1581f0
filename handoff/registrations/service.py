"""What can be done about a registration: read an answer, keep it, finish, forget, look it up for a case."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection, Mapping
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
from handoff.conversations.model import SMS, Contact, Conversation
from handoff.crypto import keyring
from handoff.errors import Conflict
from handoff.references import new_reference
from handoff.registrations import again
from handoff.registrations.fields import FIELDS, Known, read
from handoff.registrations.model import Draft, Registration, RegistrationCall
from handoff.registrations.postcode import areas_of
from handoff.registrations.postcode import written as written
from handoff.registrations.reading import Accepted

REASON = "benefits"
Answers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Told:
    """What finishing gives: the reference, whether this turn made it, and whose conversation shows it."""

    reference: str
    created: bool
    conversation_id: uuid.UUID


async def known_about(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation
) -> Known:
    """What reading this person's answers may need."""
    contact = await session.get_one(Contact, conversation.contact_id)
    today = now.astimezone(rules.area(conversation.area).timezone).date()
    return Known(today, rules.areas, contact.address if conversation.channel == SMS else None)


async def keep_answer(
    session: AsyncSession, now: datetime, conversation: Conversation, field: str, answer: Accepted
) -> None:
    """Save one accepted answer in the draft; the caller holds the conversation's lock."""
    draft = await session.get(Draft, conversation.id)
    if draft is None:
        draft = Draft(conversation_id=conversation.id, answers={}, updated_at=now)
        session.add(draft)
    draft.answers = {**draft.answers, field: {"value": answer.value, "shown": answer.shown}}
    draft.updated_at = now


async def draft_answers(session: AsyncSession, conversation_id: uuid.UUID) -> dict[str, dict[str, str]]:
    """The answers given so far, in the form's order; empty when there is no draft."""
    draft = await session.get(Draft, conversation_id)
    return {field: draft.answers[field] for field in FIELDS if field in draft.answers} if draft else {}


def is_complete(answers: Answers) -> bool:
    return answers.keys() >= FIELDS.keys()


async def forget_draft(session: AsyncSession, now: datetime, conversation_id: uuid.UUID) -> None:
    """Delete the draft, if there is one."""
    if await session.get(Draft, conversation_id):
        await session.execute(delete(Draft).where(Draft.conversation_id == conversation_id))
        subject = f"conversation:{conversation_id}"
        await audit.record(session, now, "person", "registration.forget_draft", subject)


async def register(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, key: str
) -> Told:
    """Finish the registration under the conversation's lock, once a turn however often it is repeated.

    Somebody whose registration is still open gets that one's reference again, from whichever contact they
    write, and their newest answers count. Conflict `incomplete` names the fields that are missing, or no
    longer right: a draft can outlive its person's 17th year.
    """
    call = await session.get(RegistrationCall, key)
    if call:
        told = await session.get_one(Registration, call.registration_id)
        return Told(told.reference, call.created, told.conversation_id)
    answers = await draft_answers(session, conversation.id)
    _must_be_complete(answers, await known_about(session, rules, now, conversation))
    identity = _identity(answers)
    found = await _open_registration(session, identity)  # its lock comes before the audit's
    area = await _settle_area(session, rules, now, conversation, answers)
    if found:
        await _renew(session, now, found, conversation, _values(answers))
    made = found or await _add(session, rules, now, conversation, answers, identity, area)
    session.add(RegistrationCall(key=key, registration_id=made.id, created=found is None, at=now))
    await session.execute(delete(Draft).where(Draft.conversation_id == conversation.id))
    return Told(made.reference, found is None, made.conversation_id)


async def conversations_of(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The conversation that each of these registrations was made in."""
    query = select(Registration.id, Registration.conversation_id).where(Registration.id.in_(ids))
    return {row.id: row.conversation_id for row in await session.execute(query)}


async def for_case(session: AsyncSession, case_id: uuid.UUID) -> list[Registration]:
    """The registrations that a case is about, newest first."""
    query = select(Registration).where(Registration.case_id == case_id)
    return list((await session.execute(query.order_by(Registration.created_at.desc()))).scalars())


def in_words(registration: Registration) -> dict[str, str]:
    """A registration as an adviser reads it: label to answer, the phone number in full."""
    born = date.fromisoformat(registration.date_of_birth)
    return {
        "Registration": registration.reference,
        "Name": registration.name,
        "Date of birth": f"{born.day} {born:%B %Y}",
        "Postcode": registration.postcode,
        "Phone": registration.phone,
        "Doing now": registration.activity,
        "Tell Jobcentre Plus": "Yes" if registration.jobcentre_permission else "No",
    }


def _must_be_complete(answers: Answers, known: Known) -> None:
    wrong = [
        field
        for field in FIELDS
        if field not in answers
        or (
            field == "date_of_birth" and not isinstance(read(field, answers[field]["value"], known), Accepted)
        )
    ]
    if wrong:
        raise Conflict("incomplete", "Some answers are still missing.", fields=wrong)


async def _open_registration(session: AsyncSession, identity: str) -> Registration | None:
    """The same person's registration whose case is still open; two at once come one after the other."""
    if session.get_bind().dialect.name == "postgresql":
        key = int(identity[:15], 16)
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    query = select(Registration).where(Registration.identity_index == identity)
    for earlier in (await session.execute(query.order_by(Registration.created_at.desc()))).scalars():
        thread = await session.get_one(Conversation, earlier.conversation_id)
        if any(case.id == earlier.case_id for case in await open_cases(session, thread)):
            return earlier
    return None


async def _renew(
    session: AsyncSession,
    now: datetime,
    found: Registration,
    conversation: Conversation,
    values: Mapping[str, Any],
) -> None:
    """Their newest answers count, above all a permission taken back; the case says what changed."""
    changed, elsewhere = again.changes(found, values), None
    if conversation.id != found.conversation_id:
        elsewhere = await session.get_one(Contact, conversation.contact_id)
        case = await case_reference(session, found.case_id)
        words = f"The registration {found.reference}, made again here, is in case {case}."
        await note_open_cases(session, now, conversation, words)
    note_case(session, now, found.case_id, again.note(found, changed, elsewhere))
    again.take_over(found, changed)
    await _record(session, now, "registration.again", found, conversation, changed=list(changed))


async def _add(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    answers: Answers,
    identity: str,
    area: str | None,
) -> Registration:
    case, opened = await open_or_raise(session, rules, now, conversation, REASON)
    if opened:
        case.area = area  # theirs is the authority they live in, whichever number they wrote to
    values = _values(answers)
    registration = Registration(
        **values,
        reference=new_reference("WAY"),
        conversation_id=conversation.id,
        case_id=case.id,
        phone_index=keyring.blind_index(values["phone"]),
        identity_index=identity,
        area=area,
        registered_on=now.astimezone(rules.area(area).timezone).date(),
        created_at=now,
    )
    session.add(registration)
    await session.flush()
    await _record(session, now, "registration.create", registration, conversation)
    return registration


async def _record(
    session: AsyncSession,
    now: datetime,
    action: str,
    registration: Registration,
    conversation: Conversation,
    **detail: Any,
) -> None:
    subject = f"registration:{registration.id}"
    await audit.record(session, now, "person", action, subject, conversation=str(conversation.id), **detail)


def _values(answers: Answers) -> dict[str, Any]:
    """The answers as the columns of a registration."""
    values: dict[str, Any] = {field: answer["value"] for field, answer in answers.items()}
    return values | {"jobcentre_permission": values["jobcentre_permission"] == "yes"}


async def _settle_area(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, answers: Answers
) -> str | None:
    """The area a postcode says, with the conversation's to choose between boroughs that share it.

    A conversation without an area takes it, with its open cases: the borough is known from now on.
    """
    possible = areas_of(answers["postcode"]["value"], rules.areas)
    if conversation.area in possible:
        return conversation.area
    area = possible[0] if len(possible) == 1 else None
    if area and conversation.area is None:
        conversation.area = area
        await place_open_cases(session, rules, now, conversation)
    return area


def _identity(answers: Answers) -> str:
    """A blind index of who this is: name, however it is written, with date of birth and postcode."""
    plain = unicodedata.normalize("NFKD", answers["name"]["value"].casefold())
    name = "".join(char for char in plain if char.isalnum())
    parts = (name, answers["date_of_birth"]["value"], answers["postcode"]["value"])
    return keyring.blind_index("|".join(parts))
