"""How long a registration lasts and when people are asked: data/reference/registration.yml, its only reader.

Days are whole days of the area; a registration runs to the end of the day it lasts until.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "reference" / "registration.yml"
_ADULT = 18


class BadTerms(ValueError):
    """The file cannot be used; the text names what is wrong."""


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
    """The usual terms, and those of each area that has its own; raises BadTerms."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    usual = {**said["times"], "letter": said["letter"]}
    areas = {slug: _terms(usual | own, slug) for slug, own in (said["areas"] or {}).items()}
    return _terms(usual, "times"), areas


def _terms(said: dict[str, Any], where: str) -> Terms:
    wanted = {field.name for field in fields(Terms)}
    numbers = {name: said.get(name) for name in wanted - {"letter"}}
    wrong = [name for name, number in numbers.items() if not isinstance(number, int) or number < 1]
    wrong += sorted(said.keys() - wanted - {"source", "checked"})
    if wrong:
        raise BadTerms(f"registration.yml, {where}: {', '.join(wrong)}")
    terms = Terms(**{name: said[name] for name in wanted})
    if not terms.hand_over_days_before < terms.ask_days_before < terms.lasts_weeks * 7:
        raise BadTerms(f"registration.yml, {where}: ask before handing over, and both while it lasts")
    return terms
