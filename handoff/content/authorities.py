"""Every authority in England that looks after 16 and 17 year-olds, and the other nations, by official code.

Loads data/reference/authorities.yml, and is its only reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from handoff.content.entries import ContentFaults, Fault, read_node, shown

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
NATIONS = {
    "W": "Wales",
    "S": "Scotland",
    "N": "Northern Ireland",
    "L": "the Channel Islands",
    "M": "the Isle of Man",
}
WHEREVER = "the council where you live"
_CODE = re.compile(r"E(?:06|08|09|10)\d{6}")


@dataclass(frozen=True)
class Authority:
    """One authority, as "Croydon"; a nation outside England is one too, with a letter for its code."""

    code: str
    name: str

    @property
    def council(self) -> str:
        """Whom to ask there, as a sentence names them."""
        if self.code in NATIONS:
            return f"the careers service in {self.name}"
        return f"{self.name} County Council" if self.code.startswith("E10") else f"{self.name} council"


def load_authorities(folder: Path = REFERENCE) -> dict[str, Authority]:
    """Every authority by its code, the nations last. ContentFaults lists whatever is wrong in the file."""
    faults: list[Fault] = []
    path = folder / "authorities.yml"
    node = read_node(path, faults)
    if isinstance(node, yaml.MappingNode):
        faults += _faults(path, node)
    elif not faults:
        faults.append(Fault(shown(path), 1, "no authorities here: write a code and a name on each line"))
    if faults or not isinstance(node, yaml.MappingNode):
        raise ContentFaults(faults)
    names = {key.value: value.value.strip() for key, value in node.value} | NATIONS
    return {code: Authority(code, name) for code, name in names.items()}


def _faults(path: Path, node: yaml.MappingNode) -> Iterator[Fault]:
    seen: set[str] = set()
    for key, value in node.value:
        code, line = str(key.value), key.start_mark.line + 1
        if not _CODE.fullmatch(code):
            yield Fault(shown(path), line, f"{code} is not the code of an authority, such as E09000008")
        if code in seen:
            yield Fault(shown(path), line, f"{code} is given twice: keep one")
        if not isinstance(value, yaml.ScalarNode) or not value.value.strip():
            yield Fault(shown(path), line, f"{code} needs a name, such as Croydon")
        seen.add(code)
