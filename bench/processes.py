"""Processes of the bench: started in a group of their own, waited for, always stopped, measured."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from ops.console import ROOT, Trouble

STOP_SECONDS = 15
NAMES = {
    "rasa_sdk": "actions",
    " rasa run": "rasa",
    "handoff serve": "handoff",
    "ops.supervise": "supervisor",
}


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(
    command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path = ROOT
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command, its output in the log file, and stop its whole group in the end."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd,
            env=dict(env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
            return


async def wait_for(url: str, what: str, seconds: float) -> None:
    """Return when the address answers with anything but a 5xx; raises Trouble when it takes too long."""
    end = time.monotonic() + seconds
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as http:
        while time.monotonic() < end:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(url) as response:
                    if response.status < 500:
                        return
            await asyncio.sleep(0.2)
    raise Trouble(f"{what} was not ready after {seconds:.0f} s.")


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for parent in found:  # grows while we go
        with suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def own_memory(pid: int) -> int:
    """Bytes of a process, memory that it shares counted in part (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def name_of(pid: int) -> str:
    """What a process is, from its command line: rasa, actions, handoff, the supervisor."""
    line = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return next((name for mark, name in NAMES.items() if mark in line), "other")
