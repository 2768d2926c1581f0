"""Reads what somebody does, since when, whether they are or were in care, and why they need to claim.

Nobody is asked to prove or explain harm: a reason in a few words is enough, and so is "rather not say".
"""

from __future__ import annotations

import re
from datetime import date

from handoff.neet.service import since_when
from handoff.registrations.eligibility import grounds, reasons
from handoff.registrations.model import CARE_LEAVER, LOOKED_AFTER, NEITHER
from handoff.registrations.reading import Accepted, Problem, refuses

NOT_SAID, OTHER = "not_said", "other"
CARE_WORDS = {
    NEITHER: "not in care",
    LOOKED_AFTER: "in care now",
    CARE_LEAVER: "left care at 16 or 17",
    NOT_SAID: "not said",
}
_MONTH = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAY = re.compile(rf"^\W*(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?={_MONTH})", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<!\d)(?:\d{1,2}[/.\-])?(\d{1,2})[/.\-](20\d\d|\d\d)(?!\d)")


def _any(*said: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(said)})\b", re.IGNORECASE)


_UNTOLD = Accepted("not said", "not said")
_SKIPS = re.compile(
    r"(?:\W*(?:i(?:'d| would)?|id|please|sorry|um|just)\b)*\W*(?:not saying|skip|pass)\b.*", re.IGNORECASE
)
_UNSURE = _any(r"not (?:really )?sure", "don'?t know", "dunno", "idk", "unsure", "no idea")
_HOMES = (
    r"(?:(?:in|with|a|an|the|my) )*(?:foster\w*|care|children'?s home|kids'? home|care home|looked[ -]after)"
)
_CARED_FOR = _any(
    r"foster\w*", "in care", r"looked[ -]after(?! by my)", "section 20", "s20", "children'?s home",
    "care home", "kids'? home", "residential(?: home| unit)?", "care order",
    "the council looks? after me", "in the system",
)  # fmt: skip
_LEFT_CARE = _any(
    r"care ?leaver", rf"(?:left|leaving|came out of|out of) {_HOMES}", r"ex[ -]care", "aged out",
    rf"(?:was|used to be|were) {_HOMES}", r"in care (?:when|til|till|until|before)",
    r"left (?:it )?at 1[67]",
)  # fmt: skip
_AS_A_CHILD = _any(
    r"(?:when|til|till|until|before|aged?|at)(?: i was)?(?: about| around)? (?P<age>\d{1,2})",
    r"(?:as|when i was) (?:little|young|younger|small|a (?:baby|kid|child))",
)
_NOT_IN_CARE = re.compile(
    r"\W*(?:no+|nope|nah|naw|n|neither|never|none|not|n/a|i haven'?t|i ?(?:'?m|am|'?ve|have)? ?(?:not|never))"
    r"\b.*"
    r"|.*\b(?:adopted|kinship|special guardian\w*"
    r"|never been|not in care|live with my (?:mum|mom|dad|nan|parents|family)|looked after by my)\b.*"
    r"|👎",
    re.IGNORECASE,
)
_DENIED_CARE = re.compile(
    r"\b(?:do ?n'?t think\b[^.,;!?]*|no (?=foster|care\b|children'?s home|kids'? home)\w+"
    r"|(?:not|never|ever|neither|nor|nothing|none|cannot|can'?t|(?:do|does|did|have|has|had|was|were|is|are|ai|wo)n'?t)\b"
    r"(?:(?! (?:but|tho\w*|i|i'?m|i'?ve|still|now|just|cos|cause|because)\b)[^.,;!?])*)",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:any ?more|no longer|(?:not|haven'?t|have not|never) (?:yet )?(?:left|leaving))\b", re.IGNORECASE
)
_NO_MORE = re.compile(r"\W*(?:no,? )?(?:not any ?more|(?:i )?used to be)\W*", re.IGNORECASE)
_YES = re.compile(r"\W*(?:y|ye|yes|yeah|yh|yep|yup|yea|ya|i am|i was|👍)\W*", re.IGNORECASE)
_SAYS_NOTHING = re.compile(rf"{_YES.pattern}|\W*(?:n|no+|nope|nah|naw|👎|\d{{1,2}})\W*", re.IGNORECASE)
"""A yes, a no or a bare number, where words are asked for."""
_CHILD = r"(?:baby|babies|child|children|kids?|son|daughter|toddler)"
_REASONS = {
    "d": _any(
        rf"(?:my|a|our|have|got) (?:own )?{_CHILD}", r"(?:teen|young|single) (?:mum|mom|dad|parent)",
        r"i'?m a (?:mum|mom|dad|parent)",
        r"(?:got|have) (?:an? )?\w+ (?:year|month|week)s?[- ]old",
    ),
    "e": _any(rf"(?:partner|boyfriend|girlfriend|bf|gf|husband|wife)\b.{{0,40}}\b{_CHILD}"),
    "f": _any(
        r"pregnan\w*", "preg", "expecting", "having a baby", "just had (?:a|my) baby", "gave birth",
        "baby (?:is )?due", "due (?:in|on|soon)",
    ),
    "b": _any("fit note", "sick note", "doctor'?s note", "signed off", "waiting for (?:an? |my )?assessment"),
    "a": _any(
        r"disab\w*", "ill", "illness", "sick(?! of)", "unwell", "health", "can'?t work", "not (?:well|fit)",
        r"lcw\w*", "pip", "dla", "limited capability", "medical", r"depress\w*", "anxiety", r"epilep\w*",
        r"autis\w*",
    ),
    "c": _any("car(?:e|ing) for", "look(?:ing)? after", "(?:young )?carer"),
    "g": _any(
        "parents?",
        r"step\w+",
        "mother",
        "father", "mum", "mom", "dad", "family", "home", r"estrang\w*", "kicked out", "on my own", "alone",
        "by myself", "no(?:body| ?one)", "support", "homeless", "hostel", "sofa", "refugee", "asylum",
        "orphan",        "died", "passed away",
    ),
}  # fmt: skip
_NOT_A_PARENT = re.compile(
    rf"\b(?:i'?m|i am|i was|as|being|like)(?: (?:only|just|still|basically|legally))* an? {_CHILD}\b",
    re.IGNORECASE,
)
_ME = (
    r"me\b(?! (?:nan|nana|gran\w*|grand\w+|mam|mum|mom|dad|sister|brother|little|baby|son|daughter|kids?)\b)"
)
_LACKS_CARE = _any(
    rf"(?:look(?:s|ed|ing)? after|car(?:e|es|ed|ing) (?:for|about)) (?:{_ME}|myself)",
    r"(?:(?:do|does|did|wo|ca)n'?t|not|no(?:body| ?one)|never)(?: (?:really|even|ever|properly))? "
    r"(?:look(?:s|ing)? after|car(?:e|es|ing) (?:for|about))",
)
_ON_THEIR_OWN = _any(
    r"(?:no|without)(?: \w+)? (?:parents?|support|family)", r"estrang\w*",
    r"(?:kicked|thrown|chucked) (?:me )?out", "on my own", "alone", "by myself", "homeless", "sofa",
    "hostel", "refugee", "asylum", "orphan", "died", "passed away",
)  # fmt: skip
_COVERS = {"e": "d", "f": "d", "d": "c", "c": "a", "b": "a"}
_OTHERWISE = re.compile(
    r"\W*(?:something else|other|another reason|none of (?:these|them|those|the above)|no reason"
    r"|neither)\b.*",
    re.IGNORECASE,
)


def read_activity(text: str, again: bool = False) -> Accepted | Problem:
    """What they are doing now, in their own words. A bare "yes" or "5" is asked again once, and a no to
    being asked is kept as that."""
    if (_SAYS_NOTHING.fullmatch(text) or refuses(text)) and not again:
        return Problem("not_an_activity")
    if refuses(text):
        return _UNTOLD
    return Accepted(text, text) if any(char.isalnum() for char in text) else Problem("empty")


def read_since(text: str, today: date, again: bool = False) -> Accepted | Problem:
    """Since when: a month where the words tell one ("September 2026"), else the words themselves.

    A bare "yes" or "5" (weeks? May?) is asked again once, and a no to being asked is kept as that."""
    if (_SAYS_NOTHING.fullmatch(text) or refuses(text)) and not again:
        return Problem("not_a_since")
    if refuses(text):
        return _UNTOLD
    if not any(char.isalnum() for char in text):
        return Problem("empty")
    began = began_on(text, today)
    shown = f"{began:%B %Y}" if began else text
    return Accepted(shown, shown)


def began_on(text: str, today: date) -> date | None:
    """The first day of the month that the words tell of; None where they tell of none."""
    if numbers := _NUMBERS.search(text):
        year = int(numbers[2]) + (2000 if len(numbers[2]) == 2 else 0)
        day = date(year, int(numbers[1]), 1) if 1 <= int(numbers[1]) <= 12 else None
        return day if day and day <= today else None
    return since_when(_DAY.sub("", text), today)


def read_care_status(text: str) -> Accepted | Problem:
    """In care now, left care at 16 or 17, or neither; care that ended before 16 is neither."""
    said = text.replace("’", "'")
    if said in CARE_WORDS or _says_no(said):
        return _care(said if said in CARE_WORDS else NOT_SAID)
    if _NO_MORE.fullmatch(said) or any(map(_says_it_ended, re.split(r"[.,;!?]|but", said))):
        return Problem("which_care")
    affirmed, denied = _DENIED_CARE.sub(" ", said), _NOT_IN_CARE.fullmatch(said)
    if _LEFT_CARE.search(affirmed):
        child = _AS_A_CHILD.search(said)
        if child and int(child["age"] or 0) < 16:
            return _care(NEITHER)
        return Problem("which_care") if denied else _care(CARE_LEAVER)
    if _CARED_FOR.search(affirmed):
        return Problem("which_care") if denied else _care(LOOKED_AFTER)
    if denied or _speaks_of_care(said):
        return _care(NEITHER)
    if _UNSURE.search(said):
        return _care(NOT_SAID)
    return Problem("which_care" if _YES.fullmatch(said) else "not_a_care_status")


def _says_it_ended(clause: str) -> bool:
    return bool(_ENDED.search(clause)) and _speaks_of_care(clause)


def _speaks_of_care(said: str) -> bool:
    return bool(_CARED_FOR.search(said) or _LEFT_CARE.search(said))


def read_ground(text: str, again: bool = False) -> Accepted | Problem:
    """The code of a reason to claim, "other" or "not_said".

    Words that fit none are asked again once, then taken as another reason: an adviser asks.
    """
    said = text.replace("’", "'")
    offered = {label.casefold(): one.code for one in grounds() for label in (one.web, one.sms)}
    chosen = offered.get(said.casefold().rstrip(".")) or _said_outright(said)
    found = [chosen] if chosen else _matching(said)
    if len(found) > 1 and not again:
        return Problem("which_ground")
    code = found[0] if len(found) == 1 else None
    if code is None and not (again and any(char.isalnum() for char in said)):
        return Problem("not_a_ground")
    theirs = {one.code: one.web for one in grounds()}
    return Accepted(code or OTHER, theirs.get(code or OTHER) or ground_in_words(code))


def ground_in_words(code: str | None) -> str:
    """A reason to claim as advisers and the Jobcentre call it."""
    return reasons().get(code or "", "not said" if code == NOT_SAID else "another reason")


def _says_no(said: str) -> bool:
    return refuses(said) or bool(_SKIPS.fullmatch(said))


def _said_outright(said: str) -> str | None:
    if _says_no(said) or _UNSURE.search(said):
        return NOT_SAID
    if _OTHERWISE.fullmatch(said):
        return OTHER
    if said.strip().casefold() in (*_REASONS, OTHER, NOT_SAID):
        return said.strip().casefold()
    return None


def _matching(said: str) -> list[str]:
    """The reasons that the words give; more than one is for the person to choose from.

    Somebody pregnant is no parent yet, whoever is cared for may be ill or a parent, and a mum or a home that
    is only spoken of is not the lack of one.
    """
    lacking = bool(_LACKS_CARE.search(said))
    theirs = _LACKS_CARE.sub(" ", _NOT_A_PARENT.sub(" ", said))
    found = [code for code, pattern in _REASONS.items() if pattern.search(theirs)]
    covered = {_COVERS.get(code) for code in found} | {"g"}
    alone = lacking or _ON_THEIR_OWN.search(said)
    kept = [code for code in found if code not in covered]
    return [*kept, "g"] if alone or (not kept and "g" in found) else kept


def _care(code: str) -> Accepted:
    return Accepted(code, CARE_WORDS[code])
