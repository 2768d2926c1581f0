"""What may be shown of the words in which people asked: a word that nobody else uses may tell who it was."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from handoff.feedback.service import BAR

SHARED_BY = 3
"""People who used a word, before it is shown; words of our own answers always are."""
LONGEST = 200
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_AGE = re.compile(r"[0-9]{1,2}")
_BARS = re.compile(rf"{re.escape(BAR)}(?:[\s,]*{re.escape(BAR)})+")


def is_question(words: str) -> bool:
    """Whether it may be grouped: two words or more, and no story, which would tell who it was."""
    return len(words) <= LONGEST and len(words_in(words.replace(BAR, " "))) > 1


def words_in(text: str) -> list[str]:
    """The single words, in small letters; "don't" is one."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def shared(said: Iterable[tuple[uuid.UUID, str]]) -> frozenset[str]:
    """The words that several people used, each given with what they said."""
    by: dict[str, set[uuid.UUID]] = defaultdict(set)
    for person, text in said:
        for word in words_in(text):
            by[word].add(person)
    return frozenset(word for word, people in by.items() if len(people) >= SHARED_BY)


def shown(text: str, known: Collection[str]) -> str:
    """The text with […] for every word that is not known; ages and other numbers of two digits are."""

    def kept(found: re.Match[str]) -> str:
        word = found[0].casefold().replace("’", "'")
        return found[0] if word in known or _AGE.fullmatch(word) else BAR

    return _BARS.sub(BAR, _WORD.sub(kept, text))
