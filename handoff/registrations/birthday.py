"""Reads a date of birth as people type it, the British way round, and tells an age from it.

Numbers and English months are read here, because a general parser bends a day that does not exist into
one that does; dateparser reads the months of other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import dateparser

from handoff.ages import age_on
from handoff.days import day_words
from handoff.registrations.eligibility import refusal
from handoff.registrations.reading import Accepted, Problem

LONGEST_LIFE = 120
LONGEST_FOREIGN = 60  # a longer text costs dateparser half a second, and is no date
LANGUAGES = "fr es pt it pl ro sq tr ar bn fa ur so uk ru de hi zh".split()
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SLIPS = {"fer": 2, "fbe": 2, "arp": 4, "agu": 8, "set": 9, "spe": 9, "dce": 12}
_MONTH = rf"({'|'.join((*_MONTHS, *_SLIPS))})[^\W\d_]*"
_YEAR = r"(\d{4}|\d{2})(?!\d)"
_GAP = r"[\s/.,'\-]*"
_BREAK = r"\s*[\s/.,'\-]\s*"
_NUMBERS = re.compile(rf"(?<!\d)(\d{{1,2}}){_BREAK}(\d{{1,2}}){_BREAK}{_YEAR}")
_SOLID = re.compile(rf"(?<!\d)(\d\d)(\d\d){_YEAR}")
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}}){_GAP}{_MONTH}{_GAP}{_YEAR}")
_MONTH_DAY = re.compile(rf"(?<![^\W\d_]){_MONTH}{_GAP}(\d{{1,2}}){_BREAK}{_YEAR}")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}}){_GAP}(?:(\d{{1,2}})|{_MONTH}){_BREAK}(\d{{1,2}})(?!\d)")
_SOME_DATE = re.compile(rf"(?<!\d)(19|20)\d\d(?!\d)|(?<![^\W\d_]){_MONTH}(?![^\W\d_])|\d\s*[/.\-]\s*\d")
_SMALL_WORDS = re.compile(rf"(?<=\d)\s*(?:st|nd|rd|th)(?={_MONTH}|[^\w]|\d|$)|\b(?:of|the)\b")

_AGE = re.compile(
    r"\W*(?:sorry |well |but )?(?:i'?m|i am|im only|my age is) (\d\d)(?: ?(?:years? old|y/?o|yrs?))?\W*"
)


def read_birthday(text: str, today: date, age: int | None = None) -> Accepted | Problem:
    """The day meant by the text, when it makes its person 16 or 17 today.

    `age` is what they said before, where nobody has asked them about it yet: a date that says otherwise is
    asked about (age_differs) before anything follows from it.
    """
    said = _SMALL_WORDS.sub(" ", text.casefold())
    written = list(dict.fromkeys(_written(said)))
    days = list(dict.fromkeys(filter(None, (_day(*parts, today) for parts in written))))
    if not written and (foreign := _in_other_words(text)):
        days = [foreign]
    if len(days) == 1:
        found = _judged(days[0], today)
        differs = age is not None and days[0] <= today and age_on(days[0], today) != age
        return Problem("age_differs", value=days[0].isoformat()) if differs else found
    if days or (not written and _SOME_DATE.search(said)):
        return Problem("ambiguous_date")
    if not written and (stated := _AGE.fullmatch(said)):
        return _of_age(int(stated[1])) or Problem("not_a_date")
    return Problem("impossible_date" if written else "not_a_date")


def _judged(born: date, today: date) -> Accepted | Problem:
    if born > today:
        return Problem("future_date")
    age = age_on(born, today)
    if age > LONGEST_LIFE:
        return Problem("not_a_date")
    return _of_age(age) or Accepted(born.isoformat(), day_words(born))


def _of_age(age: int) -> Problem | None:
    found = refusal(age=age)
    return Problem(found.why, found.slug) if found else None


def _written(said: str) -> Iterator[tuple[str, int, int]]:
    """Every date written in the text, as (year, month, day), whether or not it exists."""
    for match in _DAY_MONTH.finditer(said):
        yield match[3], _month(match[2]), int(match[1])
    for match in _MONTH_DAY.finditer(said):
        yield match[3], _month(match[1]), int(match[2])
    for match in _YEAR_FIRST.finditer(said):
        yield match[1], int(match[2]) if match[2] else _month(match[3]), int(match[4])
    for pattern in (_NUMBERS, _SOLID):
        for match in pattern.finditer(said):
            yield match[3], int(match[2]), int(match[1])


def _month(letters: str) -> int:
    return _SLIPS.get(letters) or _MONTHS.index(letters) + 1


def _day(written_year: str, month: int, day: int, today: date) -> date | None:
    """The day, read the American way round only where the British way cannot be."""
    year = int(written_year)
    if len(written_year) == 2:
        year += today.year - today.year % 100
        year -= 100 if year > today.year else 0
    for candidate in ((year, month, day), (year, day, month)):
        try:
            return date(*candidate)
        except ValueError:
            continue
    return None


def _in_other_words(text: str) -> date | None:
    """A day with a month in another language; anything but a full day, month and year is not one."""
    settings = {
        "STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"],
        "DATE_ORDER": "DMY", "PREFER_LOCALE_DATE_ORDER": False,
    }  # fmt: skip
    if len(text) > LONGEST_FOREIGN or not re.search(r"\d\D+\d", text):
        return None
    try:
        found = dateparser.parse(text, languages=LANGUAGES, settings=settings)
    except Exception:  # whatever a stranger's text makes a large library raise, it named no day
        return None
    return found.date() if found else None
