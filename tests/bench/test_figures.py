"""The bench's table says what was measured against which bar, and never passes off what was not measured."""

from __future__ import annotations

import pytest

from bench.figures import Figure


@pytest.mark.parametrize(
    ("value", "sense", "met"),
    [
        (0.90, "at least", True),
        (0.8999, "at least", False),
        (0.90, "at most", True),
        (0.9001, "at most", False),
        (0.90, "under", False),
        (0.89, "under", True),
    ],
)
def test_a_bar_is_kept_in_its_sense(value, sense, met):
    figure = Figure("right answer first", value, bar=0.90, sense=sense)
    assert figure.met is met
    assert ("**missed**" in figure.row()) is not met


def test_a_share_is_shown_to_three_places():
    figure = Figure("wrong answer", 0.0343, bar=0.04, sense="at most")
    assert figure.row() == "| wrong answer | 0.034 | at most 0.040 | met |"


def test_a_time_is_shown_with_its_unit():
    assert Figure("p50", 12.345, "ms").row() == "| p50 | 12.3 ms |  |  |"


def test_what_was_not_measured_shows_no_figure_and_misses_no_bar():
    figure = Figure("BANKING77", None, bar=0.86, sense="at least", missing="give the folder")
    assert figure.met
    assert figure.row() == "| BANKING77 | not measured: give the folder | at least 0.860 | |"
