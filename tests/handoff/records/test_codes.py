"""Every code that is used is in a list, and a list with a bad entry names it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from handoff.records import codes
from handoff.records.codes import FILE, BadCodes, load_codes
from handoff.records.rules import _PREGNANCY, _PREGNANT
from handoff.records.sections import ACTIVITY, SECTIONS
from handoff.records.wants import _APPRENTICE, _REVIEWED

ROOT = Path(__file__).resolve().parents[3]


def test_every_code_named_in_the_rules_is_known() -> None:
    known = load_codes()
    assert {codes.SEEKING, _PREGNANCY, _APPRENTICE, "440", *_REVIEWED} <= known.activities.keys()
    assert _PREGNANT in known.lists["characteristic"]
    assert {*codes.MOVED, codes.DIED} <= known.lists["cohort_status"].keys()
    assert {codes.NOT_KNOWN_AUTHORITY, *codes.ENGLAND_LEFT_TO} <= known.lists["authority"].keys()


def test_every_list_of_a_form_is_known() -> None:
    named = {field.codes for section in (*SECTIONS.values(), ACTIVITY) for field in section.fields}
    assert named - {""} <= {*load_codes().lists, "activity", "ours", "objector"}


def test_every_area_we_work_for_has_its_council() -> None:
    areas = yaml.safe_load((ROOT / "data/reference/areas.yml").read_text())
    assert all(load_codes().authority_of(area["slug"]) for area in areas)


def test_codes_have_the_form_of_the_return() -> None:
    forms = {
        "characteristic": r"\d{3}",
        "guarantee": r"\d{3}",
        "authority": r"\d{3}",
        "ethnicity": "[A-Z]{4}",
    }
    for name, form in forms.items():
        assert all(re.fullmatch(form, code) for code in load_codes().lists[name]), name


def test_a_code_is_offered_only_between_its_days() -> None:
    early, now = date(2018, 1, 1), date(2026, 1, 1)
    offered = [load_codes().offered("characteristic", *at) for at in ((early,), (now,), (early, "200"))]
    assert ["200" in {one.code for one in codes} for codes in offered] == [False, True, True]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('codes: ["530"]', "codes: []", "530"),
        ("rule: august", "rule: easter", "easter"),
        ('characteristic: "140"', 'characteristic: "999"', "999"),
        ("{code: M, label: Male}", "{code: F, label: Male}", "gender"),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    broken = tmp_path / "codes.yml"
    broken.write_text(FILE.read_text().replace(old, new))
    with pytest.raises(BadCodes, match=named):
        load_codes(broken)
