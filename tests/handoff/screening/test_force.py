"""What is in force: approved words only, the best that can be used, and with none a person reads everything."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handoff.content.areas import load_areas
from handoff.screening import sets
from handoff.screening.force import ALL, PHRASES, WORDINGS, Candidate
from handoff.screening.messages import KINDS, fixed_message, safety_message
from handoff.screening.service import screen
from handoff.screening.verdict import Finding, Verdict
from handoff.sms.gsm7 import parts

CAMDEN, NOON = load_areas()["camden"], datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped files, which the service takes for its own."""
    copy = Path(shutil.copytree(sets.SHIPPED, tmp_path / "screening"))
    monkeypatch.setattr(sets, "SHIPPED", copy)
    for one in ALL:
        one.reset()
    yield copy
    monkeypatch.undo()
    for one in ALL:
        one.reset()


def tamper(folder: Path, name: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("# one word more\n")


def candidate(body: str, number: int = 1) -> Candidate:
    return Candidate(body, sets.digest(body), number)


def test_the_shipped_files_match_their_seal() -> None:
    assert sets.broken_seals() == [], "once a change is approved: python -m handoff seal-screening"


@pytest.mark.parametrize("name", ["phrases.yml", "spelling.yml"])
def test_a_file_that_was_changed_is_not_used_and_every_message_goes_to_a_person(
    folder: Path, name: str
) -> None:
    tamper(folder, name)
    assert [(one.level, one.findings[0].detector) for one in (screen("hello"),)] == [("urgent", "failure")]
    assert any(name in fault for fault in PHRASES.held.faults)


def test_with_nothing_usable_the_verdict_still_comes_within_milliseconds(folder: Path) -> None:
    (folder / "phrases.yml").unlink()
    screen("the first finds out")
    began = time.process_time()
    for _ in range(100):
        screen("hello")
    assert time.process_time() - began < 0.5


def test_a_broken_set_is_compiled_once(folder: Path) -> None:
    broken = candidate('{"phrases": {}}')
    held = PHRASES.choose([broken])
    assert held.number is None and "Edition 1" in held.faults[0]
    assert PHRASES.choose([broken]).compiled is held.compiled


def test_the_edition_approved_before_runs_when_the_newest_is_broken(folder: Path) -> None:
    tamper(folder, "phrases.yml")
    good = candidate(sets.read_set("phrases", folder), 4)
    held = PHRASES.choose([candidate('{"phrases": {}}', 5), good])
    assert held.number == 4 and len(held.faults) == 2


def test_an_edition_altered_after_approval_is_not_used(folder: Path) -> None:
    body = sets.read_set("phrases", folder)
    altered = Candidate(body.replace("kill", "kiss"), sets.digest(body), 2)
    held = PHRASES.choose([altered])
    assert held.number is None and "altered" in held.faults[0]


@pytest.mark.parametrize("name", ["messages.yml", "hashes.yml"])
def test_without_fixed_messages_the_last_resort_still_helps(folder: Path, name: str) -> None:
    (folder / name).unlink()
    verdict = Verdict.of([Finding("emergency", ("suicide",), ("words",), "phrases", "v")])
    for sent in (
        safety_message(verdict, CAMDEN, NOON),
        *(fixed_message(kind, CAMDEN, NOON) for kind in KINDS),
    ):
        assert all(said in sent.sms for said in ("999", "111", "0800 1111", "85258", CAMDEN.duty_phone_day))
        assert "can't keep this secret" in sent.text and parts(sent.sms) <= 2


def test_the_shipped_messages_are_those_in_force(folder: Path) -> None:
    assert WORDINGS.held.faults == () and set(WORDINGS.get()) == set(KINDS)
