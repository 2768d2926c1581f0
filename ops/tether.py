"""Runs a command that cannot outlive whoever started it: `python ops/tether.py PARENT COMMAND...`.
Linux ends it with SIGKILL however the parent dies; elsewhere the supervisor's own tidying must do."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the supervisor has gone")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
