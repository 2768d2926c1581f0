"""How long a registration lasts: within three months, never past the 18th birthday, as an area has set it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.content.entries import ContentFaults
from handoff.registrations.periods import SHIPPED, load_terms, terms_of, turns_18

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
SHIPPED_WORDS = SHIPPED.read_text(encoding="utf-8")


@given(DAYS, st.integers(0, 729))
def test_it_ends_within_three_months_and_before_they_are_18(start: date, left: int) -> None:
    born = start - timedelta(days=18 * 365 + 5 - left)
    until = terms_of("camden").lasts_until(start, born)
    assert until < turns_18(born) and until <= start + timedelta(days=91)


@pytest.mark.parametrize(
    ("born", "adult"),
    [(date(2008, 2, 29), date(2026, 3, 1)), (date(2008, 12, 31), date(2026, 12, 31))],
)
def test_who_is_born_on_a_leap_day_turns_18_on_the_first_of_march(born: date, adult: date) -> None:
    assert turns_18(born) == adult


def test_they_are_asked_before_it_is_handed_over_and_both_while_it_lasts() -> None:
    terms, until = terms_of(None), date(2027, 2, 14)
    assert terms.ask_on(until) == date(2027, 1, 31) < terms.hand_over_on(until) == date(2027, 2, 7) < until


def test_an_area_may_have_its_own_times_and_letter(tmp_path: Path) -> None:
    own = "areas:\n  lambeth: {lasts_weeks: 8, letter: 'Dear {name}'}\n"
    usual, areas = load_terms(_changed(tmp_path, "areas: {}\n", own))
    assert (areas["lambeth"].lasts_weeks, areas["lambeth"].letter) == (8, "Dear {name}")
    assert areas["lambeth"].ask_days_before == usual.ask_days_before == 14 and usual.lasts_weeks == 12


@pytest.mark.parametrize(
    ("there", "instead", "says"),
    [
        ("lasts_weeks: 12", "lasts_weeks: soon", "times: lasts_weeks must be a whole number"),
        ("lasts_weeks: 12", "lasts_weeks: 0", "times: lasts_weeks must be a whole number"),
        ("lasts_weeks: 12", "last_weeks: 12", "times: last_weeks is none of"),
        ("ask_days_before: 14", "ask_days_before: 3", "ask before handing over"),
        ("areas: {}", "areas: {lambeth: {letter: 5}}", "lambeth: letter must be a text"),
        ("letter: |", "words: |", "give times, letter and areas"),
        ("times:", "times: [", "give times, letter and areas"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_the_fix(
    tmp_path: Path, there: str, instead: str, says: str
) -> None:
    with pytest.raises(ContentFaults) as found:
        load_terms(_changed(tmp_path, there, instead))
    assert says in str(found.value)


def _changed(folder: Path, there: str, instead: str) -> Path:
    assert there in SHIPPED_WORDS
    path = folder / "registration.yml"
    path.write_text(SHIPPED_WORDS.replace(there, instead), encoding="utf-8")
    return path
