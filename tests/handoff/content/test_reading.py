"""Hints on how plain a text is: they name what is hard and what to say instead, and forbid nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.content.areas import load_areas
from handoff.content.facts import load_facts
from handoff.content.markdown import to_text
from handoff.content.reading import MOST, OLDEST, plain_words, read_over, reading_age, syllables
from handoff.content.seed import load_content
from handoff.content.service import SHIPPED
from tests.handoff.cases.scenes import Colleague

PLAIN = (
    "The bursary is money for college. It helps with bus fares, food and books. Ask student services for the"
    " form. They can help you fill it in."
)
HARD = (
    "In order to obtain a bursary you are required to submit an application, and a determination regarding"
    " eligibility will be made by the institution within approximately twenty working days of its receipt."
)


@pytest.mark.parametrize(
    ("word", "count"),
    [("idea", 2), ("money", 2), ("people", 2), ("worked", 1), ("needed", 2), ("able", 2), ("free", 1),
     ("college", 2), ("application", 4), ("don't", 1)],
)  # fmt: skip
def test_syllables_are_those_that_one_says(word: str, count: int) -> None:
    assert syllables(word) == count


def test_short_plain_sentences_are_for_young_readers_and_officialese_is_not() -> None:
    plain, hard = reading_age(PLAIN), reading_age(HARD)
    assert plain is not None and hard is not None and plain <= 9 < OLDEST < hard


def test_a_text_too_short_for_the_formula_has_no_age() -> None:
    assert read_over("Ring 020 7946 0101.").age is None


def test_an_address_is_no_long_word() -> None:
    assert read_over("See https://www.gov.uk/sixteen-to-nineteen-bursary-fund-eligibility.").hints == []


def test_the_long_sentence_the_hard_word_and_the_passive_are_named() -> None:
    hints = read_over(HARD).hints
    assert len(hints) <= MOST
    assert hints[0] == "The sentence “In order to obtain a …” has 32 words. Could it be two?"
    assert "“obtain”: plainer is get." in hints
    assert read_over("The form is checked by us. The fund is run by them.").hints == [
        "“is checked”: say who does it, if you know."
    ]


def test_what_is_plain_gets_no_hints() -> None:
    assert read_over(PLAIN).hints == []


@given(st.text(max_size=400))
def test_any_text_can_be_read_over(text: str) -> None:
    reading = read_over(text)
    assert len(reading.hints) <= MOST and (reading.age is None or reading.age >= 5)


def test_no_plainer_word_is_a_hard_one_itself() -> None:
    words = plain_words()
    assert len(words) > 80 and not words.keys() & set(words.values())


def test_most_shipped_answers_are_for_the_age_we_write_for() -> None:
    facts, area = load_facts(), load_areas()["camden"]
    words = facts.on(area, load_content(SHIPPED, facts)[0].source.checked)
    ages = [read_over(to_text(one.web, words)).age for one in load_content(SHIPPED, facts)]
    assert sum(age is not None and age <= OLDEST for age in ages) >= 0.9 * len(ages)


async def test_the_preview_carries_hints_and_nothing_is_refused_for_them(jo: Colleague) -> None:
    status, shown = await jo.post("/api/staff/answers/preview", {"web": HARD, "sms": PLAIN})
    assert status == 200 and shown["reading"]["web"]["age"] > OLDEST
    assert shown["reading"]["sms"] == {"age": reading_age(PLAIN), "hints": []}
    assert "obtain" in json.dumps(shown["reading"]["web"]["hints"]) and "web" not in shown["problems"]


async def test_what_is_filled_in_is_read_as_people_get_it(jo: Colleague) -> None:
    _, shown = await jo.post(
        "/api/staff/answers/preview", {"web": "**Ring** {area.phone}. [Form](https://a.b)"}
    )
    assert shown["reading"]["web"] == {"age": None, "hints": []}
