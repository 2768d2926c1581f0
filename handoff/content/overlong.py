"""More text than is kept: the page that a form comes back to has all of it, and says by the name of each box
what to shorten and by how much."""

from __future__ import annotations

from collections.abc import Mapping

from handoff.content.areas import Area
from handoff.content.wording import LABELS, Wording
from handoff.errors import Refusal, TooLong

LARGEST_FORM = 512 * 1024
"""Bytes: a form with far too much text in it is still read, so that the page can show it again."""
_NAMED = {
    **LABELS,
    "note": "What should change",
    "words": "Comment",
    "reason": "Reason",
    "name": "New name",
    "question": "A question",
}


def as_named(refusal: Refusal, areas: Mapping[str, Area]) -> Refusal:
    """A no to a text that is too long, with its box as the page calls it; any other no as it is."""
    box = str(refusal.extra.get("field", ""))
    if refusal.code != "too_long" or box.partition("@")[0] not in _NAMED:
        return refusal
    told = refusal.message.replace(box, f"“{_name(box, areas)}”", 1)
    return TooLong(refusal.code, f"{told} Shorten it, and send it again.", field=box)


def to_shorten(wording: Wording, areas: Mapping[str, Area]) -> dict[str, list[str]]:
    """A sentence for each box that holds too much, by the place on the page that says it."""
    found: dict[str, list[str]] = {}
    for box, (has, most) in wording.overlong.items():
        place = "areas" if "@" in box else "source" if box.startswith("source_") else box
        told = f"{_name(box, areas)} has {has:,} characters, and at most {most:,} are kept"
        found.setdefault(place, []).append(f"{told}: take out {has - most:,}")
    return found


def _name(box: str, areas: Mapping[str, Area]) -> str:
    name, _, area = box.partition("@")
    return f"{_NAMED[name]} in {areas[area].name}" if area in areas else _NAMED.get(name, name)
