"""What the phrases must hear in the languages the service greets in, in words they were not written from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient

from handoff.screening.service import phrase_screen, screen
from handoff.screening.verdict import Level, Verdict, at_least
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import make_chat

ROWS = yaml.safe_load((Path(__file__).parent / "held_out_languages.yml").read_text(encoding="utf-8"))
LANGUAGES = sorted({row["language"] for row in ROWS})


def level(text: str) -> Level:
    """What the phrases alone say."""
    return Verdict.of(phrase_screen().screen(text)).level


def texts(language: str, *levels: str) -> list[str]:
    return [
        text
        for row in ROWS
        if row["language"] == language and row["level"] in levels
        for text in row["texts"]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_heard_in_the_language_it_is_told_in(language: str) -> None:
    danger = texts(language, "urgent", "emergency")
    missed = [text for text in danger if not at_least(level(text), "urgent")]
    assert len(missed) <= 0.2 * len(danger), missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyday_questions_in_another_language_are_left_alone(language: str) -> None:
    assert [text for text in texts(language, "routine") if at_least(level(text), "urgent")] == []


@pytest.mark.parametrize(
    "text",
    [
        "wallah my abu hits me",
        "my ammi and abbu want rishta for me",
        "me pegan at home",
        "my baba said he will kill me if i talk",
        "ngl chce sie zabic",
    ],
)
def test_danger_is_heard_in_english_mixed_with_a_home_language(text: str) -> None:
    assert at_least(level(text), "urgent")


@pytest.mark.parametrize(
    "text",
    [
        "hola tengo miedo my uncle touches me when nobody is home",
        "czesc nie wiem co robic, my stepdad hits me every night and i am scared to go home",
        "merhaba lütfen yardım, he locked me in and i want to die",
    ],
)
def test_danger_told_in_english_after_another_language_is_heard(text: str) -> None:
    assert at_least(screen(text).level, "urgent")


@pytest.mark.parametrize(
    ("before", "text"),
    [("nie rozumiem po angielsku, szukam pracy", "tak"), ("quiero un trabajo por favor", "vale")],
)
def test_a_word_after_another_language_is_not_read_on_from_it_as_english(before: str, text: str) -> None:
    assert not at_least(screen(text, before=[before]).level, "concern")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyday_questions_in_another_language_wait_for_a_person_and_no_more(language: str) -> None:
    assert [text for text in texts(language, "routine") if at_least(screen(text).level, "urgent")] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quiero morir", "urgent"),
        ("quiero morir esta noche", "emergency"),
        ("bu gece ölmek istiyorum", "emergency"),
        ("хочу умереть сегодня", "emergency"),
    ],
)
def test_tonight_makes_it_an_emergency_in_other_languages_too(text: str, said: str) -> None:
    assert level(text) == said


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("je ne veux plus vivre", "suicide"),
        ("mon père me bat", "physical_abuse"),
        ("mon oncle m'a touchée", "sexual_abuse"),
        ("je dors dehors", "homelessness"),
        ("non voglio più vivere", "suicide"),
        ("mio padre mi ha picchiato", "physical_abuse"),
        ("mi hanno buttata fuori di casa", "homelessness"),
        ("मैं जीना नहीं चाहती", "suicide"),
        ("पापा मुझे रोज़ पीटते हैं", "physical_abuse"),
        ("mujhe ghar se nikal diya", "homelessness"),
        ("meri zabardasti shaadi", "forced_marriage"),
        ("میں خودکشی کر لوں گا", "suicide"),
        ("امی مجھے مارتی ہیں", "physical_abuse"),
        ("我不想活了", "suicide"),
        ("妈妈总是打我", "physical_abuse"),
        ("他强奸了我", "sexual_abuse"),
    ],
)
def test_the_gravest_things_are_urgent_in_french_italian_hindi_urdu_and_chinese(
    text: str, category: str
) -> None:
    verdict = Verdict.of(phrase_screen().screen(text))
    assert verdict.level == "urgent" and category in verdict.categories


@pytest.mark.parametrize(
    "text",
    [
        "je cherche du travail",
        "on m'a viré du lycée",
        "mi tocca studiare stasera",
        "मुझे नौकरी चाहिए",
        "mujhe college jana hai",
        "مجھے کام چاہیے",
        "请打我电话",
        "想死你了",
    ],
)
def test_everyday_words_of_those_languages_are_left_alone(text: str) -> None:
    assert level(text) == "routine"


@pytest.mark.parametrize(
    ("bare", "accented"),
    [("chce sie zabic", "chcę się zabić"), ("olmek istiyorum", "Ölmek İstiyorum"), ("ma omor", "mă omor")],
)
def test_accents_and_capitals_make_no_difference(bare: str, accented: str) -> None:
    assert level(bare) == level(accented) == "urgent"


@pytest.mark.parametrize(
    "text",
    [
        "mam 17 lat i od września szukam pracy",  # "i od" is "and since", not an overdose
        "me echaron del colegio",
        "wyrzucili mnie ze szkoły",
        "babam çalışmamı istiyor",
        "me corté el pelo hoy",
        "my abbu wants me to do medicine",
        "boję się rozmowy kwalifikacyjnej",
    ],
)
def test_words_that_only_look_dangerous_are_left_alone(text: str) -> None:
    assert level(text) == "routine"


@pytest.mark.parametrize("text", ["nataka kusoma", "es meklēju darbu", "mo fe ka iwe"])
def test_words_that_nobody_here_can_read_are_for_a_person_and_not_said_to_be_about_anything(
    text: str,
) -> None:
    verdict = screen(text)
    assert (verdict.level, verdict.categories) == ("urgent", ())


async def test_whoever_writes_them_is_told_of_a_person_and_of_no_forced_marriage(
    client: TestClient[Any, Any], sam: Colleague
) -> None:
    chat = await make_chat(client, "camden")
    [said] = await chat.say("es meklēju darbu")
    assert said["kind"] == "safety" and "Childline" in said["text"] and "Marriage" not in said["text"]
    _, body = await sam.get("/api/staff/cases")
    assert [(case["reason"], case["level"]) for case in body["cases"]] == [("safeguarding", "urgent")]
    assert "es meklēju darbu" in await sam.page(f"/staff/cases/{body['cases'][0]['id']}")


async def test_a_worry_in_words_that_nobody_here_can_read_is_answered_as_one(
    client: TestClient[Any, Any],
) -> None:
    verdict = screen("sadd strssd")
    assert (verdict.level, verdict.categories) == ("concern", ("distress", "suicide"))
    chat = await make_chat(client, "camden")
    said = await chat.say("sadd strssd")
    assert said[0]["text"].startswith("Thanks for telling me. That sounds hard")


def test_what_is_heard_on_from_words_that_can_be_read_is_about_those() -> None:
    assert screen("2nite").level == "routine"
    verdict = screen("2nite", before=["i cant do this anymore"])
    assert (verdict.level, "suicide" in verdict.categories) == ("emergency", True)


@pytest.mark.parametrize(
    "said", ["aabahay ayaa i garaaca", "adeerkay baa i feedha", "hooyaday ayaa i garaacayay"]
)
def test_somali_that_says_who_hits_them_is_heard_in_the_form_it_then_takes(said: str) -> None:
    verdict = screen(said)
    assert (verdict.level, verdict.categories) == ("urgent", ("physical_abuse",))


def test_what_is_heard_on_from_words_that_cannot_be_read_is_about_nothing() -> None:
    verdict = screen("leo", before=["i like maths at college", "nataka kuolewa", "nataka kusoma"])
    assert (verdict.level, verdict.categories) == ("urgent", ())


async def test_worries_that_nobody_here_can_read_add_up_and_name_no_helpline(
    client: TestClient[Any, Any],
) -> None:
    assert screen("nataka kulala").categories == ("homelessness",)
    chat = await make_chat(client, "camden")
    for _ in range(2):
        await chat.say("nataka kulala")
    [said] = await chat.say("nataka kulala")
    assert said["kind"] == "safety" and "Runaway" not in said["text"]


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("mujhe maar dalega mera baap", "physical_abuse"),
        ("abbu mujhe jaan se maar denge", "physical_abuse"),
        ("tata mnie zabije", "physical_abuse"),
        ("tata o sa ma omoare", "physical_abuse"),
        ("baba ataniua", "physical_abuse"),
        ("main khud ko maar dalungi", "suicide"),
        ("nataka kujiua", "suicide"),
    ],
)
def test_a_threat_to_kill_is_heard_in_more_languages(said: str, category: str) -> None:
    verdict = screen(said)
    assert verdict.level in ("urgent", "emergency") and category in verdict.categories


@pytest.mark.parametrize("said", ["mujhe maar daala exam ne", "khud ko improve karna hai"])
def test_what_only_sounds_like_one_is_none(said: str) -> None:
    assert screen(said).level in ("routine", "concern")
