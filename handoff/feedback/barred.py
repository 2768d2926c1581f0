"""What names or reaches a person is barred from the questions that editors read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

BAR = "[…]"
_LONG_NUMBER = 6  # digits in a row, however they are spaced: a phone, a birthday, an account
_DIGITS = re.compile(rf"\+?\d(?:(?:[^\w£$%]|_){{0,3}}\d){{{_LONG_NUMBER - 1},}}")
_SCHOOL_YEAR = re.compile(r"20\d\d ?[/-] ?(?:20)?\d\d")
_SAID = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\S)\S*@\S*",  # e-mail addresses and handles
        r"\b(?:https?://|www\.)\S+",
        r"\b[a-z]{2}[ .-]?(?:\d[ .-]?){6}[a-d]\b",  # National Insurance numbers
        r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b",  # postcodes
        r"\b[a-z]{1,3}-[a-z0-9]{6}\b",  # our own references
        r"\b\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2,4}\b",  # dates
        rf"\b{_SAID}(?:[\s,-]+{_SAID}){{{_LONG_NUMBER - 1},}}\b",  # a number in words
        r"\b\d+[a-z]?\s+(?:\w+\s+){1,3}(?:street|road|rd|avenue|ave|lane|crescent|gardens|terrace|estate|mews)\b",
    )
]
_HANDLE = re.compile(
    r"(\b(?:insta(?:gram)?|snap(?:chat)?|tiktok|discord|whatsapp)\b(?:\s+(?:name|user(?:name)?))?"
    r"\s*(?:is\b|:|=|-))\s*[^\s,.;!?]+",
    re.IGNORECASE,
)
_KIN = r"mum|dad|nan|son|daughter|sister|brother|cousin|friend|mate|teacher|tutor|boss|baby"
_NO_NAME = (
    r"and|i|im|i'm|i’m|ive|from|but|so|age|aged|is|am|we|my|who|what|how|can|do|at|in"
    r"|on|the|a|to|with|for|pls"
)
_NAME = re.compile(
    r"(\b(?i:my (?:full |real |first |last )?name(?:'s|’s|s| is)?|(?:i'm|i’m|im|i am) called"
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
    """The text with […] for numbers, addresses, handles, dates and stated names; twice changes no more."""
    for pattern in _PATTERNS:
        text = pattern.sub(BAR, text)
    text = _DIGITS.sub(lambda found: found[0] if _SCHOOL_YEAR.fullmatch(found[0]) else BAR, text)
    return _NAME.sub(rf"\1{BAR}", _HANDLE.sub(rf"\1 {BAR}", text))
