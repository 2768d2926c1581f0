"""Reads a YAML list of entries (answers, areas, sums of money), each with the lines it stands on.

What is wrong is collected as faults, each with its file, its line and what to do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEEPEST = 20
"""The levels that any of our files needs, twice; libyaml's composer crashes on very many."""
_READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
_NAMED = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)
_OPENING = (
    *(yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken),
    *(yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken),
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place, with what to do about it."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


class ContentFaults(ValueError):
    """Every fault found in some files, by file and line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Entry:
    """An entry as written, with the line of each field ("rates") and of what is in it ("rates.0")."""

    path: Path
    name: str
    line: int
    lines: dict[str, int]
    fields: dict[str, Any]

    def fault(self, field: str, problem: str) -> Fault:
        """A fault of a field, or of the entry where the field is not there."""
        return Fault(shown(self.path), self.lines.get(field, self.line), f"{self.name}: {problem}")


def shown(path: Path) -> str:
    """The path as someone at the root of the repository would name it."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def read_node(path: Path, faults: list[Fault]) -> yaml.Node | None:
    """What a file holds, with its lines; None when it is empty, or cannot be read (then with a fault)."""
    try:
        node: yaml.Node | None = yaml.compose(path.read_text("utf-8"), Loader=_READER)
        return node
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "strerror", None) or "not UTF-8 text"
        faults.append(Fault(shown(path), mark.line + 1 if mark else 1, f"not readable as YAML: {problem}"))
        return None


def wild(name: str, text: str) -> list[Fault]:
    """The first thing in somebody's file that is not to be built: a name, a tag, too many levels."""
    depth = 0
    with contextlib.suppress(yaml.YAMLError):  # whoever reads it then says so
        for token in yaml.scan(text, Loader=_READER):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            line = token.start_mark.line + 1
            if isinstance(token, _NAMED):
                return [Fault(name, line, "no &, * or ! before a text: write it out, or put it in quotes")]
            if depth > DEEPEST:
                return [Fault(name, line, f"more than {DEEPEST} levels inside each other: keep it flat")]
    return []


def read_entries(
    path: Path, called: str, key: str, faults: list[Fault], under: str | None = None
) -> Iterator[Entry]:
    """The entries of a file; `called` is what one is ("answer"), `key` what it starts with ("slug").

    `under` names the list of a file that has several.
    """
    file, start = shown(path), f'start it with "- {key}: ..."'
    known = len(faults)
    root = read_node(path, faults)
    if len(faults) > known:
        return
    if under:
        lists = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
        root, start = lists.get(under), f'begin it with "{under}:", then {start}'
    if not isinstance(root, yaml.SequenceNode):
        faults.append(Fault(file, 1, f"not a list of entries: {start}"))
        return
    for node in root.value:
        if isinstance(node, yaml.MappingNode):
            yield _entry(path, called, key, node, faults)
        else:
            faults.append(Fault(file, node.start_mark.line + 1, f"not an {called}: {start}"))


def _entry(path: Path, called: str, key: str, node: yaml.MappingNode, faults: list[Fault]) -> Entry:
    build = yaml.SafeLoader("")
    fields: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for given, value in node.value:
        name, line = str(given.value), given.start_mark.line + 1
        if name in fields:
            faults.append(Fault(shown(path), line, f"{name} is given twice in one {called}: keep one"))
        try:
            fields[name] = build.construct_object(value, deep=True)
        except (ValueError, OverflowError, yaml.YAMLError):
            told = f"{name} cannot be read: a date must exist and look like 2026-11-22"
            faults.append(Fault(shown(path), line, told))
            fields[name] = None
        lines |= {name: line, **_inner_lines(name, value)}
    named = str(fields.get(key) or f"{called} without a {key}")
    return Entry(path, named, node.start_mark.line + 1, lines, fields)


def _inner_lines(name: str, node: yaml.Node) -> dict[str, int]:
    if isinstance(node, yaml.SequenceNode):
        return {f"{name}.{place}": item.start_mark.line + 1 for place, item in enumerate(node.value)}
    if isinstance(node, yaml.MappingNode):
        return {f"{name}.{given.value}": given.start_mark.line + 1 for given, _ in node.value}
    return {}
