"""Reads the borough or council that somebody names, for a postcode that is in no list."""

from __future__ import annotations

import re
from collections.abc import Mapping

from handoff.content.areas import Area
from handoff.registrations.postcode import Place, elsewhere, likely_boroughs, places
from handoff.registrations.reading import Accepted, Problem

MOST_OFFERED = 3
_ADDED = re.compile(
    r"\b(?:london borough of|royal borough of|city of|borough|council|the|in|live|it'?s|i'?m|think|i)\b",
    re.IGNORECASE,
)


def read_borough(text: str, areas: Mapping[str, Area]) -> Accepted | Problem:
    """The code of the authority that the text names; one that is not ours sends them there."""
    said = _plain(text)
    known = places(areas)
    found = [place for place in known if _plain(place.name) == said]
    found = found or [place for place in known if re.search(rf"\b{re.escape(_plain(place.name))}\b", said)]
    if not found:
        return Problem("not_a_borough")
    place = max(found, key=lambda one: len(one.name))
    return elsewhere(place) or Accepted(place.code, place.name)


def offered(postcode: str, areas: Mapping[str, Area]) -> list[str]:
    """The names of the boroughs that a postcode may lie in, the likeliest first."""
    return [place.name for place in likely_boroughs(postcode, areas)[:MOST_OFFERED]]


def place_of(code: str, areas: Mapping[str, Area]) -> Place | None:
    """The place of an accepted answer."""
    return next((place for place in places(areas) if place.code == code), None)


def _plain(text: str) -> str:
    words = _ADDED.sub(" ", text.replace("&", " and ").replace("’", "'"))
    return re.sub(r"[^a-z]+", " ", words.casefold()).strip()
