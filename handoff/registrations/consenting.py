"""A permission talked over with an adviser later: given or taken back, when, how, in which words, by whom."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from handoff.bodies import text_field
from handoff.cases.service import note_case
from handoff.content.areas import local_day
from handoff.days import day_in, day_words
from handoff.errors import Conflict, Unprocessable
from handoff.records import service as records
from handoff.registrations import permissions
from handoff.registrations.completing import At
from handoff.registrations.model import ACTIVE, Registration
from handoff.registrations.parts import LONGEST, NO, YES

ANSWERS = {YES: "Yes, they allow it", NO: "No, not or not any more"}
HOW = {
    "in_person": "In person",
    "phone": "On the phone",
    "video": "In a video call",
    "chat": "By chat or text",
    "writing": "In writing",
}
WHOM = {records.JOBCENTRE: "Jobcentre Plus", records.OTHERS: "others who help them"}
LATEST_BACK = timedelta(days=365)
KEPT = "permissions"
"""In the details: every answer talked over, the earliest first."""


async def put_down(at: At, purpose: str, form: Mapping[str, str]) -> Registration:
    """Keep their answer for a purpose (`jobcentre`, `others`), on the record too, and tell whom it concerns.

    Unprocessable names the field; Conflict `not_active` for a yes after the registration has ended.
    """
    registration = await at.hold()
    said = _read(form, purpose, local_day(at.rules.area(registration.area), at.now))
    given = said["answer"] == YES
    if given and registration.state != ACTIVE:
        raise Conflict("not_active", "This registration has ended.", field=_field(purpose, "answer"))
    column, permitted = permissions.COLUMNS[purpose], registration.jobcentre_permission
    setattr(registration, column, given)
    details = registration.details or {}
    kept = {"purpose": purpose, **said, "by": str(at.who.id), "at": at.now.isoformat()}
    registration.details = {**details, KEPT: [*details.get(KEPT, []), kept]}
    await _on_record(at, registration, purpose, said)
    await permissions.tell_of_changes(at.session, at.now, registration, permitted, {column: given})
    may = "may now" if given else "may NOT"
    words = f"{registration.reference}: we {may} tell {WHOM[purpose]}. {in_words(said)}"
    note_case(at.session, at.now, registration.case_id, words)
    how = {"purpose": purpose, "answer": said["answer"], "how": said["how"], "on": said["on"]}
    await at.record("registration.permission", registration, **how)
    return registration


def in_words(said: Mapping[str, Any]) -> str:
    """ "On the phone on 3 May 2026, asked: ..."; the question as it was put."""
    return f"{HOW[said['how']]} on {day_words(date.fromisoformat(said['on']))}, asked: “{said['words']}”"


def answers(registration: Registration) -> list[Mapping[str, Any]]:
    """What was talked over, the newest first; `by` is the id of who put it down."""
    kept = (registration.details or {}).get(KEPT, [])
    return [{**one, "by": uuid.UUID(one["by"])} for one in reversed(kept)]


async def _on_record(at: At, registration: Registration, purpose: str, said: Mapping[str, str]) -> None:
    if registration.record_id is None:
        return
    by = str(at.who.id)
    if said["answer"] == YES:
        await records.give_consent(at.session, at.now, registration.record_id, purpose, in_words(said), by)
    else:
        await records.withdraw_consent(at.session, at.now, registration.record_id, purpose, by)


def _read(form: Mapping[str, str], purpose: str, today: date) -> dict[str, str]:
    """The answer as it is kept. Unprocessable for the first field that is wrong."""
    answer, how = form.get("answer", ""), form.get("how", "")
    if answer not in ANSWERS:
        raise _wrong(purpose, "answer", "Choose what they said.")
    if how not in HOW:
        raise _wrong(purpose, "how", "Choose how they said it.")
    on = day_in(form.get("on", ""))
    if on is None or not today - LATEST_BACK <= on <= today:
        raise _wrong(purpose, "on", "Give the day they said it: today or before.")
    if len(form.get("words", "")) > LONGEST:
        raise _wrong(purpose, "words", f"At most {LONGEST} characters, please.")
    words = text_field(form, "words", LONGEST, needed=False)
    if not words:
        raise _wrong(purpose, "words", "Write what you asked them, in the words you used.")
    if answer == YES and form.get("free") != YES:
        raise _wrong(purpose, "free", "Tick that they know they can say no. Ask them, if you have not yet.")
    return {"answer": answer, "how": how, "on": on.isoformat(), "words": words}


def _field(purpose: str, name: str) -> str:
    return f"permission_{purpose}.{name}"


def _wrong(purpose: str, name: str, how: str) -> Unprocessable:
    return Unprocessable("bad_field", how, field=_field(purpose, name))
