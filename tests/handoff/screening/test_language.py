"""Other languages are heard with and without their accents and scripts; slang and names never are."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from handoff.screening.language import Heard, asked_language, hear_language
from handoff.screening.languages import shipped_languages
from handoff.screening.service import screen

ROOT = Path(__file__).resolve().parents[3]

HELP_WANTED = {
    "pl": ["nie wiem jak sie zapisac na kurs", "szukam pracy na weekend", "potrzebuję pomocy"],
    "so": ["waxaan rabaa inaan shaqo helo", "sidee baan kuliyad u geli karaa"],
    "bn": ["আমি একটা কাজ খুঁজছি", "ami college e porte chai", "amar kichu taka lagbe"],
    "ar": ["أريد أن أتعلم الإنجليزية", "bdi at3allam english", "mumkin tsa3edni ala2i shoghl"],
    "es": ["quiero aprender ingles", "¿dónde puedo estudiar?", "mi hermano busca trabajo"],
    "uk": ["де можна вивчати англійську", "shukayu robotu", "мій брат хоче до коледжу"],
    "pt": ["quero aprender inglês", "nao consigo pagar o autocarro", "onde posso estudar"],
    "ro": ["vreau sa merg la scoala", "îmi trebuie bani de autobuz", "caut un loc de muncă"],
    "tr": ["ingilizce öğrenmek istiyorum", "okul icin para lazim", "nerede çalışabilirim"],
}


def english_lines() -> list[str]:
    """Every example question and every held-out one."""
    files = sorted((ROOT / "data" / "content").glob("*.yml"))
    answers = [one for file in files for one in yaml.safe_load(file.read_text(encoding="utf-8"))]
    held = yaml.safe_load((ROOT / "tests" / "bot" / "topics.yml").read_text(encoding="utf-8"))
    asked = [text for row in held if row.get("intent") != "other_language" for text in row["questions"]]
    return [*asked, *(text for one in answers for text in one.get("examples") or [])]


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code in HELP_WANTED for text in HELP_WANTED[code]]
)
def test_a_call_for_help_is_heard_in_its_language_and_read_the_same_day(code: str, text: str) -> None:
    assert hear_language(text) == Heard(code, more=True)
    verdict = screen(text)
    assert verdict.level == "concern"
    assert [found.version for found in verdict.findings if found.detector == "language"] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("привіт", "uk"),
        ("merhaba", "tr"),
        ("hola maria", "es"),
        ("dziękuję bardzo", "pl"),
        ("haa fiican", "so"),
        ("谢谢", "zh"),
        ("你好，谢谢你", "zh"),
        ("好的谢谢", "zh"),
        ("ありがとう！", "ja"),
        ("안녕하세요", "ko"),
        ("ขอบคุณครับ", "th"),
        ("जी नहीं, धन्यवाद", "hi"),
        ("ਹਾਂ ਜੀ", "pa"),
        ("جی ہاں", "ur"),
        ("guten Morgen danke", "de"),
    ],
)
def test_a_greeting_thanks_or_yes_has_a_language_and_is_no_case(text: str, code: str) -> None:
    assert hear_language(text) == Heard(code, more=False)
    assert screen(text).level == "routine"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("死", "zh"),
        ("不好", "zh"),
        ("怕", "zh"),
        ("殺される", "ja"),
        ("살려줘", "ko"),
        ("กลัว", "th"),
        ("डर", "hi"),
        ("ਬਚਾਓ", "pa"),
        ("ڈر", "ur"),
        ("ترس", "fa"),
        ("خوف", "ar"),
        ("помогите", "ru"),
        ("φοβάμαι", "el"),
        ("korktum korkuyordum", "tr"),
        ("ratunku", "pl"),
        ("j'ai peur", "fr"),
        ("ho paura", "it"),
        ("tôi sợ", "vi"),
        ("meine mutter schlägt mich", "de"),
        ("bojím sa otca", "cs"),
        ("jag är rädd", "sv"),
        ("mijn vader slaat mij", "nl"),
        ("ভয়", "bn"),
    ],
)
def test_a_word_or_two_that_are_no_greeting_are_read_the_same_day(text: str, code: str) -> None:
    assert hear_language(text) == Heard(code, more=True)
    assert screen(text).level != "routine"


def test_every_language_knows_its_own_greetings_for_what_they_are() -> None:
    languages = shipped_languages()
    scripts = {option for options in languages.scripts.values() for option, _ in options}
    greeted = {code for codes in languages.greetings.values() for code in codes}
    assert scripts - greeted == set()


@pytest.mark.parametrize("text", ["suicide", "suicidal", "mutter", "mig welding", "¯\\_(ツ)_/¯", "π"])
def test_a_single_english_word_or_a_sign_is_no_other_language(text: str) -> None:
    assert hear_language(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("زه کار غواړم", "ps"),
        ("مجھے نوکری چاہیے", "ur"),
        ("دنبال کار می‌گردم", "fa"),
        ("я ищу работу", "ru"),
        ("търся работа", "bg"),
        ("ስራሕ እደሊ ኣለኹ", "ti"),
        ("我想找工作", "zh"),
    ],
)
def test_languages_of_one_script_are_told_apart(text: str, code: str) -> None:
    assert hear_language(text) == Heard(code, more=True)


def test_no_english_question_is_taken_for_another_language() -> None:
    assert [text for text in english_lines() if hear_language(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "wagwan fam wys g",
        "wallah bro im finished",
        "salaam",
        "asalam alaikum",
        "merci lol",
        "adios",
        "hola means what",
        "level3 course",
        "7days a week",
        "y11 m8 2moro",
        "José García",
        "Łukasz Dąbrowski",
        "Rosa Dias",
        "Mehmet Yılmaz",
        "is it café work",
        "",
    ],
)
def test_slang_names_and_borrowed_words_are_english(text: str) -> None:
    assert hear_language(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("do you speak polish", "pl"),
        ("can i talk in arabic pls", "ar"),
        ("i need a Somali interpreter", "so"),
        ("can i get help in polish", "pl"),
        ("my mum only speaks bengali", "bn"),
        ("is there a spanish gcse", None),
        ("what a levels do i need to become a french interpreter", None),
        ("i speak turkish at home", None),
        ("talk to a person", None),
    ],
)
def test_a_language_asked_for_in_english_is_known(text: str, code: str | None) -> None:
    assert asked_language(text) == code


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_heard(text: str) -> None:
    heard = hear_language(text)
    assert heard is None or heard.code in shipped_languages().names
