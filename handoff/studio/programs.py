"""The program that checks, learns and rehearses a release: a child process that gives way to all else.

Stopped carries sentences for editors: what happened, and what to do about it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from ops.bootstrap import BOT
from ops.console import ROOT
from ops.settings import ONE_THREAD, QUIET, SYSTEM

TRAIN, CHECK, REHEARSE = "train", "check", "rehearse"
LONGEST_MINUTES = 20
WHAT = {TRAIN: "Learning", CHECK: "Trying out the questions", REHEARSE: "Rehearsing the conversations"}
UNCHANGED = "People still get what they got before. Try to publish it again."
MOST_NAMED = 5
LONGEST_ANSWER, LONGEST_COMPLAINT = 2**24, 2**16  # bytes


class Stopped(Exception):
    """A release cannot go on; `faults` says why."""

    def __init__(self, *faults: str) -> None:
        super().__init__(faults[0] if faults else "")
        self.faults = list(faults)


def command(data_dir: Path) -> list[str]:
    """What runs the program (bot/trainer.py); in a test, a small stand-in."""
    return ["nice", "-n", "15", str(BOT.python), "-W", "ignore", "-m", "bot.trainer", str(data_dir)]


@contextlib.asynccontextmanager
async def trainer(data_dir: Path) -> AsyncIterator[Trainer]:
    """The program for as long as the block lasts; it and all that it started end with the block."""
    child = await asyncio.create_subprocess_exec(
        *tethered(command(data_dir)),
        cwd=ROOT,
        env=_bare(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_ANSWER,
        start_new_session=True,
    )
    started = Trainer(child, data_dir / "logs/training.log")
    try:
        yield started
    finally:
        await started.end()


class Trainer:
    """A running program: one request at a time, an answer to each."""

    def __init__(self, child: asyncio.subprocess.Process, log: Path) -> None:
        self._child, self._log = child, log
        self._complaint = asyncio.create_task(_end_of(child.stderr))

    async def check(self, live: Path, candidate: Path) -> list[str]:
        """What is wrong with the questions of a release folder, beside those of the live one. Stopped."""
        return list((await self._ask(CHECK, live=live, candidate=candidate))["faults"])

    async def train(self, folder: Path) -> Path:
        """The model of a release folder; trained first if there is none. Stopped."""
        return Path((await self._ask(TRAIN, folder=folder))["model"])

    async def rehearse(self, model: Path, folder: Path) -> None:
        """Play the dialogue tests with a model. Stopped when one goes otherwise than written."""
        out = model.parent.parent / "rehearsal"
        failed = (await self._ask(REHEARSE, model=model, folder=folder, out=out))["failed"]
        if failed:
            named = "; ".join(f"“{name}”" for name in failed[:MOST_NAMED])
            raise Stopped(
                "A conversation that must always go the same way goes otherwise with these questions:"
                f" {named}."
                " Take back the question that you changed last and publish again. If it fails again, tell"
                f" whoever runs Wayline: {out.name}/failed_test_stories.yml in the data folder shows where."
            )

    async def end(self) -> None:
        """End it and all that it started, whatever it is at."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        await asyncio.wait([self._complaint])
        await self._child.wait()

    async def _ask(self, program: str, **asked: Path) -> dict[str, Any]:
        try:
            async with asyncio.timeout(60 * LONGEST_MINUTES):
                line = await self._exchange({"do": program} | {name: str(at) for name, at in asked.items()})
        except TimeoutError:
            told = f"{WHAT[program]} took longer than {LONGEST_MINUTES} minutes and was stopped."
            raise Stopped(f"{told} {UNCHANGED}") from None
        if not line.endswith(b"\n"):  # it ended instead of answering
            raise await self._why(program)
        return dict(json.loads(line))

    async def _exchange(self, asked: dict[str, str]) -> bytes:
        """Ask, and wait for the line of the answer; empty or cut off when the program ended."""
        assert self._child.stdin and self._child.stdout
        self._child.stdin.write(json.dumps(asked).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await self._child.stdin.drain()
        return await self._child.stdout.readline()

    async def _why(self, program: str) -> Stopped:
        complaint, code = await self._complaint, await self._child.wait()
        with contextlib.suppress(OSError):
            await asyncio.to_thread(_write, self._log, complaint)
        if "disk is full" in complaint or "No space left on device" in complaint:
            return Stopped(f"The disk is full. Have some space made on it. {UNCHANGED}")
        if code < 0 or code in (128 + signal.SIGKILL, 128 + signal.SIGTERM):
            return Stopped(f"{WHAT[program]} was ended half way from outside. {UNCHANGED}")
        told = f"{WHAT[program]} did not work (exit code {code}). {UNCHANGED}"
        return Stopped(f"{told} If it fails again, tell whoever runs Wayline.")


def tethered(asked: Sequence[str]) -> list[str]:
    """The command so that it ends with us, however we end."""
    return [sys.executable, "ops/tether.py", str(os.getpid()), *asked]


async def _end_of(stream: asyncio.StreamReader | None) -> str:
    """What is said last on a stream that must be read so that whoever speaks is not held up."""
    assert stream
    kept = b""
    while said := await stream.read(LONGEST_COMPLAINT):
        kept = (kept + said)[-LONGEST_COMPLAINT:]
    return kept.decode(errors="replace")


def _write(log: Path, text: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(text, "utf-8")


def _bare() -> dict[str, str]:
    """What the program needs, which is told no secret."""
    return {name: os.environ[name] for name in SYSTEM if name in os.environ} | QUIET | ONE_THREAD
