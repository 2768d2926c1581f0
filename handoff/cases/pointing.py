"""Whether words about harm say that somebody who works here did it, by no name. Pure."""

from __future__ import annotations

import re

from handoff.cases.bars import HARM, plain

DONE_BY_SOMEBODY = HARM - {"neglect"}
"""The categories after which words say who it was; going without is nobody's deed."""

_HARM = (
    r"(?:touch|hit|hurt|kiss|grab|grop|felt|feels|rub|slap|punch|push|rap|assault|abus|threat"
    r"|flirt|harass|beat)"
)
# Somebody here, by what they are; any child has such people, so that the word alone accuses nobody.
_ROLE = re.compile(
    r"\b(?:(?:my|your|ur|the|a|an|old|new) )*(?:advis[eo]rs?|case ?workers?|key ?workers?|mentors?"
    r"|your (?:\w+ )?(?:staff|team|colleagues?|office|workers?)"
    r"|(?:someone|somebody|one) (?:here|of you))\b"
)
_DID = re.compile(
    r" (?:(?:here|has|had|have|is|was|been|keeps?|kept|just|also|always|tried|trying|to|who|that|did) )*"
    + _HARM
)
_BLAMED = re.compile(
    r"\b(?:its|it is|it was|hes|shes|he is|she is|its about|it is about|it was about"
    rf"|{_HARM}\w* by|{_HARM}\w* (?:me|us|him|her) (?:is|was)) $"
)
# Words that point at somebody here, or at whoever they are talking to, by themselves.
_ONE_OF_US = re.compile(
    r"\b(?:works? (?:here|for you|with you)"
    rf"|(?:you|u) (?:(?:just|also|always|keep|kept|have|had) )?{_HARM}\w*)\b"
)
# What answers "who was it": "it was my adviser", "him, the one at your office", "sam from here", "you did".
_LEAD_IN = (
    r"(?:(?:it|its|it is|it was|was|twas|by|him|her|he|she|hes|shes|he is|she is|they|the|that|this|one|man"
    r"|woman|guy|bloke|lady|person|and|but|so|um|erm|er|well|ok|yes|yeah|no|i think|i mean|actually) )*"
)
_FROM_HERE = (
    r"(?:from here|(?:at|from|in|of|on) (?:your|ur|this|the advice)"
    r" (?:\w+ )?(?:office|team|place|service|staff|building|line|centre|side|lot|chat)"
    r"|(?:at|from) wayline|(?:who )?works? (?:here|for (?:you|u)|with (?:you|u)(?: lot| guys)?))"
)
_NAME = (
    r"(?!(?:i|im|am|are|is|was|we|you|u|who|what|where|do|does|can|not|nobody|live|lives|text|texting|call"
    r"|calling|talk|talking)\b)[^\W\d]+"
)
_DID_IT = r"(?: (?:(?:who|that) )?(?:did|does|done)(?: (?:it|this|that))?)?"
_ANSWER = re.compile(
    rf"{_LEAD_IN}(?:{_ROLE.pattern}(?: (?:here|{_FROM_HERE}))?(?: (?:called |named )\w+(?: \w+)?)?"
    rf"|(?:you|u)|(?:{_NAME} ){{0,2}}{_FROM_HERE}){_DID_IT}"
)
_LONGEST_ANSWER = 80


def points_at_us(said: str) -> bool:
    """Whether words about harm say that somebody who works here did it, by no name."""
    said = plain(said)
    return _ONE_OF_US.search(said) is not None or any(
        _DID.match(said, found.end()) or _BLAMED.search(said[: found.start()])
        for found in _ROLE.finditer(said)
    )


def answers_with_us(said: str) -> bool:
    """Whether words are, by themselves, an answer that gives somebody here for who did something."""
    said = plain(said)
    return len(said) <= _LONGEST_ANSWER and _ANSWER.fullmatch(said) is not None


def points_here(said: str) -> bool:
    """Either: what accuses somebody here once harm was told."""
    return points_at_us(said) or answers_with_us(said)
