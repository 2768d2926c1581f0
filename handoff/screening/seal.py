"""`python -m handoff seal-screening`: the shipped phrases, messages and lists are approved as they stand."""

from __future__ import annotations

import argparse
import sys

from handoff.screening import sets


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--check", action="store_true", help="only say which files differ from the seal")


def seal_screening(asked: argparse.Namespace) -> int:
    """Write the seal, or with --check name the files that differ from it and exit with 1."""
    if not asked.check:
        sets.seal()
        return 0
    broken = sets.broken_seals()
    for name in broken:
        print(f"data/screening/{name} differs from {sets.SEAL}", file=sys.stderr)
    return 1 if broken else 0
