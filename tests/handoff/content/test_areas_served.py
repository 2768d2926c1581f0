"""What is wrong in one area keeps no other from being served; where nothing can stand in the start stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.content.areas import REFERENCE, load_areas
from handoff.content.areas_served import areas_served
from handoff.content.entries import ContentFaults

CAMDEN, LAMBETH = load_areas()["camden"], load_areas()["lambeth"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("areas.yml", "bank-holidays.yml"):
        (tmp_path / name).write_bytes((REFERENCE / name).read_bytes())
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    """Write something else in the areas file, where it stands first after "slug: lambeth"."""
    before, lambeth, after = (folder / "areas.yml").read_text("utf-8").partition("- slug: lambeth")
    assert old in lambeth + after
    (folder / "areas.yml").write_text(before + (lambeth + after).replace(old, new, 1), "utf-8")


def test_with_nothing_wrong_every_area_is_as_written(folder: Path) -> None:
    assert areas_served("camden", folder) == (load_areas(folder), [])


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (f"  website: {LAMBETH.website}\n", "", "website"),
        (f"email: {LAMBETH.email}", "email: 7", "email"),
        ('monday: "09:00-17:00"', 'monday: "nine"', "opening"),
        ("timezone: Europe/London", "timezone: Mars", "timezone"),
        ("registration: ", "registration: perhaps #", "registering"),
    ],
)
def test_the_default_areas_detail_stands_in_for_one_that_is_wrong(
    folder: Path, old: str, new: str, field: str
) -> None:
    change(folder, old, new)
    areas, told = areas_served("camden", folder)
    assert getattr(areas["lambeth"], field) == getattr(CAMDEN, field)
    assert (areas["lambeth"].name, areas["lambeth"].phone) == (LAMBETH.name, LAMBETH.phone)
    assert areas.keys() == load_areas().keys() and areas["islington"] == load_areas()["islington"]
    assert len(told) == 1 and "lambeth: " in told[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'duty_phone_day: "{LAMBETH.duty_phone_day}"', "duty_phone_day: 7"),
        ("duty_checked: ", "duty_checked: never #"),
    ],
)
def test_duty_numbers_stand_in_together_with_the_day_they_were_checked(
    folder: Path, old: str, new: str
) -> None:
    change(folder, old, new)
    served = areas_served("camden", folder)[0]["lambeth"]
    for name in ("duty_phone_day", "duty_phone_night", "duty_checked"):
        assert getattr(served, name) == getattr(CAMDEN, name)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (f"authority: {LAMBETH.authority}", "authority: E1", "Lambeth"),
        ("name: Lambeth", "name: 7", "Lambeth"),
        ("postcode_districts: [", "postcode_districts: 7 # [", "Lambeth"),
    ],
)
def test_no_area_is_taken_for_another(folder: Path, old: str, new: str, name: str) -> None:
    change(folder, old, new)
    served = areas_served("camden", folder)[0]["lambeth"]
    assert served.name == name
    assert served.authority in ("", LAMBETH.authority)
    assert served.postcode_districts in ((), LAMBETH.postcode_districts)


def test_where_a_field_is_given_twice_no_detail_of_the_area_is_trusted(folder: Path) -> None:
    change(folder, "  demo: true\n", '  demo: true\n  phone: "1"\n')
    areas, told = areas_served("camden", folder)
    assert (areas["lambeth"].name, areas["lambeth"].email) == ("Lambeth", CAMDEN.email)
    assert areas["lambeth"].postcode_districts == LAMBETH.postcode_districts
    assert "phone is given twice" in told[0]


def test_an_entry_that_names_no_area_is_left_out(folder: Path) -> None:
    change(folder, "- slug: lambeth\n", "- just words\n- slogan: lambeth\n")
    areas, told = areas_served("camden", folder)
    assert areas.keys() == load_areas().keys() - {"lambeth"}
    assert len(told) == 2


def test_of_two_areas_with_one_slug_the_first_counts(folder: Path) -> None:
    change(folder, "- slug: southwark", "- slug: lambeth")
    areas, told = areas_served("camden", folder)
    assert areas["lambeth"] == LAMBETH and "southwark" not in areas
    assert "used twice" in told[0]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("areas.yml", "- slug: islington", "- slug: [islington"),
        ("areas.yml", "timezone: Europe/London", "timezone: Mars"),  # of Camden, the first
        ("areas.yml", "- slug: camden", "- slug: kamden\n  phone: 7"),
        ("bank-holidays.yml", "england:", "wales:"),
    ],
    ids=["no-yaml", "in-the-default-area", "no-default-area", "in-what-all-share"],
)
def test_what_nothing_can_stand_in_for_stops_the_start(folder: Path, file: str, old: str, new: str) -> None:
    said = (folder / file).read_text("utf-8")
    assert old in said
    (folder / file).write_text(said.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentFaults):
        areas_served("camden", folder)
