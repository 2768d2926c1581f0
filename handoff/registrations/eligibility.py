"""Who may register here, and where everyone else is pointed, as data/reference/benefits.yml says. Pure.

Nothing here says what anyone may claim: the Jobcentre decides that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from handoff.ages import age_on
from handoff.content.areas import Area
from handoff.registrations.benefits import Benefits, Ground, load_benefits

if TYPE_CHECKING:
    from handoff.registrations.postcode import Place


@dataclass(frozen=True)
class Eligible:
    """Nothing that is known speaks against registering here."""


@dataclass(frozen=True)
class Signpost:
    """The answer for somebody who cannot register here, and the rule that says so."""

    slug: str
    why: str


def judge(answers: Mapping[str, str], today: date, home: Place | None) -> Eligible | Signpost:
    """Whether somebody with the answers so far may register; `home` is None while it is not known.

    Read are date_of_birth (ISO), care_status and ground.
    """
    born = answers.get("date_of_birth")
    return (
        refusal(
            age=age_on(date.fromisoformat(born), today) if born else None,
            elsewhere=home.slug is None if home else None,
            care_status=answers.get("care_status"),
            ground=answers.get("ground"),
        )
        or Eligible()
    )


def refusal(
    age: int | None = None,
    elsewhere: bool | None = None,
    care_status: str | None = None,
    ground: str | None = None,
) -> Signpost | None:
    """Where somebody is pointed of whom this much is known; None while nothing speaks against them."""
    rules = benefits().rules
    found = next((rule for rule in rules if rule.holds(age, elsewhere, care_status, ground)), None)
    return Signpost(found.signpost, found.code) if found else None


def grounds() -> tuple[Ground, ...]:
    """The reasons to claim, in the order in which they are offered."""
    return benefits().grounds


def reasons() -> dict[str, str]:
    """How advisers and the Jobcentre call each ground, by its code."""
    return {ground.code: ground.official for ground in grounds()}


def wording(area: Area) -> str:
    """Whether one should register before a claim, as the area's agreement with the Jobcentre says."""
    return area.registering


@cache
def benefits() -> Benefits:
    """The shipped rules."""
    return load_benefits()
