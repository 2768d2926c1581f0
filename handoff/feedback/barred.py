"""What names or reaches a person is barred from the questions that editors read."""

from __future__ import annotations

import re

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


def barred(text: str) -> str:
    """The text with […] for numbers, addresses, handles, dates and stated names; twice changes no more."""
    for pattern in _PATTERNS:
        text = pattern.sub(BAR, text)
    text = _DIGITS.sub(lambda found: found[0] if _SCHOOL_YEAR.fullmatch(found[0]) else BAR, text)
    return _NAME.sub(rf"\1{BAR}", _HANDLE.sub(rf"\1 {BAR}", text))
