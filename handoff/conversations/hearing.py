"""What people say of themselves in passing: how old they are, what they are doing now, where they live.

Pure, cheap, and shy: whatever could be someone else's, past, future or a what-if is not heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from handoff.content.areas import Area
from handoff.conversations.places import area_in

AGE, AREA, ACTIVITY = "age", "area", "activity"
Facts = dict[str, int | str]

YOUNGEST, OLDEST = 11, 25
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(), 11
    )
}
_N = rf"(?P<age>\d\d|{'|'.join(_NUMBERS)})"
_OLD = r"(?:\s?-?(?:yrs?|years?|year|y)[\s-]?old|\s?(?:y/?o|yrs?)\b)"
_SOFTLY = r"(?:(?:only|actually|just|now|currently|still|already|alr|literally|rn|aged) )*"
_I_AM = r"(?:\b(?:i'?m|i am|iam|i m)|(?:^|(?<=[.,!?;\n])) ?am) " + _SOFTLY
# What may follow an age: anything else could make it minutes, money, weeks, a score or a birthday to come.
_GO_ON = (
    r"and (?:a half|i|i'?m|my|in|at|from|live|want|need|wanna|still|have|got|not|looking)|n i|but|so|now|rn"
    r"|atm|btw|with|from|living|who|what|wat|wot|can|could|do|does|did|i|i'?m|i'?ve|ive|just|looking|not|doing|still|already"
    r"|tho|though|bro|bruv|mate|innit|lol|male|female|girl|boy|wanna|want|need|today|pls|please|how|where"
    r"|is|am|are|got|have|nearly|almost|turning|my|at (?:the moment|college|school|sixth|uni)"
    r"|in (?:year \d|college|school|sixth|care|foster)|(?:right )now"
)
_THEN = rf"(?:{_OLD})?(?=\s*$|\s*[,!?;)\n]|\s*\.(?!\d)|\s*[^\w\s.,/:+%&£$€'’\"-]|\s+(?:{_GO_ON})\b)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_OWN_AGES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_I_AM}(?:a |an )?{_N}{_THEN}",
        rf"{_I_AM}(?:a |an )?{_N}{_OLD}",
        rf"\bmy age(?: is|'?s|:) ?{_N}{_THEN}",
        rf"^aged? ?:? ?{_N}{_THEN}",
        rf"^{_N}{_OLD}(?= (?:here|male|female|boy|girl|looking|from)\b|\s*,|\s*$)",
        rf"\bi(?:'?ve| have)? just turned {_N}{_THEN}",
    )
)
_TURNING = re.compile(
    rf"\b(?:i turn|i'?m turning|i am turning|i'?m gonna be|i'?ll be|i will be) {_N} "
    rf"(?:in {_MONTH}|next (?:week|month)|tomorrow|soon|this (?:week|month))\b"
)
_CHILD = (
    r"\b(?:my|our) (?:(?:foster|step|grand|eldest|oldest|youngest|middle|autistic)[ -]?)*"
    r"(?:son|daughter|child|kid|boy|girl|lad|teen|teenager)\b"
)
_CHILDS_AGES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_CHILD}(?: who)?(?: is|'?s|,)?(?: who'?s| who is)? {_SOFTLY}{_N}{_THEN}",
        rf"{_CHILD}(?: has| is)? just turned {_N}{_THEN}",
        rf"\b(?:my|our) {_N}(?:{_OLD}|[ -]?year) (?:son|daughter|child|kid|boy|girl|lad)\b",
    )
)

_NOW = (
    r"(?=\s*$|\s*[,.!?;\n]| (?:and|but|so|now|rn|atm|btw|at the moment|right now|currently|im|i|doing|in|with"
    r"|full|part|studying|still|tho|though|can|do|what|is|how|near|for)\b)"
)
_LEARNING = r"(?:any )?(?:education|school|college|sixth form|work|employment|training|a job)\b"
_AT = r"(?:at|in) (?:a |my )?"
_BEING = rf"{_I_AM}(?:\d\d{_OLD}?,? (?:(?:and|n|&|but) (?:i'?m |i am )?)?)?" + _SOFTLY
_ACTIVITIES = {
    code: re.compile(pattern)
    for code, pattern in {
        "school": rf"{_BEING}(?:{_AT}(?:secondary )?school{_NOW}|(?:in )?y(?:ea)?r ?(?:[7-9]|1[01])\b)"
        rf"|\bi (?:still )?go to (?:secondary )?school{_NOW}",
        "sixth_form": rf"(?:{_BEING}(?:studying )?{_AT}|\bi (?:still )?go to (?:a )?)"
        rf"(?:6th|sixth) ?form{_NOW}",
        "college": rf"(?:{_BEING}(?:studying )?{_AT}|\bi (?:still )?(?:go to|study at) (?:a )?)"
        rf"(?!(?:6th|sixth))(?:(?!and |but |or |the )\w+ ){{0,2}}college{_NOW}|{_BEING}a college student\b",
        "apprenticeship": rf"{_BEING}(?:(?:doing|on) (?:an|my) (?:\w+ )?apprenticeship|an apprentice){_NOW}",
        "working": r"\bi (?:currently |now |still )?work (?:at|for|in|full)\b"
        rf"|{_BEING}working(?: (?:at|for|full)\b|{_NOW})"
        rf"|\bi(?: have|'?ve got) a (?:full[ -]time )?job{_NOW}",
        "not_learning_or_working": rf"{_BEING}(?:a )?neet\b"
        rf"|{_BEING}(?:not doing (?:anything|nothing|owt)|doing nothing){_NOW}"
        rf"|{_BEING}not (?:in|at) {_LEARNING},?(?: (?:or|nor|and)(?: not)?(?: in| at)?|/) ?{_LEARNING}",
    }.items()
}
# Said of an activity these make it another time's, or not the main one.
_LATER = re.compile(
    r"\b(?:next|soon|tomorrow|(?:in|from) september|last|until|till|used to"
    r"|weekends?|saturdays?|sundays?|evenings?|part[ -]time)\b"
)
_PLACE = r"(?:my |the )?(?:\w+ )?(?:school|college|(?:6th|sixth) ?form|course|apprenticeship|job|work)\b"
_OVER = re.compile(
    r"\bi(?:'?ve| have|'?m| was| got)?(?: just| already| been| got| dropped| kicked| now)* "
    rf"(?:(?:left|quit|finished|stopped|lost|out of|stopped going to) {_PLACE}|(?:sacked|fired|expelled)\b)"
    r"|\bi(?:'?ve| have)?(?: just)? dropped out\b"
    rf"|{_I_AM}(?:not|no longer) (?:(?:at|in|going to|doing) {_PLACE}|working{_NOW})"
    rf"|\bi (?:don'?t|do not|no longer) (?:go to {_PLACE}|work{_NOW}|work (?:at|for|there)\b)"
)
_FAR = 200
"""How many characters to either side of a statement may make it none."""
# Before a statement in its sentence these make it no statement.
_WHAT_IF = re.compile(r"\b(?:if|unless|imagine|suppose|supposing|pretend|assuming|whether)\b")
_NOT_NOW = re.compile(
    r"\b(?:when|wen|while|days|once|until|till|til|before|after|by the time|say|says|said|think|thinks"
    r"|thought|told \w+|saying|lied|like|that|wish|am|do|does|did|can|could|should|would|will|must|may) $"
)


def hear(text: str, areas: Mapping[str, Area]) -> Facts:
    """The facts that a message states: `age` in years, `area` a slug, `activity` a code of doing_now.

    What is not said plainly is absent. An activity that has ended is heard as "".
    """
    said = _plain(text)
    facts: Facts = {}
    age = _age(said)
    if age is not None:
        facts[AGE] = age
    area = area_in(said, areas, lambda place: _is_stated(said, place))
    if area is not None:
        facts[AREA] = area
    activity = _activity(said)
    if activity is not None:
        facts[ACTIVITY] = activity
    return facts


def _plain(text: str) -> str:
    """Small letters, plain apostrophes, single spaces; line breaks stay."""
    lower = text.lower().replace("’", "'").replace("‘", "'").replace("`", "'")
    return re.sub(r"[^\S\n]+", " ", lower).strip()


def _age(said: str) -> int | None:
    """The child's where a parent asks; else their own as said last. Two children of two ages: none."""
    children = set(_years(said, _CHILDS_AGES))
    if children:
        return children.pop() if len(children) == 1 else None
    own = list(_years(said, _OWN_AGES))
    if own:
        return own[-1]
    turning = _TURNING.search(said)
    if turning and _is_stated(said, turning.start()):
        return _in_range(_number(turning["age"]) - 1)
    return None


