"""Reads a postcode as people type it, and says which authority it lies in and whether that is one of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise, product

from handoff.content.areas import Area
from handoff.content.authorities import load_authorities
from handoff.registrations.authorities import table
from handoff.registrations.eligibility import benefits, refusal
from handoff.registrations.reading import Accepted, Problem

MOST_OFFERED = 4
"""Boroughs, which a text can list."""
_OUTWARD = (
    r"(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?"
    r"|[A-PR-UWYZ][A-HK-Y](?:[1-9][0-9]|[0-9][ABEHMNPRVWXY]?))"
)
_POSTCODE = re.compile(rf"({_OUTWARD})([0-9][ABD-HJLNP-UW-Z]{{2}})")
_LOOKALIKES = {"0": "0O", "O": "O0", "1": "1IL", "I": "I1L", "L": "L1I", "5": "5S", "S": "S5"}
_SHORTEST, _LONGEST = 5, 7
_MOST_WORDS = 40
_authorities = cache(load_authorities)


@dataclass(frozen=True)
class Place:
    """The authority someone lives in. `council` is whom to ask there; `slug` our area's, None elsewhere."""

    code: str
    name: str
    council: str
    slug: str | None


def read_lists() -> None:
    """Read the rules and the postcodes now, so that no answer waits for a disk; raises ContentFaults."""
    for read in (benefits, _authorities, table):
        read()


def read_postcode(text: str, areas: Mapping[str, Area]) -> Accepted | Problem:
    """The postcode in the text as "SW1A 1AA", unless it is known to lie in nobody's area of ours.

    One that is well formed but in no list is accepted too (authority_of says None): it may be new. Two in
    different councils' areas are none: it decides who may help.
    """
    possible = list(filter(None, map(written, _candidates(text))))
    if len(set(filter(None, map(table().authority, possible)))) > 1:
        return Problem("which_postcode")
    possible += chain.from_iterable(map(_mistyped, _candidates(text)))
    found = next(filter(table().authority, possible), possible[0] if possible else None)
    if found is None:
        return Problem("not_a_postcode")
    home = authority_of(found, areas)
    return (elsewhere(home) if home else None) or Accepted(found, found)


def elsewhere(home: Place) -> Problem | None:
    """Why somebody who lives there is sent to another authority; None for an area of ours."""
    found = refusal(elsewhere=home.slug is None)
    return Problem(found.why, found.slug, council=home.council) if found else None


def written(text: str) -> str | None:
    """A text that is a postcode and nothing else, in its one form; None when it is none."""
    match = _POSTCODE.fullmatch(text.replace(" ", "").upper())
    return f"{match[1]} {match[2]}" if match else None


def authority_of(postcode: str, areas: Mapping[str, Area]) -> Place | None:
    """Where a postcode lies; None when no list has it, so that its borough has to be asked for."""
    code = table().authority(postcode)
    return _place(code, areas) if code else None


def likely_boroughs(postcode: str, areas: Mapping[str, Area]) -> list[Place]:
    """Where a postcode that no list has may lie, the likeliest first; empty when nothing near it is known."""
    return [_place(code, areas) for code in table().near(postcode)[:MOST_OFFERED]]


def places(areas: Mapping[str, Area]) -> list[Place]:
    """Every place that someone may name as theirs."""
    return [_place(code, areas) for code in _authorities()]


def areas_of(postcode: str, areas: Mapping[str, Area]) -> list[str]:
    """Slugs of the areas that a postcode may lie in: one when it is listed, else what is near it."""
    home = authority_of(postcode, areas)
    return [place.slug for place in ([home] if home else likely_boroughs(postcode, areas)) if place.slug]


def _place(code: str, areas: Mapping[str, Area]) -> Place:
    authority = _authorities()[code]
    slug = next((slug for slug, area in areas.items() if area.authority == code), None)
    return Place(code, authority.name, authority.council, slug)


def _candidates(text: str) -> Iterator[str]:
    """The whole text run together, then neighbouring words together, then single words."""
    words = re.sub(r"[^A-Z0-9]+", " ", text.upper()).split()[:_MOST_WORDS]
    yield "".join(words)
    yield from (a + b for a, b in pairwise(words))
    yield from words


def _mistyped(candidate: str) -> Iterator[str]:
    """The postcodes that may be meant by one with O for 0 or I for 1, or the other way about.

    It begins with a letter and ends with a digit and two letters, which leaves few spellings to try. Without
    any digit it is a word ("wills" is not W1 1LS).
    """
    if not _SHORTEST <= len(candidate) <= _LONGEST or candidate.isalpha():
        return
    ways = [_LOOKALIKES.get(char, char) for char in candidate]
    for place in (0, -1, -2):
        ways[place] = "".join(filter(str.isalpha, ways[place]))
    ways[-3] = "".join(filter(str.isdigit, ways[-3]))
    yield from filter(None, (written("".join(chars)) for chars in product(*ways)))
