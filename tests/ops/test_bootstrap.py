"""Setting up, with real environments made from a package built on the spot: nothing is downloaded."""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from ops import bootstrap, pythons
from ops.console import ROOT, Trouble

Usage = namedtuple("Usage", "total used free")


def wheel(folder: Path, name: str) -> str:
    """Build an empty package and return the line that locks it."""
    path = folder / f"{name}-1-py3-none-any.whl"
    info = f"{name}-1.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bootstrap.Environment:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    (tmp_path / "requirements").mkdir()
    lock = tmp_path / "requirements/tiny.txt"
    lock.write_text(wheel(tmp_path, "first"))
    return bootstrap.Environment(
        "a test's environment", tmp_path / "env", (lock,), 1, lambda: Path(sys.executable)
    )


def has(env: bootstrap.Environment, package: str) -> bool:
    return subprocess.run([env.python, "-c", f"import {package}"], capture_output=True).returncode == 0


def test_an_environment_is_made_once_and_follows_its_lock(env, tmp_path, capfd):
    assert bootstrap.set_up(env) is True
    assert has(env, "first")
    assert bootstrap.set_up(env) is False

    env.locks[0].write_text(wheel(tmp_path, "second"))
    assert bootstrap.set_up(env) is True
    assert has(env, "second") and not has(env, "first")
    assert "Making" in (said := capfd.readouterr().out) and "Bringing" in said


def test_a_half_made_environment_is_made_again(env):
    env.path.mkdir()
    (env.path / "left-over").touch()
    assert bootstrap.set_up(env) is True
    assert has(env, "first") and not (env.path / "left-over").exists()


@pytest.mark.parametrize(
    ("lock", "sentence"),
    [
        ("absent==1 --hash=sha256:" + "0" * 64, "does not have a package that is locked"),
        ("first==1 --hash=sha256:" + "0" * 64, "not the one that was locked"),
    ],
)
def test_a_failed_install_is_one_sentence_and_is_tried_again(env, lock, sentence):
    good = env.locks[0].read_text()
    env.locks[0].write_text(lock + "\n")
    with pytest.raises(Trouble, match=sentence):
        bootstrap.set_up(env)
    assert not bootstrap.is_current(env)
    env.locks[0].write_text(good)
    assert bootstrap.set_up(env) is True


@pytest.mark.parametrize(
    ("command", "does", "sentence"),
    [
        ("list", "echo broken >&2; exit 2", r"pip stopped with an error\. Details: \S+"),
        ("uninstall", "echo broken >&2; exit 2", r"pip stopped with an error\. Details: \S+"),
        ("list", "exec sleep 600", "pip list did not end in"),
    ],
)
def test_a_clearing_up_that_fails_is_one_sentence_and_not_taken_for_done(
    env, tmp_path, monkeypatch, command, does, sentence
):
    bootstrap.set_up(env)
    env.locks[0].write_text(wheel(tmp_path, "second"))
    real = env.python.rename(env.python.with_name("the-real-python"))
    env.python.write_text(f'#!/bin/sh\ncase "$*" in *{command}*) {does};; esac\nexec {real} "$@"\n')
    env.python.chmod(0o755)
    if "sleep" in does:
        monkeypatch.setattr(bootstrap, "PIP_SECONDS", 1.0)
    with pytest.raises(Trouble, match=f"^Could not make a test's environment: .*{sentence}"):
        bootstrap.set_up(env)
    assert not bootstrap.is_current(env)


def test_a_disk_too_full_is_said_before_anything_is_made(env, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 100, 0))
    with pytest.raises(Trouble, match=r"^The disk is too full for a test's environment: .* GB must be free"):
        bootstrap.set_up(env)
    assert not env.path.exists()


def test_a_disk_that_fills_on_the_way_is_the_same_sentence(env, monkeypatch):
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(env.path))

    monkeypatch.setattr(bootstrap, "_make_empty", full)
    with pytest.raises(Trouble, match=r"^The disk is too full"):
        bootstrap.set_up(env)


def test_what_stops_the_last_environment_is_said_before_the_first_is_made(env, tmp_path):
    def nowhere() -> Path:
        raise Trouble(pythons.NO_BOT_PYTHON)

    last = replace(env, title="the last one", path=tmp_path / "last", find_python=nowhere)
    with pytest.raises(Trouble, match=r"^Rasa needs Python 3\.10 exactly"):
        bootstrap.look_ahead([env, last])
    roomy = replace(env, needs_bytes=shutil.disk_usage(tmp_path).total)
    with pytest.raises(Trouble, match=r"too full for a test's environment and the last one:"):
        bootstrap.look_ahead([roomy, replace(last, find_python=env.find_python)])
    bootstrap.set_up(env)
    bootstrap.look_ahead([env])
    assert not last.path.exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution",
            "cannot be reached",
        ),
        ("OSError: [Errno 28] No space left on device", "disk is too full"),
        ("Something new", "pip stopped with an error"),
    ],
)
def test_what_pip_says_becomes_one_sentence(env, output, sentence):
    assert sentence in bootstrap._why(env, output)
    assert "\n" not in bootstrap._why(env, output)


def test_without_python_3_10_setting_up_says_what_to_do_and_shows_no_traceback(tmp_path):
    shutil.copytree(ROOT / "ops", tmp_path / "ops")
    (tmp_path / "requirements").mkdir()
    for name in ("service", "dev", "bot", "bot-dev"):
        (tmp_path / f"requirements/{name}.txt").write_text("")
    env = {"PATH": str(tmp_path / "empty"), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path / "none")}
    done = subprocess.run(
        [sys.executable, "-m", "ops.bootstrap"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr == pythons.NO_BOT_PYTHON + "\n"


def test_an_interpreter_that_does_not_really_run_is_passed_over(tmp_path, monkeypatch):
    shim, real = tmp_path / "shims/python3.11", tmp_path / "pyenv/versions/3.11.99/bin/python"
    for path, text in ((shim, "#!/bin/sh\nexit 127\n"), (real, f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')):
        path.parent.mkdir(parents=True)
        path.write_text(text)
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(shim.parent))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", str(shim))
    assert pythons.service_python() == real
