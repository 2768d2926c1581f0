"""Hears somebody take back what they said ("lol jk", "nvm"): data/screening/taken_back.yml, sealed.

Nothing is ever lowered by it. A file that cannot be used is named in the log, and then nobody is heard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final, Literal

from handoff.screening import sets

WITHIN = timedelta(hours=12)  # of a worry; later it is ordinary talk
LONGEST = 400  # characters: longer ones say something else too, and are read by somebody anyway
ALL: Final = "all"
Taken = Literal["all", "part"]
_WORD = re.compile(r"[a-z0-9]+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DROPPED = str.maketrans("", "", "'’‘`´.")
_PART = re.compile(r"[()|]|[a-z0-9]+\??|\?")


# Said of somebody else, or denied: "he said he was only joking", "im not even joking".
_NOT_AFTER = (
    "not ", "not even ", "aint ", "never ", "hes ", "shes ", "theyre ",
    "he was ", "she was ", "they were ", "he is ", "she is ", "they are ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions over words with one space after each. None goes back on a choice, so hostile words cost
    no more than kind ones."""

    anywhere: re.Pattern[str]
    alone: re.Pattern[str]
    whole: re.Pattern[str]


def hear(text: str, *, asked: bool = False) -> Taken | None:
    """Whether `text` takes something back: that and no more is "all", beside other words it is "part".

    `asked`: a question of the assistant is open. "Im fine" answers that, and only what takes something back
    wherever it is said counts.
    """
    if len(text) > LONGEST or (patterns := _patterns()) is None:
        return None
    plain = _STRETCHED.sub(r"\1", text.casefold().translate(_DROPPED))
    words = "".join(f"{word} " for word in _WORD.findall(plain))
    some = patterns.anywhere.search(words)
    if (some or (not asked and patterns.alone.search(words))) and patterns.whole.fullmatch(words):
        return ALL
    return "part" if some else None


@cache
def _patterns() -> _Patterns | None:
    lost = "nobody is heard to take something back"
    return sets.made_of(_compiled, sets.TAKEN_BACK, folder=sets.SHIPPED, lost=lost)


def _compiled(document: Mapping[str, Any]) -> _Patterns:
    anywhere, alone = (
        "|".join(_expression(phrase) for phrase in document[name]) for name in ("anywhere", "alone")
    )
    beside = "|".join(f"{word} " for word in _WORD.findall(document["beside"]))
    own = "".join(f"(?<!\\b{words})" for words in _NOT_AFTER)
    return _Patterns(
        anywhere=re.compile(rf"\b{own}(?:{anywhere})"),
        alone=re.compile(rf"\b(?:{alone})"),
        whole=re.compile(rf"(?:{anywhere}|{alone}|{beside})++"),
    )


def _expression(phrase: str) -> str:
    """A phrase of the file as an expression; each word takes the space after it."""
    return f"(?:{''.join(_piece(part) for part in _PART.findall(phrase))})"


def _piece(part: str) -> str:
    if not part[0].isalnum():
        return "(?:" if part == "(" else part
    return f"(?:{part[:-1]} )?" if part.endswith("?") else f"{part} "
