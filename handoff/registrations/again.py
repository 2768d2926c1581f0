"""Registering again from the same contact: the newest answers count, and the case says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.crypto import keyring
from handoff.registrations.model import Registration

CHANGEABLE = (
    "postcode", "phone", "email", "safe_contact", "safe_times", "activity", "activity_since",
    "activity_since_on", "care_status", "ground", "jobcentre_permission", "others_permission",
)  # fmt: skip

CHECKED = {"safe_contact": "contact_checked", "safe_times": "contact_checked", "ground": "ground_checked"}
"""What an adviser talks over (details, see parts.py), by the answer it is about."""


def changes(registration: Registration, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that differ from those on record, in the form's order."""
    return {name: values[name] for name in CHANGEABLE if values[name] != getattr(registration, name)}


def take_over(registration: Registration, changed: Mapping[str, Any]) -> None:
    """Put the newest answers on the record."""
    for name, value in changed.items():
        setattr(registration, name, value)
    if "phone" in changed:
        phone = changed["phone"]
        registration.phone_index = keyring.blind_index(phone) if phone else None
    _uncheck(registration, changed)


def _uncheck(registration: Registration, changed: Mapping[str, Any]) -> None:
    """What an adviser had checked and is now otherwise is to be checked again, and so is the whole."""
    gone = {check for name, check in CHECKED.items() if name in changed}
    if gone & (registration.details or {}).keys():
        registration.details = {
            name: value for name, value in (registration.details or {}).items() if name not in gone
        }
        registration.checked_at = registration.checked_by_id = None


def note(registration: Registration, changed: Mapping[str, Any]) -> str:
    """What the adviser is told; call it while the registration still has its earlier answers."""
    said = [f"{registration.reference}: they registered again."]
    if "postcode" in changed:
        said.append(f"They gave another postcode; before it was {registration.postcode}.")
    if "safe_contact" in changed:
        said.append(_reach(registration, changed))
    if "activity" in changed:
        said.append(f"What they are doing now was before: {registration.activity}")
    if {"care_status", "ground"} & changed.keys():
        said.append("Their care status or reason to claim changed: check it with them.")
    if "jobcentre_permission" in changed:
        said.append(_permission(changed["jobcentre_permission"]))
    if "others_permission" in changed:
        said.append(f"We may{'' if changed['others_permission'] else ' NOT'} talk to others who help them.")
    if not changed:
        said.append("No answer changed.")
    return "\n".join(said)


def _reach(registration: Registration, changed: Mapping[str, Any]) -> str:
    if "phone" in changed and registration.phone:
        return f"They gave another phone number; the earlier one ends in {registration.phone[-3:]}."
    return "They gave another way to reach them."


def _permission(given: bool) -> str:
    if given:
        return "Jobcentre Plus may now be told; before they had said no."
    return "Do NOT tell Jobcentre Plus any more: they took their permission back."
