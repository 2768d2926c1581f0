"""A set read by its parts and put together again is the same set; what one part says is all that changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary import load_vocabulary
from handoff.content.areas import load_areas
from handoff.screening import sets
from handoff.screening.editions.checks import faults_of
from handoff.screening.editions.parts import changes, parts, split_choices, with_part
from handoff.screening.phrases import PhraseScreen

BODIES = {kind: sets.read_set(kind) for kind in sets.FILES}
PARTS = [(kind, key) for kind, body in BODIES.items() for key in parts(kind, body)]


@pytest.mark.parametrize(("kind", "key"), PARTS)
def test_a_part_put_back_as_it_was_changes_nothing_and_has_no_fault(kind: str, key: str) -> None:
    body = BODIES[kind]
    part = parts(kind, body)[key]
    again = with_part(kind, body, part)
    assert changes(kind, body, again) == [] and parts(kind, again) == parts(kind, body)
    assert faults_of(kind, body, part, load_vocabulary().categories, load_areas().values()) == {}


def test_every_shipped_word_is_in_some_part() -> None:
    """Nothing can change in an edition without being seen as a change."""
    body = BODIES["phrases"]
    for word in ("paracetamol", "hvnt", "hopeless", "danger_now"):
        assert word in str(parts("phrases", body))


@pytest.mark.parametrize(
    ("key", "line", "told"),
    [
        ("nearness", "suicide near now", "write it as"),
        ("nearness", "suicide: nothing within 8 = emergency", "not a marker"),
        ("nearness", "suicide: now within 8 = dreadful", "not a level"),
        ("spelling-respell", "kms", "write it as"),
        ("spelling-fillers", "two words", "more than one word"),
        ("spelling-emoji", "x = two words", "one word"),
        ("slot-kin", "my <kin>", "holds itself"),
        ("slot-kin", "<they>", "back to itself"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(key: str, line: str, told: str) -> None:
    body = BODIES["phrases"]
    part = parts("phrases", body)[key]
    found = faults_of("phrases", body, replace(part, lines=(*part.lines, line)), (), ())
    assert told in found["lines"][0] and f"line {len(part.lines) + 1}:" in found["lines"][0]


def test_new_text_speak_is_undone_once_it_is_in_the_list() -> None:
    body = BODIES["phrases"]
    part = parts("phrases", body)["spelling-respell"]
    changed = with_part("phrases", body, replace(part, lines=(*part.lines, "unfogged = i want to die")))
    assert PhraseScreen.of(body).screen("unfogged") == []
    assert [one.level for one in PhraseScreen.of(changed).screen("unfogged")] == ["urgent"]


@given(st.lists(st.text("ab ()", min_size=1), min_size=1))
def test_choices_joined_by_bars_come_apart_again(choices: list[str]) -> None:
    balanced = [choice.replace("(", "").replace(")", "") or "x" for choice in choices]
    assert split_choices("|".join(balanced)) == balanced
    assert split_choices("a|b (c|d)|e") == ["a", "b (c|d)", "e"]
