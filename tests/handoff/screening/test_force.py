"""What is in force: approved words only, the best that can be used, and with none a person reads all."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.content.areas import load_areas
from handoff.screening import sets
from handoff.screening.force import ALL, PHRASES, WORDINGS, Candidate, InForce
from handoff.screening.messages import KINDS, fixed_message, safety_message
from handoff.screening.seal import seal_screening
from handoff.screening.service import faults, screen
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


def test_what_could_not_be_used_is_not_sealed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = folder / "phrases.yml"
    written = changed.read_text(encoding="utf-8")
    approved = (folder / sets.SEAL).read_text()
    changed.write_text(written.replace("\n  - suicide squad\n", '\n  - "(is|be) happy"\n', 1))
    assert seal_screening(Namespace(check=False)) == 1
    assert "(is|be) happy" in capsys.readouterr().err and (folder / sets.SEAL).read_text() == approved
    changed.write_text(written + "# one word more\n")
    assert seal_screening(Namespace(check=False)) == 0
    assert sets.broken_seals(folder) == [] and (folder / sets.SEAL).read_text() != approved


def test_the_shipped_files_match_their_seal() -> None:
    assert sets.broken_seals() == [], "once a change is approved: python -m handoff seal-screening"


@pytest.mark.parametrize("name", ["phrases.yml", "spelling.yml"])
def test_a_file_that_was_changed_is_not_used_and_every_message_goes_to_a_person(
    folder: Path, name: str
) -> None:
    tamper(folder, name)
    assert [(one.level, one.findings[0].detector) for one in (screen("hello"),)] == [("urgent", "failure")]
    assert any(name in fault for fault in PHRASES.held.faults)


def test_a_list_of_languages_that_was_changed_is_not_used_and_every_message_goes_to_a_person(
    folder: Path,
) -> None:
    tamper(folder, "languages.yml")
    assert [(one.level, one.findings[0].detector) for one in (screen("hello"),)] == [("urgent", "failure")]
    (folder / "languages.yml").unlink()
    assert screen("it is found out once").level == "urgent"


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("my stepdad has me pinned in the shed n hes coming back to finish me off", "emergency"),
        ("dad hit me", "urgent"),  # no word long enough for the network's own list
    ],
)
def test_without_the_list_of_languages_the_network_still_says_how_bad_it_is(
    folder: Path, said: str, level: str
) -> None:
    (folder / "languages.yml").unlink()
    heard = screen(said)
    assert heard.level == level and {"model", "failure"} <= {one.detector for one in heard.findings}


@pytest.mark.parametrize("name", ["taken_back.yml", "languages.yml"])
def test_a_changed_file_beside_the_sets_is_a_fault(folder: Path, name: str) -> None:
    assert faults() == []
    sets.faults_beside.cache_clear()
    tamper(folder, name)
    assert faults() == [f"The shipped {name} is not used: it differs from hashes.yml."]


async def test_a_changed_file_beside_the_sets_shows_where_operators_look(
    folder: Path, client: TestClient[Any, Any]
) -> None:
    tamper(folder, "taken_back.yml")
    sets.faults_beside.cache_clear()
    response = await client.get("/readyz")
    body = await response.json()
    assert (response.status, body["status"], body["checks"]["screening"]) == (200, "degraded", False)


def test_that_nothing_can_be_used_is_found_out_once_and_not_for_every_message(folder: Path) -> None:
    (folder / "phrases.yml").rename(folder / "phrases.away")
    assert screen("the first finds out").level == "urgent"
    (folder / "phrases.away").rename(folder / "phrases.yml")
    assert screen("hello").findings[0].detector == "failure"


def test_a_broken_set_is_compiled_once() -> None:
    tried: list[str] = []

    def broken(body: str) -> str:
        tried.append(body)
        raise ValueError

    holder = InForce("phrases", broken)
    bad = [candidate("bad"), candidate("bad", 2)]
    for _ in range(3):
        assert len(holder.choose(bad).faults) == 4
    assert sorted(set(tried)) == sorted(tried) and tried.count("bad") == 1


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
