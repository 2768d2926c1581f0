"""What a record may hold, and what the council's return will ask for: each fault in words a PA can act on.

Numbers in comments are the return's own checks (Appendix D of the 2019-20 specification).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from handoff import national_insurance
from handoff.ages import age_on
from handoff.records.codes import COMPULSORY, NEET, Codes, Currency
from handoff.records.person import Details

YEAR_11 = 15  # academic age
_LAST_DAY = 31
_SEX_OF_PREGNANCY = "M"
_PREGNANT, _PREGNANCY = "180", "650"
_FORMS = {
    "uln": (
        r"[1-9]\d{9}",
        "A ULN is 10 digits and does not begin with 0. Leave it out if unsure.",
    ),
    "upn": (r"[A-Z]\d{11}[A-Z0-9]", "A UPN is 13 characters: a letter, then digits. Leave it out if unsure."),
    "nino": (
        national_insurance.FORM.pattern,
        "A National Insurance number looks like QQ 12 34 56 C. It is never needed: leave it out if unsure.",
    ),
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "An e-mail address looks like name@example.org."),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong or missing: the field, and a sentence that says how to put it right."""

    field: str
    says: str


@dataclass(frozen=True)
class Doing:
    """One activity as it is to be recorded."""

    code: str
    started_on: date
    ascertained_on: date
    neet_started_on: date | None = None
    verified_on: date | None = None
    review_on: date | None = None
    predicted_end_on: date | None = None
    establishment_number: str | None = None
    ukprn: str | None = None


@dataclass(frozen=True)
class Standing:
    """What the rules of an activity look at besides it."""

    details: Details
    characteristics: Collection[str] = ()
    ehcp: bool = False


def academic_age(born: date, on: date) -> int:
    """Age on 31 August before the academic year that the day lies in; 15 is Year 11."""
    year = on.year if on >= date(on.year, 9, 1) else on.year - 1
    return age_on(born, date(year, 8, 31))


def doing_faults(codes: Codes, doing: Doing, who: Standing, today: date) -> list[Fault]:
    """What cannot be: an activity with any of these is never recorded."""
    activity = codes.activities.get(doing.code)
    if activity is None or activity.retired:
        return [Fault("code", "Choose an activity from the list.")]
    return [
        *_date_faults(doing, today),
        *_neet_faults(doing, who.details.born, activity.group == NEET),
        *_place_faults(doing),
    ]


def fitting_faults(codes: Codes, doing: Doing, who: Standing) -> list[Fault]:
    """Why the activity does not fit the rest of the record. An adviser puts it right before it is recorded;
    what a young person says of themselves is recorded, and shown to the adviser with these."""
    compulsory = codes.activities[doing.code].group == COMPULSORY
    return [*_age_faults(doing, who.details.born, compulsory), *_need_faults(codes, doing, who)]


def _date_faults(doing: Doing, today: date) -> list[Fault]:
    """237, 242, 256, 257, 305: start, found out, confirmed, today, in that order."""
    found = []
    if doing.started_on > today:
        found.append(Fault("started_on", "The start cannot be in the future. Record it when it has begun."))
    if doing.ascertained_on < doing.started_on:
        says = "You cannot have found out before it began. Check the start and the day you found out."
        found.append(Fault("ascertained_on", says))
    if doing.ascertained_on > today:
        found.append(Fault("ascertained_on", "The day you found out cannot be in the future."))
    if doing.verified_on and not doing.ascertained_on <= doing.verified_on <= today:
        says = "It can be confirmed from the day you found out until today. Check both days."
        found.append(Fault("verified_on", says))
    end = doing.predicted_end_on
    if end and end < doing.started_on:
        found.append(Fault("predicted_end_on", "The end is before the start. Check both days."))
    if end and doing.review_on and doing.review_on > end:
        found.append(Fault("review_on", "The review must be on or before the expected end."))
    return found


def _neet_faults(doing: Doing, born: date | None, is_neet: bool) -> list[Fault]:
    """224, 225, 226, 251."""
    began = doing.neet_started_on
    if is_neet and began is None:
        return [Fault("neet_started_on", "Say since when they have not been in education, work or training.")]
    if not is_neet and began is not None:
        return [Fault("neet_started_on", "Leave this empty: this activity is education, work or training.")]
    if began is None:
        return []
    found = []
    if began > doing.started_on:
        says = "They became NEET on or before the day this activity began. Check both days."
        found.append(Fault("neet_started_on", says))
    if born and age_on(born, began) < YEAR_11:
        found.append(Fault("neet_started_on", "Nobody is NEET before their 15th birthday. Check the day."))
    return found


