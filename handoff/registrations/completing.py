"""What an adviser does about a finished registration, in the caller's transaction; each is on the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, national_insurance
from handoff.alerts import service as alerts
from handoff.cases.service import CaseRules, note_case
from handoff.content.areas import local_day
from handoff.conversations import service as conversations
from handoff.errors import Conflict, Unprocessable
from handoff.registrations import permissions
from handoff.registrations.access import registration_for
from handoff.registrations.letters import filled_in, unwritten
from handoff.registrations.model import ACTIVE, Registration, SupportLetter
from handoff.registrations.parts import Form, Setting, missing, read_part
from handoff.registrations.periods import terms_of
from handoff.staff.service import Member


@dataclass(frozen=True)
class At:
    """One member of staff at one registration, inside one transaction."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    who: Member
    reference: str

    async def look(self) -> Registration:
        """The registration, to read; NotFound when it is not theirs to see."""
        return await registration_for(self.session, self.who, self.reference)

    async def hold(self) -> Registration:
        """The registration, to change: locked by its conversation."""
        found = await self.look()
        await conversations.lock(self.session, found.conversation_id)
        await self.session.refresh(found)
        return found

    async def record(self, action: str, registration: Registration, **detail: object) -> None:
        subject = f"registration:{registration.id}"
        await audit.record(self.session, self.now, self.who.id, action, subject, **detail)


async def save_part(at: At, part: str, form: Form, grounds: Mapping[str, str]) -> Registration:
    """Keep one part; a later change of what was checked leaves the check as it was, on the record."""
    registration = await at.hold()
    today = local_day(at.rules.area(registration.area), at.now)
    has_contact = bool(registration.safe_contact or registration.phone)
    setting = Setting(today, terms_of(registration.area), grounds, has_contact)
    change = read_part(part, form, setting)
    for name, value in change.columns.items():
        setattr(registration, name, value)
    kept = {**(registration.details or {}), **change.details}
    registration.details = {name: value for name, value in kept.items() if value is not None}
    permitted = registration.jobcentre_permission
    await permissions.tell_of_changes(at.session, at.now, registration, permitted, change.columns)
    await at.record("registration.complete_part", registration, part=part)
    return registration


async def check(at: At) -> Registration:
    """Checked and complete. Unprocessable `incomplete` names the parts that are missing."""
    registration = await at.hold()
    if registration.checked_at is not None:
        return registration
    if registration.state != ACTIVE:
        raise Conflict("not_active", "This registration has ended.")
    if left := missing(registration):
        raise Unprocessable("incomplete", f"Still to do: {', '.join(left.values())}.", field="check")
    registration.checked_at, registration.checked_by_id = at.now, at.who.id
    await alerts.over(at.session, at.now, registration.case_id, at.who.id, alerts.UNCHECKED)
    note_case(at.session, at.now, registration.case_id, f"{registration.reference}: checked and complete.")
    await at.record("registration.check", registration)
    return registration


async def reveal(at: At, what: str) -> str:
    """The National Insurance number or the safe contact in full, on the record of who saw it."""
    registration = await at.look()
    found = secrets_of(registration).get(what)
    if not found:
        raise Unprocessable("nothing_kept", "There is nothing of that kind here.", field="reveal")
    await at.record("registration.reveal", registration, what=what)
    return found


def secrets_of(registration: Registration) -> dict[str, str]:
    """What the page shows masked until it is revealed on purpose."""
    number = str((registration.details or {}).get("ni_number") or "")
    contact = registration.safe_contact or registration.phone or ""
    return {"ni_number": national_insurance.shown(number) if number else "", "safe_contact": contact}


async def draft_letter(at: At) -> str:
    """The area's template with what is known filled in, for the adviser to finish."""
    registration = await at.look()
    area = at.rules.area(registration.area)
    return filled_in(terms_of(registration.area).letter, registration, area, at.who.name)


async def make_letter(at: At, text: str) -> SupportLetter:
    """Keep the letter as it is worded now, under today's date. Unprocessable while something is unwritten."""
    registration = await at.look()
    if unwritten(text):
        why = "Write the part in square brackets, or take it out with its brackets."
        raise Unprocessable("unwritten", why, field="letter.text")
    today = local_day(at.rules.area(registration.area), at.now)
    letter = SupportLetter(
        registration_id=registration.id, staff_id=at.who.id, text=text, dated_on=today, made_at=at.now
    )
    at.session.add(letter)
    await at.session.flush()
    await at.record("registration.make_letter", registration, letter=str(letter.id))
    return letter


async def letters(at: At, registration: Registration) -> list[SupportLetter]:
    """Those made so far, newest first."""
    query = select(SupportLetter).where(SupportLetter.registration_id == registration.id)
    return list((await at.session.execute(query.order_by(SupportLetter.made_at.desc()))).scalars())
