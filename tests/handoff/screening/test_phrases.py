"""What the phrase screen must hear in children's own words, and what it must leave alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.screening.language import hear_language
from handoff.screening.phrases import PhraseScreen
from handoff.screening.service import SHIPPED, phrase_screen
from handoff.screening.service import screen as screen_all
from handoff.screening.verdict import Verdict, at_least, rank

ENCODER = Path(__file__).resolve().parents[3] / "bot" / "models" / "encoder" / "tokenizer.json"
ENGLISH_WORDS = [
    word for word in json.loads(ENCODER.read_text())["model"]["vocab"] if word.isalpha() and len(word) > 4
]
TUNED_ON = "f"
"""The writer whose examples the phrases were tuned on."""
ROWS = [
    row
    for file in sorted((SHIPPED / "examples").glob("*.yml"))
    for row in yaml.safe_load(file.read_text(encoding="utf-8"))
    if row["writer"] == TUNED_ON
]


def screen(text: str, *, before: Sequence[str] = (), question: str | None = None) -> Verdict:
    """What the phrases alone say."""
    return Verdict.of(phrase_screen().screen(text, before, question))


def texts(expected: str) -> list[str]:
    return [text for row in ROWS if expected in (row["level"], row.get("category")) for text in row["texts"]]


def share_at_least(expected: str, bar: str) -> float:
    heard = [at_least(screen_all(text).level, bar) for text in texts(expected)]  # type: ignore[arg-type]
    return sum(heard) / len(heard)


def test_emergencies_are_heard() -> None:
    assert share_at_least("emergency", "urgent") >= 0.98
    assert share_at_least("emergency", "emergency") >= 0.95


def test_disclosures_are_heard() -> None:
    assert share_at_least("urgent", "urgent") >= 0.95


def test_worries_are_heard() -> None:
    assert share_at_least("concern", "concern") >= 0.90


def test_look_alikes_and_everyday_questions_are_left_alone() -> None:
    assert share_at_least("lookalike", "urgent") <= 0.03
    assert share_at_least("ordinary", "urgent") <= 0.005


WITH_CATEGORIES = [
    (text, row["category"])
    for row in ROWS
    if "category" in row and row["level"] in ("emergency", "urgent")
    for text in row["texts"][:3]
]


@pytest.mark.parametrize(("text", "category"), WITH_CATEGORIES)
def test_the_category_heard_is_the_one_said(text: str, category: str) -> None:
    near = {"third_party", "distress"}  # someone else's danger is also heard as what it is
    assert {category} & set(screen(text).categories) or near & {category}


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("i want to become a nurse but i want to die", "urgent"),
        ("i want to study nursing but i want to die tonight ive got pills", "emergency"),
        ("is there a course about suicide prevention", "routine"),
        ("i feel suicidal and i want to work with kids", "urgent"),
        ("i dont want to kill myself but i feel rubbish", "concern"),
        ("i used to self harm years ago but im all better now", "routine"),
        ("my dad used to hit me when i was little", "urgent"),
        ("my dad used to hit me but social services dealt with it and he moved out", "concern"),
        ("u n a l i v e  m y s e l f", "urgent"),
        ("s3lf h4rm", "urgent"),
        ("can you help me with my cv now", "routine"),
        ("i got kicked out of college", "routine"),
        ("my tutor messaged me about my coursework at night", "routine"),
        ("my sister is going out with a plumber can he give me work", "routine"),
    ],
)
def test_what_is_said_decides_not_the_words_around_it(text: str, level: str) -> None:
    assert screen(text).level == level


def test_an_answer_is_heard_together_with_its_question() -> None:
    assert at_least(screen("no one he kicked me out", question="Who do you live with?").level, "urgent")


def test_a_disclosure_is_heard_across_two_messages() -> None:
    assert at_least(screen("kill myself", before=["i want to"]).level, "urgent")


def test_a_message_that_speaks_for_itself_is_not_joined_to_the_one_before() -> None:
    assert screen("my dad hits me", before=["no adviser"]).categories == ("physical_abuse",)


@pytest.mark.parametrize(
    ("text", "level", "category"),
    [
        ("im pregnant by my stepdad", "urgent", "sexual_abuse"),
        ("my tutor got me pregnant", "urgent", "allegation"),
        ("im 13 and pregnant", "urgent", "sexual_abuse"),
        ("15 and pregnant what now", "concern", "sexual_abuse"),
        ("whatever, wont be here for my 18th anyway", "concern", "suicide"),
        ("sorry for everything, goodbye", "emergency", "suicide"),
        ("goodbye world", "concern", "suicide"),
        ("got my way out all planned", "concern", "suicide"),
        ("gonna bring something into college n theyll be sorry", "urgent", "radicalisation"),
        ("ive taken pills", "emergency", "medical"),
        ("its freezing where do i go tonight", "urgent", "homelessness"),
        ("we are living out of the van", "urgent", "homelessness"),
        ("there are people after me", "urgent", "criminal_exploitation"),
        ("got new airpods off this older man", "concern", "grooming"),
    ],
)
def test_what_is_only_hinted_at_is_heard(text: str, level: str, category: str) -> None:
    verdict = screen(text)
    assert verdict.level == level and category in verdict.categories


@pytest.mark.parametrize(
    "text",
    [
        "can i cut my apprenticeship short",
        "they cut my ema",
        "i cut hair for a living",
        "my sister hit all her targets",
        "my nan beat covid",
        "she beat me to the interview",
        "i have nowhere to go for college",
        "my placement is ending and ive got nowhere to go",
        "my sixth form is going to kick me out for attendance",
        "i want to get married someday",
        "my tutor is touching on fractions",
        "im not suicidal or anything",
        "im 17 and 13 weeks pregnant",
        "my girlfriend is pregnant by me, were 17",
        "im in france so i wont be here for results day",
        "goodbye everyone and thanks for the help",
        "i take pills for my asthma",
        "ive taken my tablets",
        "the person after me in the queue",
    ],
)
def test_ordinary_talk_in_grave_words_is_left_alone(text: str) -> None:
    assert screen(text).level == "routine"


@pytest.mark.parametrize(
    "text",
    [
        "im not suicidal or anything but i want to die",
        "my course is ending and i got nowhere to sleep",
        "dad says he will kick me out if i fail",
        "my mum beat me to the floor",
        "my mum wants me to get married",
    ],
)
def test_danger_beside_ordinary_talk_is_still_heard(text: str) -> None:
    assert at_least(screen(text).level, "urgent")


def test_evidence_is_of_this_message_where_the_danger_was_named_before() -> None:
    (finding,) = screen("i have a rope", before=["i want to die"]).findings
    assert finding.level == "emergency" and finding.evidence == ("have a rope",)


def test_evidence_is_the_persons_own_words() -> None:
    (finding,) = screen("Hi. i  WANNA   die ok").findings
    assert finding.evidence == ("WANNA   die",) and finding.detector == "phrases"


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "salaam",
        "cześć",
        "merhaba",
        "wagwan fam wys g",
        "bruv dis ting is peak still",
        "wot is dis",
        "hru g",
        "no ma me",
        "a e i o u y z",
    ],
)
def test_a_greeting_or_slang_is_not_a_foreign_language(text: str) -> None:
    assert hear_language(text) is None or not hear_language(text).more


@pytest.mark.parametrize(
    "text",
    [
        "waxaan rabaa inaan wax barto laakiin ma garanayo meesha",
        "я хочу вчитися в коледжі",
        "أريد أن أدرس في الكلية",
        "selam yardim lazim",
        "pershendetje me duhet ndihme",
    ],
)
def test_a_message_in_another_language_is_read_the_same_day(text: str) -> None:
    verdict = screen_all(text)
    assert (verdict.level, verdict.findings[0].detector) == ("concern", "language")


@pytest.mark.parametrize(
    "text",
    [
        "my ex might find me",
        "scared he will find me",
        "my ex found out where i live",
        "what if my dad finds out where we live",
    ],
)
def test_someone_who_may_find_them_is_heard_as_urgent(text: str) -> None:
    assert screen(text).level == "urgent"


@pytest.mark.parametrize("text", ["my ex will find me a job lol", "worried no one will find me a course"])
def test_someone_who_may_find_them_a_job_is_not(text: str) -> None:
    assert screen(text).level == "routine"


def test_a_screen_that_fails_sends_the_message_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(PhraseScreen, "screen", broken)
    verdict = screen_all("anything")
    assert (verdict.level, verdict.findings[0].detector) == ("urgent", "failure")


@settings(deadline=None, max_examples=200)
@given(st.text(), st.lists(st.text(), max_size=4), st.none() | st.text())
def test_any_text_gets_a_verdict_without_failing(text: str, before: list[str], question: str | None) -> None:
    verdict = screen_all(text, before=before, question=question)
    assert all(finding.detector != "failure" for finding in verdict.findings)


@given(st.integers(0, 60), st.integers(0, 60))
@settings(deadline=None, max_examples=30)
def test_a_disclosure_is_heard_wherever_it_stands(words_before: int, words_after: int) -> None:
    filler = "i would like to know about the bus to college please thank you "
    text = filler * words_before + "and my dad hits me " + filler * words_after
    assert rank(screen(text).level) >= rank("urgent")


def test_no_english_word_is_read_as_a_dangerous_one() -> None:
    """Spelling is forgiven towards words that matter; a real word must not be bent that way."""
    spelled = phrase_screen().plain
    meant = yaml.safe_load((SHIPPED / "spelling.yml").read_text(encoding="utf-8"))["respell"]
    bent = [word for word in ENGLISH_WORDS if word not in meant and spelled(word) not in ([word], [])]
    assert [word for word in bent if at_least(screen(f"i am {word}").level, "urgent")] == []


def test_the_version_names_the_phrases_that_were_used() -> None:
    assert PhraseScreen.load(SHIPPED).version == screen("i want to die").findings[0].version
