"""Reads each answer of the registration form. Pure, and never raises: a text is taken or has a named problem.

FIELDS is the form's order; `read` is the one way in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from handoff.content.areas import Area
from handoff.registrations.birthday import read_birthday
from handoff.registrations.borough import read_borough
from handoff.registrations.contact import read_contact
from handoff.registrations.postcode import read_postcode
from handoff.registrations.reading import Accepted, Problem, refuses
from handoff.registrations.situation import read_activity, read_care_status, read_ground, read_since
from handoff.registrations.yes_no import read_permission

LONGEST = 500
LONGEST_NAME, MOST_NAMES = 100, 8
_LEAD_IN = re.compile(
    r"(?:(?:hi|hey|hello|ok|yeah|yes|so)[,. ]+)?"
    r"(?:my (?:full |first )?name['’]?(?:s|\s+is)?(?: called)?|(?:i['’]?m|i am)(?: called| known as)?"
    r"|it['’]?s|this is|(?:(?:they|people|everyone|everybody|you can|my (?:friends|mates|family)) )?call me"
    r"|(?:everyone|everybody) calls me|i go by|name)\s*[:\- ]\s*",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:what|why|how|when|who|where|which|can|could|do|does|is|are|will|should|would)\b.*\s", re.IGNORECASE
)
_CALLED_SO = re.compile(r"(?:will|can)(?: \S+){1,2}", re.IGNORECASE)
_NO_NAMES = frozenset(
    "yes no ok okay idk dunno nope yeah nah skip none nothing help hi hey hello thanks what why who "
    "wot wat wut huh eh pardon how when where which whatever lol bro bruv hru wtf omg idc test hmm um".split()
)
_STATE = re.compile(
    r"(?:i['’]?m|i am) +(?:in|not|a|on|at|from|homeless|pregnant|scared|sad|tired|bored|confused|lost|fine|ok"
    r"|okay|good|here|new|really|done|looking|trying|going|gonna|living|nobody|worried|stuck|sick|depressed)\b",
    re.IGNORECASE,
)
_CURSING = re.compile(
    r"\b(?:wtf|wth|stfu|ffs|omg|lol|lmao|fuck\w*|fck\w*|shit|piss off|bitch|wanker|cunt|twat|dickhead"
    r"|bruv|bruh)\b",
    re.IGNORECASE,
)
_WEB = re.compile(r"://|www\.|\w\.(?:com|co|uk|org|net|io)\b", re.IGNORECASE)
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Known:
    """What reading an answer may need.

    `texting_from`: the number of someone who texts; `age`: as they said it before; `given`: the answers so
    far; `again`: the question was asked before, and not answered.
    """

    today: date
    areas: Mapping[str, Area]
    texting_from: str | None = None
    age: int | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    again: bool = False


Reader = Callable[[str, Known], Accepted | Problem]


def read(field: str, text: str, known: Known) -> Accepted | Problem:
    """Read one field's answer; KeyError for a field that the form does not have."""
    reader = FIELDS[field]
    said = _tidy(text)
    if not said:
        return Problem("empty")
    return Problem("too_long") if len(said) > LONGEST else reader(said, known)


def read_name(text: str, known: Known) -> Accepted | Problem:
    """A name in any script: letters, with apostrophes, hyphens, full stops, spaces; "im in care" is none."""
    if _STATE.match(text) or refuses(text):
        return Problem("not_a_name")
    name = _LEAD_IN.sub("", text, count=1) if _LEAD_IN.match(text) else text
    name = re.sub(r"[’ʼ`´]", "'", name).strip(" .,!-") or text
    if len(name) > LONGEST_NAME:
        return Problem("too_long")
    if _is_no_name(name):
        return Problem("not_a_name")
    if name.islower():
        name = re.sub(r"(^|[ '\-])(\w)", lambda match: match[1] + match[2].upper(), name)
    return Accepted(name, name)


FIELDS: Mapping[str, Reader] = {
    "name": read_name,
    "date_of_birth": lambda text, known: read_birthday(text, known.today, known.age),
    "postcode": lambda text, known: read_postcode(text, known.areas),
    "borough": lambda text, known: read_borough(text, known.areas),
    "contact": lambda text, known: read_contact(text, known.texting_from),
    "activity": lambda text, known: read_activity(text, known.again),
    "since": lambda text, known: read_since(text, known.today, known.again),
    "care_status": lambda text, known: read_care_status(text),
    "ground": lambda text, known: read_ground(text, known.again),
    "jobcentre_permission": lambda text, known: read_permission(text),
    "others_permission": lambda text, known: read_permission(text),
}
"""What the form asks, in its order; the borough only where no list has the postcode."""


def _tidy(text: str) -> str:
    """One line of visible text in composed form; joiners stay, for some scripts need them between letters."""
    spaced = unicodedata.normalize("NFC", "".join(map(_visible, text)))
    return " ".join(spaced.split()).strip(f" {_JOINERS}")


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category[0] == "C" and char not in _JOINERS else char


def _is_no_name(name: str) -> bool:
    words = name.split()
    return (
        not any(char.isalpha() for char in name)
        or not all(_is_name_sign(char) for char in name)
        or len(words) > MOST_NAMES
        or name.casefold() in _NO_NAMES
        or bool(
            _WEB.search(name)
            or _CURSING.search(name)
            or (_QUESTION.match(name) and not _CALLED_SO.fullmatch(name))
        )
    )


def _is_name_sign(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM" or char in f" '-‐‑.,·{_JOINERS}"
