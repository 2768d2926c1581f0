"""A day is read as staff type it and lists hold it, the British way round, and none is made up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.days import day_in, day_words

THE_DAY = date(2010, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "3/2/2010",
        "03/02/2010",
        "2010-02-03",
        "03-02-2010",
        "3.2.2010",
        "3 February 2010",
        "3 feb 2010",
        "03-Feb-2010",
        "03/02/10",
        "03-Feb-10",
        " 03/02/2010 ",
        "2010-02-03T00:00:00",
        "03/02/2010 00:00",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert day_in(text) == THE_DAY


@pytest.mark.parametrize(
    "text",
    ["", " ", "soon", "31/02/2010", "2/13/2010", "2010", "February 2010", "1/1/1899", "1/1/2101", "3/2"],
)
def test_what_names_no_day_of_our_time_is_none(text: str) -> None:
    assert day_in(text) is None


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_said_in_words_is_read_as_that_day(day: date) -> None:
    assert day_in(day_words(day)) == day
    assert day_in(day.isoformat()) == day


@given(st.text(max_size=40))
def test_no_text_is_too_strange_to_read(text: str) -> None:
    found = day_in(text)
    assert found is None or 1900 <= found.year <= 2100
