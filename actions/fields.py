"""The registration's questions, how people name them, and what an answer to each looks like.

Only handoff decides whether an answer is right; this tells an answer from a correction of another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.times import MONTH

YES = re.compile(
    r"(yes|yess+|ye|yh|yeah|yea|yep|yup|ya|y|correct|right|ok|okay|sure|perfect|👍"
    r"|(that'?s|its|it'?s|all) (right|correct|good|fine))\b.*|👍",
    re.I,
)
NO = re.compile(r"(no|nope|nah|naa|n|not)\b.*|👎", re.I)


@dataclass(frozen=True)
class Field:
    """One question. `label` follows "your", `named` finds it in a sentence, `fits` is a plausible answer."""

    name: str
    label: str
    named: re.Pattern[str]
    fits: re.Pattern[str]


def _field(name: str, label: str, named: str, fits: str) -> Field:
    return Field(name, label, re.compile(rf"\b({named})\b", re.I), re.compile(fits, re.I))


FIELDS = {
    field.name: field
    for field in (
        _field("name", "name", r"(full |first |last |sur)?name(['’]?s)?", r"[^\W\d_][^\d_]{1,60}"),
        _field(
            "date_of_birth",
            "date of birth",
            r"birthday|b-?day|dob|d\.o\.b|date of birth|birth ?date|born( on| in)?",
            rf"(19|20)\d\d|.*\b{MONTH}\b.*|\d{{1,2}}\D{{1,2}}\d{{1,2}}\D{{1,2}}(\d\d)?\d\d",
        ),
        _field("postcode", "postcode", r"post ?code|zip", r"[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}"),
        _field(
            "contact",
            "contact",
            r"contact( details)?|how to reach me|(phone|mobile)( number)?|number|mob|e-?mail( address)?",
            r"\+?[\d\s()-]{9,20}\b.*|\S+@\S+\.\S+.*",
        ),
        _field(
            "activity",
            "answer about what you're doing",
            r"(what )?i'?m doing( now)?|doing now|activity",
            r".{2,}",
        ),
        _field("since", "answer about since when", r"since when|how long", r".{3,}"),
        _field("care_status", "answer about care", r"care( status)?|being in care", r"(no|i)\b.*"),
        _field("ground", "reason", r"(my )?(main )?reason|ground", r".{3,}"),
        _field(
            "jobcentre_permission",
            "answer about Jobcentre Plus",
            r"(telling )?(the )?(job ?cent(re|er)( plus)?|jcp)|dwp",
            r"(yes|no|yeah|nah|y|n)\b.*",
        ),
        _field(
            "others_permission",
            "answer about talking to others",
            r"(talking to )?(the )?others|other people",
            r"(yes|no|yeah|nah|y|n)\b.*",
        ),
    )
}

_FILLER = re.compile(
    r"\b(is|was|to|it|its|it'?s|the|my|i|im|should|be|on|in|wrong|not|right|please|pls|again|a|mistake"
    r"|that|now|from|with)\b|[\s,.:;=!?'’-]+",
    re.I,
)
_LINK = re.compile(
    r"^[\s,.:;=-]*((is|was|to|it['’]?s?|should be|meant to be|as|on|in|=|wrong|incorrect|not right|actually"
    r"|(spelt|spelled)( (wrong|wrongly|incorrectly))?|misspelt|misspelled)\b[\s,.:;-]*)*",
    re.I,
)


def after(field: Field, text: str, start: int) -> str | None:
    """The new answer after a field's name; "" when there is none; None when it is about something else."""
    rest = _LINK.sub("", text[start:], count=1).strip(" .,!")
    if field.fits.fullmatch(rest) and _FILLER.sub("", rest):
        return rest
    return None if _FILLER.sub("", rest) else ""