def _years(said: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[int]:
    found = (match for pattern in patterns for match in pattern.finditer(said))
    for match in sorted(found, key=re.Match.start):
        years = _in_range(_number(match["age"]))
        if years is not None and _is_stated(said, match.start()):
            yield years


def _number(word: str) -> int:
    return _NUMBERS.get(word) or int(word)


def _in_range(years: int) -> int | None:
    return years if YOUNGEST <= years <= OLDEST else None


def _activity(said: str) -> str | None:
    """The one activity stated; "" when one has ended; None when none is, or more than one."""
    heard = {code for code, pattern in _ACTIVITIES.items() if _states(said, pattern)}
    if len(heard) == 1:
        return heard.pop()
    return "" if not heard and _states(said, _OVER) else None


def _states(said: str, pattern: re.Pattern[str]) -> bool:
    return any(
        _is_stated(said, match.start()) and not _LATER.search(_rest(said, match.end()))
        for match in pattern.finditer(said)
    )


def _is_stated(said: str, place: int) -> bool:
    """No what-if comes before the place in its sentence, nor someone else's word right before it."""
    before = re.split(r"[.?!;\n]", said[max(0, place - _FAR) : place])[-1]
    return not (_WHAT_IF.search(before) or _NOT_NOW.search(before))


def _rest(said: str, place: int) -> str:
    """What follows up to the end of its clause."""
    return re.split(r"[.,?!;\n]", said[place : place + _FAR], maxsplit=1)[0]
