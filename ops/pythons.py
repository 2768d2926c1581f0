"""Finds the Python interpreters the two environments need, by running each candidate and asking it.
A pyenv shim or a Debian Python without `venv` looks right and is not, so nothing is taken on its name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ops.console import Trouble

Version = tuple[int, int]
_QUESTION = "import sys, venv, ensurepip; print('%d %d' % sys.version_info[:2])"

NO_SERVICE_PYTHON = (
    "Wayline needs Python 3.11 or later with venv, and none was found on PATH, in pyenv or by uv. "
    "Install one: `pyenv install 3.11`, `uv python install 3.11`, or Debian's package python3.11-venv."
)
NO_BOT_PYTHON = (
    "Rasa needs Python 3.10 exactly, and none was found on PATH, in pyenv or by uv. "
    "Install one: `pyenv install 3.10`, `uv python install 3.10`, or Ubuntu 22.04's package python3.10-venv."
)


def service_python() -> Path:
    """A Python 3.11 or later that can make an environment; raises Trouble when there is none."""
    return _first(lambda version: version >= (3, 11), ["3.11", "3.12", "3.13", "3"], NO_SERVICE_PYTHON)


def bot_python() -> Path:
    """A Python 3.10 that can make an environment; raises Trouble when there is none."""
    return _first(lambda version: version == (3, 10), ["3.10"], NO_BOT_PYTHON)


def _first(fits: Callable[[Version], bool], names: list[str], otherwise: str) -> Path:
    for candidate in _candidates(names):
        version = asked_version(candidate)
        if version is not None and fits(version):
            return candidate
    raise Trouble(otherwise)


def asked_version(python: Path) -> Version | None:
    """What the interpreter says it is, or None when it does not run or cannot make environments."""
    try:
        done = subprocess.run(
            [str(python), "-c", _QUESTION], capture_output=True, text=True, timeout=20, check=False
        )
        major, minor = done.stdout.split()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return int(major), int(minor)


def _candidates(names: list[str]) -> Iterator[Path]:
    for name in names:
        found = shutil.which(f"python{name}")
        if found:
            yield Path(found)
    yield Path(sys.executable)
    for name in names:
        yield from _in_pyenv(name)
    for name in names:
        yield from _by_uv(name)


def _in_pyenv(name: str) -> list[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return sorted(root.glob(f"versions/{name}.*/bin/python"), reverse=True)


def _by_uv(name: str) -> Iterator[Path]:
    uv = shutil.which("uv")
    if uv is None:
        return
    try:
        found = subprocess.run(
            [uv, "python", "find", "--no-project", "--offline", name],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    if found.returncode == 0 and found.stdout.strip():
        yield Path(found.stdout.strip())
