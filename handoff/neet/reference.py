"""The activity codes of the return and the signs of risk: data/reference/activity.yml, risk_indicators.yml.

The only reader of either; a bad entry stops the start with its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from handoff.neet.pattern import compile_words

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
GROUPS = (
    "compulsory",
    "education",
    "employment",
    "training",
    "re_engagement",
    "neet",
    "neither",
    "not_known",
)


class BadReference(ValueError):
    """An entry that cannot be used; the message names it."""


@dataclass(frozen=True)
class Activity:
    """One code of the return's list."""

    code: str
    label: str
    group: str
    retired: bool = False


@dataclass(frozen=True)
class Suggestion:
    """The code that an activity suggests; `check` is what to ask before it is kept."""

    doing: str
    code: str
    under_16: str | None = None
    check: str | None = None


@dataclass(frozen=True)
class Sign:
    """A sign of risk, who published it, and how it is said."""

    code: str
    label: str
    source: str
    says: tuple[str, ...] = ()
    patterns: tuple[Any, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Reference:
    """Both files, by code; suggestions by what someone does."""

    activities: Mapping[str, Activity]
    suggestions: Mapping[str, Suggestion]
    signs: Mapping[str, Sign]

    def suggested(self, doing: str, age: int | None) -> Suggestion | None:
        """The suggestion for someone who does this; their age decides where two codes mean the same."""
        found = self.suggestions.get(doing)
        if found and found.under_16 and age is not None and age < 16:
            return Suggestion(doing, found.under_16, check=found.check)
        return found

    def is_neet(self, doing: str) -> bool:
        """Whether what someone does is coded as being out of education, employment and training."""
        found = self.suggestions.get(doing)
        return found is not None and self.activities[found.code].group == "neet"


@cache
def load_reference(folder: Path = REFERENCE) -> Reference:
    """Read both files once; raises BadReference."""
    activity = yaml.safe_load((folder / "activity.yml").read_text("utf-8"))
    signs = yaml.safe_load((folder / "risk_indicators.yml").read_text("utf-8"))
    made = Reference(
        {one["code"]: Activity(**one) for one in activity["codes"]},
        {one["doing"]: Suggestion(**one) for one in activity["suggestions"]},
        {one["code"]: _sign(one) for one in signs},
    )
    _check(made)
    return made


def _sign(entry: dict[str, Any]) -> Sign:
    says = tuple(entry["says"])
    patterns = tuple(compile_words(words) for words in says)
    return Sign(entry["code"], entry["label"], entry["source"], says, patterns)


def _check(made: Reference) -> None:
    for activity in made.activities.values():
        if activity.group not in GROUPS:
            raise BadReference(f"activity {activity.code}: no group {activity.group}")
    for suggestion in made.suggestions.values():
        for code in filter(None, (suggestion.code, suggestion.under_16)):
            known = made.activities.get(code)
            if known is None or known.retired:
                raise BadReference(f"suggestion for {suggestion.doing}: no activity {code}")
