"""When the answer to a follow-up is the one just given: the part of it that the follow-up asks for.

Pure: it goes by words and ages alone, and gives nothing where nothing in the answer stands out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
_SENTENCES = re.compile(r"(?<=[.!]) +(?=[A-Z0-9£])")
_BULLET = re.compile(r"^[-*•]\s+")


@dataclass(frozen=True)
class _Line:
    """A line or sentence. `row`: what it is a sentence of; `lead`: the place of the line its list follows."""

    text: str
    row: str
    lead: int | None


def part_for(question: str, answer: str) -> str | None:
    """The lines of an answer, in its order, that fit a follow-up best; None when none does."""
    lines = _lines(answer)
    scores = [_fit(question, line.text) for line in lines]
    best = max(scores, default=0)
    if best == 0:
        return None
    chosen = [place for place, score in enumerate(scores) if score == best][:MOST]
    return " ".join(_said(place, lines, chosen) for place in chosen if lines[place].lead not in chosen)


def _said(place: int, lines: list[_Line], chosen: list[int]) -> str:
    """A line by itself; one that leads up to a list says nothing alone, so what is chosen of the list comes
    with it, or all of it."""
    picked = [lines[one].text for one in chosen if lines[one].lead == place]
    listed = picked or list(dict.fromkeys(line.row for line in lines if line.lead == place))
    return _ended(" ".join([lines[place].text, "; ".join(one.rstrip(".") for one in listed)]).strip())


def _lines(answer: str) -> list[_Line]:
    lines: list[_Line] = []
    lead: int | None = None
    for row in filter(None, (row.strip() for row in answer.split("\n"))):
        text = _BULLET.sub("", row)
        if text == row:
            lead = None
        lines += [_Line(line, text, lead) for line in _SENTENCES.split(text) if line]
        if text == row and text.endswith(":"):
            lead = len(lines) - 1
    return lines


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
