"""Typing at random opens no case about learning and work; children's spelling is still heard."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml

from bot.encoder import Network
from handoff.screening.gibberish import is_gibberish
from handoff.screening.service import hear_neet
from handoff.screening.trained import FOLDER

TOKENIZER = Network.load(FOLDER).tokenizer
FILES = [Path(__file__).with_name(name) for name in ("held_out_leaving.yml", "held_out_unseen.yml")]
LEAVING = [
    text
    for file in FILES
    for block in yaml.safe_load(file.read_text(encoding="utf-8"))
    if "leaving" in block
    for text in block["texts"]
]
TEXT_SPEAK = [
    "expelled frm skl chillin indoorz",
    "dropd owt ov collij novemba nuffin sins",
    "lef colij novemba bin chillin sins",
    "got xcluded frm skl nd nw dnt do nthn",
]
KEYS = "asdfghjklqwertyuiopzxcvbnm"


def typed_at_random(seed: int, words: int) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(KEYS, k=chance.randint(2, 9))) for _ in range(words))


@pytest.mark.parametrize(("seed", "words"), [(20, 8), (64, 150), (1, 300), (2, 600), (3, 900)])
def test_words_of_no_vocabulary_are_not_heard_as_leaving(seed: int, words: int) -> None:
    text = typed_at_random(seed, words)
    assert is_gibberish(text, TOKENIZER) and hear_neet(text) is None


@pytest.mark.parametrize(("longest", "most"), [(3, 8), (4, 6), (5, 3)])
def test_short_words_at_random_are_seldom_heard(longest: int, most: int) -> None:
    """Such words are whole in the vocabulary now and then; to drop them would drop text-speak."""
    chance = random.Random(longest)
    drawn = [
        " ".join(
            "".join(chance.choices(KEYS, k=chance.randint(2, longest))) for _ in range(chance.randint(5, 25))
        )
        for _ in range(250)
    ]
    assert sum(hear_neet(text) is not None for text in drawn) <= most


def test_what_is_meant_is_heard_amid_them() -> None:
    said = "i left college in october and i have got nothing to do, no job no course"
    assert hear_neet(f"{typed_at_random(4, 150)} {said} {typed_at_random(5, 150)}") == "now"


def test_no_held_out_message_is_taken_for_gibberish() -> None:
    assert [text for text in LEAVING if is_gibberish(text, TOKENIZER)] == []


@pytest.mark.parametrize(
    "said",
    ["i dnt go 2 skool or college nemore. stopd", "dropd out ov collij, nuthin 2 do al day",
     "got kikd owt of skool n aint dun nowt since",
     "sh went rong carnt stop the bludd im in the skool toylits",
     *TEXT_SPEAK],
)  # fmt: skip
def test_spelling_as_children_do_is_no_gibberish(said: str) -> None:
    assert not is_gibberish(said, TOKENIZER)


@pytest.mark.parametrize("said", TEXT_SPEAK)
def test_text_speak_is_heard_as_leaving(said: str) -> None:
    assert hear_neet(said) == "now"


def test_what_a_phrase_says_is_heard_amid_typing_at_random() -> None:
    said = f"got kicked out of college in march {typed_at_random(1, 12)}"
    assert is_gibberish(said, TOKENIZER) and hear_neet(said) == "now"
