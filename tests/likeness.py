"""How alike two messages are: shared runs of five characters, as a part of all that either has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

GRAM = 5
NEARLY_THE_SAME = 0.6
SHORTEST = 12
"""Letters below which a message ("is this a bot") has too few ways to be said to compare."""


def words(text: str) -> str:
    """A message without its case and punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def grams(text: str) -> frozenset[str]:
    """The runs of five characters in a message, its edges included."""
    padded = f" {words(text)} "
    return frozenset(padded[at : at + GRAM] for at in range(max(1, len(padded) - GRAM + 1)))


def near_repeats(held: Iterable[str], trained: Sequence[str]) -> list[tuple[str, str]]:
    """Each held message that nearly repeats one of the trained, with that one.

    Two so alike share all but a part of either's runs, so one of the rarest of them at least: only messages
    with one of those are compared."""
    known = [grams(text) for text in trained]
    holders: dict[str, list[int]] = {}
    for place, run in enumerate(known):
        for gram in run:
            holders.setdefault(gram, []).append(place)
    close = []
    for text in (text for text in held if len(text) >= SHORTEST):
        own = grams(text)
        rarest = sorted(own, key=lambda gram: len(holders.get(gram, ())))
        enough = rarest[: int(len(own) * (1 - NEARLY_THE_SAME)) + 1]
        likely = {place for gram in enough for place in holders.get(gram, ())}
        close += [
            (text, trained[place])
            for place in sorted(likely)
            if len(own & known[place]) / len(own | known[place]) > NEARLY_THE_SAME
        ]
    return close
