"""Phrases of leaving learning and work: heard alone, and saying how far the trained screen is believed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.screening import service as screening
from handoff.screening import sets
from handoff.screening.leaving import Leaving, leaving_phrases
from handoff.screening.service import hear_neet

PHRASES = leaving_phrases()


class HalfSure:
    """A trained screen that finds every message as likely as a test says to be of somebody who is leaving."""

    def __init__(self, chance: float) -> None:
        self.chance = chance

    def leaving(self, text: str, least: float | None = None) -> Leaving | None:
        return "at_risk" if self.chance >= (0.62 if least is None else least) else None


@pytest.fixture
def no_trained_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "trained_screen", lambda: None)


def believes(monkeypatch: pytest.MonkeyPatch, chance: float) -> None:
    monkeypatch.setattr(screening, "trained_screen", lambda: HalfSure(chance))


@pytest.mark.usefixtures("no_trained_screen")
@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("left colege in october n got nowt on since", "now"),
        ("no college no job, just sat at my nans all day", "now"),
        ("between things", "now"),
        ("doing sod all since summer", "now"),
        ("av bin owt of werk sins crismas, no job no colij", "now"),
        ("let all us young ones go", "now"),
        ("bags are packed, i am coming home from uni", "at_risk"),
        ("they put me on an improvement plan again", "at_risk"),
        ("what does a cv need? i got kicked out of sixth form last month", "now"),
        ("my daughter dropped out of her course and is at home all day", "now"),
        ("i lost my apprenticeship in january", "now"),
        ("im on my last warning at college", "at_risk"),
        ("thinking about dropping out of college", "at_risk"),
        ("course ends in june then nothing lined up", "at_risk"),
        ("they keep saying they will kick me off my course", "at_risk"),
        ("i heard they took me off the roll", "now"),
        ("college wrote to me, kicked off my course", "now"),
        ("got an email, kicked out of college", "now"),
        ("my school emailed mum, im permanently excluded", "now"),
        ("expelled in march. i have one gcse", "now"),
        ("i have one thing to say i got kicked out of college", "now"),
        ("i quit college and on my phone all day", "now"),
    ],
)
def test_what_is_said_plainly_is_heard_without_the_trained_screen(text: str, heard: str) -> None:
    assert hear_neet(text) == heard


@pytest.mark.usefixtures("no_trained_screen")
@pytest.mark.parametrize(
    "text",
    [
        "what happens if i drop out of college",
        "can i leave college at 17",
        "if i quit sixth form does my mum lose child benefit",
        "my brother left college and got a job",
        "my friend is on her last warning",
        "dropped out of college but back in college now",
        "left college for an apprenticeship, started on monday",
        "i left my bag at the library",
        "how much is the bursary and when is it paid",
        "",
    ],
)
def test_a_question_a_what_if_and_somebody_elses_story_are_left_alone(text: str) -> None:
    assert hear_neet(text) is None


def test_a_phrase_is_believed_where_the_trained_screen_hardly_hears_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    believes(monkeypatch, 0.2)
    assert hear_neet("between things") == "now"
    assert hear_neet("my bus was late") is None


def test_a_phrase_alone_is_not_believed_where_the_trained_screen_is_sure_of_the_opposite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    believes(monkeypatch, 0.02)
    assert hear_neet("between things") is None


@pytest.mark.parametrize(
    "text",
    [
        "what courses are there? how do i apply?",
        "im working full time and dont need college",
        "im getting bullied in maths",
        "at college now doing level 2, its alright",
    ],
)
def test_questions_and_people_in_learning_or_work_need_more_than_a_doubt(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    believes(monkeypatch, 0.5)
    assert hear_neet("my days all look the same") == "at_risk"
    assert hear_neet(text) is None


@pytest.mark.parametrize(
    "text",
    ["i was at college and got kicked out in october", "he finished school early today and got kicked out"],
)
def test_where_they_were_before_is_no_doubt(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    believes(monkeypatch, 0.5)
    assert hear_neet(text) == "at_risk"


@pytest.mark.parametrize("text", ["what courses are there? how do i apply?", "im getting bullied in maths"])
def test_what_the_trained_screen_is_sure_of_is_heard_all_the_same(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    believes(monkeypatch, 0.95)
    assert hear_neet(text) == "at_risk"


@pytest.mark.parametrize(
    "text",
    [
        "im between lessons",
        "home all day, its half term",
        "my contract is permanent now",
        "my ni number never came",
        "im not leaving college just moving group",
    ],
)
def test_what_sounds_alike_is_heard_only_where_the_trained_screen_is_all_but_certain(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    believes(monkeypatch, 0.96)
    assert hear_neet(text) is None
    believes(monkeypatch, 0.99)
    assert hear_neet(text) == "at_risk"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped files that is used in their place."""
    copy = tmp_path / "screening"
    shutil.copytree(sets.SHIPPED, copy, ignore=shutil.ignore_patterns("examples"))
    monkeypatch.setattr(sets, "SHIPPED", copy)
    leaving_phrases.cache_clear()
    yield copy
    leaving_phrases.cache_clear()


def test_changed_phrases_that_nobody_sealed_are_not_used_and_the_trained_screen_goes_on(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    file = folder / sets.LEAVING
    file.write_text(file.read_text(encoding="utf-8").replace("between things", "chips"), encoding="utf-8")
    believes(monkeypatch, 0.7)
    assert leaving_phrases() is None
    assert hear_neet("my bus was late") == "at_risk"
    assert any(sets.LEAVING in fault for fault in sets.faults_beside(folder))


def test_sealed_changes_are_used(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    file = folder / sets.LEAVING
    file.write_text(file.read_text(encoding="utf-8").replace("between things", "feet up"), encoding="utf-8")
    sets.seal(folder)
    believes(monkeypatch, 0.2)
    assert hear_neet("feet up") == "now"


WORDS = st.sampled_from(
    "if i left my college no job and what happens ? . can since nothing 😀 ' not in - ((".split()
)


@given(st.lists(WORDS, max_size=400).map(" ".join) | st.text(max_size=400))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read(text: str) -> None:
    assert PHRASES is not None
    assert PHRASES.hear(text).leaving in (None, "now", "at_risk")


@pytest.mark.parametrize(
    "part", ["if nothing since ", "hi so and ", "can i leave college ", "a", "?", "not in "]
)
def test_the_longest_message_is_read_to_an_end(part: str) -> None:
    assert PHRASES is not None
    long = part * (65_536 // len(part))
    assert PHRASES.hear(long).leaving in (None, "now", "at_risk")


def test_the_words_of_a_phrase_are_the_persons_own_in_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    believes(monkeypatch, 0.2)
    text = "how much is the bursary. got kicked out of college last month. bus was late"
    found = next(one for one in screening.screen(text).findings if one.detector == screening.NEET)
    assert found.evidence == ("got kicked out of college last month",)
