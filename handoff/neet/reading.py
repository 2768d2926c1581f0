"""What words say of somebody's situation: what they do, since when, what they want, what is in the way.

Pure. Looser than what is heard in passing (conversations/hearing.py): here somebody tells, or was asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from handoff.neet.model import DOING, IN_THE_WAY, SIGN, SINCE, WANTS
from handoff.neet.pattern import sentence, stated
from handoff.neet.reference import Sign

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST = 200


@dataclass(frozen=True)
class Fact:
    """One thing said: a code of the kind's list ("" where no code fits) and the words that said it."""

    kind: str
    code: str
    words: str


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.I | re.A)


_PLACES = r"(?:school|college|coll|(?:6th|sixth) ?form|uni|course|apprenticeship|job|work|education|training)"
_CHILD = r"(?:baby|son|daughter|child|kid|little one)"
_ENDED = (
    r"(?:left|quit|finished|stopped|dropped out(?: of)?|kicked (?:out|off)(?: of)?|lost)(?: going(?: to)?)?"
)
# After "ill" without its apostrophe: "ill be at college till june".
_WILL = r"(?:be|do|go|have|get|try|start|need|look|see|prob\w*|still|just|take|ask|finish|apply|stay|not)\b"
# In order: the first that fits is what they do, unless they are plainly in something (`_IN_IT`).
_DOING = {
    "starting_soon": _words(
        r"(?:start|begin|starting|beginning)"
        r"(?: (?:a|an|my|at|college|work|job|new|course|apprenticeship))* (?:in|next|on|soon)\b[^.?!]*",
        r"waiting (?:to start|for (?:it|my \w+) to start)",
    ),
    "caring": _words(
        rf"(?:caring for|looking after|look after|care for)(?! my {_CHILD}| a {_CHILD})(?: \w+){{1,3}}",
        r"(?:young )?carer|caring",
    ),
    "parent": _words(rf"(?:look(?:ing)? after|with|got|have) (?:my|a) {_CHILD}"),
    "unwell": _words(
        rf"ill(?! {_WILL})|sick|unwell|poorly|not well|not well enough|in hospital|signed off|recovering"
    ),
    "looking": _words(
        r"(?:looking|searching|applying) for(?: a| an| any| some)? ?\w+",
        r"job ?hunting",
        r"applying to \w+",
        r"need(?:ing)? (?:of )?(?:a |some )?(?:job|work)",
    ),
    "not_learning_or_working": _words(
        r"nothing|nuthin\w*|nowt|not (?:doing )?(?:anything|much|nothing|owt)|unemployed|neet|at home",
        rf"(?:no|not (?:in|at)|ain'?t (?:in|at|got)|don'?t (?:go(?: to)?|have)|out of)(?: a| any)? {_PLACES}",
        rf"{_ENDED}(?: my| the)? {_PLACES}|dropped out|sacked|expelled|excluded",
    ),
    "apprenticeship": _words(r"apprentice(?:ship)?"),
    "volunteering": _words(r"volunteer(?:ing)?"),
    "training": _words(r"training|traineeship|internship"),
    "sixth_form": _words(r"(?:6th|sixth)[ -]?form|year 1[23]|y1[23]"),
    "college": _words(r"college|coll|uni|university|a course|btec|t[ -]levels?|a[ -]levels?"),
    "school": _words(r"school|year (?:[7-9]|1[01])|y(?:[7-9]|1[01])"),
    "working": _words(r"work(?:ing)?|job|self[ -]employed"),
}
_LEARNING_OR_WORK = ("apprenticeship", "training", "sixth_form", "college", "school", "working")
_IN_IT = re.compile(
    r"(?:^\W*|\bi'?m |\bi am |\bill be |\bi'?ll be |\bstill |\bcurrently )(?:still |currently |now |just )*"
    r"(?:(?:(?:doing|studying)(?: \w+){0,3}? )?(?:at|in|on|doing|studying|going to)(?: (?:a|an|my|the))?"
    r"(?: (?:full|part)[ -]time| level \d)? "
    rf"(?:{_PLACES}\b(?! (?:refus|search|hunt))|year 1?\d\b|y1?\d\b|btec|[at][ -]levels?)"
    r"|working (?:at|in|for|as|full|part)\b)"
    r"|\bi (?:go to|attend|study at|work (?:at|in|for|full|part))\b(?: \w+){1,3}",
    re.I | re.A,
)
"""Whatever else they do or look for: "im at college looking for a saturday job"."""
_WANTS = {
    "talk": _words(r"talk\w*|chat|advice|someone to help"),
    "apprenticeship": _words(r"apprentice(?:ship)?s?"),
    "training": _words(r"train(?:ing|eeship)?|re-?train"),
    "learning": _words(
        r"school|college|coll|course|(?:6th|sixth) ?form|gcses?|btec|uni|study\w*|learn",
        r"[at][ -]levels?",
    ),
    "work": _words(r"jobs?|work|working|earn(?:ing)?|money"),
}
_IN_THE_WAY = {
    "money": _words(r"money|skint|broke|afford|fares?|can'?t pay|costs?|bills"),
    "travel": _words(
        r"travel(?:ling)?|bus(?:es)?|trains?|transport|too far|oyster|zip card|get(?:ting)? there"
    ),
    "health": _words(
        r"health|ill|illness|sick|unwell|depress\w*|anxiety|panic attacks?|hospital|in pain",
        r"operation|injur\w*",
    ),
    "caring": _words(r"caring|care for|carer|look(?:ing)? after|childcare|my baby|my kid"),
    "home": _words(
        r"home|homeless|hostel|housing|where i(?:'m)? liv(?:e|ing)|nowhere to live|evict\w*|family|parents?"
    ),
    "confidence": _words(
        r"confiden\w*|shy|nervous|scared|worried|self[ -]esteem|don'?t think i can|embarrass\w*"
    ),
    "send": _words(
        r"send|ehcp|dyslexi\w*|dyspraxi\w*|autis\w*|adhd|special needs|disab\w*",
        r"learning (?:needs?|difficult\w*)",
    ),
}
_IN_PASSING = ("money", "travel", "confidence")
"""The rest is only heard where it was asked for: said in passing, its words mean many other things."""
_NOTHING = re.compile(
    r"\W*(?:no|nah|nope|none|nothing|nothin|nuthin|n/?a|not really|all good|im good|i'?m good|no thanks"
    r"|nothing (?:really|is|at all|comes to mind)|not (?:that i know|anything))\b[^,;]*",
    re.I | re.A,
)
_MONTH = (
    r"(?P<month>jan(?=\b|uary)|feb(?=\b|ruary)|mar(?=\b|ch)|apr(?=\b|il)|may(?! be\b)"
    r"|jun(?=\b|e)|jul(?=\b|y)|aug(?=\b|ust)|sep(?=\b|t\b|tember)|oct(?=\b|ober)|nov(?=\b|ember)|dec(?=\b|ember))[a-z]*"
)
_COUNT = r"(?P<count>\d{1,2}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|couple(?: of)?|few)"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_SINCE = tuple(
    re.compile(pattern, re.I | re.A)
    for pattern in (
        rf"\b{_COUNT} {_UNIT}(?: ago| now)?\b",
        rf"(?:\b(?:since|in|from|around|about|of|last|this|early|late|mid) |^\W*){_MONTH}\b"
        r"(?:,? (?P<year>20\d\d))?",
        r"\b(?P<ago>yesterday|today|last week|last month|last year|this week|this month)\b",
    )
)
_SEASONS = _words(r"summer|easter|christmas|xmas|half term|gcses|exams|results day|year 11")
_NUMBERS = {
    **{
        "a": 1,
        "an": 1,
        "one": 1,
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
    },
    **{"nine": 9, "ten": 10, "couple": 2, "couple of": 2, "few": 3},
}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
# Said in passing, a time is when it ended only beside one of these.
_OVER = _words(r"since|ago|left|quit|dropped|finished|stopped|kicked|excluded|lost|been|out of|ended")
_AGO = {
    "yesterday": 1,
    "today": 0,
    "last week": 7,
    "last month": 30,
    "last year": 365,
    "this week": 3,
    "this month": 15,
}


