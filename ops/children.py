"""Keeps a set of processes running: one that dies is started again with back-off, the others are left alone.
Each child leads its own process group and is tethered to us, so that nothing outlives the supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ops.console import ROOT, Trouble

TETHER = Path(__file__).with_name("tether.py")
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
SETTLED_SECONDS = 20.0
GRACE_SECONDS = 8.0
STARTS_BEFORE_GIVING_UP = 4

Tell = Callable[[str, str], None]


@dataclass(eq=False)
class Child:
    """One process to keep running, and what is known of it."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    deaths_in_a_row: int = 0
    has_settled: bool = False

    def wait_before_next(self, lived: float) -> float:
        """Seconds to wait before starting again: 1, 2, 4 .. 30, from 1 again once a start had settled."""
        settled = lived >= SETTLED_SECONDS
        self.has_settled |= settled
        self.deaths_in_a_row = 1 if settled else self.deaths_in_a_row + 1
        return min(FIRST_WAIT * 2 ** (self.deaths_in_a_row - 1), LONGEST_WAIT)

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and whatever it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs children until told to stop. `tell(name, line)` receives every line of output and every event."""

    def __init__(self, children: Sequence[Child], tell: Tell) -> None:
        self.children = children
        self._tell = tell
        self.ready = False
        self._stopping = asyncio.Event()

    def tell(self, name: str, line: str) -> None:
        """Show a line. One that cannot be shown (a full disk, a closed pipe) is let go: what nobody reads any
        more would hold the child up, log line by log line."""
        with suppress(OSError, UnicodeError):
            self._tell(name, line)

    def stop(self) -> None:
        """Ask everything to end; a second call does not wait for it."""
        if self._stopping.is_set():
            self._signal_all(signal.SIGKILL)
        self._stopping.set()

    async def run(self) -> None:
        """Return when everything has been stopped; raises Trouble when a child cannot start at all."""
        keepers = [asyncio.create_task(self._keep(child)) for child in self.children]
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
        self._stopping.set()
        self._signal_all(signal.SIGTERM)
        _, late = await asyncio.wait(keepers, timeout=GRACE_SECONDS)
        if late:
            self._signal_all(signal.SIGKILL)
            await asyncio.wait(late)
        stopped.cancel()
        for keeper in keepers:
            keeper.result()

    def _signal_all(self, number: int) -> None:
        for child in self.children:
            child.signal_group(number)

    async def _keep(self, child: Child) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            how = await self._run_once(child)
            if self._stopping.is_set():
                return
            wait = child.wait_before_next(time.monotonic() - started)
            if self.cannot_start(child):
                raise Trouble(f"{child.name} does not start ({how}); what it said stands above.")
            self.tell(child.name, f"{child.name} stopped ({how}); starting it again in {wait:.0f} s")
            await self._pause(wait)

    def cannot_start(self, child: Child) -> bool:
        """Only at the beginning, never for one that has worked: what fails later is tried for ever."""
        return not (self.ready or child.has_settled) and child.deaths_in_a_row >= STARTS_BEFORE_GIVING_UP

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)

    async def _run_once(self, child: Child) -> str:
        """Start the child, pass its output on, and say how it ended."""
        try:
            child.process = await _start(child)
        except OSError as error:  # no memory or no file handle left: there may be soon
            return f"could not be started: {error.strerror}"
        output = asyncio.create_task(self._pass_on(child.name, child.process.stdout))
        if self._stopping.is_set():
            child.signal_group(signal.SIGTERM)
        code = await child.process.wait()
        child.signal_group(signal.SIGKILL)
        await output
        child.process = None
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    async def _pass_on(self, name: str, output: asyncio.StreamReader | None) -> None:
        assert output is not None
        rest = b""
        while chunk := await output.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.tell(name, line.decode(errors="replace").rstrip())
        if rest:
            self.tell(name, rest.decode(errors="replace"))


async def _start(child: Child) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *child.command),
        cwd=ROOT,
        env=dict(child.env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
