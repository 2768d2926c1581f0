"""The last line of `make test` can be trusted."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from ops import run_tests
from ops.run_tests import Part, run_all


def part(folder: Path, test: str) -> Part:
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(f"import pytest\ndef test_it():\n    {test}\ndef test_other(): pass\n")
    return Part(
        folder.name,
        [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), str(folder)],
        os.environ,
    )


def last_lines(capsys) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_when_everything_passed_the_last_line_counts_it(tmp_path, capsys):
    assert run_all([part(tmp_path / "one", "pass"), Part("command", ["true"], os.environ)])
    assert last_lines(capsys)[-1] == "PASSED: 2 tests, 2 parts"


def test_a_failure_is_named_and_the_parts_after_it_still_run(tmp_path, capsys):
    assert not run_all([part(tmp_path / "one", "assert False"), part(tmp_path / "two", "pass")])
    lines = last_lines(capsys)
    assert lines[-1] == "FAILED: one"
    assert any("passed  two" in line and "2 tests" in line for line in lines)


def test_a_failing_command_without_tests_fails_the_run(capsys):
    assert not run_all([Part("data", ["sh", "-c", "echo a rule contradicts another; exit 1"], os.environ)])
    lines = last_lines(capsys)
    assert "a rule contradicts another" in lines
    assert lines[-1] == "FAILED: data"


def test_a_part_that_ran_no_test_has_failed(tmp_path, capsys):
    empty = part(tmp_path / "one", "pass")
    (tmp_path / "one/test_it.py").unlink()
    assert not run_all([empty])


def test_what_was_left_out_is_said_with_how_to_get_it(tmp_path, capsys):
    assert run_all([part(tmp_path / "one", "pytest.skip('Chromium is not installed')")])
    lines = last_lines(capsys)
    assert lines[-1] == "PASSED: 1 tests, 1 parts; 1 left out"
    assert "1: " in lines[-2] and "apt-get install chromium chromium-driver" in lines[-2]


@pytest.mark.parametrize(("place", "least"), [("missing", 0), (".", 2**62)])
def test_a_machine_without_room_in_memory_tests_on_disk(tmp_path, monkeypatch, place, least):
    monkeypatch.setattr(run_tests, "IN_MEMORY", tmp_path / place)
    monkeypatch.setattr(run_tests, "ROOM_BYTES", least)
    with run_tests.scratch_folder() as folder:
        assert folder.is_dir() and folder.parent == Path(tempfile.gettempdir())
    assert not folder.exists()
