"""What the supervisor promises, with real processes standing in for Rasa, the actions and handoff."""

import asyncio
import errno
import os
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from handoff.staff.demo import PEOPLE
from ops import children
from ops.supervise import DEMO_PEOPLE, prefixed
from tests.servers import free_port

STAND_INS = Path(__file__).with_name("stand_ins.py")


class Run:
    """A supervisor started for one test, read line by line."""

    def __init__(self, data_dir: Path, *named: str, **env: str) -> None:
        self.port = free_port()
        self.seen: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(STAND_INS), str(self.port), str(free_port()), *named],
            env={**os.environ, "WAYLINE_DATA_DIR": str(data_dir), "WAYLINE_MODE": "demo", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.watchdog = threading.Timer(60, self.process.kill)
        self.watchdog.start()

    def line(self, pattern: str) -> re.Match[str]:
        """Wait for a line of output that matches."""
        for line in self.process.stdout:
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no line matches {pattern!r} in:\n{''.join(self.seen)}")

    def pids(self, *names: str) -> dict[str, int]:
        """The process id each named child has said."""
        missing = set(names)
        found = {}
        while missing:
            said = self.line(rf"^({'|'.join(missing)})\s*\| pid (\d+)")
            found[said[1]] = int(said[2])
            missing.discard(said[1])
        return found

    def end(self, number: int) -> int:
        """Send a signal to the supervisor and wait for its exit code."""
        self.process.send_signal(number)
        self.seen += self.process.stdout.readlines()
        return self.process.wait(timeout=20)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[object]:
    runs: list[Run] = []

    def started(*named: str, **env: str) -> Run:
        runs.append(Run(tmp_path / "data", *named, **env))
        return runs[-1]

    yield started
    for run in runs:
        run.watchdog.cancel()
        run.process.kill()
        run.process.wait()
        run.process.stdout.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ready_is_announced_with_the_sign_ins_and_their_password(start):
    run = start("handoff=answers", "actions=listens")
    run.line(rf"^ready: http://127.0.0.1:{run.port}$")
    assert re.fullmatch(r"[a-z]+-[a-z]+-[a-z]+-\d\d", run.line(r"the password (\S+) as")[1])
    for email, *_ in PEOPLE:
        run.line(rf"^  {re.escape(email)}$")


@pytest.mark.parametrize(
    ("twilio", "offered"),
    [("", True), ("https://wayline.example/phone/twilio/", True), ("http://127.0.0.1:9/phone/twilio", False)],
)
def test_a_phone_is_offered_only_where_texts_go_to_the_simulator(start, twilio, offered):
    public = "https://wayline.example/"
    run = start("handoff=answers", "actions=listens", TWILIO_API_BASE=twilio, PUBLIC_BASE_URL=public)
    here = f"http://127.0.0.1:{run.port}"
    phone = f", a phone at {here}/phone" if offered else ""
    run.line(f"^Chat at {here}/chat{phone}, staff at {here}/staff$")


def test_a_text_that_waits_too_long_does_not_hold_ready_back(start):
    assert start("handoff=late", "actions=listens").line("^ready:")


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.2", "127.0.0.2"), ("0.0.0.0", "127.0.0.1")])
def test_ready_names_the_host_that_handoff_listens_on(start, host, shown):
    run = start("handoff=answers", "actions=listens", WAYLINE_HOST=host)
    assert run.line(rf"^ready: http://{re.escape(shown)}:{run.port}$")


def test_a_child_that_has_worked_is_started_again_for_ever():
    supervisor = children.Supervisor([child := children.Child("rasa", [], {})], lambda name, line: None)
    child.wait_before_next(lived=children.SETTLED_SECONDS)
    for _ in range(2 * children.STARTS_BEFORE_GIVING_UP):
        child.wait_before_next(lived=0.1)
    assert not supervisor.cannot_start(child)


def test_the_sign_ins_named_are_the_demo_people():
    assert tuple(email for email, *_ in PEOPLE) == DEMO_PEOPLE


def test_a_killed_child_is_started_again_and_the_others_keep_running(start):
    run = start("handoff=answers", "rasa=sleeps", "actions=listens")
    before = run.pids("handoff", "rasa", "actions")
    run.line("^ready:")
    os.kill(before["rasa"], signal.SIGKILL)
    run.line(r"^rasa    \| rasa stopped \(signal 9\); starting it again in 1 s$")
    assert run.pids("rasa")["rasa"] != before["rasa"]
    assert alive(before["handoff"]) and alive(before["actions"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_ends_every_child_and_is_no_failure(start, number):
    run = start("handoff=answers", "rasa=sleeps")
    pids = run.pids("handoff", "rasa")
    assert run.end(number) == 0
    assert not any(alive(pid) for pid in pids.values())
    assert run.seen[-1] == "Everything has stopped.\n"


def test_a_child_that_ignores_the_request_to_stop_is_killed(start):
    run = start("handoff=answers", "rasa=stubborn")
    pids = run.pids("handoff", "rasa")
    assert run.end(signal.SIGTERM) == 0
    assert not any(alive(pid) for pid in pids.values())


def test_killing_the_supervisor_itself_leaves_no_child(start):
    run = start("handoff=answers", "rasa=stubborn")
    pids = run.pids("handoff", "rasa")
    with ExitStack() as opened:
        ends = [opened.enter_context(open(os.pidfd_open(pid), "rb")) for pid in pids.values()]
        run.end(signal.SIGKILL)
        # A pidfd becomes readable when its process has ended.
        assert all(select.select([end], [], [], 30)[0] for end in ends)


def test_a_child_that_never_starts_ends_everything_with_one_sentence(start):
    run = start("rasa=broken", "actions=sleeps")
    run.line(r"^rasa    \| no configuration$")
    run.line(r"^rasa does not start \(exit code 1\); what it said stands above\.$")
    assert run.process.wait(timeout=20) == 1
    assert "Traceback" not in "".join(run.seen)


TALKS = """
import os, time
for line in range(3_000): print('x' * 100)
print('pid', os.getpid(), flush=True)
time.sleep(600)
"""


def child(name: str, code: str) -> children.Child:
    return children.Child(name, [sys.executable, "-c", code], dict(os.environ))


async def run_until(
    seen: Callable[[list[str]], bool], *kept: children.Child, log: str = os.devnull
) -> list[str]:
    """Supervise these with this log until what was said is enough; that, without the noise."""
    said: list[str] = []

    def tell(name: str, line: str) -> None:
        if not line.startswith("xxx"):
            said.append(f"{name}: {line}")
            if seen(said):
                supervisor.stop()
        with open(log, "wb", buffering=0) as file:
            file.write(line.encode())

    supervisor = children.Supervisor(kept, tell)
    watchdog = asyncio.get_running_loop().call_later(60, supervisor.stop)
    await supervisor.run()
    watchdog.cancel()
    return said


async def test_a_log_that_cannot_be_written_stops_no_child_and_holds_none_up(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "FIRST_WAIT", 0.01)

    def enough(said: list[str]) -> bool:
        return sum("handoff: pid" in line for line in said) == 2 and any("rasa: pid" in line for line in said)

    ends = TALKS.replace("time.sleep(600)", "raise SystemExit(3)")
    assert enough(await run_until(enough, child("handoff", ends), child("rasa", TALKS), log="/dev/full"))


async def test_a_restart_that_the_machine_has_no_room_for_is_tried_again(monkeypatch):
    monkeypatch.setattr(children, "FIRST_WAIT", 0.01)
    starts, start = [], asyncio.create_subprocess_exec

    async def no_room_at_third(*command: object, **options: object) -> object:
        starts.append(command)
        if len(starts) == 3:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        return await start(*command, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", no_room_at_third)

    def enough(said: list[str]) -> bool:
        return sum("rasa: pid" in line for line in said) == 2 and any("handoff: pid" in line for line in said)

    dies = TALKS.replace("time.sleep(600)", "raise SystemExit(3)")
    said = await run_until(enough, child("handoff", TALKS), child("rasa", dies))
    assert enough(said)
    assert (
        "rasa: rasa stopped (could not be started: Cannot allocate memory); starting it again in 0 s" in said
    )
    assert not any("handoff stopped" in line for line in said)


def test_back_off_doubles_to_half_a_minute_and_starts_afresh_after_a_settled_start():
    child = children.Child("rasa", [], {})
    assert [child.wait_before_next(lived=0.1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert child.wait_before_next(lived=children.SETTLED_SECONDS) == 1


def test_colour_is_for_terminals_only():
    assert prefixed("rasa", "loaded", colour=False) == "rasa    | loaded"
    assert prefixed("rasa", "loaded", colour=True).startswith("\x1b[")
