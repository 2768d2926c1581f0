"""Answers to the assistant's questions that are no danger by themselves: data/screening/answers.yml, sealed.

The trained screen alone raises none of them, phrases may. Without the file it is believed everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from handoff.screening import sets
from handoff.screening.pattern import END, START, Patterns
from handoff.screening.words import Spelling

_MOST_WORDS = 40  # what is longer tells more than an answer
_REMEMBERED = 1_024


class PlainAnswers:
    """One version of the list. Safe to share between threads."""

    def __init__(self, document: Mapping[str, Any], spelling: Mapping[str, Any]) -> None:
        """Compiles the phrases; raises PhraseFault at one that cannot be read."""
        self._spelling = Spelling(
            spelling["respell"], spelling["fuzzy"], spelling["fillers"], {}, spelling["keep"]
        )
        self._patterns = Patterns(
            document["slots"], lambda one: [word.text for word in self._spelling.words(one)]
        )
        for phrase in document["phrases"]:
            self._patterns.add(phrase)
        self._spelling.learn(self._patterns.vocabulary())
        self._small = frozenset(document["small"])
        self._asks_name: str = document["asks_name"]
        self.cover = lru_cache(_REMEMBERED)(self._cover)

    def asks_name(self, question: str) -> bool:
        """Whether a question of the assistant asks for a name."""
        return self._asks_name in question.casefold()

    def _cover(self, text: str) -> bool:
        """Whether every word of `text` belongs to what the list says, or is a small one, and some do."""
        words = [word.text for word in self._spelling.words(text)]
        if not words or len(words) > _MOST_WORDS:
            return False
        said = set(self._said([START, *words, END]))
        return bool(said) and all(
            at in said or _is_small(word, self._small) for at, word in enumerate(words, 1)
        )

    def _said(self, words: list[str]) -> Iterable[int]:
        """The places of the words that phrases are about."""
        for number, end in self._patterns.ends(words):
            hit = self._patterns.find(number, words, end, longest=True)
            yield from range(hit.start, hit.end)


def _is_small(word: str, small: frozenset[str]) -> bool:
    return word in small or bool(re.fullmatch(r"\d{1,4}", word))


@cache
def plain_answers() -> PlainAnswers | None:
    """The shipped list; None when it is not the sealed one."""
    files = (sets.ANSWERS, "spelling.yml")
    return sets.made_of(PlainAnswers, *files, folder=sets.SHIPPED, lost="plain answers are not used")
