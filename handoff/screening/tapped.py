"""A tapped choice is triaged like words: its level and categories are in data/vocabulary.yml. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from bot.vocabulary import Choice
from handoff.screening.verdict import Finding, Level, Verdict


def hear_choices(chosen: Sequence[Mapping[str, Any]], levels: Iterable[Choice]) -> Verdict:
    """The verdict on choices that a message named; the evidence is the choice as it was offered."""
    texts = {choice["text"] for choice in chosen}
    return Verdict.of(
        [
            Finding(cast(Level, one.level), one.categories, (one.label,), "choice", one.code)
            for one in levels
            if one.label in texts
        ]
    )
