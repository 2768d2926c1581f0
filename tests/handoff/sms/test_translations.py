"""What is said in other languages fits a phone: two parts at most, and one where the letters allow it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from handoff.render import with_numbers
from handoff.screening.language import hear_language, yes_to
from handoff.sms.gsm7 import parts, unmappable

SAID = yaml.safe_load((Path(__file__).parents[3] / "data" / "translations.yml").read_text(encoding="utf-8"))
LONGEST_WHEN = "after we open at 9.30am on Wednesday 30 September"


def texts(code: str) -> list[str]:
    offer = SAID[code]["other_language"]
    told = SAID[code]["person_requested_interpreter"]["sms"].format(when=LONGEST_WHEN)
    return [
        with_numbers(offer["sms"], [{"text": offer["choice"]}]),
        told,
        SAID[code]["other_language_waiting"]["sms"],
    ]


@pytest.mark.parametrize("code", SAID)
def test_each_text_takes_one_part_or_two_in_letters_of_its_own(code: str) -> None:
    for text in texts(code):
        assert parts(text) <= (2 if unmappable(text) else 1), text


@pytest.mark.parametrize("code", SAID)
def test_the_offered_words_are_heard_as_their_language_when_they_are_tapped(code: str) -> None:
    heard = hear_language(SAID[code]["other_language"]["choice"])
    assert heard is not None and heard.code == code


@pytest.mark.parametrize(
    ("code", "yes"),
    [
        ("pl", "Tak, proszę"),
        ("so", "haa"),
        ("bn", "হ্যাঁ"),
        ("ar", "نعم"),
        ("es", "sí!"),
        ("uk", "так"),
        ("pt", "sim por favor"),
        ("ro", "da va rog"),
        ("tr", "evet"),
    ],
)
def test_a_yes_in_the_language_of_an_offer_takes_it(code: str, yes: str) -> None:
    choice = {"text": SAID[code]["other_language"]["choice"], "answer": "talk-to-person"}
    assert yes_to(yes, [choice]) == choice
    assert yes_to("nie wiem", [choice]) is None and yes_to("", [choice]) is None
    assert yes_to(yes, [{"text": "Talk to a person", "answer": "talk-to-person"}]) is None
