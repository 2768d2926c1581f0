"""What names or reaches a person is barred from the questions that editors read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

BAR = "[…]"
_LONG_NUMBER = 6  # digits in a row, however they are spaced: a phone, a birthday, an account
_DIGITS = re.compile(rf"\+?\d(?:(?:[^\w£$%]|_){{0,3}}\d){{{_LONG_NUMBER - 1},}}")
_SCHOOL_YEAR = re.compile(r"20\d\d ?[/-] ?(?:20)?\d\d")
_SAID = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NO_STREET = (
    r"a|an|and|any|at|best|by|day|days|different|easy|for|free|from|good|half|hour|hours|i|if|im|in|is|it"
    r"|jobs|kids|miles|mins|minutes|month|months|more|my|near|no|of|old|on|only|or|other|own|people|so|that"
    r"|the|this|to|too|want|week|weeks|with|year|years|yr|yrs"
)
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\S)\S*@\S*",  # e-mail addresses and handles
        r"(?<![\w.+-])[\w.+-]+\s*(?:\(at\)|\[at\]|\bat\b)\s*[\w-]+(?:\s*(?:\(dot\)|\[dot\]|\bdot\b)\s*\w+)+",
        r"\b(?:https?://|www\.)\S+",
        r"\b[a-z]{2}[ .-]?(?:\d[ .-]?){6}[a-d]\b",  # National Insurance numbers
        r"\b[a-z]{1,2}\d[a-z\d]?[\s,./-]*\d[a-z]{2}\b",  # postcodes
        r"\b[a-z]{1,3}-[a-z0-9]{6}\b",  # our own references
        r"\b\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2,4}\b",  # dates
        rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?:19|20)?\d\d\b",
        rf"\b{_MONTH}\s+{_DAY},?\s+(?:19|20)\d\d\b",
        r"\bflat\s+\d+[a-z]?\b",
        rf"\b{_SAID}(?:[\s,-]+{_SAID}){{{_LONG_NUMBER - 1},}}\b",  # a number in words
        r"\b\d+[a-z]?\s+(?:\w+\s+){1,3}(?:street|road|rd|avenue|ave|lane|crescent|gardens|terrace|estate|mews)\b",
        rf"\b\d+[a-z]?\s+(?:(?!(?:{_NO_STREET})\b)[^\W\d_][\w'’-]*\s+){{1,3}}"
        r"(?:close|court|drive|grove|house|park|place|row|square|tower|walk|way)\b",
    )
]
_HANDLE = re.compile(
    r"(\b(?:insta(?:gram)?|snap(?:chat)?|tiktok|discord|whatsapp)\b(?:\s+(?:name|user(?:name)?))?"
    r"\s*(?:is\b|:|=|-))\s*[^\s,.;!?]+",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"(\b(?:born|birthday|bday|dob|date of birth)\b(?:\s+(?:is|was|on|in|the)\b|\s*[:=-])*\s*)"
    rf"(?:{_DAY}\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+{_DAY}|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ANY_SCHOOL = (
    r"a|after|an|and|another|any|before|better|boarding|different|first|for|free|full|good|go|high|in|local"
    r"|my|new|night|no|not|of|old|or|our|part|primary|private|same|second|secondary|sixth|some|special|state"
    r"|summer|that|the|their|this|time|to|which|your"
)
_SCHOOL = re.compile(
    r"(\b(?:at|attend(?:ed|ing)?|(?:go|goes|going|went|gone|been|moved?|moving|apply|applied) to)\s+)"
    rf"(?:(?!(?:{_ANY_SCHOOL})\b)[^\W\d_][\w'’.&-]*\s+){{1,4}}"
    r"(?=(?:academy|college|grammar|high|school|sixth form|6th form)\b)",
    re.IGNORECASE,
)
_KIN = r"mum|dad|nan|son|daughter|sister|brother|cousin|friend|mate|teacher|tutor|boss|baby"
_NO_NAME = (
    r"and|i|im|i'm|i’m|ive|from|but|so|age|aged|is|am|we|my|who|what|how|can|do|at|in"
    r"|on|the|a|to|with|for|pls"
)
_NAME = re.compile(
    r"(\b(?i:my (?:full |real |first |last )?name(?:'s|’s|s| is)?|(?:i'm|i’m|im|i am) called"
    r"|call me(?! (?:a|an|and|asap|at|back|if|in|later|lazy|now|on|or|pls|please|the|today|tomorrow|when)\b)"
    rf"|(?:{_KIN})(?:'s|’s| is| was)? called)\s+)"
    rf"[^\W\d_][\w'’-]*(?: (?!(?i:{_NO_NAME})\b)[^\W\d_][\w'’-]*)?(?: [A-Z][\w'’-]*){{0,2}}"
)

_WORD = re.compile(r"[^\W\d_]+")
_A_NAME = re.compile(r"[^\W\d_][^\d?!]{1,60}")
_SHORTEST_NAME = 3
_NAME_PROMPT = re.compile(r"\bfull name\b", re.IGNORECASE)


def names_said(said: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """The names given in a conversation: stated ("my name is ..."), or as the answer to a question for one.

    Takes each message with the question that it answers, if any; gives single words in small letters.
    """
    names: set[str] = set()
    for text, question in said:
        stated = [found[0][len(found[1]) :] for found in _NAME.finditer(text)]
        if question and _NAME_PROMPT.search(question) and _A_NAME.fullmatch(text.strip()):
            stated.append(text)
        names |= {word.casefold() for name in stated for word in _WORD.findall(name)}
    return frozenset(name for name in names if len(name) >= _SHORTEST_NAME)


def without(text: str, names: Collection[str]) -> str:
    """The text with […] for each of the names, however it is capitalised."""
    return _WORD.sub(lambda found: BAR if found[0].casefold() in names else found[0], text)


def barred(text: str) -> str:
    """The text with […] for numbers, addresses, handles, schools, dates and stated names; twice changes no
    more."""
    for pattern in _PATTERNS:
        text = pattern.sub(BAR, text)
    text = _SCHOOL.sub(rf"\1{BAR} ", _BORN.sub(rf"\1{BAR}", text))
    text = _DIGITS.sub(lambda found: found[0] if _SCHOOL_YEAR.fullmatch(found[0]) else BAR, text)
    return _NAME.sub(rf"\1{BAR}", _HANDLE.sub(rf"\1 {BAR}", text))
