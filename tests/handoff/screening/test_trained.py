"""The trained screen hears danger in whatever stands around it, says in which words, and fails safe."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.encoder import EncoderMismatch
from bot.vocabulary import load_vocabulary
from handoff.screening import service
from handoff.screening.trained import FOLDER, TrainedScreen
from handoff.screening.verdict import at_least, rank

SCREEN = TrainedScreen.load()
REFERENCE = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
QUANTISED = 0.12
"""How far a chance may move when the network is made four times as small."""

PRACTICAL = "hi can you tell me which bus goes to the college and if the bursary pays for the pass, "


def level(text: str, *before: str) -> str:
    findings = SCREEN.screen(text, before)
    return findings[0].level if findings else "routine"


@pytest.mark.parametrize("row", REFERENCE, ids=[row["text"] for row in REFERENCE])
def test_the_exported_network_scores_as_the_trained_one(row: dict) -> None:
    scores = SCREEN.scores(row["text"])
    assert scores.levels == pytest.approx(row["levels"], abs=QUANTISED)
    assert scores.categories == pytest.approx(row["categories"], abs=QUANTISED)
    assert (scores.none, scores.at_risk, scores.now) == pytest.approx(row["leaving"], abs=QUANTISED)


def test_its_categories_are_those_of_the_vocabulary() -> None:
    assert list(SCREEN._categories) == list(load_vocabulary().categories)


def test_danger_is_heard_without_a_dangerous_word() -> None:
    assert at_least(level("i keep thinking everyone would have it easier if i wasnt about anymore"), "urgent")
    assert level("what grades do i need for the plumbing course") == "routine"


@pytest.mark.parametrize(
    "before, after", [("", ""), (PRACTICAL, ""), ("", " " + PRACTICAL), (PRACTICAL, PRACTICAL * 6)]
)
def test_danger_is_heard_in_the_middle_of_something_practical(before: str, after: str) -> None:
    text = before + "mums boyfriend gets in my bed when hes been drinking" + after
    assert at_least(level(text), "urgent")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (
            "what's the bursary: £1,200? £475? (16-19...) & when's it paid?! " * 4,
            "my stepdad comes in my room",
        ),
        ("a.b.c.d.e.f.g." * 30, "i.want.to.kill.myself.tonight"),
    ],
)
def test_danger_is_heard_after_more_signs_than_the_network_reads_at_once(before: str, said: str) -> None:
    assert level(before) == "routine"
    assert at_least(level(before + said), "urgent")


def test_low_words_after_it_do_not_hide_an_emergency() -> None:
    """Each stretch of a long message is judged by itself; the gravest decides, not the saddest."""
    low = "i feel rubbish most days and i cry a lot and nobody at college talks to me and i miss my nan "
    words = ("i took some tablets before and i think im going to finish it. " + low * 6).split()
    assert rank(level(" ".join(words))) >= rank(level(" ".join(words[:30]))) >= rank("urgent")


def test_what_two_messages_say_only_together_is_heard() -> None:
    assert level("not being here") == "routine" and level("i keep thinking about") == "concern"
    assert at_least(level("not being here", "i keep thinking about"), "urgent")
    assert level("ok thanks", "what time do you open") == "routine"


@pytest.mark.parametrize(
    ("first", "then", "heard"),
    [
        ("nan pulls my hair out", "look its gone at the back", "urgent"),
        ("fell off the roof at work sunday", "been sick since n got a hedache that wont shift", "urgent"),
        ("the taxi didnt go to mine", "he parked up and locked it", "emergency"),
    ],
)
def test_what_is_a_worry_alone_is_heard_as_danger_with_what_was_said_before(
    first: str, then: str, heard: str
) -> None:
    assert level(then) == "concern"
    assert level(then, first) == heard


def test_the_words_that_mattered_are_the_persons_own() -> None:
    text = "Hi, what grades for college? my dad batters me most nights"
    (finding,) = SCREEN.screen(text)
    assert [text[start:end] for start, end in finding.spans] == list(finding.evidence)
    assert "batters" in " ".join(finding.evidence) and "college" not in " ".join(finding.evidence)
    assert (finding.detector, finding.version) == ("model", SCREEN.version)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400), st.lists(st.text(max_size=80), max_size=3))
def test_any_text_is_screened_without_failing(text: str, before: list[str]) -> None:
    for finding in SCREEN.screen(text, before):
        assert all(
            text[start:end] == said
            for (start, end), said in zip(finding.spans, finding.evidence, strict=True)
        )
    SCREEN.leaving(text)


def test_a_network_that_is_not_its_manifests_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(FOLDER, folder)
    (folder / "encoder.onnx").write_bytes(b"another")
    with pytest.raises(EncoderMismatch):
        TrainedScreen.load(folder)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network's file is not the one of its manifest."""
    monkeypatch.setattr(service, "trained_screen", lambda: None)


def test_without_its_network_phrases_run_alone(no_network: None) -> None:
    assert service.screen("i want to kill myself tonight").level == "emergency"
    assert service.hear_neet("left college in october got nothing") == "now"


async def test_readyz_says_when_the_network_cannot_be_used(client: TestClient, no_network: None) -> None:
    body = await (await client.get("/readyz")).json()
    assert (body["status"], body["checks"]["screening"]) == ("degraded", False)


def test_a_network_that_stumbles_loses_nothing_that_phrases_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(TrainedScreen, "screen", stumble)
    verdict = service.screen("i want to kill myself tonight")
    assert (verdict.level, "suicide" in verdict.categories) == ("emergency", True)
    assert service.screen("what time do you open").level == "urgent"


def test_phrases_that_stumble_lose_nothing_that_the_network_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble() -> None:
        raise RuntimeError

    monkeypatch.setattr(service, "phrase_screen", stumble)
    verdict = service.screen("ive took all the tablets in the cupboard")
    assert verdict.level == "emergency" and {one.detector for one in verdict.findings} >= {"model", "failure"}


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("my little sister told me our uncle touched her", set()),
        ("dad says i have to marry my cousin", {"forced_marriage"}),
        ("auntie says its my turn to be made clean this summer", {"fgm"}),
    ],
)
def test_helplines_that_help_with_one_thing_are_named_only_where_it_is_sure_of_it(
    text: str, about: set[str]
) -> None:
    [found] = SCREEN.screen(text)
    assert (found.level, {"fgm", "forced_marriage"} & set(found.categories)) == ("urgent", about)