def _age_faults(doing: Doing, born: date | None, compulsory: bool) -> list[Fault]:
    """229, 230, 253."""
    if born is None:
        return []
    found, year = [], academic_age(born, doing.ascertained_on)
    if compulsory and year > YEAR_11:
        says = "Codes 110 to 150 are for up to Year 11, and they are past it. Choose another activity."
        found.append(Fault("code", says))
    if not compulsory and year <= YEAR_11:
        says = "They are in Year 11 or below: choose 110 to 150, or check the date of birth."
        found.append(Fault("code", says))
    if doing.code == "440" and age_on(born, doing.started_on) < 18:
        found.append(Fault("code", "DWP training and support is for people of 18 and over."))
    return found


def _need_faults(codes: Codes, doing: Doing, who: Standing) -> list[Fault]:
    """233, 234, 235, 254, 255, 260."""
    found, need = [], codes.needs.get(doing.code)
    label = codes.activities[doing.code].label
    if need and need.characteristic and need.characteristic not in who.characteristics:
        wanted = codes.label("characteristic", need.characteristic)
        says = f"“{label}” needs the characteristic “{wanted}”. Add it first, or choose another activity."
        found.append(Fault("code", says))
    if need and need.ehcp and not who.ehcp:
        says = f"“{label}” is for people with an EHC plan. Tick the plan first, or choose another activity."
        found.append(Fault("code", says))
    if doing.code == _PREGNANCY and who.details.gender == _SEX_OF_PREGNANCY:
        found.append(
            Fault("code", "Pregnancy does not go with gender male. Check which of the two is right.")
        )
    return found


def _place_faults(doing: Doing) -> list[Fault]:
    """38, 39, 228."""
    found = []
    if doing.establishment_number and not re.fullmatch(r"\d{7}", doing.establishment_number):
        says = "A school or college number is 7 digits: 3 of its council and 4 of its own (9999 for none)."
        found.append(Fault("establishment_number", says))
    if doing.ukprn and not re.fullmatch(r"1\d{7}", doing.ukprn):
        found.append(Fault("ukprn", "A UKPRN is 8 digits and begins with 1."))
    return found


def detail_faults(
    codes: Codes, details: Details, characteristics: Collection[str], today: date
) -> list[Fault]:
    """What is wrong with personal details as they were typed (30, 38, 39, 260)."""
    found = [
        Fault(name, says)
        for name, (form, says) in _FORMS.items()
        if (value := getattr(details, name)) and not re.fullmatch(form, value)
    ]
    if not details.name:
        found.append(Fault("given_name", "Give at least one name."))
    born = details.born
    if born is None:
        found.append(Fault("date_of_birth", "Give the date of birth."))
    elif not 10 <= age_on(born, today) <= 25:
        found.append(Fault("date_of_birth", "Records are for young people up to 25. Check the year."))
    for name in ("gender", "ethnicity"):
        if getattr(details, name) and getattr(details, name) not in codes.lists[name]:
            found.append(Fault(name, "Choose one from the list."))
    if details.gender == _SEX_OF_PREGNANCY and _PREGNANT in characteristics:
        says = "“Pregnant” does not go with gender male. Check which of the two is right."
        found.append(Fault("gender", says))
    return found


def lapses_on(currency: Currency, doing: Doing) -> date | None:
    """The day what is known no longer counts as known; None when it has no such day."""
    confirmed = doing.verified_on or doing.ascertained_on
    ends = doing.predicted_end_on
    if currency.rule == "never":
        return None
    if currency.rule == "august":
        lapse: date | None = _next_august(confirmed)
    elif currency.rule == "review":
        lapse = doing.review_on + timedelta(days=currency.number) if doing.review_on else None
    else:
        lapse = months_after(confirmed, currency.number)
    return min(filter(None, (lapse, ends)), default=None)


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, day.day - 4, -1):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise ValueError("no month is that short")


def _next_august(day: date) -> date:
    end = date(day.year, 8, _LAST_DAY)
    return end if day <= end else date(day.year + 1, 8, _LAST_DAY)
