"""`python -m handoff seal-screening`: the shipped phrases, messages and lists are approved as they stand."""

from __future__ import annotations

import argparse
import sys
from typing import Final

import yaml

from handoff.screening import sets
from handoff.screening.phrases import PhraseScreen
from handoff.screening.wordings import read_wordings

_USED: Final = {sets.PHRASES: PhraseScreen.of, sets.MESSAGES: read_wordings}


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--check", action="store_true", help="only say which files differ from the seal")


def seal_screening(asked: argparse.Namespace) -> int:
    """Write the seal, or with --check name the files that differ from it and exit with 1.

    What could not be used is not sealed: 1, and what is wrong with it.
    """
    told = [f"data/screening/{name} differs from {sets.SEAL}" for name in sets.broken_seals(sets.SHIPPED)]
    if not asked.check:
        told = _faults()
        if not told:
            sets.seal(sets.SHIPPED)
    for fault in told:
        print(fault, file=sys.stderr)
    return 1 if told else 0


def _faults() -> list[str]:
    found = []
    for kind, use in _USED.items():
        try:
            use(sets.read_set(kind, sets.SHIPPED))
        except (OSError, ValueError, TypeError, LookupError, AttributeError, yaml.YAMLError) as fault:
            found.append(f"nothing was sealed, the {kind} cannot be used: {fault}")
    return found
