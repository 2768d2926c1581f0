"""The check that a build runs: the answers of a folder, and the facts they are filled with, on a day."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from handoff.content.entries import ContentFaults
from handoff.content.facts import load_facts
from handoff.content.seed import load_content
from handoff.content.service import SHIPPED


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", nargs="?", type=Path, default=SHIPPED, help="the shipped answers if none")
    command.add_argument("--on", type=_day, default=datetime.now(UTC).date(), help="another day than today")


def check_content(asked: argparse.Namespace, *others: Callable[[], object]) -> int:
    """Print every fault with its file, its line and what to do, and give the exit code.

    `others` load what else is edited as data, and raise ContentFaults likewise.
    """
    try:
        for load in others:
            load()
        facts = load_facts()
        answers = load_content(asked.folder, facts, on=asked.on)
    except ContentFaults as found:
        print(found, file=sys.stderr)
        print(f"{len(found.faults)} to put right", file=sys.stderr)
        return 1
    overdue = [figure.what for figure in facts.money.values() if figure.overdue_since(asked.on)]
    print(f"{len(answers)} answers, {len(facts.money)} sums of money and {len(facts.areas)} areas are right")
    if overdue:
        print(f"not sent, because no rate is known any more: {'; '.join(overdue)}")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2027-03-01") from None
