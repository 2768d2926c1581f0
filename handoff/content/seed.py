"""Reads and checks seed answers (data/content/<group>.yml, or a release folder of the same shape).

`load_content` gives every answer or raises ContentFaults with all that is wrong: file, line and what to do.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from handoff.content.areas import Area
from handoff.content.checks import CHECKS


@dataclass(frozen=True)
class Source:
    """Where an answer's facts come from, and the day someone last read it there."""

    name: str
    url: str
    checked: date


@dataclass(frozen=True)
class SeedAnswer:
    """One shipped answer. `web` is small Markdown, `sms` plain GSM-7; both may hold {area.*} placeholders."""

    slug: str
    group: str
    title: str
    web: str
    sms: str
    next: tuple[str, ...]
    source: Source
    review: date
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place, with what to do about it."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


class ContentFaults(ValueError):
    """Every fault found in a content folder."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class _Entry:
    """An answer as written, with the line of the answer and of each of its fields."""

    file: str
    line: int
    lines: dict[str, int]
    fields: dict[str, Any]

    def fault(self, field: str, problem: str) -> Fault:
        slug = self.fields.get("slug", "answer without a slug")
        return Fault(self.file, self.lines.get(field, self.line), f"{slug}: {problem}")


def load_content(folder: Path, areas: Iterable[Area] = ()) -> list[SeedAnswer]:
    """Every answer in the folder, in file and then written order.

    With `areas`, lengths are checked with each area's own details filled in. Raises ContentFaults.
    """
    faults: list[Fault] = []
    entries = [entry for file in sorted(folder.glob("*.yml")) for entry in _read(file, faults)]
    if not entries and not faults:
        faults.append(
            Fault(str(folder), 1, "no answers here: give a folder that holds *.yml files of answers")
        )
    for entry in entries:
        faults += _check(entry, tuple(areas))
    faults += _check_together(entries)
    if faults:
        raise ContentFaults(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    return [_answer(entry) for entry in entries]


def problems(fields: dict[str, Any], areas: Iterable[Area]) -> dict[str, list[str]]:
    """What is wrong with some fields of one answer, by field; empty when nothing is."""
    found = {name: list(CHECKS[name](fields, tuple(areas))) for name in fields}
    return {name: sentences for name, sentences in found.items() if sentences}


def _read(path: Path, faults: list[Fault]) -> Iterator[_Entry]:
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not UTF-8 text"
        faults.append(Fault(path.name, mark.line + 1 if mark else 1, f"not readable as YAML: {problem}"))
        return
    if not isinstance(root, yaml.SequenceNode):
        faults.append(Fault(path.name, 1, 'must be a list of answers, each starting with "- slug: ..."'))
        return
    for node in root.value:
        if isinstance(node, yaml.MappingNode):
            yield _entry(path, node, faults)
        else:
            faults.append(
                Fault(path.name, node.start_mark.line + 1, 'not an answer: start it with "- slug: ..."')
            )


def _entry(path: Path, node: yaml.MappingNode, faults: list[Fault]) -> _Entry:
    build = yaml.SafeLoader("")
    fields: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in fields:
            faults.append(Fault(path.name, line, f"{name} is given twice in one answer: keep one"))
        try:
            fields[name], lines[name] = build.construct_object(value, deep=True), line
        except (ValueError, yaml.YAMLError):
            faults.append(
                Fault(path.name, line, f"{name} cannot be read: a date must exist and look like 2026-11-22")
            )
            fields[name], lines[name] = None, line
    return _Entry(path.name, node.start_mark.line + 1, lines, fields)


def _check(entry: _Entry, areas: tuple[Area, ...]) -> Iterator[Fault]:
    for name in CHECKS:
        if name not in entry.fields:
            yield entry.fault(name, f"{name} is missing: add it")
    for name in entry.fields.keys() - CHECKS.keys():
        yield entry.fault(name, f"{name} is not a field of an answer: use one of {', '.join(CHECKS)}")
    for name, check in CHECKS.items():
        if name in entry.fields:
            for problem in check(entry.fields, areas):
                yield entry.fault(name, problem)


def _check_together(entries: Sequence[_Entry]) -> Iterator[Fault]:
    """Faults no single answer shows: a slug or an example used twice, a next step that leads nowhere."""
    slugs: dict[Any, _Entry] = {}
    asked: dict[str, str] = {}
    for entry in entries:
        slug = str(entry.fields.get("slug"))
        if slug in slugs:
            yield entry.fault("slug", f"this slug is also used in {slugs[slug].file}: rename one")
        slugs.setdefault(slug, entry)
        for example in filter(None, map(_asked_as, _listed(entry, "examples"))):
            if example in asked:
                other = asked[example]
                yield entry.fault(
                    "examples", f'"{example}" is already an example of {other}: keep it in one place'
                )
            asked.setdefault(example, slug)
    for entry in entries:
        for step in _listed(entry, "next"):
            if step not in slugs or step == entry.fields.get("slug"):
                yield entry.fault("next", f"{step} is not another answer's slug")


def _listed(entry: _Entry, field: str) -> list[Any]:
    value = entry.fields.get(field)
    return value if isinstance(value, list) else []


def _asked_as(example: object) -> str:
    return " ".join(re.findall(r"\w+", str(example).casefold()))


def _answer(entry: _Entry) -> SeedAnswer:
    fields = entry.fields
    return SeedAnswer(
        slug=fields["slug"],
        group=Path(entry.file).stem,
        title=fields["title"].strip(),
        web=fields["web"].strip(),
        sms=fields["sms"].strip(),
        next=tuple(fields["next"]),
        source=Source(**fields["source"]),
        review=fields["review"],
        examples=tuple(fields["examples"]),
    )
