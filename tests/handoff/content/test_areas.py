"""When an area is open, when it opens next, and that a wrong areas file is told so."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import yaml

from handoff.content.areas import (
    REFERENCE,
    Area,
    clock_words,
    is_open,
    load_areas,
    next_opening,
)
from handoff.content.entries import ContentFaults
from handoff.content.facts import fill


@pytest.fixture(scope="module")
def camden() -> Area:
    return load_areas()["camden"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_seven_boroughs_are_there_with_drama_numbers_only() -> None:
    areas = load_areas()
    assert sorted(areas) == [
        "camden", "islington", "kensington-and-chelsea", "lambeth", "southwark", "wandsworth", "westminster",
    ]  # fmt: skip
    for area in areas.values():
        assert area.demo
        assert {n[:10] for n in (area.phone, area.duty_phone_day, area.duty_phone_night)} == {"020 7946 0"}


@pytest.mark.parametrize(
    ("now", "open_now"),
    [
        ("2026-11-23T09:00", True),
        ("2026-11-23T08:59", False),
        ("2026-11-23T17:00", False),
        ("2026-11-22T12:00", False),
        ("2026-12-25T12:00", False),
        ("2026-07-06T08:00", True),
        ("2026-07-06T16:00", False),
    ],
)
def test_open_in_local_hours_on_working_days(camden: Area, now: str, open_now: bool) -> None:
    assert is_open(camden, utc(now)) is open_now


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23T07:00", "9am today"),
        ("2026-11-23T12:00", "9am tomorrow"),
        ("2026-11-27T18:00", "9am on Monday"),
        ("2026-12-24T18:00", "9am on Tuesday"),
        ("2026-04-02T18:00", "9am on Tuesday"),
    ],
)
def test_the_next_opening_in_plain_words(camden: Area, now: str, words: str) -> None:
    assert next_opening(camden, utc(now)) == words


def test_hours_in_plain_words(camden: Area) -> None:
    assert camden.hours == "Monday to Friday, 9am to 5pm"
    assert [clock_words(t) for t in (time(0), time(12), time(17, 30))] == ["12am", "12 noon", "5.30pm"]


def test_only_known_placeholders_are_filled(camden: Area) -> None:
    assert fill("{area.name}: {area.phone} {other}", camden.words) == f"Camden: {camden.phone} {{other}}"


@pytest.mark.parametrize("hours", ["nine", "17:00-09:00"])
def test_every_fault_of_an_areas_file_is_named(tmp_path: Path, hours: str) -> None:
    (tmp_path / "bank-holidays.yml").write_bytes((REFERENCE / "bank-holidays.yml").read_bytes())
    bad = {"slug": "x", "email": 1, "website": "http://x", "hours": {"monday": hours}, "timezone": "Mars"}
    written = yaml.safe_dump([bad], sort_keys=False)
    (tmp_path / "areas.yml").write_text(written + written, "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load_areas(tmp_path)
    told, file = str(caught.value), tmp_path / "areas.yml"
    for line, words in [
        (1, "phone is missing: add it"),
        (2, "email must be a text"),
        (3, "website must be an address that starts with https://"),
        (5, 'hours of monday must look like "09:00-17:00"'),
        (6, "timezone must be a name such as Europe/London"),
        (7, "this slug is used twice: rename one"),
    ]:
        assert f"{file}:{line}: x: {words}" in told


def test_a_file_without_an_area_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "bank-holidays.yml").write_bytes((REFERENCE / "bank-holidays.yml").read_bytes())
    (tmp_path / "areas.yml").write_text("[]", "utf-8")
    with pytest.raises(ContentFaults, match="no areas here"):
        load_areas(tmp_path)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("england:\n  - 2026-12-25\n  - Boxing Day\n", "3: not a day: write it like 2026-12-25"),
        ("england:\n  - 2026-02-30\n", "2: not a day"),
        ("wales:\n  - 2026-12-25\n", '1: write "england:" and the days below it'),
        ("england: 2026-12-25\n", '1: write "england:"'),
        ("", '1: write "england:"'),
        ("england:\n  - [\n", "3: not readable as YAML"),
        (None, "1: not readable as YAML: No such file"),
    ],
    ids=["no-day", "no-such-day", "no-england", "no-list", "empty", "no-yaml", "no-file"],
)
def test_a_fault_of_the_bank_holidays_is_named_with_its_line(
    tmp_path: Path, written: str | None, told: str
) -> None:
    (tmp_path / "areas.yml").write_bytes((REFERENCE / "areas.yml").read_bytes())
    if written is not None:
        (tmp_path / "bank-holidays.yml").write_text(written, "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load_areas(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'bank-holidays.yml'}:{told}")
    assert len(caught.value.faults) == 1
