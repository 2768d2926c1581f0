"""What an adviser completes of a registration, part by part: what each part holds, and what is still missing.

Pure. A part is read whole or refused with the field and how to put it right; nothing else of it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from handoff import national_insurance
from handoff.bodies import text_field
from handoff.crypto import keyring
from handoff.days import day_in, day_words
from handoff.errors import Unprocessable
from handoff.registrations.contact import reach
from handoff.registrations.model import Registration
from handoff.registrations.periods import Terms

LONGEST = 500
YES, NO, LATER = "yes", "no", "later"
HOME, CARE_OF, NONE = "home", "care_of", "none"
KINDS_OF_ADDRESS = {
    HOME: "Where they live",
    CARE_OF: "Care of somebody (say whom)",
    NONE: "They have no address now",
}
AVAILABLE = {YES: "Yes, now", LATER: "Not yet", NO: "No"}
EVIDENCE = {
    "identity": "Proof of who they are",
    "bank": "Bank account",
    "fit_note": "Fit note",
    "matb1": "Maternity certificate (MAT B1)",
    "letter": "Letter from a social worker or another professional",
}
Form = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What a part changes: columns of the registration, and entries of its details (None takes one out)."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """What reading a part may need; `has_contact`: a safe contact is kept already."""

    today: date
    terms: Terms
    grounds: Mapping[str, str]
    has_contact: bool = False


def read_part(part: str, form: Form, setting: Setting) -> Change:
    """Unprocessable names the field (`part.field`); KeyError for a part that there is not."""
    try:
        return _READERS[part](form, setting)
    except Unprocessable as refusal:
        refusal.extra["field"] = f"{part}.{refusal.extra['field']}"
        raise


def missing(registration: Registration) -> dict[str, str]:
    """The parts that an adviser still has to do, each with what is asked there; empty when it is complete."""
    details = registration.details or {}
    done = {
        "address": details.get("address_kind"),
        "availability": details.get("work") and details.get("training"),
        "evidence": details.get("evidence_asked"),
        "present": details.get("present"),
        "ground": details.get("ground_checked"),
        "contact": details.get("contact_checked"),
        "next_contact": registration.next_contact_on,
    }
    return {part: TITLES[part] for part, is_done in done.items() if not is_done}


TITLES = {
    "address": "Address",
    "national_insurance": "National Insurance number",
    "availability": "Availability for work and training",
    "evidence": "Evidence seen",
    "present": "Who should be present",
    "ground": "Why they can claim",
    "contact": "Safe contact",
    "next_contact": "Next contact",
}


def _address(form: Form, setting: Setting) -> Change:
    kind = _one_of(form, "address_kind", KINDS_OF_ADDRESS, "Choose what kind of address it is.")
    text = _text(form, "address")
    if kind != NONE and not text:
        raise _wrong("address", "Write the address, or choose that they have none now.")
    return Change(details={"address_kind": kind, "address": None if kind == NONE else text})


def _national_insurance(form: Form, setting: Setting) -> Change:
    """An empty box keeps what is there, as the page shows it masked; a tick takes it out."""
    if form.get("remove") == YES:
        return Change(details={"ni_number": None})
    number = national_insurance.tidied(_text(form, "ni_number"))
    if not number:
        return Change()
    if not national_insurance.FORM.fullmatch(number):
        raise _wrong(
            "ni_number",
            "This is no National Insurance number: two letters, six digits and a letter A to D, such as "
            "AB 12 34 56 C. Leave it empty if they do not have one.",
        )
    return Change(details={"ni_number": number})


def _availability(form: Form, setting: Setting) -> Change:
    return Change(
        details={
            "work": _one_of(form, "work", AVAILABLE, "Say whether they could take up work."),
            "training": _one_of(form, "training", AVAILABLE, "Say whether they could start training."),
            "availability_note": _text(form, "availability_note") or None,
        }
    )


def _evidence(form: Form, setting: Setting) -> Change:
    seen = [code for code in EVIDENCE if form.get(f"seen_{code}") == YES]
    none = form.get("none_yet") == YES
    if bool(seen) == none:
        raise _wrong("seen", "Tick what you have seen, or that you have seen none yet; not both.")
    note = _text(form, "evidence_note") or None
    return Change(details={"evidence_asked": True, "seen": seen, "evidence_note": note})


def _present(form: Form, setting: Setting) -> Change:
    who = _text(form, "present")
    if not who:
        raise _wrong("present", "Ask who they want with them, and write it down; “nobody” is an answer too.")
    return Change(details={"present": who})


def _ground(form: Form, setting: Setting) -> Change:
    ground = _one_of(form, "ground", setting.grounds, "Choose the reason that fits best.")
    if form.get("ground_checked") != YES:
        raise _wrong(
            "ground_checked", "Tick that you talked it over with them. Never ask for proof of abuse."
        )
    return Change(
        {"ground": ground}, {"ground_checked": True, "ground_note": _text(form, "ground_note") or None}
    )


def _contact(form: Form, setting: Setting) -> Change:
    """An empty box keeps the contact there is, as the page shows its number masked."""
    how = _text(form, "safe_contact")
    if not (how or setting.has_contact):
        raise _wrong("safe_contact", "Write how they can safely be reached, in their words.")
    if form.get("contact_checked") != YES:
        raise _wrong("contact_checked", "Tick that you asked them whether this is still safe.")
    columns: dict[str, Any] = {"safe_times": _text(form, "safe_times") or None}
    if how:
        found = reach(how)
        columns |= {"safe_contact": how, "phone": found.phone, "email": found.email}
        columns["phone_index"] = keyring.blind_index(found.phone) if found.phone else None
    return Change(columns, {"contact_checked": True})


def _next_contact(form: Form, setting: Setting) -> Change:
    on = day_in(form.get("next_contact_on", ""))
    if on is None:
        raise _wrong("next_contact_on", "Give the day, such as 15/1/2027.")
    latest = setting.terms.latest_contact(setting.today)
    if not setting.today < on <= latest:
        told = f"Choose a day after today and by {day_words(latest)}: within 3 months."
        raise _wrong("next_contact_on", told)
    return Change({"next_contact_on": on})


_READERS: Mapping[str, Callable[[Form, Setting], Change]] = {
    "address": _address,
    "national_insurance": _national_insurance,
    "availability": _availability,
    "evidence": _evidence,
    "present": _present,
    "ground": _ground,
    "contact": _contact,
    "next_contact": _next_contact,
}


def _one_of(form: Form, name: str, known: Mapping[str, str], otherwise: str) -> str:
    if form.get(name) not in known:
        raise _wrong(name, otherwise)
    return form[name]


def _text(form: Form, name: str) -> str:
    """What was typed, without what cannot be seen. TooLong past LONGEST characters."""
    if len(form.get(name, "")) > LONGEST:
        raise _wrong(name, f"At most {LONGEST} characters, please.")
    return text_field(form, name, LONGEST, needed=False)


def _wrong(name: str, how: str) -> Unprocessable:
    return Unprocessable("bad_field", how, field=name)
