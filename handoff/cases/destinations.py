"""Who a case can be referred to, and the times that hold there: data/reference/referrals.yml.

The only reader of that file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "reference" / "referrals.yml"
_FIELDS = {
    "code", "label", "retired", "outcomes", "hint", "duty", "written_hours", "answer_working_days",
    "source", "checked",
}  # fmt: skip
_TIMES = ("duty", "written_hours", "answer_working_days")


class DestinationFaults(ValueError):
    """The file cannot be used; the text names every fault."""


@dataclass(frozen=True)
class Rule:
    """Somebody must be told within working days of when one of these categories was first heard."""

    categories: frozenset[str]
    working_days: int
    says: str


@dataclass(frozen=True)
class Destination:
    """Somebody that a case can be referred to; a time comes with where it was read, and when."""

    code: str
    label: str
    outcomes: tuple[str, ...] = ()
    hint: str = ""
    duty: Rule | None = None
    written_hours: int | None = None
    answer_working_days: int | None = None
    source: str = ""
    checked: date | None = None
    retired: bool = False


Destinations = Mapping[str, Destination]


@cache
def load_destinations(path: Path = SHIPPED) -> Destinations:
    """Every destination by code, in the file's order; raises DestinationFaults."""
    entries, faults = yaml.safe_load(path.read_text(encoding="utf-8")), []
    found: dict[str, Destination] = {}
    for entry in entries:
        faults += _faults(entry, found)
        if not faults:
            found[entry["code"]] = _destination(entry)
    if faults:
        raise DestinationFaults("; ".join(faults))
    return found


def for_outcome(destinations: Destinations, outcome: str) -> Destination | None:
    """Whom an outcome says the case was referred to, if anybody."""
    return next((one for one in destinations.values() if outcome in one.outcomes), None)


def _faults(entry: dict[str, Any], before: Destinations) -> list[str]:
    name = entry.get("code", "an entry without a code")
    faults = [f"{name}: {field} is no field here" for field in sorted(entry.keys() - _FIELDS)]
    faults += [f"{name}: {field} is missing" for field in ("code", "label") if not entry.get(field)]
    if name in before:
        faults.append(f"{name}: is there twice")
    if any(field in entry for field in _TIMES) and not (entry.get("source") and entry.get("checked")):
        faults.append(f"{name}: a time needs the source it was read in, and the day (checked)")
    return faults


def _destination(entry: dict[str, Any]) -> Destination:
    fields: dict[str, Any] = {**entry, "outcomes": tuple(entry.get("outcomes", ()))}
    if rule := entry.get("duty"):
        fields["duty"] = Rule(frozenset(rule["categories"]), rule["working_days"], rule["says"].strip())
    return Destination(**fields)
