"""The parts that are not phrases, as lines to read and change: spelling, and what stands near what.

"im = i am" for a written form or an emoji; a word alone; "suicide: now within 8 = emergency" for nearness."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

PAIRS, WORDS = ("respell", "emoji"), ("fuzzy", "fillers", "keep")
_PAIR = re.compile(r"(\S+(?: \S+)*?) = (\S.*)")
_NEAR = re.compile(r"([a-z_]+(?:, [a-z_]+)*): (\w+) within (\d{1,2}) = (\w+)")


def lines_of(name: str, value: Any) -> tuple[str, ...]:
    """A list of spelling.yml, or `nearness`, as lines."""
    if name in PAIRS:
        return tuple(f"{written} = {plain}" for written, plain in value.items())
    if name in WORDS:
        return tuple(map(str, value))
    return tuple(
        f"{', '.join(one['categories'])}: {one['marker']} within {one['within']} = {one['level']}"
        for one in value
    )


def value_of(name: str, lines: Sequence[str]) -> Any:
    """The same the other way round, of lines that `fault_in` has no word against."""
    if name in WORDS:
        return list(lines)
    if name in PAIRS:
        pairs = filter(None, map(_PAIR.fullmatch, lines))
        return {pair[1]: pair[2] for pair in pairs}
    near = filter(None, map(_NEAR.fullmatch, lines))
    return [
        {"categories": one[1].split(", "), "marker": one[2], "within": int(one[3]), "level": one[4]}
        for one in near
    ]


def fault_in(name: str, line: str, known: Callable[[str, str], bool]) -> str | None:
    """What is wrong with a line; `known(what, code)` tells categories, markers and levels."""
    if name in WORDS:
        return "it is more than one word" if " " in line else None
    if name in PAIRS:
        found = _PAIR.fullmatch(line)
        if found is None:
            return 'write it as "im = i am"'
        return "an emoji stands for one word" if name == "emoji" and " " in found[2] else None
    found = _NEAR.fullmatch(line)
    if found is None:
        return 'write it as "suicide: now within 8 = emergency"'
    codes = [("category", code) for code in found[1].split(", ")]
    for what, code in [*codes, ("marker", found[2]), ("level", found[4])]:
        if not known(what, code):
            return f"{code} is not a {what}"
    return None
