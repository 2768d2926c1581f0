"""How long things are kept is data: what is wrong with it is said in words, and an area may have its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from handoff.content.entries import ContentFaults
from handoff.keeping import DRAFTS, KINDS, SHIPPED, Keep, Policy, load_policy

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def changed(folder: Path, change: Any) -> Path:
    said = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    change(said)
    file = folder / "retention.yml"
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    return file


def of_kind(said: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in said["kinds"] if one["kind"] == kind)


def test_the_shipped_periods_cover_every_kind_and_say_why_and_on_what_they_rest() -> None:
    assert set(load_policy().usual) == set(KINDS)
    for one in yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["kinds"]:
        assert "decision" in one["basis"] or "read on" in one["basis"], one["kind"]


@pytest.mark.parametrize(
    ("keep", "cutoff"),
    [
        (Keep(days=90), NOON - timedelta(days=90)),
        (Keep(months=1), datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (Keep(months=25), datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (Keep(months=300), datetime(2001, 3, 31, 12, tzinfo=UTC)),
    ],
    ids=["days", "a shorter month", "a leap year", "25 years"],
)
def test_months_are_calendar_months(keep: Keep, cutoff: datetime) -> None:
    assert keep.cutoff(NOON) == cutoff


def test_an_area_keeps_what_it_says_and_the_rest_as_usual(tmp_path: Path) -> None:
    def change(said: dict[str, Any]) -> None:
        said["areas"] = {"camden": {"chats": {"days": 60}, "records": {"age": 21}}}

    policy: Policy = load_policy(changed(tmp_path, change))
    assert policy.keep("chats", "camden").days == 60
    assert policy.keep("chats", "lambeth").days == policy.keep("chats", None).days == 90
    assert policy.keep("records", "camden") == Keep(months=12, age=21, age_longer=26)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda said: said["kinds"].pop(), "records is missing"),
        (lambda said: of_kind(said, "chats").update(kind="chat"), "chat is none of"),
        (lambda said: of_kind(said, "chats").update(days=0), "chats: days must be a whole number"),
        (lambda said: of_kind(said, "chats").update(days=True), "chats: days must be a whole number"),
        (lambda said: of_kind(said, "chats").pop("days"), "chats: give days or months"),
        (lambda said: of_kind(said, "cases").update(why=" "), "cases: say why in words"),
        (lambda said: of_kind(said, "records").pop("age"), "records: give age and age_longer"),
        (lambda said: said.update(areas={"camden": {DRAFTS: {"days": 9}}}), "drafts cannot be set"),
        (lambda said: said.update(areas={"camden": {"chats": {"weeks": 9}}}), "weeks is none of"),
        (lambda said: said.update(areas={"camden": {"chats": {"days": -1}}}), "camden: chats: days must"),
        (lambda said: said.update(at="late"), "give at, kinds and areas"),
        (lambda said: said.pop("kinds"), "give at, kinds and areas"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, change: Any, told: str) -> None:
    with pytest.raises(ContentFaults) as wrong:
        load_policy(changed(tmp_path, change))
    assert told in str(wrong.value)
