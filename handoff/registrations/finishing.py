"""Finishing a registration: the reference, the case that checks it, the record, the permissions, the notice.

All in the caller's transaction, once a turn however often it is repeated. Rows are locked before the first
entry in the audit: the conversation, an earlier registration of theirs, their record.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import (
    BENEFITS,
    CaseRules,
    case_reference,
    note_case,
    note_open_cases,
    open_cases,
    open_or_raise,
    place_case,
    place_open_cases,
)
from handoff.conversations.model import Contact, Conversation, Turn
from handoff.crypto import keyring
from handoff.errors import Conflict, Unprocessable
from handoff.neet import service as neet
from handoff.records import service as records
from handoff.references import new_reference
from handoff.registrations import again, elsewhere, form, identity, links, permissions, renewing
from handoff.registrations.contact import reach
from handoff.registrations.drafts import (
    Answers,
    draft_answers,
    known_about,
    sent_elsewhere,
    today_of,
    unsafe_ways,
    values_of,
)
from handoff.registrations.fields import FIELDS, read
from handoff.registrations.model import ACTIVE, Draft, Registration, RegistrationCall
from handoff.registrations.periods import terms_of
from handoff.registrations.postcode import areas_of
from handoff.registrations.reading import Accepted
from handoff.registrations.situation import NOT_SAID, OTHER, began_on
from handoff.registrations.unsafe import warnings

PERSON = "person"


@dataclass(frozen=True)
class Told:
    """What finishing gives: the reference, whether this turn made it, whose conversation shows it, a link.

    No link for whoever registers again from another contact: it would open what the first one holds.
    """

    reference: str
    created: bool
    conversation_id: uuid.UUID
    link: str | None


async def register(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    key: str,
    by: object = PERSON,
) -> Told:
    """Finish the registration under the conversation's lock; `by` is the adviser who does it for them.

    Somebody who is registered already gets that reference again, from whichever contact they write; their
    newest answers count from the contact they registered from, and elsewhere wait for an adviser. Conflict
    `incomplete` names the fields that are missing, or no longer right: a draft can outlive its person's 17th
    year.
    """
    end = Finish(session, rules, now, conversation, str(by))
    call = await session.get(RegistrationCall, key)
    if call:
        return await end.told(await session.get_one(Registration, call.registration_id), call.created)
    answers = await draft_answers(session, conversation.id)
    await _must_be_complete(end, answers)
    values, area = _values(answers, now), _area_of(answers, rules, conversation)
    found = await identity.running(session, values, area, end.by)
    contact = await elsewhere.contact_elsewhere(session, conversation, found) if found else None
    if found and contact:
        await _place(end, area)
        await _warn(end, await _hold(end, found, values, contact))
        made = found
    else:
        facts = identity.facts_of(values, area)
        known = await records.find_or_create(session, now, facts, end.by)
        await _place(end, area)
        permitted = found is not None and found.jobcentre_permission
        changed = await _renew(end, found, values, area) if found else values
        made = found or await _add(end, values, area)
        made.record_id = known.record.id
        if found is None and known.likely:
            note_case(session, now, made.case_id, identity.ALIKE)
        await _enter(end, made, known.record.id, changed)
        await permissions.tell_of_changes(session, now, made, permitted, changed)
        await _warn(end, made.case_id, values)
    session.add(
        RegistrationCall(
            key=key, registration_id=made.id, conversation_id=conversation.id, created=found is None, at=now
        )
    )
    await session.execute(delete(Draft).where(Draft.conversation_id == conversation.id))
    return await end.told(made, found is None)


async def reference_of(session: AsyncSession, key: str) -> str | None:
    """The reference that this key made already."""
    call = await session.get(RegistrationCall, key)
    return (await session.get_one(Registration, call.registration_id)).reference if call else None


async def was_finished(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether a registration was finished here since the last message of an episode before this one."""
    last = select(func.max(Turn.created_at)).where(
        Turn.conversation_id == conversation.id, Turn.episode < conversation.episode
    )
    asked_at = (await session.execute(last)).scalar()
    made = select(RegistrationCall.key).where(RegistrationCall.conversation_id == conversation.id)
    if asked_at:
        made = made.where(RegistrationCall.at >= asked_at)
    return (await session.execute(made.limit(1))).scalar() is not None


