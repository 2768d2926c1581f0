"""What may be shown of the words in which people asked: a word that we do not know may tell who it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from handoff.feedback.service import BAR
from handoff.suggestions.common import COMMON, NAMES

IN_ANSWERS = 2
"""Answers whose example questions have a word, before it is ours: those of one may name somebody."""
LONGEST = 200
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BARS = re.compile(rf"{re.escape(BAR)}(?:[\s,]*{re.escape(BAR)})+")


def is_question(words: str) -> bool:
    """Whether it may be grouped: two words or more, and no story, which would tell who it was."""
    return len(words) <= LONGEST and len(words_in(words.replace(BAR, " "))) > 1


def words_in(text: str) -> list[str]:
    """The single words, in small letters; "don't" is one."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def known_words(answers: Iterable[tuple[str, Iterable[str]]]) -> frozenset[str]:
    """The words that may be shown, from what each answer says and by which questions it is asked for.

    How many people use a word tells nothing: somebody who comes back is a new chat each time, name and all.
    """
    said, asked = set(COMMON), Counter[str]()
    for says, questions in answers:
        said.update(words_in(says))
        asked.update({word for text in questions for word in words_in(text)})
    said |= {word for word, many in asked.items() if many >= IN_ANSWERS}
    return frozenset(word for word in said if word.removesuffix("'s") not in NAMES)


def shown(text: str, known: Collection[str]) -> str:
    """The text with […] for every word that is not known; a number is a word like any."""

    def kept(found: re.Match[str]) -> str:
        word = found[0].casefold().replace("’", "'")
        return found[0] if word in known else BAR

    return _BARS.sub(BAR, _WORD.sub(kept, text))
