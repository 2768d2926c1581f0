"""How plain a text is: its reading age, and hints on long sentences, hard words and who does what.

Hints only: none of them keeps an answer from being published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pyphen

from handoff.content.areas import REFERENCE
from handoff.content.entries import ContentFaults, Fault, read_entries

OLDEST = 11
"""We write for a reading age of 9 to 11; from here up a hint says so."""
GROWN_UP = 18
LONG_SENTENCE = 25
"""Words; so long a sentence is one that GOV.UK's content design guide has writers look at again."""
LONG_WORD = 4
"""Syllables, from which a word is named when no plainer one is known for it."""
MOST = 6
FEWEST_WORDS = 20
"""Below this the formula says nothing."""
_SHORT = 6
_FILE = "plain_words.yml"
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_ADDRESS = re.compile(r"https?://\S+|\b\S+@\S+|\b(?:\w+\.)+[a-z]{2,}\S*", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?<=[^aeioul])e(?:d|s)?$|(?<=[aeiou]l)e$")
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being) (?:\w+ly )?"
    r"((?!need)\w{2,}ed|given|made|paid|taken|sent|told|seen|kept)\b"
    r"(?! (?:to|up|in|at|on|with|about|of)\b)",
    re.IGNORECASE,
)
_OUR_WORDS = frozenset(
    ("apprenticeship", "apprenticeships", "university", "universities", "information", "education")
)
"""Long words that are what the answers are about."""
_HYPHENS = pyphen.Pyphen(lang="en_US")  # splits "mon-ey" and "peo-ple", which the British list does not


@dataclass(frozen=True)
class Reading:
    """A text's reading age in years (None for one too short to say) and what could be plainer."""

    age: int | None
    hints: list[str]


def read_over(text: str) -> Reading:
    """What stands out in a text as people get it, everything filled in; worst first, a few at most."""
    plain = _ADDRESS.sub("", text)
    hints = [*_long_sentences(plain), *_hard_words(plain), *_passives(plain)]
    return Reading(reading_age(plain), hints[:MOST])


def reading_age(text: str) -> int | None:
    """The Flesch-Kincaid grade (Kincaid and others, 1975) plus five years; from 5 to 18 (or more)."""
    words = _WORD.findall(text)
    if len(words) < FEWEST_WORDS:
        return None
    sentences = [one for one in _SENTENCE.split(text) if _WORD.search(one)]
    grade = 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return min(max(5, round(grade) + 5), GROWN_UP)


@cache
def syllables(word: str) -> int:
    """Those that hyphens would show; of a short word, which has hardly any place for one, its vowels too."""
    word = word.casefold().replace("’", "'").split("'")[0]
    shown = len(_HYPHENS.positions(word)) + 1
    return max(shown, len(_VOWELS.findall(_SILENT.sub("", word)))) if len(word) <= _SHORT else shown


@cache
def plain_words() -> Mapping[str, str]:
    """What to say instead, by the hard word or words, small letters. Raises ContentFaults."""
    faults: list[Fault] = []
    found: dict[str, str] = {}
    for entry in read_entries(REFERENCE / _FILE, "entry", "say", faults):
        hard = entry.fields.get("not")
        if not isinstance(hard, list) or not all(isinstance(one, str) and one.strip() for one in hard):
            faults.append(entry.fault("not", "not must be a list of words"))
        elif entry.fields.get("source") not in ("govuk", "ours"):
            faults.append(entry.fault("source", "source must be govuk or ours"))
        else:
            found |= {one.casefold(): entry.name for one in hard}
    if faults:
        raise ContentFaults(faults)
    return found


def _long_sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        count = len(_WORD.findall(sentence))
        if count > LONG_SENTENCE:
            start = " ".join(sentence.split()[:5])
            yield f"The sentence “{start} …” has {count} words. Could it be two?"


def _hard_words(text: str) -> Iterator[str]:
    known = plain_words()
    named = [found[0].casefold() for found in _known().finditer(text)]
    for word in dict.fromkeys(named):
        yield f"“{word}”: plainer is {known[word]}."
    spoken = {one for words in named for one in words.split()}
    for word in dict.fromkeys(one for one in _WORD.findall(text) if one[0].islower()):
        if syllables(word) >= LONG_WORD and word not in spoken and word not in _OUR_WORDS:
            yield f"“{word}” is a long word. Is there a shorter one?"


def _passives(text: str) -> Iterator[str]:
    for words in dict.fromkeys(found[0] for found in _PASSIVE.finditer(text)):
        yield f"“{words}”: say who does it, if you know."


@cache
def _known() -> re.Pattern[str]:
    longest_first = sorted(plain_words(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)
