"""Who may register: exactly one outcome for everyone, by rules that stand in a file with their law."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from handoff.content.areas import REFERENCE, load_areas
from handoff.content.entries import ContentFaults
from handoff.registrations.asking import question
from handoff.registrations.benefits import load_benefits
from handoff.registrations.eligibility import (
    Eligible,
    Signpost,
    grounds,
    judge,
    reasons,
    refusal,
    wording,
)
from handoff.registrations.postcode import Place, authority_of
from handoff.registrations.reading import Accepted
from handoff.registrations.situation import read_ground
from handoff.render import with_numbers
from handoff.sms.gsm7 import septets

AREAS = load_areas()
TODAY = date(2026, 11, 22)
HERE, THERE = authority_of("NW5 2TJ", AREAS), authority_of("CR0 1EA", AREAS)
CARE = (None, "neither", "looked_after", "care_leaver", "not_said")
GROUNDS = (None, *"abcdefg", "other", "not_said")
HOMES = {"unknown": None, "here": HERE, "there": THERE}


def born(age: int) -> str:
    return f"{TODAY.year - age}-{TODAY:%m-%d}"


def expected(age: int, home: str, care: str | None, ground: str | None) -> str | None:
    """The issue's rules in the order of the form, written out a second time."""
    if age < 16:
        return "signpost-under-16"
    if age > 17:
        return "signpost-18-plus"
    if home == "there":
        return "signpost-other-area"
    if care == "looked_after" and ground == "g":
        return "signpost-in-care"
    if care == "care_leaver" and ground in ("c", "f", "g"):
        return "signpost-care-leaver"
    return None


@pytest.mark.parametrize("age", [0, 11, 15, 16, 17, 18, 19, 40])
@pytest.mark.parametrize("home", HOMES)
def test_everyone_has_exactly_one_outcome(age: int, home: str) -> None:
    for care, ground in product(CARE, GROUNDS):
        answers = {"date_of_birth": born(age)}
        answers |= {name: said for name, said in (("care_status", care), ("ground", ground)) if said}
        outcome = judge(answers, TODAY, HOMES[home])
        slug = outcome.slug if isinstance(outcome, Signpost) else None
        assert slug == expected(age, home, care, ground), (care, ground)


@pytest.mark.parametrize("care", ["looked_after", "care_leaver"])
@pytest.mark.parametrize("ground", ["a", "b", "d", "e", "other", "not_said"])
def test_in_care_or_a_care_leaver_registers_on_any_other_ground(care: str, ground: str) -> None:
    answers = {"date_of_birth": born(16), "care_status": care, "ground": ground}
    assert judge(answers, TODAY, HERE) == Eligible()


@given(st.dates(date(1990, 1, 1), TODAY), st.dates(TODAY, date(2030, 1, 1)))
def test_only_the_16th_and_17th_year_registers(day_of_birth: date, today: date) -> None:
    age = today.year - day_of_birth.year - ((today.month, today.day) < (day_of_birth.month, day_of_birth.day))
    outcome = judge({"date_of_birth": day_of_birth.isoformat()}, today, HERE)
    assert isinstance(outcome, Eligible) is (age in (16, 17))


def test_the_birthday_itself_counts() -> None:
    answers = {"date_of_birth": "2008-11-22"}
    assert judge(answers, TODAY, HERE) == Signpost("signpost-18-plus", "over_17")
    assert judge(answers, TODAY - timedelta(days=1), HERE) == Eligible()


def test_nothing_known_speaks_against_nobody() -> None:
    assert judge({}, TODAY, None) == Eligible() and refusal() is None


def test_an_age_alone_is_enough_to_point_elsewhere() -> None:
    assert refusal(age=15) == Signpost("signpost-under-16", "under_16")


