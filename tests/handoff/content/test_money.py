"""A sum of money stands in one file, each rate with its days; a wrong file is told where and what to do."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from handoff.content.areas import REFERENCE
from handoff.content.entries import ROOT, ContentFaults, Entry, read_entries
from handoff.content.facts import Facts, fill, load_facts
from handoff.content.money import load_money

GOOD = """\
- key: wage-21
  what: Minimum wage, 21 and over
  otherwise: the rate on GOV.UK
  source: {name: "GOV.UK", url: "https://www.gov.uk"}
  rates:
    - {amount: "£12.21 an hour", from: 2025-04-01, until: 2026-03-31, checked: 2026-11-22}
    - {amount: "£12.71 an hour", from: 2026-04-01, until: 2027-03-31, checked: 2026-11-22}
"""
NEW_RATE = '    - {amount: "£13.50 an hour", from: 2027-04-01, until: 2028-03-31, checked: 2027-03-02}\n'


def answers() -> list[Entry]:
    """Every shipped answer, as written."""
    files = sorted((ROOT / "data/content").glob("*.yml"))
    return [entry for file in files for entry in read_entries(file, "answer", "slug", [])]


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """The shipped areas, and the one sum above."""
    (tmp_path / "money.yml").write_text(GOOD, "utf-8")
    return Facts(load_facts().areas, load_money(tmp_path))


def said(facts: Facts, day: str) -> str:
    words = facts.on(facts.areas["camden"], date.fromisoformat(day))
    return fill("{money.wage-21} {money.wage-21.since}", words)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2025-03-31", "the rate on GOV.UK now"),
        ("2025-04-01", "£12.21 an hour since April 2025"),
        ("2026-03-31", "£12.21 an hour since April 2025"),
        ("2026-04-01", "£12.71 an hour since April 2026"),
        ("2027-03-31", "£12.71 an hour since April 2026"),
        ("2027-04-01", "the rate on GOV.UK now"),
    ],
)
def test_a_rate_is_said_from_its_first_day_to_its_last(facts: Facts, day: str, words: str) -> None:
    assert said(facts, day) == words


def test_a_new_rate_is_one_added_line(tmp_path: Path) -> None:
    (tmp_path / "money.yml").write_text(GOOD + NEW_RATE, "utf-8")
    facts = Facts(load_facts().areas, load_money(tmp_path))
    assert said(facts, "2027-03-31") == "£12.71 an hour since April 2026"
    assert said(facts, "2027-04-01") == "£13.50 an hour since April 2027"


def test_a_sum_is_overdue_from_the_day_after_its_last(facts: Facts) -> None:
    wage = facts.money["wage-21"]
    assert wage.overdue_since(date(2027, 3, 31)) is None
    assert wage.overdue_since(date(2030, 1, 1)) == date(2027, 4, 1)


def test_what_comes_before_the_first_rate_is_not_overdue(facts: Facts) -> None:
    assert facts.money["wage-21"].overdue_since(date(2024, 1, 1)) is None


SENTENCES = "Now: 21+ {money.wage-21}, rest {money.wage-21}. Then {money.wage-21}: {area.name}."


@pytest.mark.parametrize(
    ("day", "read"),
    [
        (
            "2027-03-31",
            "Now: 21+ £12.71 an hour, rest £12.71 an hour. Then £12.71 an hour: Camden.",
        ),
        ("2027-04-01", "Now: 21+, rest the rate on GOV.UK. Then the rate on GOV.UK: Camden."),
    ],
)
def test_what_is_said_for_several_ended_rates_is_said_once_a_sentence(
    facts: Facts, day: str, read: str
) -> None:
    assert fill(SENTENCES, facts.on(facts.areas["camden"], date.fromisoformat(day))) == read


@pytest.mark.parametrize("slug", ["wages-and-rights", "apprenticeship-pay", "student-finance"])
def test_an_answer_reads_well_when_its_rates_have_ended(slug: str) -> None:
    facts = load_facts()
    sms = {entry.name: str(entry.fields["sms"]) for entry in answers()}[slug]
    said = fill(sms, facts.on(facts.areas["camden"], date(2030, 1, 1)))
    assert "on GOV.UK" in said and "))" not in said and "£" not in said
    assert max(map(said.count, re.findall(r'"[A-Z][^"]+"', said))) <= 2


@pytest.mark.parametrize(
    ("written", "instead", "line", "told"),
    [
        ("until: 2026-03-31", "until: 2026-04-01", 7, "two rates hold at once: from must be 2026-04-02"),
        ("until: 2026-03-31", "until: 2026-03-30", 7, "no rate holds from 2026-03-31: begin then"),
        ("until: 2026-03-31", "until: 2025-03-31", 6, "until is the last day it holds"),
        ("from: 2025-04-01", 'from: "April"', 6, "from must be a date such as 2026-04-01"),
        ("from: 2025-04-01, ", "", 6, "from missing"),
        (', checked: 2026-11-22}\n    - {amount: "£12.71', '}\n    - {amount: "£12.71', 6, "checked missing"),
        ("amount: ", "sum: 1, amount: ", 6, "take the rest out"),
        ('"£12.21 an hour"', "12.21", 6, "amount must be the sum as people say it"),
        ('"£12.21 an hour"', '"quite a lot"', 6, "amount must be the sum as people say it"),
        ("the rate on GOV.UK", "запитайте", 3, "otherwise must be a short text that a phone can show"),
        ("https://www.gov.uk", "http://www.gov.uk", 4, "source must be {name, url}"),
        ('  source: {name: "GOV.UK", url: "https://www.gov.uk"}\n', "", 1, "source is missing: add it"),
        ("- key: wage-21", "- key: Wage", 1, "key must be small letters"),
        ("  what:", "  colour: red\n  what:", 2, "colour is not known here: use key, what"),
        (GOOD, GOOD + GOOD, 8, "this key is used twice: rename one"),
        (GOOD, GOOD + "- just words\n", 8, 'not an entry: start it with "- key: ..."'),
        (GOOD, "wage: 12", 1, "not a list of entries"),
        (GOOD[GOOD.index("rates:") :], "rates: []\n", 5, "rates must be a list"),
        ("until: 2026-03-31", "until: 2026-02-30", 5, "rates cannot be read: a date must exist"),
    ],
)
def test_a_wrong_sum_is_told_by_file_line_and_what_to_do(
    tmp_path: Path, written: str, instead: str, line: int, told: str
) -> None:
    file = tmp_path / "money.yml"
    file.write_text(GOOD.replace(written, instead, 1), "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load_money(tmp_path)
    assert re.search(rf"^{re.escape(str(file))}:{line}: .*{re.escape(told)}", str(caught.value), re.MULTILINE)


def test_faults_of_areas_and_money_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "bank-holidays.yml").write_bytes((REFERENCE / "bank-holidays.yml").read_bytes())
    (tmp_path / "areas.yml").write_text("[]", "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load_facts(tmp_path)
    assert "no areas here" in str(caught.value) and "money.yml:1: not readable" in str(caught.value)


def test_every_shipped_sum_is_named_by_an_answer() -> None:
    content = "".join(path.read_text("utf-8") for path in (REFERENCE.parent / "content").glob("*.yml"))
    assert [key for key in load_money() if f"{{money.{key}}}" not in content] == []
