"""The code lists of the record: data/reference/ccis_codes.yml, and the activities beside it.

The only reader of the former; a bad entry stops the start with its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from handoff.neet import service as neet

FILE = Path(__file__).resolve().parents[2] / "data" / "reference" / "ccis_codes.yml"
LISTS = (
    "cohort_status", "gender", "ethnicity", "characteristic", "level_of_need", "intended_destination",
    "guarantee", "authority", "purpose",
)  # fmt: skip
RULES = ("months", "august", "review", "never")
MOVED, DIED = ("T", "E"), "D"
NOT_KNOWN_AUTHORITY, ENGLAND_LEFT_TO = "004", ("000", "001", "002", "003")
SEEKING = "619"
NEET, COMPULSORY, NOT_KNOWN = "neet", "compulsory", "not_known"
IN_LEARNING_OR_WORK = frozenset({"education", "employment", "training", "re_engagement"})


class BadCodes(ValueError):
    """An entry that cannot be used; the message names it."""


@dataclass(frozen=True)
class Code:
    """One code of a list, and the days between which it may be recorded."""

    code: str
    label: str
    retired: bool = False
    since: date | None = None
    until: date | None = None
    edition: str | None = None
    area: str | None = None
    heading: str | None = None
    years: tuple[int, ...] = (11, 12)

    def offered(self, on: date) -> bool:
        return not self.retired and (self.since or on) <= on <= (self.until or on)


@dataclass(frozen=True)
class Currency:
    """How long activities of a group count as known; `inferred` is a hint nobody has confirmed."""

    group: str
    label: str
    rule: str
    number: int
    contact_months: int
    codes: tuple[str, ...]
    edition: str
    checked_on: date
    inferred: bool = False


@dataclass(frozen=True)
class Need:
    """What must be on the record before an activity is: a characteristic, or an EHC plan."""

    code: str
    check: int
    characteristic: str | None = None
    ehcp: bool = False


@dataclass(frozen=True)
class Codes:
    """Every list by its name and code."""

    edition: str
    lists: Mapping[str, Mapping[str, Code]]
    currency: Mapping[str, Currency]
    needs: Mapping[str, Need]
    activities: Mapping[str, neet.Activity]

    def label(self, name: str, code: str | None) -> str:
        """The label of a code, or the code itself where it is in no list."""
        known = self.lists[name].get(code or "")
        return known.label if known else (code or "")

    def offered(self, name: str, on: date, now: str | None = None) -> list[Code]:
        """The codes that may be chosen on a day, and the one chosen before."""
        return [one for one in self.lists[name].values() if one.offered(on) or one.code == now]

    def currency_of(self, activity: str) -> Currency:
        return next(one for one in self.currency.values() if activity in one.codes)

    def authority_of(self, area: str | None) -> str | None:
        """The Department's code of one of our areas."""
        found = (one.code for one in self.lists["authority"].values() if area and one.area == area)
        return next(found, None)


@cache
def load_codes(path: Path = FILE) -> Codes:
    """Read the file once; raises BadCodes."""
    raw = yaml.safe_load(path.read_text("utf-8"))
    edition, checked = raw["edition"], raw["checked"]
    made = Codes(
        edition,
        {name: _unique(name, [_code(one) for one in raw[name]]) for name in LISTS},
        {one["group"]: _currency(one, edition, checked) for one in raw["currency"]},
        {one["code"]: Need(**one) for one in raw["needs"]},
        {one.code: one for one in neet.every_activity()},
    )
    _check(made)
    return made


def _code(entry: dict[str, Any]) -> Code:
    years = tuple(entry.get("years", (11, 12)))
    rest = {key: value for key, value in entry.items() if key not in ("from", "years")}
    return Code(**rest, since=entry.get("from"), years=years)


def _currency(entry: dict[str, Any], edition: str, checked: date) -> Currency:
    return Currency(**{"edition": edition, "checked_on": checked, **entry, "codes": tuple(entry["codes"])})


def _unique(name: str, codes: list[Code]) -> dict[str, Code]:
    found = {one.code: one for one in codes}
    if len(found) != len(codes):
        raise BadCodes(f"{name}: a code is there twice")
    return found


def _check(made: Codes) -> None:
    """Every activity has one currency, every need names what exists."""
    grouped = [code for one in made.currency.values() for code in one.codes]
    if sorted(grouped) != sorted(made.activities):
        raise BadCodes(f"currency: {sorted(set(grouped) ^ set(made.activities)) or 'a code is there twice'}")
    for one in made.currency.values():
        if one.rule not in RULES:
            raise BadCodes(f"currency of {one.group}: no rule {one.rule}")
    for need in made.needs.values():
        if need.code not in made.activities:
            raise BadCodes(f"needs: no activity {need.code}")
        if need.characteristic and need.characteristic not in made.lists["characteristic"]:
            raise BadCodes(f"needs of {need.code}: no characteristic {need.characteristic}")
