"""Reads how and when somebody can safely be reached: a number, an e-mail, someone they trust, or this chat.

What is taken is said back as they said it, with the number in its usual form; nobody needs a phone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from handoff.registrations.overlooked import seen_by_others
from handoff.registrations.reading import Accepted, Problem

HERE = "in this chat"
LONGEST_REST = 500
"""Characters; as long as an answer may be, so that nothing said beside a number is lost."""
_SAME = re.compile(
    r"\b(?:same|this (?:one|number|phone)|this is (?:fine|ok|okay|good)|text me|texts?|here|on this"
    r"|(?:the one )?(?:i['’]?m )?texting (?:from|on|with|u|you))\b",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"\b(?:here|this chat|(?:in|on) (?:the )?chat|come back|the website|on this)\b", re.IGNORECASE
)
_DRAMA = re.compile(r"\+44(7700900|1632960)\d{3}")
_REACHABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_EMAIL = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,6}[A-Za-z]{2,24}")
_TRUSTED = re.compile(
    r"\b(?:c/o|care of|mum|mom|mam|dad|nan|nana|gran\w*|grand\w+|aunt\w*|uncle|sister|brother|cousin"
    r"|friend'?s?|mate'?s?|teacher|tutor|school|college|(?:youth|key|social|support) ?worker|advis[eo]r|pa"
    r"|hostel|foster|carer|neighbour|partner|boyfriend|girlfriend|mr|mrs|ms|miss|road|street|avenue|lane|close|house|flat"
    r"|estate|court)\b",
    re.IGNORECASE,
)
_KEPT_FROM = re.compile(r"\b(?:can'?t|cannot|don'?t|do not|not|never|without)\b", re.IGNORECASE)
_TIMES = (
    r"after|before|between|from|until|till|til|any ?time|when ?ever"
    r"|(?:morning|afternoon|evening|night)s?|week ?days?|week ?ends?"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?|noon|lunch\w*"
    r"|hours?|\d{1,2}(?:[.:]\d\d)? ?(?:am|pm)|o'?clock"
)
_TIME = re.compile(rf"\b(?:{_TIMES})\b", re.IGNORECASE)
_WHEN = re.compile(rf"\b(?:{_TIMES}|only|not|never|don'?t|do not)\b", re.IGNORECASE)
_LEADS_ELSEWHERE = rf"(?:{_TIMES}|but|so|just|mind|sure|know|have|got|own|care|problem|only)\b"
_NEVER = (
    r"(?<!if )(?<!why )\b(?:not|don'?t|do not|never|can'?t|cannot|shouldn'?t|mustn'?t|no longer)"
    rf"(?: (?!{_LEADS_ELSEWHERE})[^\W\d][^\W\d'-]*(?:'s)?){{0,6}}?"
)
_UNSAFE = (
    r"(?:(?:not|isn'?t|ain'?t|never|no longer) (?:\w+ )?(?:safe|private)|unsafe)\b"
    rf"(?! to\b|(?: \w+)? (?:{_TIMES})\b)"
)
_REFUSED_AHEAD = re.compile(rf"{_NEVER}[\s:]*$", re.IGNORECASE)
_REFUSED_BEHIND = re.compile(
    rf"[^\d]*(?:{_UNSAFE}|\b(?:don'?t|do not|never) (?:use|text|call|ring|phone|message)"
    r" (?:it|this|that|me (?:on (?:it|this|that)|here|there))\b"
    rf"(?!(?: \w+)? (?:{_TIMES})\b))",
    re.IGNORECASE,
)
_REFUSED_HERE = re.compile(
    rf"{_NEVER} (?:here|same|this (?:one|number|phone|chat)|on this|(?:text|txt|message|contact) me)\b"
    rf"(?! (?:here |on this )?(?:\w+ )?(?:{_TIMES})\b)|{_UNSAFE}",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:(?:(?:um|er|ok|okay|yes|yeah|yh|hi|so|well|and|but|then|please|pls|thanks|thx|my|the|a|is|its|it'?s|you"
    r"|u|can|could|call|ring|phone|text|txt|message|e-?mail|mail|reach|get|contact|me|on|at|number|num|mobile|mob"
    r"|use|address|this|that|one|same|works|safe|best|here|as|to|via|by)\b)|[\s,.:;!()\-]+)+",
    re.IGNORECASE,
)

_LEADING_ON = re.compile(r"[\s,]*\b(?:is|on|at|to|and|it'?s|number(?:'?s| is)?)\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Reach:
    """How to reach somebody: `how` and `times` in words, and what can be dialled or written to."""

    how: str
    times: str | None = None
    phone: str | None = None
    email: str | None = None


def read_contact(text: str, texting_from: str | None = None) -> Accepted | Problem:
    """A safe way to reach them, in words; whoever texts can be reached by the number they text from."""
    if _is_refused(text.replace("’", "'")):
        return Problem("which_contact")
    found = _find(text, texting_from)
    if found is None:
        return Problem("not_a_contact")
    what, rest = found
    words = f"{what}, {rest}" if rest else what
    return Accepted(words, words)


def reach(words: str) -> Reach:
    """What the words of an accepted answer hold."""
    number, email = _number_in(words), _EMAIL.search(words)
    rest = _find(words, None)
    times = rest[1] if rest and _WHEN.search(rest[1]) else None
    return Reach(words, times, _e164(number[0]) if number else None, email[0] if email else None)


def read_phone(text: str, texting_from: str | None = None) -> Accepted | Problem:
    """A UK mobile or landline; "this one" is the number that the person texts from."""
    if number := _number_in(text):
        return Accepted(_e164(number[0]), _national(number[0]))
    if texting_from and _SAME.search(text) and not re.search(r"\d", text):
        known = phonenumbers.parse(texting_from, "GB")
        return Accepted(_e164(known), _national(known))
    return Problem("not_a_phone")


def without_number(words: str) -> str:
    """The words of an accepted answer for staff, who reveal a number on purpose only."""
    number = _number_in(words)
    if number is None:
        return words
    _, start, end = number
    return f"{words[:start]}number ending {words[end - 3 : end]}{words[end:]}"


def shown_number(number: str) -> str:
    """A number (E.164) as people write it."""
    return _national(phonenumbers.parse(number, "GB"))


def _is_refused(text: str) -> bool:
    """Whether the way that would be taken is the one they ask not to be reached by.

    To be asked once more costs less than a message that the wrong person reads.
    """
    if seen_by_others(text):
        return True
    number, email = _number_in(text), _EMAIL.search(text)
    if number is None and email is None:
        return bool(_REFUSED_HERE.search(text))
    start, end = number[1:] if number else email.span() if email else (0, 0)
    return bool(_REFUSED_AHEAD.search(text[:start]) or _REFUSED_BEHIND.match(text[end:]))


def _find(text: str, texting_from: str | None) -> tuple[str, str] | None:
    """The way to reach them and what else they said of it."""
    if number := _number_in(text):
        found, start, end = number
        return _national(found), _rest(text, start, end)
    if email := _EMAIL.search(text):
        return email[0], _rest(text, email.start(), email.end())
    if texting_from and (_SAME.search(text) or (_TIME.search(text) and not _TRUSTED.search(text))):
        return shown_number(texting_from), _rest(_SAME.sub(" ", text), 0, 0)
    if _TRUSTED.search(text) and len(text.split()) > 1 and not _KEPT_FROM.search(text):
        return text[:LONGEST_REST], ""
    if _HERE.search(text):
        return HERE, _rest(text.replace(HERE, ""), 0, 0) if _WHEN.search(text) else ""
    return None


def _rest(text: str, start: int, end: int) -> str:
    """What is said before and after the way to reach them, without the words that only lead to it."""
    before, after = text[:start].strip(" ,.:;-"), text[end:].strip(" ,.:;-")
    parts = (_LEADING_ON.sub("", _FILLER.sub("", part)) for part in (before, after))
    return ", ".join(part for part in parts if re.search(r"\w{2}", part))[:LONGEST_REST].strip(" ,.:;-")


def _number_in(text: str) -> tuple[phonenumbers.PhoneNumber, int, int] | None:
    digits = re.sub(r"(?<![^\W\doO_])[oO]+(?![^\W\doO_])", lambda o: "0" * len(o[0]), text)
    for match in phonenumbers.PhoneNumberMatcher(digits, "GB", leniency=phonenumbers.Leniency.POSSIBLE):
        if _rings_in_uk(match.number):
            return match.number, match.start, match.end
    return None


def _rings_in_uk(number: phonenumbers.PhoneNumber) -> bool:
    """Drama numbers are nobody's: libphonenumber does not know them, demonstrations use them."""
    if number.country_code != 44:
        return False
    if _DRAMA.fullmatch(_e164(number)):
        return True
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _REACHABLE


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _national(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
