"""The shipped answers keep their promises, and a bad content file is told all that is wrong with it."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from handoff.content.checks import SIGNPOST
from handoff.content.entries import ContentFaults
from handoff.content.facts import fill, load_facts
from handoff.content.seed import SeedAnswer, load_content
from handoff.sms.gsm7 import septets, unmappable

SHIPPED = Path(__file__).parents[3] / "data" / "content"
GOOD = {
    "slug": "bursary",
    "title": "Help with college costs",
    "web": "Ask your **college**.",
    "sms": "Ask your college.",
    "next": [],
    "source": {"name": "GOV.UK", "url": "https://www.gov.uk", "checked": date(2026, 11, 22)},
    "review": date(2027, 3, 1),
    "examples": [f"question {n}" for n in range(25)],
}


@pytest.fixture(scope="module")
def shipped() -> list[SeedAnswer]:
    return load_content(SHIPPED)


def faults_of(folder: Path, *answers: object) -> str:
    (folder / "group.yml").write_text(yaml.safe_dump(list(answers), sort_keys=False), "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load_content(folder)
    return str(caught.value)


def test_the_shipped_answers_have_no_fault_in_any_area(shipped: list[SeedAnswer]) -> None:
    assert len(shipped) >= 70


def test_every_signpost_of_the_contract_is_there(shipped: list[SeedAnswer]) -> None:
    slugs = {answer.slug for answer in shipped if answer.slug.startswith(SIGNPOST)}
    assert slugs == {
        SIGNPOST + end for end in ("under-16", "18-plus", "other-area", "in-care", "care-leaver")
    }


def test_a_text_answer_is_cheap_and_fits_in_every_area_and_at_every_rate(shipped: list[SeedAnswer]) -> None:
    facts = load_facts()
    turns = {
        day for figure in facts.money.values() for rate in figure.rates for day in (rate.first, rate.last)
    }
    for area in facts.areas.values():
        ways = [*facts.longest, *(facts.on(area, day) for day in turns)]
        for answer in shipped:
            texts = {fill(answer.sms, words) for words in ways}
            assert [unmappable(text) for text in texts if unmappable(text)] == [], answer.slug
            assert max(map(septets, texts)) <= 459, answer.slug


def test_only_free_or_answered_numbers_are_given(shipped: list[SeedAnswer]) -> None:
    known = {
        "0800 328 5644", "0808 800 5000", "0800 1111", "0800 015 0400", "0800 100 900", "0808 800 0661",
        "0800 0119 100", "0800 999 5428", "0300 123 6600",
    }  # fmt: skip
    found = {n for a in shipped for n in re.findall(r"\b0\d{3} ?\d[\d ]{2,8}\d\b", a.web + " " + a.sms)}
    assert found <= known


def test_a_closed_line_is_never_offered(shipped: list[SeedAnswer]) -> None:
    assert not [a.slug for a in shipped if "0808 808 4994" in a.web + a.sms or "The Mix" in a.web + a.sms]


def test_fields_arrive_as_written(tmp_path: Path) -> None:
    (tmp_path / "money.yml").write_text(yaml.safe_dump([GOOD]), "utf-8")
    [answer] = load_content(tmp_path)
    assert (answer.slug, answer.group, answer.source.checked) == ("bursary", "money", date(2026, 11, 22))
    assert answer.examples == tuple(GOOD["examples"])  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"slug": "Bursary!"}, "slug must be small letters"),
        ({"title": ""}, "title must be a short text"),
        ({"title": "x" * 61}, "title must be at most 60"),
        ({"web": "word " * 121}, "web has 121 words"),
        ({"web": "Call {area.fone}"}, "{area.fone} is not a placeholder: did you mean {area.phone}?"),
        (
            {"sms": "It is {money.wage-22}"},
            "{money.wage-22} is not a placeholder: did you mean {money.wage-21",
        ),
        ({"sms": "It is {colour}"}, "{colour} is not a placeholder: take one that the editor"),
        ({"web": "See [this](http://x.example)"}, "http://x.example is no https:// address"),
        ({"title": "In {area.name}"}, "title must be at most 60 plain characters"),
        ({"differs": 7}, "differs must be one sentence"),
        ({"sms": "Zażółć 🙂"}, "sms holds 🙂"),
        ({"sms": "x" * 460}, "sms takes 460 places"),
        ({"sms": "x" * 440 + "{area.name}"}, "sms takes 462 places with everything filled in"),
        ({"sms": "x" * 410 + "{money.wage-21}"}, "sms takes 460 places with everything filled in"),
        ({"sms": "Reply STOP to leave"}, "STOP in capitals"),
        ({"next": ["nowhere"]}, "nowhere is not another answer's slug"),
        ({"next": ["a", "b", "c", "d"]}, "at most 3 slugs"),
        ({"source": {"name": "GOV.UK"}}, "source must be {name, url, checked}"),
        ({"source": {"name": "GOV.UK", "url": "http://x", "checked": "soon"}}, "must start with https://"),
        (
            {"source": {"name": "X", "url": "{area.web}", "checked": date(2026, 1, 1)}},
            "did you mean {area.website}?",
        ),
        ({"review": date(2026, 1, 1)}, "review must be after"),
        ({"review": "spring"}, "review must be a date"),
        ({"examples": ["one"]}, "only 1 examples"),
        ({"examples": [True] * 25}, "examples must be a list of questions"),
        (
            {"examples": ["Question one", "question  ONE?"] + ["x" * n for n in range(1, 24)]},
            "already an example",
        ),
        ({"colour": "red"}, "colour is not a field"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, change: dict[str, object], told: str) -> None:
    assert told in faults_of(tmp_path, GOOD | change)


def test_every_fault_is_told_at_once_with_its_file_and_line(tmp_path: Path) -> None:
    without = {key: value for key, value in GOOD.items() if key != "source"}
    told = faults_of(tmp_path, without, GOOD | {"slug": "other", "title": ""}).splitlines()
    assert told[0] == f"{tmp_path}/group.yml:1: bursary: source is missing: add it"
    assert any(line.startswith(f"{tmp_path}/group.yml:") and "other: title" in line for line in told)
    assert sum("is already an example of bursary" in line for line in told) == 25


def test_a_slug_used_twice_is_named(tmp_path: Path) -> None:
    assert f"this slug is also used at {tmp_path}/group.yml:1" in faults_of(tmp_path, GOOD, GOOD)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- slug: ]\n- slug: b", "group.yml:1: not readable as YAML"),
        ("slug: bursary", "group.yml:1: not a list of entries"),
        ("- just words", "group.yml:1: not an answer"),
        ("- slug: a\n  slug: b", "group.yml:2: slug is given twice"),
        ("- slug: a\n  review: 2027-02-30", "group.yml:2: review cannot be read"),
    ],
)
def test_a_file_that_is_not_answers_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "group.yml").write_text(text, "utf-8")
    with pytest.raises(ContentFaults, match=re.escape(told)):
        load_content(tmp_path)


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentFaults, match="no answers here"):
        load_content(tmp_path)
