"""A message that is nothing but a time ("since october", "about 3 weeks ago") or a date. Pure.

Somebody says so after they told of something that ended; it is news about themselves, and no question."""

from __future__ import annotations

import re

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
"""However it is cut short, or misspelt after its third letter."""
_DAY_OF, _YEAR = r"\d{1,2}(?:st|nd|rd|th)?(?: of)?", r"(?:\d\d)?\d\d"
_DATE = re.compile(rf"{_DAY_OF}(?:\W+\d{{1,2}}\W+|\W*{MONTH}\W*){_YEAR}|{MONTH}\W*{_DAY_OF}\W+{_YEAR}", re.I)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?:,? 20\d\d)?"
)
_SEASON = (
    r"(?:spring|summer|autumn|winter|easter|christmas|xmas|half[ -]term|holidays|term|year|month|week"
    rf"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|{_MONTH})"
)
_COUNT = r"(?:\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten|(?:a )?couple(?: of)?|(?:a )?few)"
_SPAN = rf"{_COUNT} (?:day|week|wk|month|mnth|year|yr)s?"
_DAY = rf"(?:(?:the )?(?:start|end|beginning|middle|last day) of )?(?:(?:the|last|this) )?{_SEASON}"
_ABOUT = r"(?:about |around |like |roughly |maybe |over )?"
_PAST = (
    rf"since {_ABOUT}(?:{_DAY}|20\d\d|yesterday|then|results day|(?:my )?gcses|year 1\d|{_SPAN} ago)"
    rf"|{_ABOUT}(?:{_SPAN}|ages) ago|{_ABOUT}last {_SEASON}|yesterday|for {_ABOUT}(?:{_SPAN}|ages)(?: now)?"
)
_MAYBE = rf"(?:in )?{_ABOUT}{_MONTH}|{_ABOUT}{_SPAN}(?: now)?"
_LEAD = r"\W*(?:(?:it(?:'?s| was| has) (?:been )?|been |erm+ |um+ |prob(?:ably|s)? |i think |just ))*"
_SINCE = re.compile(rf"{_LEAD}(?:{_PAST})(?: (?:i think|or so|ish|now|really))?[\s.!,]*", re.I | re.A)
_TIME = re.compile(rf"{_LEAD}(?:{_PAST}|{_MAYBE})(?: (?:i think|or so|ish|now|really))?[\s.!,]*", re.I | re.A)


def says_since_when(text: str) -> bool:
    """Whether all a message says is since when something is so, or how long ago it was."""
    return bool(_SINCE.fullmatch(text))


def is_a_time(text: str) -> bool:
    """The same, or a month or a length of time: about the past where nothing was answered before."""
    return bool(_TIME.fullmatch(text))


def is_a_date(text: str) -> bool:
    """Whether it is a day, month and year and nothing else: where no date is asked, a correction of one."""
    return bool(_DATE.fullmatch(text.strip()))
