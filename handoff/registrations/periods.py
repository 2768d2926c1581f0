"""How long a registration lasts and when people are asked: data/reference/registration.yml, its only reader.

Days are whole days of the area; a registration runs to the end of the day it lasts until.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from handoff.content.entries import ContentFaults, Fault, shown

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "reference" / "registration.yml"
_ADULT = 18
_BESIDE = {"source", "checked"}


@dataclass(frozen=True)
class Terms:
    """What holds in one area: weeks and days, and the letter's template."""

    lasts_weeks: int
    next_contact_weeks: int
    latest_contact_weeks: int
    ask_days_before: int
    hand_over_days_before: int
    letter: str

    def lasts_until(self, start: date, born: date) -> date:
        """The last day of a registration begun or renewed on `start`: never one on which they are 18."""
        return min(start + timedelta(weeks=self.lasts_weeks), birthday(born, _ADULT) - timedelta(days=1))

    def next_contact(self, start: date) -> date:
        """When an adviser asks how things are, unless one sets another day."""
        return start + timedelta(weeks=self.next_contact_weeks)

    def latest_contact(self, today: date) -> date:
        return today + timedelta(weeks=self.latest_contact_weeks)

    def ask_on(self, expires_on: date) -> date:
        return expires_on - timedelta(days=self.ask_days_before)

    def hand_over_on(self, expires_on: date) -> date:
        return expires_on - timedelta(days=self.hand_over_days_before)


def birthday(born: date, age: int) -> date:
    """The day somebody becomes that old; who was born on 29 February does so on 1 March of a common year."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def turns_18(born: date) -> date:
    return birthday(born, _ADULT)


def terms_of(area: str | None) -> Terms:
    """What holds in an area, or everywhere else while it is not known."""
    ours, areas = load_terms()
    return areas.get(area or "", ours)


@cache
def load_terms(path: Path = SHIPPED) -> tuple[Terms, Mapping[str, Terms]]:
    """The usual terms, and those of each area that has its own; ContentFaults lists whatever is wrong."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        usual = {**said["times"], "letter": said["letter"]}
        own = {slug: {**usual, **changed} for slug, changed in (said["areas"] or {}).items()}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        wrong = "give times, letter and areas, as in the shipped file"
        raise ContentFaults([Fault(shown(path), 1, wrong)]) from None
    faults = [*_faults(usual, "times"), *(one for slug in own for one in _faults(own[slug], slug))]
    if faults:
        raise ContentFaults([Fault(shown(path), 1, one) for one in faults])
    return _terms(usual), {slug: _terms(said) for slug, said in own.items()}


def _faults(said: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is wrong with the terms of an area, each with what to do."""
    wanted = {field.name for field in fields(Terms)}
    for name in sorted(said.keys() - wanted - _BESIDE):
        yield f"{where}: {name} is none of {', '.join(sorted(wanted))}"
    if not (isinstance(said.get("letter"), str) and said["letter"].strip()):
        yield f"{where}: letter must be a text"
    wrong = sorted(name for name in wanted - {"letter"} if not _is_whole(said.get(name)))
    if wrong:
        yield f"{where}: {', '.join(wrong)} must be a whole number of 1 or more"
    elif not said["hand_over_days_before"] < said["ask_days_before"] < said["lasts_weeks"] * 7:
        yield f"{where}: ask before handing over, and both while it lasts"


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 1


def _terms(said: Mapping[str, Any]) -> Terms:
    return Terms(**{field.name: said[field.name] for field in fields(Terms)})
