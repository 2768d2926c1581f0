"""Reads what was typed into a record's forms, or sent as JSON: values of the right kind, or faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from handoff import days
from handoff.conversations.words import normalise
from handoff.names import words_of
from handoff.records.codes import load_codes
from handoff.records.editing import Faulty
from handoff.records.person import digest
from handoff.records.rules import Doing, Fault
from handoff.records.sections import ACTIVITY, DATE, NEW_FIELDS, TICK, Field, Section

Form = Mapping[str, Any]
SEARCHES = ("name", "date_of_birth", "postcode", "phone", "reference")


def values_in(section: Section, form: Form) -> dict[str, Any]:
    """The section's values: text as text, days as days (ISO text in details), ticks as yes or no."""
    found = _each(section.fields, form)
    return _as_text(found) if section.details else found


def new_details(form: Form) -> dict[str, str]:
    """The details of somebody new."""
    return _as_text(_each(NEW_FIELDS, form))


def doing_in(form: Form) -> tuple[Doing, dict[str, str | None]]:
    """The activity of the form, and the words that go with it."""
    found = _each(ACTIVITY.fields, form)
    words = {name: found.pop(name) or None for name in ("verified_by", "establishment_name")}
    missing = [
        Fault(name, says)
        for name, says in (("code", "Choose an activity."), ("started_on", "Say since when."))
        if not found[name]
    ]
    if missing:
        raise Faulty(missing)
    found["ascertained_on"] = found["ascertained_on"] or found["started_on"]
    return Doing(**found), words


def day_in(form: Form, name: str, label: str) -> date | None:
    """One day of a form; None when it is empty."""
    return _day(Field(name, label, DATE), str(form.get(name) or ""))


def digests_in(form: Form) -> list[str]:
    """What a search looks for: every word of a name and every other field given, all of which must fit."""
    given = {name: normalise(str(form.get(name) or ""))[:200] for name in SEARCHES}
    found = [digest("word", word) for word in words_of(given.pop("name"))]
    if born := _day(Field("date_of_birth", "Date of birth", DATE), given.pop("date_of_birth")):
        found.append(digest("born", born.isoformat()))
    return found + [digest(name, text) for name, text in given.items() if text]


def _as_text(values: Mapping[str, Any]) -> dict[str, str]:
    days = {name: value.isoformat() for name, value in values.items() if isinstance(value, date)}
    return {name: value or "" for name, value in {**values, **days}.items()}


def _each(fields: Sequence[Field], form: Form) -> dict[str, Any]:
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for field in fields:
        try:
            found[field.name] = _value(field, form.get(field.name))
        except Faulty as fault:
            faults += [Fault(one["field"], one["message"]) for one in fault.extra["faults"]]
    if faults:
        raise Faulty(faults)
    return found


def _value(field: Field, given: Any) -> Any:
    if field.kind == TICK:
        return given in ("yes", True)
    text = normalise(given if isinstance(given, str) else "")
    if len(text) > field.most:
        raise Faulty([Fault(field.name, f"{field.label}: {field.most} characters at most.")])
    if field.kind == DATE:
        return _day(field, text)
    return text or None


def _day(field: Field, text: str) -> date | None:
    """A day as a date field sends it, or as somebody types it: 3/2/2010, 3 February 2010."""
    if not text:
        return None
    day = days.day_in(text)
    if day is None:
        raise Faulty([Fault(field.name, f"{field.label}: that is not a day. Write it like 3/2/2010.")])
    return day


def purpose_in(form: Form) -> str:
    """What a permission is for."""
    purpose = str(form.get("purpose") or "")
    if purpose not in load_codes().lists["purpose"]:
        raise Faulty([Fault("purpose", "Choose what they agreed to.")])
    return purpose
