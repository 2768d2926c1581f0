"""Which of our areas a message says that someone lives in or asks about. Pure; two areas are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from handoff.content.areas import Area

_NAMES = tuple[tuple[str, str], ...]
_POSTCODE = re.compile(r"\b(?P<district>[a-z]{1,2}\d[a-z\d]?)(?P<rest> ?\d[a-z]{2})?\b")
_QUIETLY = r"(?:(?:currently|now|only|actually|just|still|also|both|all) )*"
_LIVING = (
    rf"(?:\b(?:i|we) {_QUIETLY}(?:live|stay|am living|are living|moved) {_QUIETLY}(?:in|at|to|around)"
    rf"|\b(?:i'?m|i am|iam|we'?re|we are) {_QUIETLY}(?:(?:living|staying|based) )?(?:in|from)"
    r"|\bi'?m \d\d(?: ?(?:yrs?|years?) old)?,? (?:and |n |& )?(?:i )?(?:live|living|stay) (?:in|at)"
    r"|\bmy (?:borough|area|council|local authority|post ?code)(?: is|'?s|:)?"
    r"|\bmy (?:son|daughter|child|kid) (?:lives|stays|is living) in) (?:the )?"
)
_LEAD, _LONGEST_LEAD = re.compile(f"{_LIVING}$"), 80
_BARE = re.compile(r"(?:it'?s |postcode:? )?")
# "lambeth college" and "camden market" are other things than the place itself.
_ITSELF = (
    r"(?=(?: (?:borough|council|area|london))*(?:\s*$|\s*[,.!?;)\n]| (?:and|but|so|now|rn|atm|btw|with"
    r"|at the moment|right now|i|i'?m|my|who|what|where|how|is|are|can|do|does|pls|please|innit|bruv|bro"
    r"|mate|tho|though|then)\b))"
)
_OPENING = r"^(?:(?:ok|okay|and|n|so|but|also|yh|yeah|hi|hey|actually|no|sorry)[ ,]+)*"
_ABOUT = r"(?:(?:what|wot|wat|how) (?:about|abt|bout) )?(?:(?:in|for) )?(?:the )?"
_ALONE = r"(?: (?:borough|council|area|then|tho|though|pls|please))*[ ?!.]*$"


def area_in(said: str, areas: Mapping[str, Area], is_stated: Callable[[int], bool]) -> str | None:
    """The slug of the one area named as theirs or asked about in (lower-case) words; else None.

    `is_stated` tells of a place in the words whether what begins there is meant as a fact.
    """
    names = tuple((area.name.lower(), slug) for slug, area in areas.items())
    named = {slug for slug, pattern in _patterns(names).items() if pattern[0].search(said)}
    living = {
        slug
        for slug, (_, own, asked) in _patterns(names).items()
        if asked.search(said) or any(is_stated(found.start()) for found in own.finditer(said))
    }
    coded = _by_postcode(said, areas, is_stated)
    one = living | coded
    return one.pop() if len(one) == 1 and len(named | one) == 1 else None


def _by_postcode(said: str, areas: Mapping[str, Area], is_stated: Callable[[int], bool]) -> set[str]:
    """Areas of postcodes said as one's own; half ones ("n1", "w8" are slang too) only after such words."""
    found = set()
    for code in _POSTCODE.finditer(said):
        lead = _LEAD.search(said, max(0, code.start() - _LONGEST_LEAD), code.start())
        alone = code["rest"] and _BARE.fullmatch(said, 0, code.start())
        if (lead and is_stated(lead.start())) or (alone and not said[code.end() :].strip(" .!?")):
            possible = _areas_of(code["district"], areas)
            found |= possible if len(possible) == 1 else set()
    return found


def _areas_of(district: str, areas: Mapping[str, Area]) -> set[str]:
    """Areas that (part of) a district lies in; "sw1a" is part of SW1."""
    names = {district.upper(), re.sub(r"(?<=\d)[A-Z]$", "", district.upper())}
    return {slug for slug, area in areas.items() if names & set(area.postcode_districts)}


@cache
def _patterns(names: _NAMES) -> dict[str, tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]]:
    """For each area: its name anywhere, said as one's own, and asked about as a whole message."""
    made = {}
    for name, slug in names:
        spelt = _spelt(name)
        made[slug] = (
            re.compile(rf"\b{spelt}\b"),
            re.compile(rf"{_LIVING}{spelt}{_ITSELF}"),
            re.compile(rf"{_OPENING}{_ABOUT}{spelt}{_ALONE}"),
        )
    return made


def _spelt(name: str) -> str:
    """ "kensington and chelsea" is "kensington & chelsea" and "k&c" too."""
    full = r" ?(?:and|&|n) ?".join(re.escape(part) for part in name.split(" and "))
    if " and " not in name:
        return full
    short = r" ?(?:&|and) ?".join(re.escape(part[0]) for part in name.split(" and "))
    return f"(?:{full}|{short})"
