"""Phrases of people who have left learning and work, or may soon: data/screening/leaving.yml, sealed.

They say how far the trained screen is believed about one message; without it they are heard by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Literal

from handoff.screening import sets
from handoff.screening.pattern import END, START, Hit, Patterns
from handoff.screening.words import Spelling

Leaving = Literal["now", "at_risk"]

# From which chance of leaving on the trained screen is believed; docs/safety.md says how they were chosen.
SAID: Final = 0.1  # a phrase says it too
OPEN: Final = 0.45  # nothing speaks against it
ASKS: Final = 0.8  # only questions are asked
ENGAGED: Final = 0.8  # they are in something, or are starting
INSTEAD: Final = 0.9  # something else is said: full-time work, bullying
ALIKE: Final = 0.97  # what sounds like it and is not

_MEANS: Final[Mapping[str, Leaving]] = {"now": "now", "gone": "now", "at_risk": "at_risk"}
_KINDS = (*_MEANS, "undo", "engaged", "instead", "alike")
_REACH = 7  # words from what undoes a phrase to the phrase
_MOST_WORDS = 1_500  # of a message; what is longer says it there, or leaves it to the trained screen
_REMEMBERED = 1_024
_SENTENCE = re.compile(r"[^.?!;\n]+[.?!;\n]*")


@dataclass(frozen=True, slots=True)
class Said:
    """What the phrases hear in a message, and the chance from which the trained screen is believed.

    None is the trained screen's own bar, where there are no phrases to go by."""

    leaving: Leaving | None = None
    least: float | None = None


class LeavingPhrases:
    """One version of the phrases. Safe to share between threads."""

    def __init__(self, document: Mapping[str, Any], spelling: Mapping[str, Any]) -> None:
        """Compiles the phrases; raises PhraseFault at one that cannot be read."""
        self._spelling = _reader(document, spelling)
        self._patterns = Patterns(
            document["slots"], lambda word: [one.text for one in self._spelling.words(word)]
        )
        self._kinds: list[str] = []
        for kind in _KINDS:
            for phrase in document[kind]:
                self._patterns.add(phrase)
                self._kinds.append(kind)
        self._asks = _opening(document["before_asking"], document["asks"])
        self.hear = lru_cache(_REMEMBERED)(self._hear)

    def _hear(self, text: str) -> Said:
        words = self._words(text)
        found: dict[str, list[Hit]] = {kind: [] for kind in _KINDS}
        for number, end in self._patterns.ends(words):
            found[self._kinds[number]].append(self._patterns.find(number, words, end))
        if found["engaged"]:
            found["gone"] = []
        for kind, leaving in _MEANS.items():
            if any(not _undone(words, hit, found["undo"]) for hit in found[kind]):
                return Said(leaving, SAID)
        if found["alike"]:
            return Said(None, ALIKE)
        if found["instead"]:
            return Said(None, INSTEAD)
        if found["engaged"]:
            return Said(None, ENGAGED)
        return Said(None, ASKS if self._only_asks(text) else OPEN)

    def _words(self, text: str) -> list[str]:
        """The plain words, each sentence between its start and its end."""
        out: list[str] = []
        for sentence in _SENTENCE.findall(text):
            if len(out) >= _MOST_WORDS:
                break
            words = [word.text for word in self._spelling.words(sentence)][:_MOST_WORDS]
            out += [START, *words, END] if words else []
        return out

    def _only_asks(self, text: str) -> bool:
        asked = [one.strip() for one in _SENTENCE.findall(text) if re.search(r"\w", one)]
        return all(one.endswith("?") or self._asks.match(one) for one in asked)


def _reader(document: Mapping[str, Any], spelling: Mapping[str, Any]) -> Spelling:
    """Reads a message as the phrase screen does, and as people write about school and work."""
    reader = Spelling(
        {**spelling["respell"], **document["respell"]},
        [*spelling["fuzzy"], *document["fuzzy"]],
        [*spelling["fillers"], *document["fillers"]],
        {},
        spelling["keep"],
    )
    written = [*document["slots"].values(), *(phrase for kind in _KINDS for phrase in document[kind])]
    reader.learn(word for phrase in written for word in re.findall(r"[a-z0-9]+", phrase))
    return reader


def _undone(words: Sequence[str], hit: Hit, undoing: Sequence[Hit]) -> bool:
    """Whether words shortly before in the sentence make it a question, a what-if or somebody else's."""
    return any(
        one.end <= hit.start <= one.end + _REACH and END not in words[one.start : hit.start]
        for one in undoing
    )


def _opening(before: Sequence[str], asks: Sequence[str]) -> re.Pattern[str]:
    """The start of a sentence that asks. Possessive, so that it never goes back on a word."""
    polite, question = (
        "|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (before, asks)
    )
    return re.compile(rf"\W*+(?:(?:{polite})\W++)*+(?:{question})\b", re.IGNORECASE)


@cache
def leaving_phrases() -> LeavingPhrases | None:
    """The shipped phrases; None when they are not the sealed ones: the trained screen runs alone then."""
    files = (sets.LEAVING, "spelling.yml")
    return sets.made_of(LeavingPhrases, *files, folder=sets.SHIPPED, lost="phrases of leaving are not used")
