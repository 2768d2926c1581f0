"""Makes the two environments from their hash-locked requirements, and redoes them only when those change.
Standard library only and valid on Python 3.9, because it is the first thing a newcomer runs."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops import pythons
from ops.console import ROOT, Trouble, one_sentence, run_logged, say, shown_path

GIB = 1024**3
STAMP = "made-from.txt"
PIP_SECONDS = 120.0  # for what pip does without the network


@dataclass(frozen=True)
class Environment:
    """One virtual environment: where it is, what goes in, what it takes."""

    title: str
    path: Path
    locks: tuple[Path, ...]
    needs_bytes: int
    find_python: Callable[[], Path]

    @property
    def python(self) -> Path:
        """The environment's own interpreter."""
        return self.path / "bin" / "python"


SERVICE = Environment(
    title="the service environment",
    path=ROOT / ".venv",
    locks=(ROOT / "requirements/service.txt", ROOT / "requirements/dev.txt"),
    needs_bytes=GIB // 2,
    find_python=pythons.service_python,
)
BOT = Environment(
    title="Rasa's environment",
    path=ROOT / ".venv-bot",
    locks=(ROOT / "requirements/bot.txt", ROOT / "requirements/bot-dev.txt"),
    needs_bytes=4 * GIB,
    find_python=pythons.bot_python,
)


def fingerprint(env: Environment) -> str:
    """Changes whenever anything that goes into the environment does."""
    content = b"".join(lock.read_bytes() for lock in env.locks)
    return hashlib.sha256(content).hexdigest()


def is_current(env: Environment) -> bool:
    """Whether the environment is whole, runs, and was made from the requirements as they are now."""
    stamp = env.path / STAMP
    return (
        stamp.is_file() and stamp.read_text().strip() == fingerprint(env) and os.access(env.python, os.X_OK)
    )


def set_up(env: Environment) -> bool:
    """Make or bring up to date one environment; says whether there was anything to do. Raises Trouble."""
    with _one_at_a_time():
        if is_current(env):
            return False
        try:
            _make(env)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Trouble(_no_room(env.title, env.needs_bytes)) from error
            raise Trouble(f"Could not make {env.title}: {error.strerror}: {error.filename}.") from error
        return True


def look_ahead(envs: Sequence[Environment]) -> None:
    """Raise Trouble for what would stop the last environment, before the minutes that the first one takes."""
    with _one_at_a_time():
        absent = [env for env in envs if not (env.path / STAMP).is_file()]
        for env in absent:
            env.find_python()
        need = sum(env.needs_bytes for env in absent)
        if shutil.disk_usage(ROOT).free < need:
            raise Trouble(_no_room(" and ".join(env.title for env in absent), need))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together share one set-up; the lock is on a folder, so no file is left behind."""
    folder = os.open(ROOT / "requirements", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make(env: Environment) -> None:
    stamp = env.path / STAMP
    python = env.find_python()
    if stamp.is_file() and os.access(env.python, os.X_OK):
        stamp.unlink()
        say(f"Bringing {env.title} up to date ({shown_path(env.path)})")
    else:
        _check_room(env)
        say(f"Making {env.title} ({shown_path(env.path)}) with {python}")
        shutil.rmtree(env.path, ignore_errors=True)
        _make_empty(env, python)
    _install(env)
    _remove_what_is_not_locked(env)
    stamp.write_text(fingerprint(env) + "\n")


def _check_room(env: Environment) -> None:
    if shutil.disk_usage(ROOT).free < env.needs_bytes:
        raise Trouble(_no_room(env.title, env.needs_bytes))


def _no_room(title: str, need: int) -> str:
    free, needed = shutil.disk_usage(ROOT).free / GIB, need / GIB
    return f"The disk is too full for {title}: {needed:.1f} GB must be free and {ROOT} has {free:.1f} GB."


def _make_empty(env: Environment, python: Path) -> None:
    code, output = run_logged([str(python), "-m", "venv", str(env.path)], "making the folder", _log(env))
    if code != 0:
        raise Trouble(_why(env, output))


def _install(env: Environment) -> None:
    command = [str(env.python), "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    for lock in env.locks:
        command += ["-r", str(lock)]
    code, output = run_logged(command, env.title, _log(env), progress=_pip_progress(env))
    if code != 0:
        raise Trouble(_why(env, output))


def _pip_progress(env: Environment) -> Callable[[str], str]:
    total = len(locked_names(env))
    seen = set()

    def progress(line: str) -> str:
        if line.startswith("Installing collected packages"):
            return "unpacking"
        if line.startswith("Collecting "):
            seen.add(line.split()[1].split("==")[0])
            return f"package {min(len(seen), total)} of {total}"
        return ""

    return progress


def locked_names(env: Environment) -> set[str]:
    """The packages the environment should hold, by their normalised names."""
    text = "\n".join(lock.read_text() for lock in env.locks)
    return {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _remove_what_is_not_locked(env: Environment) -> None:
    installed = {_normal(line.split("==")[0]) for line in _pip(env, "list", "--format=freeze").split()}
    extra = sorted(installed - locked_names(env) - {"pip", "setuptools", "wheel"})
    if extra:
        _pip(env, "uninstall", "-q", "-y", *extra)


def _pip(env: Environment, *arguments: str) -> str:
    """What pip prints for something quick; raises Trouble where it fails or does not end."""
    command = [str(env.python), "-m", "pip", "--disable-pip-version-check", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS)
    except subprocess.TimeoutExpired:
        waited = f"pip {arguments[0]} did not end in {PIP_SECONDS:.0f} seconds; try again"
        raise Trouble(f"Could not make {env.title}: {waited}.") from None
    if done.returncode != 0:
        _log(env).write_text(done.stdout + done.stderr)
        raise Trouble(_why(env, done.stdout + done.stderr))
    return done.stdout


def _log(env: Environment) -> Path:
    return ROOT / "var" / "logs" / f"setup{env.path.name.replace('.', '-')}.log"


_REASONS = [
    (r"No space left on device|Disk quota exceeded", "the disk is full"),
    (
        r"DO NOT MATCH THE HASHES",
        "a downloaded package is not the one that was locked; nothing of it was installed",
    ),
    (
        r"Temporary failure in name resolution|NewConnectionError|Network is unreachable|Connection refused"
        r"|ConnectTimeout|Read timed out|ProxyError",
        "the package index cannot be reached; check the network and try again",
    ),
    (r"No matching distribution found for (\S+)", "the package index does not have a package that is locked"),
    (
        r"ensurepip is not available|No module named 'ensurepip'",
        "this Python lacks venv; install its venv package",
    ),
]


def _why(env: Environment, output: str) -> str:
    """One sentence for why pip or venv failed."""
    if re.search(_REASONS[0][0], output):
        return _no_room(env.title, env.needs_bytes)
    reason = next(
        (words for pattern, words in _REASONS if re.search(pattern, output)), "pip stopped with an error"
    )
    return f"Could not make {env.title}: {reason}. Details: {shown_path(_log(env))}"


def main() -> None:
    """Set up both environments; exit code 1 and one sentence when that cannot be done."""
    with one_sentence():
        envs = (SERVICE, BOT)
        look_ahead(envs)
        for env in envs:
            set_up(env)


if __name__ == "__main__":
    main()