def test_every_ground_has_its_letter_its_words_and_its_law() -> None:
    assert sorted(ground.code for ground in grounds()) == list("abcdefg")
    for ground in grounds():
        assert f"regulation 8(1)({ground.code})" in ground.law.law
        assert ground.law.checked == date(2026, 11, 22) and reasons()[ground.code] == ground.official


def test_no_ground_asks_for_abuse_or_its_proof() -> None:
    words = " ".join(f"{ground.web} {ground.sms} {ground.official}" for ground in grounds()).casefold()
    assert not [word for word in ("abuse", "violen", "prove", "proof", "safe", "harm") if word in words]


def test_an_area_says_required_only_when_its_agreement_does(tmp_path: Path) -> None:
    assert {wording(area) for area in AREAS.values()} == {AREAS["camden"].registering}
    assert AREAS["camden"].registering.startswith("We recommend")
    for name in ("areas.yml", "bank-holidays.yml"):
        (tmp_path / name).write_bytes((REFERENCE / name).read_bytes())
    written = (
        (tmp_path / "areas.yml")
        .read_text("utf-8")
        .replace("registration: recommended", "registration: required", 1)
    )
    (tmp_path / "areas.yml").write_text(written, "utf-8")
    assert "agreement with the Jobcentre" in wording(load_areas(tmp_path)["camden"])


def spoiled(folder: Path, old: str, new: str) -> str:
    """What is told of the shipped file with one place of it changed."""
    text = (REFERENCE / "benefits.yml").read_text("utf-8")
    assert old in text
    (folder / "benefits.yml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load_benefits(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{age_under: 16}", "{age_under: young}", "under_16: age_under: young is no condition"),
        ("{age_under: 16}", "{shoe_size: 7}", "under_16: shoe_size: 7 is no condition"),
        ("ground: [g]}", "ground: [z]}", "in_care: ground: ['z'] is no condition"),
        ("when: {age_over: 17}", "when: {}", "over_17: when must say whom the rule holds for"),
        ("signpost: signpost-in-care", "signpost: nowhere", "in_care: signpost must be one of"),
        ("signpost: signpost-in-care", "signpost: signpost-under-16", "no rule points to signpost-in-care"),
        ("  checked: 2026-11-22\n", "", "under_16: checked is missing"),
        ("checked: 2026-11-22", "checked: lately", "under_16: checked must be a day"),
        ("url: https:", "url: http:", "under_16: url must start with https://"),
        ("- ground: f", "- ground: g", "the grounds must be a, b, c, d, e, f, g, each once"),
        ("- rule: care_leaver", "- rule: in_care", "in_care: this one is given twice"),
        ("web: Fit note", "web: ''", "b: web must be a short text"),
        ("web: Fit note", "web: Fit note ✔", "b: web holds what a text cannot carry"),
        ("sms: I'm a carer", "sms: I'm a carer for a relative", "c: sms takes 26 places: cut it to 25"),
        ("rules:\n", "regeln:\n", 'begin it with "rules:"'),
    ],
)
def test_a_rule_that_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in spoiled(tmp_path, old, new)


def test_every_rule_points_to_an_answer_that_is_there() -> None:
    signposts = yaml.safe_load((REFERENCE.parent / "content" / "signposts.yml").read_text("utf-8"))
    assert {rule.signpost for rule in load_benefits().rules} == {answer["slug"] for answer in signposts}


def test_a_place_of_ours_has_an_area_and_others_do_not() -> None:
    assert isinstance(HERE, Place) and HERE.slug == "camden"
    assert isinstance(THERE, Place) and THERE.slug is None


def test_the_reasons_with_their_numbers_fit_one_text_and_each_is_read_back() -> None:
    asked = question("ground", {}, AREAS, sms=True)
    assert septets(with_numbers(asked["text"], asked["choices"])) <= 160
    read = [read_ground(choice["text"]) for choice in asked["choices"]]
    assert [one.value for one in read if isinstance(one, Accepted)] == [*reasons(), "other", "not_said"]
