"""Somebody of 16 to 19 whom Jobcentre Plus tells us of (statutory guidance 2010, paragraph 48), taken in.

They become a record, never merged on a guess, and a follow-up case in a thread of their own: a phone is not a
person, and two may share one. From 18 their name comes to us only if they agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.ages import age_on
from handoff.cases.service import FOLLOW_UP, CaseRules, case_reference, open_or_raise
from handoff.content.areas import Area
from handoff.conversations.model import Contact
from handoff.conversations.service import open_webchat
from handoff.conversations.words import normalise
from handoff.crypto import keyring
from handoff.csv_files import WORKED_OUT
from handoff.days import day_in
from handoff.jobcentre.model import Claimant
from handoff.names import folded
from handoff.phones import mobile
from handoff.records import service as records
from handoff.records.service import PersonFacts
from handoff.registrations import service as registrations

YOUNGEST, ADULT, OLDEST = 16, 18, 19
FIELDS: Mapping[str, str] = {
    "name": "Name",
    "date_of_birth": "Date of birth",
    "postcode": "Postcode",
    "phone": "Mobile number",
    "email": "E-mail",
    "claimed_on": "Day of the claim",
    "benefit": "What they claim",
    "consent": "They agree that you tell us",
}
Source = Literal["staff", "link", "csv"]
_LONGEST = {"name": 100, "benefit": 100, "email": 254}
_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_SIGNS = " '’ʼ-‐.·\u200c\u200d"
_YES, _NO = ("yes", "y", "true", "1", "on"), ("", "no", "n", "false", "0")


@dataclass(frozen=True)
class Told:
    """What Jobcentre Plus says of a claimant, each part checked."""

    name: str
    date_of_birth: date
    postcode: str
    phone: str | None
    email: str | None
    claimed_on: date | None
    benefit: str
    consent: bool


class Faults(Exception):
    """What is wrong with what was typed: field -> a sentence that says how to put it right."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.by_field = faults


def read(typed: Mapping[str, str], today: date) -> Told:
    """Read one claimant as typed in a form or a row; Faults names every field that is wrong."""
    said = {name: normalise(typed.get(name, "")).strip() for name in FIELDS}
    faults = {
        name: fault
        for name, value in said.items()
        if (fault := _formula(name, value) or _CHECKS[name](value, today))
    }
    consents = said["consent"].lower() in _YES
    if not faults and not consents and _age(day_in(said["date_of_birth"]), today) >= ADULT:
        faults["consent"] = "From 18 we may have their name only if they agree. Ask them first."
    if faults:
        raise Faults(faults)
    born = day_in(said["date_of_birth"])
    assert born is not None
    return Told(
        name=said["name"],
        date_of_birth=born,
        postcode=registrations.written(said["postcode"]) or "",
        phone=mobile(said["phone"]) if said["phone"] else None,
        email=said["email"] or None,
        claimed_on=day_in(said["claimed_on"]),
        benefit=said["benefit"],
        consent=consents,
    )


