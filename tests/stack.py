"""Everything for real, as `make run` starts it: Rasa, the action server and handoff under the supervisor.
Standard library only. Each stack has ports and a data folder of its own; the trained model is shared."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ops import settings, train
from ops.bootstrap import SERVICE
from ops.children import TETHER
from ops.console import ROOT
from ops.settings import SYSTEM
from tests.servers import answers, free_port

START_SECONDS = 240.0
STOP_SECONDS = 20.0
PASSWORD = "plum-otter-lantern-42"
CAMDEN, LAMBETH = "+447700900001", "+447700900002"
ACCOUNT, TWILIO_TOKEN = "ACtest0000", "twilio-token"
MARKS = {"handoff": "-m handoff serve", "actions": "ops.serve_bot rasa_sdk", "rasa": "ops.serve_bot rasa run"}


@dataclass(frozen=True)
class Process:
    """A process of this machine that is alive."""

    pid: int
    parent: int
    age: float
    command: str


def processes() -> Iterator[Process]:
    """Every living process, from Linux's own files: small systems have no `ps`."""
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            age = uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK")
            if fields[0] not in "ZX":
                yield Process(int(folder.name), int(fields[1]), age, command)


class NotReady(Exception):
    """A process did not come up; the text is what it said."""


@dataclass
class Stack:
    """The running whole: where it is, and its processes by name (handoff, actions, rasa)."""

    values: Mapping[str, str]
    folder: Path
    supervisor: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.values['WAYLINE_PORT']}"

    @property
    def internal_url(self) -> str:
        return f"http://127.0.0.1:{self.values['INTERNAL_PORT']}"

    @property
    def twilio_url(self) -> str:
        """Where the phone network is: inside the service unless the stack was told of another."""
        return self.values.get("TWILIO_API_BASE", f"{self.url}/phone/twilio")

    @property
    def phones_url(self) -> str:
        return self.twilio_url.removesuffix("/phone/twilio")

    @property
    def database(self) -> Path:
        return self.folder / "wayline.db"

    @property
    def log(self) -> str:
        return (self.folder / "stack.log").read_text(errors="replace")

    def pids(self, name: str) -> list[int]:
        """The processes now running under this name (rasa may be several)."""
        return [
            one.pid for one in processes() if one.parent == self.supervisor.pid and MARKS[name] in one.command
        ]

    def age(self, name: str) -> float:
        """Seconds since the youngest process of this name started; 0 when none runs."""
        return min((one.age for one in processes() if one.pid in self.pids(name)), default=0.0)

    def signal(self, name: str, number: int) -> None:
        """Send a signal to the processes of this name and all they started; nothing when none runs."""
        for pid in self.pids(name):
            os.killpg(pid, number)

    def kill(self, name: str) -> None:
        self.signal(name, signal.SIGKILL)

    @contextmanager
    def hung(self, name: str) -> Iterator[None]:
        """The process stands still, its connections open, for as long as the block lasts."""
        self.signal(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(name, signal.SIGCONT)

    @contextmanager
    def down(self, name: str) -> Iterator[None]:
        """The process is dead and, the supervisor held still, stays so for as long as the block lasts."""
        self.supervisor.send_signal(signal.SIGSTOP)
        try:
            self.kill(name)
            yield
        finally:
            self.supervisor.send_signal(signal.SIGCONT)


@contextmanager
def running_stack(folder: Path, **over: str) -> Iterator[Stack]:
    """Start everything on free ports and wait until it is ready; stop it all at the end. Raises NotReady."""
    values = environment(folder, over)
    share_model(folder)
    tethered = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid())]
    command = [*tethered, str(SERVICE.python), "-m", "ops.supervise"]
    with (folder / "stack.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=values, stdout=log, stderr=log)
    stack = Stack(values, folder, process)
    try:
        wait_for_line(process, folder / "stack.log", "ready: ")
        yield stack
    finally:
        stop(process)


@contextmanager
def running_simulator(folder: Path, port: int, service: str) -> Iterator[str]:
    """The phone network as a program of its own, which stays up while the service is down."""
    values = {**system(), **account(), "PUBLIC_BASE_URL": service}
    with program(
        folder / "simulator.log",
        values,
        *("-m", "handoff.simulator", "--port", str(port), "--service", service),
        *("--file", str(folder / "phones.db")),
    ) as process:
        wait_for_port(process, port, folder / "simulator.log")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def second_handoff(stack: Stack) -> Iterator[str]:
    """Another handoff process on the same database; yields its address."""
    port = free_port()
    values = {
        **settings.load(stack.values, ROOT / "no.env").for_handoff(),
        "WAYLINE_PORT": str(port),
        "INTERNAL_PORT": str(free_port()),
        "PUBLIC_BASE_URL": stack.url,
    }
    log = stack.folder / "second.log"
    with program(log, values, "-m", "handoff", "serve") as process:
        wait_for_port(process, port, log)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def program(log: Path, values: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program of the service environment, its output in a file, stopped at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(SERVICE.python), *arguments], cwd=ROOT, env=dict(values), stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        stop(process)


def environment(folder: Path, over: Mapping[str, str]) -> dict[str, str]:
    """A demo of its own: nothing of the developer's settings reaches it."""
    rasa = free_port(in_a_row=int(over.get("WAYLINE_RASA_PROCESSES", "1")))
    port = over.get("WAYLINE_PORT") or str(free_port())
    values = {
        **system(),
        **account(),
        "WAYLINE_MODE": "demo",
        "WAYLINE_DATA_DIR": str(folder),
        "WAYLINE_DEMO_PASSWORD": PASSWORD,
        "DATABASE_URL": f"sqlite:///{folder / 'wayline.db'}",
        "WAYLINE_PORT": port,
        "INTERNAL_PORT": str(free_port()),
        "ACTIONS_PORT": str(free_port()),
        "RASA_PORT": str(rasa),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DEFAULT_AREA": "camden",
    }
    return {**values, **over}


def system() -> dict[str, str]:
    return {name: os.environ[name] for name in SYSTEM if name in os.environ}


def account() -> dict[str, str]:
    """The texts' side: two numbers of ours, and what the phone network knows us by."""
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "TWILIO_NUMBER": CAMDEN,
        "TWILIO_NUMBERS": f"{CAMDEN}=camden,{LAMBETH}=lambeth",
    }


def share_model(folder: Path) -> None:
    """Put the model of the sources as they are now where the stack looks for it; trained once if need be."""
    model = train.model_for(settings.load())
    (folder / "models").mkdir(parents=True, exist_ok=True)
    shutil.copy(model, folder / "models")


def wait_for_line(process: subprocess.Popen[bytes], log: Path, start: str) -> None:
    _wait(process, log, lambda: any(line.startswith(start) for line in log.read_text().splitlines()))


def wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    _wait(process, log, lambda: answers(port))


def _wait(process: subprocess.Popen[bytes], log: Path, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not done():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotReady(f"it did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL for what does not end by itself."""
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
