"""What must hold of the whole house: every door has a lock, every room stays small, nothing leaks out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = re.compile(r"/root/|/work/|/tmp/lab|pythonhosted|registry\.npmjs|pypi\.org|deb\.debian")


def tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if line.endswith(endings) and (ROOT / line).is_file()]


def test_no_file_is_over_400_lines() -> None:
    long = [
        path for path in tracked(".py", ".js", ".css", ".html") if len(path.read_text().splitlines()) > 400
    ]
    assert long == [], "which two ideas live there?"


def test_no_file_names_this_machine_or_a_package_host() -> None:
    texts = tracked(
        ".py", ".js", ".css", ".html", ".yml", ".md", ".txt", ".in", ".toml", ".sh", "Makefile", "run"
    )
    named = [path for path in texts if path != Path(__file__) and FOREIGN.search(path.read_text())]
    assert named == []


def test_every_python_module_says_what_it_is_for() -> None:
    silent = [
        p for p in tracked(".py") if p.stat().st_size and not p.read_text().lstrip().startswith(('"""', "#!"))
    ]
    assert silent == []


def test_every_module_of_the_service_imports_alone_without_a_warning() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in tracked(".py")
        if path.is_relative_to(ROOT / "handoff")
        and "migrations" not in path.parts
        and path.stem != "__main__"
    ]
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr


def test_no_feature_reads_the_tables_of_another_past_its_service() -> None:
    past = [
        str(path.relative_to(ROOT))
        for path in tracked(".py")
        if path.is_relative_to(ROOT / "handoff")
        and "migrations" not in path.parts
        and "metadata.tables" in path.read_text()
    ]
    assert past == []
