"""`make test`: runs every part, each in its own environment, and ends with a line that can be trusted.
A part that fails does not stop the others; tests left out are counted, with the reason and the cure."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from ops import settings, train
from ops.bootstrap import BOT, SERVICE
from ops.console import ROOT, Trouble, one_sentence, run_logged, say

BOT_TESTS = ("tests/bot", "tests/actions")
TWO_WORKERS = ("-n", "2", "--dist", "loadgroup")
IN_MEMORY = Path("/dev/shm")  # noqa: S108
ROOM_BYTES = 2 * 1024**3
STORIES = "tests/bot/test_stories.yml"
CURES = {
    "Chromium": "sudo apt-get install chromium chromium-driver",
    "PostgreSQL": "sudo apt-get install postgresql",
    "Redis": "sudo apt-get install redis-server",
}


@dataclass
class Part:
    """One command of the test run and what came of it."""

    title: str
    command: Sequence[str]
    env: Mapping[str, str]
    passed: bool = False
    seconds: float = 0.0
    tests: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def is_pytest(self) -> bool:
        """Whether the command counts its tests; the others' output matters only when they fail."""
        return "pytest" in self.command

    def run(self, report: Path) -> None:
        """Run the command; read the counts from pytest's report where there is one."""
        say(f"\n== {self.title}")
        started = time.monotonic()
        if self.is_pytest:
            command = [*self.command, f"--junitxml={report}"]
            code = subprocess.run(command, cwd=ROOT, env=dict(self.env), check=False).returncode
        else:
            code, output = run_logged(self.command, self.title, report.with_suffix(".log"), env=self.env)
            say("passed" if code == 0 else output)
        self.seconds = time.monotonic() - started
        self.passed = code == 0
        if self.is_pytest:
            self._read(report)

    def _read(self, report: Path) -> None:
        if not report.is_file():
            self.passed = False
            return
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314
        reasons = [case.find("skipped") for case in cases]
        self.left_out.update(reason.get("message", "") for reason in reasons if reason is not None)
        self.tests = len(cases) - self.left_out.total()
        self.passed = self.passed and self.tests > 0


def parts(model: Path, rasa_env: Mapping[str, str], scratch: Path) -> list[Part]:
    """The parts in order: those that take seconds first. The service's tests write into `scratch`."""
    env = {**os.environ, **rasa_env, "WAYLINE_MODEL": str(model)}
    service_env = {**os.environ, "WAYLINE_MODEL": str(model), "TMPDIR": str(scratch)}
    bot, service = str(BOT.python), str(SERVICE.python)
    rasa = [bot, "-m", "rasa"]
    domain = ["--domain", "domain.yml", "--data", "data/nlu", "data/rules", "data/stories"]
    core = ["--stories", STORIES, "--model", str(model), "--fail-on-prediction-errors"]
    service_tests = [service, "-m", "pytest", *TWO_WORKERS, "tests"]
    service_tests += [f"--ignore={folder}" for folder in BOT_TESTS]
    return [
        Part("Rasa's data", [*rasa, "data", "validate", "--config", "config.yml", *domain], env),
        Part("Dialogue", [*rasa, "test", "core", *core, "--out", "var/test-results"], env),
        Part("Bot and actions", [bot, "-m", "pytest", *BOT_TESTS], env),
        Part("Service", service_tests, service_env),
    ]


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for the time of the run, in memory if there is room: a thousand databases are made in it."""
    place = IN_MEMORY if _has_room(IN_MEMORY) else None
    with tempfile.TemporaryDirectory(prefix="wayline-", dir=place) as name:
        Path(name).chmod(0o711)  # PostgreSQL runs as a user of its own, in a folder of its own beneath
        yield Path(name)


def _has_room(place: Path) -> bool:
    """Whether two gigabytes can be written there and programs started from there."""
    if not os.access(place, os.W_OK):
        return False
    there = os.statvfs(place)
    return there.f_bavail * there.f_frsize >= ROOM_BYTES and not there.f_flag & os.ST_NOEXEC


def run_all(all_parts: Sequence[Part]) -> bool:
    """Run the parts, print the summary, and say whether everything passed."""
    with tempfile.TemporaryDirectory() as folder:
        for number, part in enumerate(all_parts):
            part.run(Path(folder) / f"{number}.xml")
    say("")
    for part in all_parts:
        counted = f", {part.tests} tests" if part.tests else ""
        say(f"  {'passed' if part.passed else 'FAILED'}  {part.title} ({part.seconds:.0f} s{counted})")
    left_out = sum((part.left_out for part in all_parts), Counter[str]())
    for reason, count in sorted(left_out.items()):
        say(f"  left out  {count}: {reason}{_cure(reason)}")
    say(_last_line(all_parts, left_out.total()))
    return all(part.passed for part in all_parts)


def _cure(reason: str) -> str:
    cures = [cure for program, cure in CURES.items() if program.lower() in reason.lower()]
    return f" (to run them: {cures[0]})" if cures else ""


def _last_line(all_parts: Sequence[Part], left_out: int) -> str:
    failed = [part.title for part in all_parts if not part.passed]
    if failed:
        return f"FAILED: {', '.join(failed)}"
    tests = sum(part.tests for part in all_parts)
    return f"PASSED: {tests} tests, {len(all_parts)} parts" + (f"; {left_out} left out" if left_out else "")


def main() -> None:
    """Train if needed, run everything, and exit non-zero when any part failed."""
    with one_sentence():
        chosen = settings.load()
        try:
            model = train.model_for(chosen)
        except Trouble as trouble:
            raise Trouble(f"FAILED: nothing could be tested. {trouble}") from trouble
        with scratch_folder() as scratch:
            passed = run_all(parts(model, chosen.for_training(), scratch))
        sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
