"""`python -m handoff ...` says what is wrong in a sentence, and its exit code says that something is."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.handoff.conftest import INDEX_KEY, KEY
from tests.handoff.test_settings import SECRETS

ROOT = Path(__file__).resolve().parents[2]
FORGED = "INSERT INTO audit SELECT id + 1, at, actor, action, subject, detail, previous, hash FROM audit"


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path) -> Path:
    """The data folder of a service that has run."""
    shutil.copy(sqlite_template, tmp_path / "wayline.db")
    return tmp_path


def handoff(command: str, folder: Path, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
    known = {**SECRETS, "WAYLINE_KEYS": KEY, "WAYLINE_INDEX_KEY": INDEX_KEY, "WAYLINE_DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "handoff", command, *more],
        cwd=ROOT, env={**known, **env}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_default_area_that_there_is_none_of_is_named_with_those_there_are(tmp_path: Path) -> None:
    done = handoff("serve", tmp_path, DEFAULT_AREA="camdn")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("DEFAULT_AREA: 'camdn' is not one of camden, islington,")
    assert len(done.stderr.splitlines()) == 1


def test_a_whole_audit_is_said_to_be_whole(folder: Path) -> None:
    done = handoff("verify-audit", folder)
    assert (done.returncode, done.stdout) == (0, "The audit is whole.\n")


def test_a_forged_audit_is_refused_by_the_entry_where_it_begins(folder: Path) -> None:
    database = sqlite3.connect(folder / "wayline.db")
    last = database.execute("SELECT max(id) FROM audit").fetchone()[0]
    database.execute(f"{FORGED} WHERE id = ?", (last,))
    database.commit()
    database.close()
    done = handoff("verify-audit", folder)
    assert (done.returncode, done.stderr) == (1, f"The audit does not fit from entry {last + 1} on.\n")


def test_a_dry_run_says_what_would_go_and_a_run_what_went(folder: Path) -> None:
    dry, run = handoff("retention", folder, "--dry-run"), handoff("retention", folder)
    assert (dry.returncode, run.returncode) == (0, 0), dry.stderr + run.stderr
    assert dry.stdout.startswith("Would be removed:\n       0  ")
    assert run.stdout.startswith("Removed:\n       0  ")


def test_whom_nobody_is_found_by_is_said_in_a_sentence(folder: Path) -> None:
    done = handoff("erase-person", folder, "WAY-222222", "--by", "lead@demo.test")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Nobody is found by that. Give a reference")


def test_whoever_is_not_staff_cannot_have_somebody_exported(folder: Path) -> None:
    done = handoff("export-person", folder, "WAY-222222", "--by", "nobody@demo.test")
    assert (done.returncode, done.stderr) == (1, "Nobody of staff has that e-mail address.\n")
