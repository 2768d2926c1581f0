"""What the placeholders of answers stand for: an area's details, sums of money, whom to ask elsewhere.

{area.phone} is the area's phone, {money.wage-21} a sum of the day and {money.wage-21.since} when it began;
{their.council} is the council of somebody who lives in no area of ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from handoff.content.areas import REFERENCE, Area, load_areas
from handoff.content.areas_served import areas_served
from handoff.content.authorities import WHEREVER, load_authorities
from handoff.content.entries import ContentFaults, Fault
from handoff.content.money import Figure, Unknown, load_money
from handoff.sms.gsm7 import septets

_PLACEHOLDER = re.compile(r"( ?)\{([^{}]*)\}")
_ENDS = re.compile(r"[.?!](?:\s|$)|\n")
_MONEY, _SINCE = "money.", ".since"
THEIRS = "their.council"
Words = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """The areas by slug and the sums by key: each fact stands in one file and is filled in from here.

    `faults`: what is wrong in single areas, in whose place the default area's details stand.
    """

    areas: Mapping[str, Area]
    money: Mapping[str, Figure]
    faults: Sequence[str] = ()

    def on(self, area: Area, day: date, council: str | None = None) -> dict[str, str]:
        """What each placeholder says in an area on a day, to somebody who lives with another council."""
        money = self._money(lambda figure: (figure.words(day), figure.since(day)))
        return area.words | money | {THEIRS: council or WHEREVER}

    @cached_property
    def longest(self) -> list[dict[str, str]]:
        """The same for each area, with the longest words that a sum can come to on any day."""
        money = self._money(_longest)
        theirs = {THEIRS: max((one.council for one in load_authorities().values()), key=septets)}
        return [area.words | money | theirs for area in self.areas.values()]

    def as_in(self, slug: str) -> Facts:
        """The same with one area's words for every area: what is wrong in another's keeps nothing back."""
        return replace(self, areas=dict.fromkeys(self.areas, self.areas[slug]))

    def figures_in(self, *texts: str) -> list[Figure]:
        """The sums that the texts name, each once, in the order of the file."""
        names = (name for text in texts for name in placeholders(text) if name.startswith(_MONEY))
        named = {name.removeprefix(_MONEY).removesuffix(_SINCE) for name in names}
        return [figure for key, figure in self.money.items() if key in named]

    def unknown(self, text: str) -> list[str]:
        """A sentence for each placeholder that stands for nothing, with what to write instead."""
        known = set().union(*self.longest)
        strangers = [name for name in dict.fromkeys(placeholders(text)) if name not in known]
        return [f"{{{name}}} is not a placeholder: {_instead(name, known)}" for name in strangers]

    def _money(self, said: Callable[[Figure], tuple[str, str]]) -> dict[str, str]:
        words = {}
        for key, figure in self.money.items():
            words[_MONEY + key], words[_MONEY + key + _SINCE] = said(figure)
        return words


def load_facts(folder: Path = REFERENCE) -> Facts:
    """Every fact of the reference files; ContentFaults lists what is wrong in them."""
    faults: list[Fault] = []
    areas = _or_faults(load_areas, folder, faults)
    money = _or_faults(load_money, folder, faults)
    if areas is None or money is None:
        raise ContentFaults(faults)
    return Facts(areas, money)


def facts_served(default: str, folder: Path = REFERENCE) -> Facts:
    """The same to serve with: what is wrong in one area stops no other. ContentFaults for all else."""
    faults: list[Fault] = []
    areas = _or_faults(partial(areas_served, default), folder, faults)
    money = _or_faults(load_money, folder, faults)
    if areas is None or money is None:
        raise ContentFaults(faults)
    return Facts(areas[0], money, areas[1])


def _or_faults(load: Callable[[Path], T], folder: Path, faults: list[Fault]) -> T | None:
    try:
        return load(folder)
    except ContentFaults as found:
        faults += found.faults
        return None


def fill(text: str, words: Words) -> str:
    """The text with its placeholders filled in; what stands for nothing stays as it is.

    Where several sums of a sentence are not known, what is said instead is said once, of the last.
    """
    return _PLACEHOLDER.sub(lambda found: "" if _is_said_later(found, words) else _said(found, words), text)


def _said(found: re.Match[str], words: Words) -> str:
    return found[1] + words.get(found[2], f"{{{found[2]}}}")


def _is_said_later(found: re.Match[str], words: Words) -> bool:
    """Whether the next placeholder of the same sentence says the same, of a sum that is not known."""
    word = words.get(found[2])
    following = _PLACEHOLDER.search(found.string, found.end()) if isinstance(word, Unknown) else None
    if following is None or words.get(following[2]) != word:
        return False
    return not _ENDS.search(found.string, found.end(), following.start())


def placeholders(text: str) -> list[str]:
    """The names in braces, as they come."""
    return [name for _, name in _PLACEHOLDER.findall(text)]


def has_stray_brace(text: str) -> bool:
    """Whether a brace stands in it that is no placeholder's: people would read it as it is."""
    return bool(re.search(r"[{}]", _PLACEHOLDER.sub("", text)))


def _longest(figure: Figure) -> tuple[str, str]:
    days = (date.min, *(rate.first for rate in figure.rates))
    return max(map(figure.words, days), key=septets), max(map(figure.since, days), key=septets)


def _instead(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {{{near[0]}}}?"
    return 'take one that the editor lists under "What is filled in", such as {area.phone}'
