"""What a record still lacks before the council's return would take it, in words; shown, never in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from handoff.ages import age_on
from handoff.records.codes import Codes
from handoff.records.rules import YEAR_11, Doing, Standing, academic_age, fitting_faults

_REVIEWED = frozenset({"260", "290", "350", "616", "710"})
_LEARNING, _APPRENTICE = ("education", "training"), "310"
_REASON = {
    "given_name": "a first name",
    "family_name": "a family name",
    "date_of_birth": "a date of birth",
    "address_1": "an address",
    "postcode": "a postcode",
    "gender": "gender (“not known” will do)",
    "ethnicity": "ethnicity (“not asked” will do)",
}
_WHERE = {"address_1": "contact", "postcode": "contact"}


@dataclass(frozen=True)
class Want:
    """One thing to add, and the section where it is added."""

    section: str
    says: str


@dataclass(frozen=True)
class Whole:
    """What is looked at together."""

    standing: Standing
    doing: Doing | None
    lead_authority: str | None
    level_of_need: str | None
    intended_destination: str | None


def wants(codes: Codes, whole: Whole, today: date) -> Sequence[Want]:
    """Everything still wanted, in the order of the page."""
    return [*_person(whole, today), *_columns(whole, today), *_activity(codes, whole)]


def _person(whole: Whole, today: date) -> Iterator[Want]:
    details = whole.standing.details
    for name, words in _REASON.items():
        if not getattr(details, name):
            yield Want(_WHERE.get(name, "person"), f"Add {words}.")
    born = details.born
    if born and age_on(born, today) > 25:
        yield Want("standing", "They are over 25: choose “reached the age” as where they stand.")
    elif born and academic_age(born, today) > 18 and not whole.standing.ehcp:
        says = "They are past 18 without an EHC plan: choose “reached the age” as where they stand."
        yield Want("standing", says)


def _columns(whole: Whole, today: date) -> Iterator[Want]:
    if not whole.lead_authority:
        yield Want("standing", "Choose which council leads.")
    if not whole.level_of_need:
        yield Want("support", "Choose the level of need.")
    born = whole.standing.details.born
    if born and academic_age(born, today) == YEAR_11 and not whole.intended_destination:
        yield Want("plans", "They are in Year 11: add what they plan afterwards.")


def _activity(codes: Codes, whole: Whole) -> Iterator[Want]:
    """259, 262, and what does not fit the rest of the record."""
    doing = whole.doing
    if doing is None:
        yield Want("activity", "Say what they do now.")
        return
    group = codes.activities[doing.code].group
    if group in _LEARNING and doing.code != _APPRENTICE and not doing.predicted_end_on:
        yield Want("activity", "Add when the course or training is expected to end.")
    if doing.code in _REVIEWED and not doing.review_on:
        yield Want("activity", "Add when this is to be looked at again.")
    for fault in fitting_faults(codes, doing, whole.standing):
        yield Want("activity", fault.says)
