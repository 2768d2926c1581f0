"""When the answer to a follow-up is the one just given: the part of it that the follow-up asks for.

Pure: it goes by words and ages alone, and gives nothing where nothing in the answer stands out.
"""

from __future__ import annotations

import re
from itertools import takewhile

MOST = 2
"""As many lines or sentences as a short reply repeats."""

_MONEY = re.compile(r"\b(how much|cost\w*|price|pay|paid|earn\w*|wage\w*|£|quid|money)\b|£", re.IGNORECASE)
_SUM = re.compile(r"£ ?\d|\bhow much\b", re.IGNORECASE)
_AGE = re.compile(r"\b(?:1[3-9]|2[0-5])\b")
_RANGE = re.compile(r"\b(\d\d)(?:-| to | and )(\d\d)\b")
_OPEN = re.compile(r"\b(\d\d)(?:\+| (?:and|or) over\b)")
_UNDER = re.compile(r"\bunder (\d\d)\b", re.IGNORECASE)
_WHEN = re.compile(r"\b(when|wen|deadline|what time|how long)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(january|february|march|april|(?-i:May)|june|july|august|september|october|november|december|years?|months?"
    r"|weeks?|days?|autumn|winter|spring|summer)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{4,}")
_PLAIN = frozenset(
    "what about when where which that this they them your with from have will would could should does much"
    " many long tell more know need want there their then than also only just really like some into".split()
)
_LINES = re.compile(r"\n+|(?<=[.!]) +(?=[A-Z0-9£])")
_BULLET = re.compile(r"^[-*•\s]+")


def part_for(question: str, answer: str) -> str | None:
    """The lines of an answer, in its order, that fit a follow-up best; None when none does."""
    split = _LINES.split(answer)
    lines = [_BULLET.sub("", line).strip() for line in split]
    scored = [(_fit(question, line), place) for place, line in enumerate(lines) if line]
    best = max((score for score, _ in scored), default=0)
    if best == 0:
        return None
    places = [place for score, place in scored if score == best][:MOST]
    if lines[places[-1]].endswith(":"):
        return " ".join([*(_ended(lines[place]) for place in places[:-1]), _with_list(split[places[-1] :])])
    return " ".join(_ended(lines[place]) for place in places)


def _with_list(lines: list[str]) -> str:
    """A line that leads up to a list, and the list, in a sentence: alone it says nothing."""
    listed = takewhile(lambda line: _BULLET.match(line), lines[1:])
    return _ended(f"{lines[0].strip()} {'; '.join(_BULLET.sub('', line).strip() for line in listed)}")


def _fit(question: str, line: str) -> int:
    """How well one line fits: a sum for "how much", their age, a time for "when", then shared words."""
    asked = {int(age) for age in _AGE.findall(question)}
    shared = _words(question) & _words(line)
    return (
        4 * bool(_MONEY.search(question) and _SUM.search(line))
        + 4 * any(_is_about(age, line) for age in asked)
        + 2 * bool(not asked and _WHEN.search(question) and _TIME.search(line))
        + len(shared)
    )


def _is_about(age: int, line: str) -> bool:
    ranges = [int(low) <= age <= int(high) for low, high in _RANGE.findall(line)]
    ranges += [age >= int(low) for low in _OPEN.findall(line)]
    ranges += [age < int(high) for high in _UNDER.findall(line)]
    named = re.search(rf"(?<![£.\d]){age}\b(?![.\d])", line) is not None
    return any(ranges) if ranges else named


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in _WORD.findall(text.lower())} - _PLAIN


def _ended(line: str) -> str:
    return line if line[-1] in ".!?" else f"{line.rstrip(' :;,')}."
