"""Whatever goes wrong while setting up, a reader gets one sentence."""

import errno
import os
import re
from contextlib import suppress

import pytest

from ops.console import FIRST_SIGN, Trouble, one_sentence, run_logged, said_last


def test_a_trouble_is_its_sentence_and_exit_code_1(capsys):
    with pytest.raises(SystemExit, match="1"), one_sentence():
        raise Trouble("There is no Python 3.10.")
    assert capsys.readouterr().err == "There is no Python 3.10.\n"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_a_disk_that_cannot_be_written_is_one_sentence(capsys, code):
    with pytest.raises(SystemExit, match="1"), one_sentence():
        raise OSError(code, os.strerror(code), "var/models")
    said = capsys.readouterr().err
    assert said.endswith(": var/models.\n") and said.count("\n") == 1


def test_what_takes_more_than_two_seconds_is_talked_about():
    assert FIRST_SIGN <= 2


def test_any_other_error_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError), one_sentence():
        _ = 1 / 0


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "Traceback (most recent call last):\n  File x\nsqlite3.DatabaseError: file is not a database\n\n"
            "sqlalchemy.exc.DatabaseError: (sqlite3.DatabaseError) file is not a database\n[SQL: PRAGMA x]\n"
            "(Background on this error at: https://sqlalche.me/e/21/4xp6)\n",
            "file is not a database",
        ),
        ("ConnectionRefusedError: [Errno 111] Connect call failed", "[Errno 111] Connect call failed"),
        ("DEFAULT_AREA: 'x' is not one of camden.\n", "DEFAULT_AREA: 'x' is not one of camden."),
        ("", ""),
    ],
)
def test_why_a_command_failed_is_told_in_its_own_last_words(output, words):
    assert said_last(output) == words


def test_a_slow_command_shows_that_it_is_alive_and_how_far(tmp_path, monkeypatch):
    """The command waits until it has been talked about."""
    gate, said = tmp_path / "gate", []
    os.mkfifo(gate)

    def say(text: str) -> None:
        said.append(text)
        with suppress(OSError):  # nobody waits at the gate yet, or any more
            os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))

    monkeypatch.setattr("ops.console.FIRST_SIGN", 0.1)
    monkeypatch.setattr("ops.console.HEARTBEAT", 0.1)
    monkeypatch.setattr("ops.console.say", say)
    command = ["sh", "-c", f"echo Collecting one; cat {gate}"]
    done = run_logged(command, "installing", tmp_path / "log", progress=lambda line: "1 of 2")
    assert done == (0, "Collecting one\n")
    assert (tmp_path / "log").read_text() == "Collecting one\n"
    assert re.fullmatch(r"  installing: 1 of 2, \d+ s", said[-1])
