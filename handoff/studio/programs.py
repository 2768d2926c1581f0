"""The programs that learn and check a release: child processes that give way to everything else.

Stopped carries sentences for editors: what happened, and what to do about it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.bootstrap import BOT
from ops.console import ROOT
from ops.settings import QUIET, SYSTEM

TRAIN, CHECK, REHEARSE = "train", "check", "rehearse"
MINUTES = {TRAIN: 20, CHECK: 20, REHEARSE: 20}
WHAT = {TRAIN: "Learning", CHECK: "Trying out the questions", REHEARSE: "Rehearsing the conversations"}
STORIES = "tests/bot/test_stories.yml"
WRONG = "WrongPredictionException"
"""What Rasa says when a conversation went otherwise than its test."""
UNCHANGED = "People still get what they got before. Try to publish it again."


class Stopped(Exception):
    """A release cannot go on; `faults` says why."""

    def __init__(self, *faults: str) -> None:
        super().__init__(faults[0] if faults else "")
        self.faults = list(faults)


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it said."""

    code: int
    said: str
    complained: str


def command(program: str, *paths: Path) -> list[str]:
    """What runs a program; in a test, a small stand-in."""
    python = {TRAIN: Path(sys.executable)}.get(program, BOT.python)
    asked = {
        TRAIN: ["-m", "ops.train"],
        CHECK: ["-W", "ignore", "-m", "bot.gate", *map(str, paths)],
        REHEARSE: ["-W", "ignore", "-m", "rasa", "test", "core", "--stories", STORIES, "--model",
                   *map(str, paths), "--fail-on-prediction-errors"],
    }[program]  # fmt: skip
    return ["nice", "-n", "10", str(python), *asked]


async def train(folder: Path, data_dir: Path) -> Path:
    """The model of a release folder; trained first if there is none. Stopped."""
    environment = {**os.environ, "WAYLINE_DATA_DIR": str(data_dir), "WAYLINE_RELEASE_DIR": str(folder)}
    ended = await _run(TRAIN, command(TRAIN, folder), environment)
    last = (ended.said.strip().splitlines() or [""])[-1]
    if ended.code != 0 or not last:
        raise _stopped(TRAIN, ended)
    return ROOT / last


async def check(live: Path, candidate: Path) -> list[str]:
    """What is wrong with the questions of a release folder, beside those of the live one. Stopped."""
    ended = await _run(CHECK, command(CHECK, live, candidate), _bare())
    try:
        return [str(one) for one in json.loads(ended.said.strip().splitlines()[-1])["faults"]]
    except (IndexError, ValueError, KeyError, TypeError):
        raise _stopped(CHECK, ended) from None


async def rehearse(model: Path, folder: Path) -> None:
    """Play the dialogue tests with a model. Stopped when one goes otherwise than written."""
    out = model.parent.parent / "rehearsal"
    environment = {**_bare(), "WAYLINE_RELEASE_DIR": str(folder)}
    ended = await _run(REHEARSE, [*command(REHEARSE, model), "--out", str(out)], environment)
    if ended.code != 0 and WRONG in ended.said + ended.complained:
        raise Stopped(
            "A conversation that must always go the same way goes otherwise with these questions. See"
            f" {out.name}/failed_test_stories.yml in the data folder, and take back the question that did it."
        )
    if ended.code != 0:
        raise _stopped(REHEARSE, ended)


async def _run(program: str, asked: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run it to its end; whatever stops us, and too long a time, ends it and all that it started."""
    child = await asyncio.create_subprocess_exec(
        *tethered(asked),
        cwd=ROOT,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(60 * MINUTES[program]):
            said, complained = await child.communicate()
    except TimeoutError:
        raise Stopped(
            f"{WHAT[program]} took longer than {MINUTES[program]} minutes and was stopped. {UNCHANGED}"
        ) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    return Ended(child.returncode or 0, said.decode(errors="replace"), complained.decode(errors="replace"))


def tethered(asked: Sequence[str]) -> list[str]:
    """The command so that it ends with us, however we end."""
    return [sys.executable, "ops/tether.py", str(os.getpid()), *asked]


def _stopped(program: str, ended: Ended) -> Stopped:
    text = f"{ended.said}\n{ended.complained}"
    if "disk is full" in text or "No space left on device" in text:
        return Stopped(f"The disk is full. Have some space made on it. {UNCHANGED}")
    if ended.code < 0 or ended.code in (128 + signal.SIGKILL, 128 + signal.SIGTERM):
        return Stopped(f"{WHAT[program]} was ended half way from outside. {UNCHANGED}")
    return Stopped(
        f"{WHAT[program]} did not work (exit code {ended.code}). {UNCHANGED} If it fails again, tell whoever"
        " runs Wayline."
    )


def _bare() -> dict[str, str]:
    """What a program needs that is told no secret."""
    return {name: os.environ[name] for name in SYSTEM if name in os.environ} | QUIET