@dataclass(frozen=True)
class Finish:
    """One registration being finished, in one transaction, by the person or an adviser."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    conversation: Conversation
    by: str

    async def told(self, made: Registration, created: bool) -> Told:
        """A repeated turn gets a link of its own: nobody may have seen the first."""
        other = await elsewhere.contact_elsewhere(self.session, self.conversation, made)
        link = None if other else await links.new_link(self.session, self.now, made)
        return Told(made.reference, created, made.conversation_id, link)

    async def record(self, action: str, registration: Registration, **detail: Any) -> None:
        subject, thread = f"registration:{registration.id}", str(self.conversation.id)
        await audit.record(self.session, self.now, self.by, action, subject, conversation=thread, **detail)


async def _must_be_complete(end: Finish, answers: Answers) -> None:
    known = await known_about(end.session, end.rules, end.now, end.conversation)
    wrong = form.missing(values_of(answers), end.rules.areas)
    born = answers.get("date_of_birth")
    if born and not isinstance(read("date_of_birth", born["value"], known), Accepted):
        wrong.append("date_of_birth")
    if wrong or sent_elsewhere(answers, end.rules, known.today):
        fields = [name for name in FIELDS if name in wrong] or ["ground"]
        raise Conflict("incomplete", "Some answers are still missing.", fields=fields)


async def _place(end: Finish, area: str | None) -> None:
    if area and end.conversation.area is None:
        end.conversation.area = area
        await place_open_cases(end.session, end.rules, end.now, end.conversation)


async def _renew(
    end: Finish, found: Registration, values: Mapping[str, Any], area: str | None
) -> Mapping[str, Any]:
    """Their newest answers count, above all a permission taken back; the case says what changed; this too."""
    changed = again.changes(found, values)
    case_id = await _case_that_deals_with_it(end, found)
    note_case(end.session, end.now, case_id, again.note(found, changed))
    await _move(end, found, area)
    again.take_over(found, changed)
    found.identity_index = identity.identity_of(values)
    renewing.prolong(end.rules, end.now, found)  # whoever registers again is still looking
    await end.record("registration.again", found, changed=list(changed))
    return changed


async def _move(end: Finish, found: Registration, area: str | None) -> None:
    """To the area they live in now; where an adviser of another has the case, they see to it."""
    if area is None or area == found.area:
        return
    if await place_case(end.session, end.rules, end.now, found.case_id, area):
        found.area = area
    else:
        words = f"They live in {end.rules.area(area).name} now. Ring the team there, who go on with it."
        note_case(end.session, end.now, found.case_id, words)


async def _hold(end: Finish, found: Registration, values: Mapping[str, Any], contact: Contact) -> uuid.UUID:
    """From another contact only what they take back counts; an adviser checks the rest, and who it was.

    The case by which they do.
    """
    session, now, changed = end.session, end.now, again.changes(found, values)
    case_id, gone = await _case_to_check(end, found), elsewhere.withdrawals(changed)
    if case_id == found.case_id:
        case = await case_reference(session, case_id)
        words = f"The registration {found.reference}, made again here, is in case {case}. Check who this is."
        await note_open_cases(session, now, end.conversation, words)
    note_case(session, now, case_id, elsewhere.note(found, changed, contact))
    permitted = found.jobcentre_permission
    again.take_over(found, gone)
    await permissions.take_off_record(session, now, found, gone, end.by)  # locks the record
    await end.record("registration.again_elsewhere", found, changed=list(gone))
    await permissions.tell_of_changes(session, now, found, permitted, gone)
    return case_id


async def _case_to_check(end: Finish, found: Registration) -> uuid.UUID:
    """Its own case while that is open, else one where they write now; the registration stays where it is."""
    first = await end.session.get_one(Conversation, found.conversation_id)
    if any(case.id == found.case_id for case in await open_cases(end.session, first)):
        return found.case_id
    case, _ = await open_or_raise(end.session, end.rules, end.now, end.conversation, BENEFITS)
    return case.id


async def _case_that_deals_with_it(end: Finish, found: Registration) -> uuid.UUID:
    """Its own case while that is open, else a new one: somebody has to see what changed."""
    thread = await end.session.get_one(Conversation, found.conversation_id)
    if all(case.id != found.case_id for case in await open_cases(end.session, thread)):
        case, _ = await open_or_raise(end.session, end.rules, end.now, end.conversation, BENEFITS)
        found.case_id, found.conversation_id = case.id, end.conversation.id
    return found.case_id


async def _add(end: Finish, values: Mapping[str, Any], area: str | None) -> Registration:
    case, opened = await open_or_raise(end.session, end.rules, end.now, end.conversation, BENEFITS)
    if opened or case.area is None:
        case.area = area  # theirs is the authority they live in, whichever number they wrote to
    phone, terms = values["phone"], terms_of(area)
    today = end.now.astimezone(end.rules.area(area).timezone).date()
    registration = Registration(
        **values,
        reference=new_reference("WAY"),
        conversation_id=end.conversation.id,
        case_id=case.id,
        phone_index=keyring.blind_index(phone) if phone else None,
        identity_index=identity.identity_of(values),
        area=area,
        state=ACTIVE,
        registered_on=today,
        expires_on=terms.lasts_until(today, date.fromisoformat(values["date_of_birth"])),
        next_contact_on=terms.next_contact(today),
        created_at=end.now,
    )
    end.session.add(registration)
    await end.session.flush()
    await end.record("registration.create", registration)
    return registration


async def _enter(end: Finish, made: Registration, record_id: uuid.UUID, changed: Collection[str]) -> None:
    """Put on the record what they do and newly allow; what cannot be is for the adviser to put right."""
    session, now = end.session, end.now
    today = today_of(end.rules, now, end.conversation)
    await records.name_reference(session, record_id, made.reference)
    answered = {purpose for purpose, column in permissions.COLUMNS.items() if column in changed}
    answered.update(await permissions.gone_from_record(session, made))
    await permissions.put_on_record(session, now, made, sorted(answered), end.by)
    if neet.learns_or_works(made.activity):
        words = "They say they are learning or working, so activity 619 was not recorded. Ask what is so."
        note_case(session, now, made.case_id, words)
        return
    doing = await records.current_activity(session, record_id)
    again_seeking = (
        doing if doing and doing.code == records.SEEKING else None
    )  # found out anew, not begun anew
    start = again_seeking.started_on if again_seeking else today
    since = (again_seeking and again_seeking.neet_started_on) or made.activity_since_on or start
    try:
        await records.record_activity(session, now, record_id, records.SEEKING, start, end.by, since, today)
    except Unprocessable as wrong:
        note_case(session, now, made.case_id, f"Activity 619 could not be recorded. {wrong.message}")


async def _warn(end: Finish, case_id: uuid.UUID, accepted: Mapping[str, Any] | None = None) -> None:
    """The adviser reads which ways to reach them are not safe."""
    for words in warnings(await unsafe_ways(end.session, end.conversation.id), accepted):
        note_case(end.session, end.now, case_id, words)


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


def _area_of(answers: Answers, rules: CaseRules, conversation: Conversation) -> str | None:
    """Our area they live in: as the list says or they do, else the conversation's where it may be."""
    values = values_of(answers)
    home = form.home_of(values, rules.areas)
    if home and home.slug:
        return home.slug
    possible = areas_of(values["postcode"], rules.areas)
    return conversation.area if conversation.area in possible else None
