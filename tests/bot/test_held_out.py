"""The held-out questions are really held out: enough a topic, and none nearly repeats what is trained on."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bot.servers import ROOT

GRAM = 5
NEARLY_THE_SAME = 0.6
LEAST_A_TOPIC = 6
SHORTEST = 12
"""Letters below which a message ("is this a bot") has too few ways to be said to compare."""

ROWS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "topics.yml").read_text(encoding="utf-8")
)


def words(text: str) -> str:
    """A message without its case and punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def grams(text: str) -> frozenset[str]:
    """The runs of five characters in a message, its edges included."""
    padded = f" {words(text)} "
    return frozenset(padded[at : at + GRAM] for at in range(max(1, len(padded) - GRAM + 1)))


def trained_on() -> list[str]:
    """Every text the assistant learns from: examples, the titles of answers, and what engineers own."""
    answers = [
        answer
        for file in sorted((ROOT / "data" / "content").glob("*.yml"))
        for answer in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
    own = [
        block["examples"]
        for file in sorted((ROOT / "data" / "nlu").glob("*.yml"))
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
    ]
    spoken = [line[2:].strip() for text in own for line in text.splitlines() if line.startswith("- ")]
    asked = [answer for answer in answers if answer.get("examples")]
    return [text for answer in asked for text in [answer["title"], *answer["examples"]]] + spoken


@pytest.fixture(scope="module")
def examples() -> list[str]:
    return trained_on()


def test_every_topic_has_at_least_six_held_out_questions():
    asked = {row["topic"]: len(row["questions"]) for row in ROWS if "topic" in row}
    slugs = [
        answer["slug"]
        for file in sorted((ROOT / "data" / "content").glob("*.yml"))
        for answer in yaml.safe_load(file.read_text(encoding="utf-8"))
        if answer.get("examples")
    ]
    assert {slug: asked.get(slug, 0) for slug in slugs if asked.get(slug, 0) < LEAST_A_TOPIC} == {}


def test_no_held_out_message_is_trained_on(examples):
    known = {words(text) for text in examples}
    rows = [row for row in ROWS if row.get("intent") not in ("greet", "thanks", "goodbye")]
    assert [text for row in rows for text in row["questions"] if words(text) in known] == []


def test_no_held_out_message_nearly_repeats_an_example(examples):
    """Shared runs of five characters, as a part of all that either has: at most 0.6."""
    trained = [grams(text) for text in examples]
    holders: dict[str, list[int]] = {}
    for place, run in enumerate(trained):
        for gram in run:
            holders.setdefault(gram, []).append(place)
    close = []
    for text in (text for row in ROWS for text in row["questions"] if len(text) >= SHORTEST):
        own = grams(text)
        shared = Counter(place for gram in own for place in holders.get(gram, ()))
        close += [
            (text, examples[place])
            for place, count in shared.items()
            if count / len(own | trained[place]) > NEARLY_THE_SAME
        ]
    assert close == []
