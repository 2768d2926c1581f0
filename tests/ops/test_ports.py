"""A port that is taken is found before anything starts."""

import os
import socket
import subprocess
import sys

import pytest

from ops import ports
from ops.console import ROOT, Trouble
from tests.servers import free_port


def test_make_run_names_the_taken_port_and_the_setting_and_starts_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        env = {**os.environ, "WAYLINE_PORT": str(port), "WAYLINE_DATA_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "ops.supervise"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    sentence = f"Port {port} is already in use: stop what uses it, or set WAYLINE_PORT to a free port.\n"
    assert done.stderr == sentence
    assert not list(tmp_path.glob("*.db"))


def test_two_settings_with_one_port_are_both_named():
    port = free_port()
    with pytest.raises(Trouble, match="RASA_PORT and ACTIONS_PORT"):
        ports.require_free([("RASA_PORT", port), ("ACTIONS_PORT", port)])


def test_a_port_that_nobody_listens_on_is_still_free_after_the_look():
    port = free_port()
    ports.require_free([("RASA_PORT", port)])
    with socket.create_server(("127.0.0.1", port)) as bound:
        assert bound.getsockname()[1] == port