async def take_in(
    session: AsyncSession, now: datetime, rules: CaseRules, area: Area, told: Told, source: Source, by: str
) -> tuple[Claimant, bool]:
    """A record and a follow-up case for them; the same person and claim told again is the same (False)."""
    key = _key(area, told)
    known = (await session.execute(select(Claimant).where(Claimant.key == key))).scalar()
    if known:
        return known, False
    facts = PersonFacts(
        name=told.name, date_of_birth=told.date_of_birth, postcode=told.postcode, phone=told.phone,
        email=told.email, area=area.slug,
    )  # fmt: skip
    found = await records.find_or_create(session, now, facts, by)
    thread = await open_webchat(session, now, area.slug)
    thread.left_at = now  # nobody is at the other end: what an adviser writes there reaches no one
    (await session.get_one(Contact, thread.contact_id)).reach = told.phone
    case, _ = await open_or_raise(session, rules, now, thread, FOLLOW_UP, facts=_facts(told, found.likely))
    made = Claimant(
        key=key, area=area.slug, record_id=found.record.id, case_id=case.id, source=source,
        consent=told.consent, details=_details(told), created_at=now,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    await audit.record(
        session, now, by, "jobcentre.claimant", f"record:{found.record.id}", case=str(case.id), source=source
    )
    return made, True


async def case_of(session: AsyncSession, claimant: Claimant) -> str:
    """The reference of their case, for staff."""
    return await case_reference(session, claimant.case_id)


def _key(area: Area, told: Told) -> str:
    parts = (
        area.slug,
        folded(told.name),
        told.date_of_birth,
        told.postcode,
        told.claimed_on,
        told.benefit.casefold(),
    )
    return keyring.blind_index("|".join(("claimant", *map(str, parts))))


def _facts(told: Told, likely: bool) -> dict[str, str]:
    """What the adviser reads first."""
    facts = {
        "From": "Jobcentre Plus told us that they have claimed",
        "Name": told.name,
        "Date of birth": told.date_of_birth.strftime("%d/%m/%Y"),
        "Postcode": told.postcode,
        "E-mail": told.email or "",
        "Claim": f"{told.benefit} {told.claimed_on:%d/%m/%Y}".strip() if told.claimed_on else told.benefit,
        "They agreed": "Yes" if told.consent else "Not said",
        "Record": "May be somebody we know: decide under Records" if likely else "",
    }
    return {name: value for name, value in facts.items() if value}


def _details(told: Told) -> dict[str, str]:
    return {"benefit": told.benefit, "claimed_on": told.claimed_on.isoformat() if told.claimed_on else ""}


def _formula(name: str, value: str) -> str | None:
    """A cell that a spreadsheet would work out is no answer; a phone number may begin with +."""
    if value.startswith(WORKED_OUT) and not (name == "phone" and re.fullmatch(r"\+[0-9 ()-]+", value)):
        return "This begins like a formula. Type it as plain text."
    return None


def _name(value: str, today: date) -> str | None:
    fits = any(map(str.isalpha, value)) and all(
        char in _SIGNS or unicodedata.category(char)[0] in "LM" for char in value
    )
    fits = fits and len(value) <= _LONGEST["name"]
    return None if fits else "Type their name: letters, hyphens, apostrophes."


def _born(value: str, today: date) -> str | None:
    day = day_in(value)
    if day is None:
        return "Type the date of birth like 03/02/2009."
    if not YOUNGEST <= _age(day, today) <= OLDEST:
        return f"We take people of {YOUNGEST} to {OLDEST}. Check the date of birth."
    return None


def _claimed(value: str, today: date) -> str | None:
    day = day_in(value)
    if value and (day is None or day > today):
        return "Type the day of the claim like 03/11/2026, today at the latest, or leave it empty."
    return None


def _optional(fits: bool, told: str) -> str | None:
    return None if fits else told


_CHECKS: Mapping[str, Callable[[str, date], str | None]] = {
    "name": _name,
    "date_of_birth": _born,
    "postcode": lambda value, today: _optional(
        bool(registrations.written(value)), "Type the whole postcode, like NW1 8NH."
    ),
    "phone": lambda value, today: _optional(
        not value or mobile(value) is not None, "Type a mobile number like 07700 900123, or leave it empty."
    ),
    "email": lambda value, today: _optional(
        not value or (bool(_EMAIL.fullmatch(value)) and len(value) <= _LONGEST["email"]),
        "Type one e-mail address, or leave it empty.",
    ),
    "claimed_on": _claimed,
    "benefit": lambda value, today: _optional(len(value) <= _LONGEST["benefit"], "Say it in 100 characters."),
    "consent": lambda value, today: _optional(value.lower() in _YES + _NO, "Type yes or no."),
}


def _age(born: date | None, today: date) -> int:
    return age_on(born, today) if born else 0
