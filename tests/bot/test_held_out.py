"""The held-out questions are really held out: enough a topic, and none nearly repeats what is trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import learnt
from tests.bot.servers import ROOT
from tests.likeness import near_repeats, words

LEAST_A_TOPIC = 6

ROWS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "topics.yml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def examples() -> list[str]:
    return [text for text, _ in learnt.examples()]


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
    assert near_repeats([text for row in ROWS for text in row["questions"]], examples) == []
