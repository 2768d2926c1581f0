"""What is known of somebody, or was said just before, that changes what a message is taken for. Pure.

Their age decides who is told about benefits; a past harm is no offence; a lone number names no topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.times import is_a_date, is_a_time, says_since_when

CLAIMING = "benefits-16-17"
ABOUT_ME, ABOUT_ME_CLAIMING = "about_me", "about_me_claiming"
UNDER_16, ADULT = "signpost-under-16", "signpost-18-plus"
OFFENDING = frozenset({"criminal-record", "custody-resettlement"})

_OF_AGE = re.compile(r"\b1[67]\b|\bsixteen\b|\bseventeen\b", re.I)
_HARM = re.compile(
    r"\b(?:self[- ]?harm\w*|abus(?:e|ed|ive|ing)|groomed|raped?|molested|neglected|suicid\w*|anorexi\w*"
    r"|bulimi\w*|eating disorder|overdos\w*|cut(?:ting)? myself|hurt(?:ing)? myself|depress\w*|therapy"
    r"|social (?:services|workers?|care)|exploited)\b",
    re.I,
)
_OFFENCE = re.compile(
    r"\b(?:police|caution\w*|convict\w*|court|arrest\w*|nicked|record|dbs|prison|custody|yot|yoi|probation"
    r"|offen[cds]\w*|charged?|sentence\w*|jail|released|tag|crim\w*|spent|reprimand|locked up|done for)\b",
    re.I,
)
_MORE = re.compile(
    r"\W*(?:(?:option|number) )?(?:\d|(?:(?:tell|show|give) me |any(?:thing)? |can i have )?more"
    r"(?: (?:info|information|options|details|please|pls|about (?:it|that|this)))*)\W*",
    re.I,
)
_LEAVES_OFF = re.compile(
    r"\W*(?:(?:and|but|so|also|then|when(?:ever)?|every ?time|sometimes|because|cos|coz|bc)\s+)*"
    r"(?:he|she|they|some(?:one|body)|my (?:step ?)?(?:dad|mum|mom|brother|sister|uncle|cousin|parents|carer"
    r"|boyfriend|bf|girlfriend|gf|teacher|tutor|coach|boss))"
    r"(?:\s+(?:always|just|still|also|never))*"
    r"(?:\s+(?:keeps?|kept|said|says|told me|ma[dk]es? me|wants me(?: to)?|tries to|tried to|has been))?\W*",
    re.I,
)


def for_their_age(topic: str | None, text: str, metadata: Mapping[str, Any]) -> str | None:
    """The answer on claiming that fits the age they said; any other topic is left as it is.

    Who says 16 or 17 in the same message asks for somebody of that age.
    """
    age = ((metadata.get("context") or {}).get("facts") or {}).get("age")
    if topic != CLAIMING or not age or _OF_AGE.search(text):
        return topic
    return UNDER_16 if age < 16 else ADULT if age >= 18 else topic


def is_still_about_claiming(intent: str, metadata: Mapping[str, Any]) -> bool:
    """Whether news about themselves ("i live with my nan") comes after the answer on claiming."""
    return intent == ABOUT_ME and metadata.get("last_topic") == CLAIMING and not metadata.get("form")


def tells_of_harm(text: str, metadata: Mapping[str, Any]) -> bool:
    """Whether it tells of harm done to them or by them to themselves, and of no offence."""
    findings: Sequence[Mapping[str, Any]] = (metadata.get("context") or {}).get("findings") or ()
    heard = any(found.get("categories") for found in findings)
    return bool(heard or _HARM.search(text)) and not _OFFENCE.search(text)


def tells_since_when(text: str, metadata: Mapping[str, Any]) -> bool:
    """Whether it is nothing but a time that is over ("since october"); what a form asks is the form's."""
    if metadata.get("form"):
        return False
    return says_since_when(text) if metadata.get("last_topic") else is_a_time(text)


def puts_birthday_right(text: str, metadata: Mapping[str, Any]) -> bool:
    """Whether it is a date right after they were told that their age is not one we register."""
    after = metadata.get("last_topic") in (UNDER_16, ADULT) and not metadata.get("form")
    return bool(after) and is_a_date(text)


def leaves_off(text: str) -> bool:
    """Whether it names somebody and stops before it tells what they do ("he keeps"): the rest is to come."""
    return bool(_LEAVES_OFF.fullmatch(text))


def asks_for_more(text: str) -> bool:
    """ "more", or a number that no list was there for."""
    return bool(_MORE.fullmatch(text))
