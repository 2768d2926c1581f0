"""Reads the borough or council that somebody names, for a postcode that is in no list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from itertools import pairwise

from handoff.content.areas import Area
from handoff.content.authorities import load_authorities
from handoff.registrations.postcode import Place, elsewhere, likely_boroughs, places
from handoff.registrations.reading import Accepted, Problem

MOST_OFFERED = 3
_SPOKEN = {
    **{"rbkc": "E09000020", "durham": "E06000047"},
    **dict.fromkeys(("bournemouth", "christchurch", "poole"), "E06000058"),
}
_DENIED = re.compile(r"\b(?:not|isn'?t|nor|never)\b", re.IGNORECASE)
_LIKENESS = 0.82
"""Lets "wandsworh" be Wandsworth, and keeps Barnet and Barnsley apart."""


def read_borough(text: str, areas: Mapping[str, Area]) -> Accepted | Problem:
    """The code of the authority that the text names; one that is not ours sends them there.

    Two at once, one that is denied and a mere "London" are none: it decides who may help.
    """
    said = "" if _DENIED.search(text) else _plain(text)
    named = _named(said)
    codes = named or _spelt_nearly(said)
    place = place_of(next(iter(codes)), areas) if len(codes) == 1 else None
    if place is None:
        return Problem("not_a_borough")
    sent = elsewhere(place)
    return replace(sent, guessed=not named) if sent else Accepted(place.code, place.name)


def offered(postcode: str, areas: Mapping[str, Area]) -> list[str]:
    """The names of the boroughs that a postcode may lie in, the likeliest first."""
    return [place.name for place in likely_boroughs(postcode, areas)[:MOST_OFFERED]]


def place_of(code: str, areas: Mapping[str, Area]) -> Place | None:
    """The place of an accepted answer."""
    return next((place for place in places(areas) if place.code == code), None)


def _named(said: str) -> frozenset[str]:
    """The codes of every authority in the words."""
    names = _names()
    found = {name: codes for name, codes in names.items() if re.search(rf"\b{re.escape(name)}\b", said)}
    whole = [
        codes for name, codes in found.items() if not any(name != other and name in other for other in found)
    ]
    return frozenset().union(*whole)


def _spelt_nearly(said: str) -> frozenset[str]:
    """The code of an authority whose name the words nearly are."""
    names, words = _names(), said.split()
    tries = [said, *words, *map(" ".join, pairwise(words))] if len(words) < 8 else []
    near = [get_close_matches(one, names, n=1, cutoff=_LIKENESS) for one in tries if len(one) > 4]
    return next((names[match[0]] for match in near if match), frozenset())


@cache
def _names() -> dict[str, frozenset[str]]:
    """What each authority is called, in full and for short: "kensington", "k and c", "newcastle"."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for code, authority in load_authorities().items():
        full = _plain(authority.name)
        names[full].add(code)
        for joint in (" and ", " upon ", " on "):
            first, _, rest = full.partition(joint)
            if rest:
                names[first].add(code)
            if rest and joint == " and ":
                names[f"{first[0]} and {rest[0]}"].add(code)
    for spoken, code in _SPOKEN.items():
        names[spoken] = {code}
    return {name: frozenset(codes) for name, codes in names.items() if len(codes) == 1 and len(name) > 2}


def _plain(text: str) -> str:
    """Small letters and "and" for "&": "Kensington & Chelsea" is "kensington and chelsea"."""
    spelt = re.sub(r"&|\bn\b", " and ", text.casefold().replace("’", "'"))
    return re.sub(r"^the ", "", " ".join(re.findall(r"[a-z]+", spelt)))
