"""Reads a postcode as people type it, and names the areas it may lie in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise, product

from handoff.content.areas import Area
from handoff.registrations.reading import Accepted, Problem

_OUTWARD = (
    r"(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?"
    r"|[A-PR-UWYZ][A-HK-Y](?:[1-9][0-9]|[0-9][ABEHMNPRVWXY]?))"
)
_POSTCODE = re.compile(rf"({_OUTWARD})([0-9][ABD-HJLNP-UW-Z]{{2}})")
_LOOKALIKES = {"0": "0O", "O": "O0", "1": "1IL", "I": "I1L", "L": "L1I"}
_SHORTEST, _LONGEST = 5, 7
_MOST_WORDS = 40


def read_postcode(text: str, areas: Mapping[str, Area]) -> Accepted | Problem:
    """The postcode in the text as "SW1A 1AA", when some of its district may lie in one of our areas."""
    found = next(filter(None, map(_exact, _candidates(text))), None)
    found = found or next(filter(None, map(_mistyped, _candidates(text))), None)
    if found is None:
        return Problem("not_a_postcode")
    if not areas_of(found, areas):
        return Problem("other_area", "signpost-other-area")
    return Accepted(found, found)


def areas_of(postcode: str, areas: Mapping[str, Area]) -> list[str]:
    """Slugs of the areas that a postcode may lie in; districts straddle boroughs, so there may be several."""
    outward = postcode.partition(" ")[0]
    districts = {outward, re.sub(r"(?<=[0-9])[A-Z]$", "", outward)}
    return [slug for slug, area in areas.items() if districts & set(area.postcode_districts)]


def _candidates(text: str) -> Iterator[str]:
    """The whole text run together, then neighbouring words together, then single words."""
    words = re.sub(r"[^A-Z0-9]+", " ", text.upper()).split()[:_MOST_WORDS]
    yield "".join(words)
    yield from (a + b for a, b in pairwise(words))
    yield from words


def _exact(candidate: str) -> str | None:
    match = _POSTCODE.fullmatch(candidate)
    return f"{match[1]} {match[2]}" if match else None


def _mistyped(candidate: str) -> str | None:
    """The postcode meant by one with O for 0 or I for 1, or the other way about."""
    if not _SHORTEST <= len(candidate) <= _LONGEST:
        return None
    spellings = product(*(_LOOKALIKES.get(char, char) for char in candidate))
    return next(filter(None, (_exact("".join(chars)) for chars in spellings)), None)
