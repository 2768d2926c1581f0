"""How the set-up commands speak: one clear sentence for a fault, and a sign of life for anything slow.
Standard library only and valid on Python 3.9, because it runs before any environment exists."""

from __future__ import annotations

import errno
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_SIGN, HEARTBEAT = 2.0, 5.0  # seconds until something slow is first talked about, and then between signs
UNWRITABLE = {
    errno.ENOSPC: "The disk is full; free some space and try again",
    errno.EDQUOT: "The disk quota is used up; free some space and try again",
    errno.EROFS: "The disk is read-only",
    errno.EACCES: "This user may not write there",
}

_ERROR = re.compile(r"[\w.]+Error: (?:\([\w.]+\) )?(.+)")  # a driver's own words, inside a library's error


class Trouble(Exception):
    """Something the reader can put right. Its text is the one sentence they are shown."""


def say(text: str) -> None:
    """Print a line at once, so that it keeps its place among the output of the processes we start."""
    print(text, flush=True)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn a Trouble into its sentence on standard error and exit code 1; SIGTERM tidies up like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except Trouble as trouble:
        print(trouble, file=sys.stderr, flush=True)
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        print(
            f"{UNWRITABLE[error.errno]}: {error.filename or 'the data folder'}.", file=sys.stderr, flush=True
        )
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def shown_path(path: Path) -> str:
    """The path as a reader at the root of the project would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def said_last(output: str) -> str:
    """The words of the error that ended a command, without its class; else the last line; else nothing."""
    lines = output.strip().splitlines() or [""]
    errors = [found for line in lines if (found := _ERROR.match(line))]
    return errors[-1][1] if errors else lines[-1]


def run_logged(
    command: Sequence[str],
    title: str,
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    progress: Callable[[str], str] = lambda line: "",
) -> tuple[int, str]:
    """Run a command in the background of one progress line; its output goes to the log file.

    `progress` is told each output line and answers how far the command is. Returns exit code and output.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    state = [""]
    process = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=dict(env) if env is not None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )

    def follow() -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                lines.append(line)
                state[0] = progress(line) or state[0]

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    try:
        _show_until_done(process, title, state)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
        reader.join()
        log.write_text("".join(lines))
    return process.returncode, "".join(lines)


def _show_until_done(process: subprocess.Popen[str], title: str, state: list[str]) -> None:
    started, pause = time.monotonic(), FIRST_SIGN
    while True:
        try:
            process.wait(timeout=pause)
        except subprocess.TimeoutExpired:
            pause = HEARTBEAT
            seconds = f"{time.monotonic() - started:.0f} s"
            say(f"  {title}: " + ", ".join(part for part in (state[0], seconds) if part))
        else:
            return
