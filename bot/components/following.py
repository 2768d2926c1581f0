"""Whether a message leans on what was said before it, by its words alone, and how to read it then. Pure.

"how much is it" names nothing: read beside the topic answered last it does. "what about a levels" names
what it is about, but the topic before it still counts.
"""

from __future__ import annotations

import re
from enum import Enum

LONGEST = 10
"""Words; who writes more says what it is about."""
FEW, SEVERAL = 2, 3
"""Words that go with some topics only: so many may lean ("any near bradford"), or may point back."""

_WORD = re.compile(r"6th form|[a-z]+(?:'[a-z]+)?|\d+(?:st|nd|rd|th)?|£")
_NUMBER = re.compile(r"\d{1,4}(?:st|nd|rd|th)?")
_LEAD = r"\s*(?:(?:ok(?:ay)?|so|oh|right|kl|cool|yeah|yh|tho|well|hm+)\b[\s,.]*)*"
_WHAT = r"(?:wh?at|wot|how)\s+(?:if|(?:about|abt|bout)(?:\s+if)?)\b"
_TIE = rf"(?:(?:and|but|or|also|then|even)\b[\s,]*)+(?:{_WHAT}|if\b)?|{_WHAT}"
_OPENER = re.compile(rf"{_LEAD}(?:{_TIE})[\s,]*", re.I)
_IF = re.compile(r"\bif\s*$", re.I)
_CLOSER = re.compile(r"[\s,]+(?:instead|then|tho|though|pls|please)\W*$", re.I)
_POINTING = frozenset(
    "it its it's that thats that's those these they them their theyre they're there one ones".split()
)
_PLAIN = frozenset(
    "a an the i im i'm ive i've id i'd ill me my mine we us our he she his her is are am was were be been"
    " do does did dont don't doesnt doesn't didnt can cant can't could will would wont should may must"
    " have has had having get gets getting got need needs want wants wanna take takes taking took give"
    " gives make makes go goes going went come use used using say says said mean means happen happens ask"
    " show work works find look apply applying applied sign join start starts begin last lasts end ends"
    " finish cost costs costing pay pays paid paying charge earn spend bring wear affect count what whats"
    " what's wat wats wot which who whos who's whose where wheres where's when whens when's why how hows"
    " how's much many long often far soon old big good best better easy hard harder worth free legal"
    " compulsory cheap near nearest local area to for of in on at by with without from about into after"
    " before until til till off out up over under between as than then if or and but so not no yes yeah ok"
    " still even also just only too very really actually again now today tomorrow later anymore instead"
    " else more less most least any some all both each every other another same different enough lot bit"
    " something anything someone anyone person people thing things stuff way ways kind type sort age year"
    " years month months week weeks day days hour hours time times date deadline money quid pounds p £ per"
    " number phone email form link website place places step next first second gcse gcses grade grades"
    " qualification qualifications exam exams proof limit rules difference example examples mum dad mums"
    " dads parents parent family friend mate london turn turned tho though like pls please plz thx r n 2 4"
    " idk tbh rn cos because bc ye yh nah hav wen wher woz gonna gunna dat dis da wud cud".split()
)
"""Words that go with any topic."""
_THEMES = frozenset({"money", "benefits"})
"""Said with nothing else, one of these is what the message is about, whatever was answered before it."""


class Lean(Enum):
    """How much a message needs the one before it."""

    WHOLE = "whole"
    """It names what it is about."""
    FEW = "few"
    """Few words of its own, that may or may not be whole."""
    POINTS = "points"
    """It opens like a follow-up or points back, and has words of its own."""
    BARE = "bare"
    """Nothing in it names anything."""


def lean(text: str) -> Lean:
    """How the message leans, by its words."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    own = [word for word in words if not (word in _PLAIN or word in _POINTING or _NUMBER.fullmatch(word))]
    if not words or len(words) > LONGEST or (len(words) == 1 and words[0] in _THEMES):
        return Lean.WHOLE
    if not own:
        return Lean.BARE
    if opener(text) or (_POINTING & set(words) and len(own) <= SEVERAL):
        return Lean.POINTS
    return Lean.FEW if len(own) <= FEW else Lean.WHOLE


def opener(text: str) -> str:
    """The words that tie a message to the one before ("ok and what about"); "" when it has none."""
    found = _OPENER.match(text)
    return found[0] if found else ""


def tied(text: str) -> bool:
    """Whether it opens or ends like a follow-up ("and if im 19", "im 19 tho")."""
    return bool(opener(text) or _CLOSER.search(text))


def own_words(text: str) -> str:
    """The message without opener and closer, unless it is nothing else: "or college then" is "college"."""
    return _CLOSER.sub("", text[len(opener(text)) :]).strip() or text


def turns_to(text: str) -> bool:
    """Whether its own words may be another topic: "what about college", not "what about if i work"."""
    tie = opener(text)
    return bool(tie) and not _IF.search(tie) and lean(own_words(text)) in (Lean.FEW, Lean.WHOLE)


def beside(text: str, topic: str) -> list[str]:
    """The message read with the topic's name before it, and after it."""
    name = topic.replace("-", " ")
    return [f"{name}: {text}", f"{text} {name}"]