def heard_in(text: str, signs: Mapping[str, Sign]) -> list[Fact]:
    """What somebody says in passing of what is in the way, and of signs of risk."""
    facts = _all(IN_THE_WAY, text, {code: _IN_THE_WAY[code] for code in _IN_PASSING})
    for sign in signs.values():
        match = next(stated(text, sign.patterns), None)
        if match:
            facts.append(Fact(SIGN, sign.code, sentence(text, match)))
    return facts


def ended_in(text: str, today: date) -> Fact | None:
    """Since when something is over, where words said in passing tell the month."""
    began = since(text, today)
    return began if began and began.code and _OVER.search(began.words) else None


def doing_in(text: str) -> Fact | None:
    """What somebody says in passing that they do."""
    code, match = _doing(text)
    return Fact(DOING, code, sentence(text, match)) if match else None


def _doing(text: str) -> tuple[str, re.Match[str] | None]:
    """The code of what they do and the words that say it; "" for none."""
    now = _IN_IT.search(text)
    if now and not _DOING["not_learning_or_working"].search(text):
        for code in _LEARNING_OR_WORK:
            if _DOING[code].search(now.group()):
                return code, now
    found = ((code, match) for code, pattern in _DOING.items() if (match := pattern.search(text)))
    return next(found, ("", None))


def answered(kind: str, text: str, today: date) -> list[Fact]:
    """What an answer to a question of the check-in says; with words that fit no code, one fact without."""
    said = " ".join(text.split())[:LONGEST]
    if kind == DOING:
        return [Fact(DOING, _doing(said)[0], said)]
    if kind == SINCE:
        began = since(said, today)
        return [Fact(SINCE, began.code if began else "", said)]
    if kind == IN_THE_WAY and _NOTHING.fullmatch(said):
        return []
    found_codes = _all(kind, said, _WANTS if kind == WANTS else _IN_THE_WAY)
    return [Fact(kind, one.code, said) for one in found_codes] or [Fact(kind, "", said)]


def since(text: str, today: date) -> Fact | None:
    """When it began, as a month ("2026-10") or "" where the words give none; None where none tell of time."""
    for pattern in _SINCE:
        for match in pattern.finditer(text):
            day = _day(match.groupdict(), today)
            if day is not None:
                return Fact(SINCE, f"{day:%Y-%m}", sentence(text, match))
    season = _SEASONS.search(text)
    return Fact(SINCE, "", sentence(text, season)) if season else None


def _day(said: Mapping[str, str | None], today: date) -> date | None:
    """The day some words mean; None where it would be to come."""
    if ago := said.get("ago"):
        return today - timedelta(days=_AGO[ago.lower()])
    if unit := said.get("unit"):
        count = str(said.get("count")).lower()
        return today - timedelta(days=_DAYS[unit.lower()] * (_NUMBERS.get(count) or int(count)))
    month = MONTHS.index((said["month"] or "").lower()) + 1
    year = int(said["year"] or 0) if said.get("year") else today.year - (month > today.month)
    day = date(year, month, 1)
    return day if day <= today else None


def _all(kind: str, text: str, patterns: Mapping[str, re.Pattern[str]]) -> list[Fact]:
    return [
        Fact(kind, code, sentence(text, match))
        for code, pattern in patterns.items()
        if (match := pattern.search(text))
    ]
