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
_SMALL = r"(?:(?:and|but|so|um|erm|er|well|ok|yes|yeah|no|i think|i mean|actually) )*"
_IT_WAS = r"(?:(?:its|it is|it was|that was|was|twas|by|hes|shes|he is|she is) )"
_HIM = r"(?:(?:him|her|them|(?:the|that|this) one) )"
_THE_MAN = r"(?:(?:he|she|they|(?:the|that|this|a) (?:man|woman|guy|bloke|lady|person)) )"
_FROM_HERE = (
    r"(?:from here|(?:at|from|in|of|on) (?:your|ur|this|the advice)"
    r" (?:\w+ )?(?:office|team|place|service|staff|building|line|centre|side|lot|chat)"
    r"|(?:at|from) wayline|(?:who )?works? (?:here|for (?:you|u)|with (?:you|u)(?: lot| guys)?))"
)
_NAME = (
    r"(?:(?!(?:i|im|my|your|ur|the|a|an|am|are|is|was|were|we|you|u|it|its|who|what|where|do|does|can|not|nobody"
    r"|live|lives|text|texting|call|calling|talk|talking|just|still|now|here|right|waiting|sitting|standing"
    r"|hiding|stuck|outside|inside|upstairs|downstairs|reception|toilets?|near|somewhere|safe|already"
    r"|currently)\b)[^\W\d]+ )"
)
_WE = rf"(?:{_ROLE.pattern}(?: (?:here|{_FROM_HERE}))?(?: (?:called |named )\w+(?: \w+)?)?|(?:you|u))"
_DID_IT = r" (?:(?:who|that) )?(?:did|does|done)(?: (?:it|this|that))?"
_SOMEBODY = rf"{_SMALL}{_IT_WAS}?(?:{_HIM}|{_THE_MAN})*"
_PLAIN_ANSWER = re.compile(
    rf"{_SMALL}{_IT_WAS}(?:{_HIM}|{_THE_MAN})*{_WE}(?:{_DID_IT})?"
    rf"|{_SMALL}{_IT_WAS}?{_HIM}{{1,2}}{_FROM_HERE}(?:{_DID_IT})?"
    rf"|{_SOMEBODY}(?:{_WE}|{_NAME}{{0,2}}{_FROM_HERE}){_DID_IT}"
)
# What says who it was as long as nobody asked where they are or whom they told.
_LIKELY_ANSWER = re.compile(
    rf"{_SMALL}{_IT_WAS}?(?:{_THE_MAN}{{1,2}}|{_NAME}{{1,2}}){_FROM_HERE}|{_SMALL}{_HIM}{_WE}"
)
_BARE_ANSWER = re.compile(rf"{_SOMEBODY}(?:{_WE}|{_FROM_HERE})")
_ASKED_WHO = re.compile(
    r"\bwhos? (?:(?:is|was|has|have|it|that|been|keeps?|kept|the one|the person|who) )*"
    rf"(?:(?:did|does|done|doing) (?:it|this|that|these|those|all)\b|{_HARM})"
    r"|\bwho (?:was|is) (?:it|that|he|she|they|the (?:person|one|man|woman))\b|\bwho it (?:was|is)\b"
)
_ASKED_WHOM = re.compile(r"\bwhom?(?: else)? (?:have|did|do|are) (?:you|u)\b|\bwho (?:else )?knows\b")
_ASKED_WHERE = re.compile(r"\b(?:where (?:are|r|is|was)|wheres)\b")
_STAYS = re.compile(r"\b(?:at|in|on)\b")
_LONGEST_ANSWER = 80


def points_at_us(said: str) -> bool:
    """Whether words about harm say that somebody who works here did it, by no name."""
    said = plain(said)
    return _ONE_OF_US.search(said) is not None or any(
        _DID.match(said, found.end()) or _BLAMED.search(said[: found.start()])
        for found in _ROLE.finditer(said)
    )


def answers_with_us(said: str, asked: str = "") -> bool:
    """Whether words are, by themselves, an answer that gives somebody here for who did something.

    `asked`: what was last said to them. "My mentor" answers "who have you told?", "at your office" answers
    "where are you?": such words count only where they were asked who did it.
    """
    said, asked = plain(said), plain(asked)
    if len(said) > _LONGEST_ANSWER:
        return False
    if _PLAIN_ANSWER.fullmatch(said):
        return True
    if _ASKED_WHO.search(asked):
        return bool(_LIKELY_ANSWER.fullmatch(said) or _BARE_ANSWER.fullmatch(said))
    if _ASKED_WHOM.search(asked) or (_ASKED_WHERE.search(asked) and _STAYS.search(said)):
        return False
    return bool(_LIKELY_ANSWER.fullmatch(said))


def points_here(said: str, asked: str = "") -> bool:
    """Either: what accuses somebody here once harm was told."""
    return points_at_us(said) or answers_with_us(said, asked)
