"""`make lint`: style, types, content and the directions of imports; every check runs, whatever failed."""

from __future__ import annotations

import subprocess
import sys

from ops.bootstrap import SERVICE
from ops.console import ROOT, say

BIN = SERVICE.path / "bin"
CHECKS = {
    "style": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "types of handoff": [str(BIN / "mypy"), "--strict", "handoff"],
    "types of the rest": [str(BIN / "mypy"), "bot/vocabulary.py", "bot/encoder.py", "ops"],
    "content": [str(BIN / "python"), "-m", "handoff", "check-content"],
    "seal of screening": [str(BIN / "python"), "-m", "handoff", "seal-screening", "--check"],
    "directions of imports": [str(BIN / "lint-imports"), "--no-logo"],
}


def main() -> None:
    """Run every check; exit code 1 and the names of those that failed when any did."""
    failed = []
    for title, command in CHECKS.items():
        say(f"== {title}")
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(title)
    say(f"lint FAILED: {', '.join(failed)}" if failed else "lint passed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
