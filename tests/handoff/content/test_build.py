"""Bad content fails a build (`check-content`): file, line and what to do. A running service goes on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from handoff.app import Parts
from handoff.content.seed import load_content
from handoff.content.service import SHIPPED, seed_once
from tests.handoff.content.test_seed import GOOD

ROOT = SHIPPED.parents[1]
SHORT = {"PATH": os.environ["PATH"]}  # a build has no settings


def check(*asked: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "handoff", "check-content", *map(str, asked)]
    return subprocess.run(command, cwd=ROOT, env=SHORT, capture_output=True, text=True, timeout=60)


def write(folder: Path, *answers: dict[str, Any]) -> Path:
    path = folder / "group.yml"
    path.write_text(yaml.safe_dump(list(answers), sort_keys=False, allow_unicode=True, width=1000), "utf-8")
    return path


def test_the_shipped_content_passes_the_build_today() -> None:
    done = check()
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"\d+ answers, \d+ sums of money and 7 areas are right\n", done.stdout)


def test_sums_that_are_not_sent_any_more_are_named_but_do_not_fail_the_build() -> None:
    assert "not sent, because no rate is known any more: Care to Learn, at most" in check().stdout


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        ({"source": None}, 6, "source must be {name, url, checked}"),
        ({"review": date(2026, 11, 23)}, 10, "review date 2026-11-23 has passed: check the answer again"),
        ({"sms": "Ring {area.fax}"}, 4, "{area.fax} is not a placeholder: did you mean"),
        ({"sms": "Смотри"}, 4, "sms holds С м о т р и, which texts cannot carry cheaply"),
        ({"sms": "y" * 460}, 4, "sms takes 460 places with everything filled in: cut it to 459 (3 parts)"),
        ({"sms": "It pays £8.00."}, 4, "£8.00 is written out: put it into money.yml"),
        ({"examples": ["why", "how"]}, 11, "only 2 examples: give at least 25 ways people ask this"),
        (
            {"source": GOOD["source"] | {"checked": date(2031, 1, 1)}},
            6,
            "source checked 2031-01-01 lies ahead",
        ),
    ],
)
def test_bad_content_fails_the_build_by_file_and_line(
    tmp_path: Path, change: dict[str, Any], line: int, told: str
) -> None:
    file = write(tmp_path, GOOD | change)
    done = check(tmp_path, "--on", "2026-11-24")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{file}:{line}: bursary: {told}" in done.stderr


def test_every_fault_is_printed_and_counted(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD | {"title": ""}, {key: GOOD[key] for key in GOOD if key != "source"})
    done = check(tmp_path)
    assert f"{file}:2: bursary: title must be a short text" in done.stderr
    assert "bursary: source is missing: add it" in done.stderr
    assert f"bursary: this slug is also used at {file}:1: rename one" in done.stderr
    assert done.stderr.splitlines()[-1] == f"{len(done.stderr.splitlines()) - 1} to put right"


def test_a_folder_without_answers_fails_the_build(tmp_path: Path) -> None:
    assert "no answers here" in check(tmp_path / "none").stderr


def test_a_day_that_is_none_is_named() -> None:
    done = check("--on", "spring")
    assert done.returncode == 2 and "'spring' is not a date such as 2027-03-01" in done.stderr


def test_make_lint_runs_the_check() -> None:
    assert '"check-content"' in (ROOT / "ops" / "run_lint.py").read_text("utf-8")


def test_no_answer_writes_out_a_sum_of_money() -> None:
    for answer in load_content(SHIPPED):
        assert not re.search(r"£\s*\d", answer.title + answer.web + answer.sms + answer.differs), answer.slug


async def test_a_service_starts_when_review_dates_have_passed(parts: Parts, tmp_path: Path) -> None:
    write(tmp_path, GOOD | {"review": date(2026, 11, 23)})
    await seed_once(parts.db, parts.clock.now(), tmp_path)
    await parts.content.reload()
    assert parts.content.release == 1
