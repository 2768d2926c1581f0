"""What the bench asks: the questions held back from training, in conversations that are the same each run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from handoff.screening.service import screen
from ops.console import ROOT

TURNS = 10
# These hand the conversation to a person or start a form; the rest are answered and the next follows.
LEADS_AWAY = {"talk-to-person", "register-for-benefits"}
QUIET_FROM = {"urgent", "emergency"}
HEARD_TOGETHER = 5
OUT_OF_SCOPE = "out_of_scope"
HELD_OUT = ROOT / "tests/bot/topics.yml"


@dataclass(frozen=True)
class HeldOut:
    """A message that nothing was trained on, and what it is about: a topic, or an intent that has none."""

    text: str
    expected: str
    is_topic: bool


def held_out() -> list[HeldOut]:
    """Every message of the held-out file, in its order."""
    rows = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))
    return [
        HeldOut(text, row.get("topic") or row["intent"], "topic" in row)
        for row in rows
        for text in row["questions"]
    ]


def answers() -> list[dict[str, Any]]:
    """Every shipped answer that has example questions."""
    files = sorted((ROOT / "data/content").glob("*.yml"))
    entries = [entry for file in files for entry in yaml.safe_load(file.read_text())]
    return [entry for entry in entries if entry.get("examples")]


@cache
def questions() -> list[str]:
    """The held-back questions about those answers, in a settled order."""
    slugs = {answer["slug"] for answer in answers()} - LEADS_AWAY
    return [row.text for row in held_out() if row.is_topic and row.expected in slugs]


def conversations(seed: int) -> Iterator[list[str]]:
    """Without end, lists of ten different questions; one seed always gives the same lists."""
    chance, asked = random.Random(seed), questions()
    while True:
        drawn = chance.sample(asked, TURNS)
        if _is_calm(drawn):
            yield drawn


def _is_calm(asked: list[str]) -> bool:
    """Whether the bot answers to the end: drawn lots may together sound like a child in danger."""
    before = (asked[max(0, place - HEARD_TOGETHER) : place] for place in range(TURNS))
    return all(
        screen(question, before=earlier).level not in QUIET_FROM
        for question, earlier in zip(asked, before, strict=True)
    )
