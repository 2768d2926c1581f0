"""Answers as the YAML of data/content: text that says the same already stays as it is, to the last byte.

Only what says something else is written anew, so comments, order and layout of a file outlive a round trip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import yaml

from handoff.content.checks import CHECKS, OPTIONAL

Fields = Mapping[str, Any]
_READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD = re.compile(r"[a-z][a-z0-9-]*")
_ODD_BREAK = re.compile("[\x85\u2028\u2029]")  # to YAML each is a line break; escaped, itself
_WIDE = 1_000_000


@dataclass(frozen=True)
class Block:
    """One answer of a file as it is written, comments above it included; `fields` is what it says."""

    text: str
    fields: Fields

    @property
    def slug(self) -> str:
        return str(self.fields.get("slug"))


def blocks(text: str) -> tuple[str, list[Block]]:
    """The head of a file and its answers: joined, they are the file. ValueError for no list of answers."""
    try:
        root, values = yaml.compose(text, Loader=_READER), yaml.load(text, Loader=_READER)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError("not readable as YAML") from error
    if root is None:
        return text, []
    if not isinstance(root, yaml.SequenceNode) or not all(isinstance(one, dict) for one in values):
        raise ValueError("not a list of answers")
    lines = text.splitlines(keepends=True)  # at the signs that end lines in YAML, which forbids the others
    starts = [_above(lines, node.start_mark.line) for node in root.value] + [len(lines)]
    made = ["".join(lines[start:end]) for start, end in pairwise(starts)]
    return "".join(lines[: starts[0]]), [Block(*pair) for pair in zip(made, values, strict=True)]


def file_text(answers: Sequence[Fields], layout: str = "", spare: Iterable[Block] = ()) -> str:
    """A file that says these answers, laid out as `layout` was; answers new to it stand at its end.

    `spare` are blocks of other files: where one says what an answer says, its text is taken as it is.
    """
    head, known = _blocks_or_none(layout)
    told = {str(one["slug"]): one for one in answers}
    taken = {block.slug: block for block in spare}
    kept = [block for block in known if block.slug in told]
    new = [Block(_new(one, taken.get(slug)), one) for slug, one in told.items() if slug not in _slugs(known)]
    text = "".join([head, *(_as_told(block, told[block.slug], taken) for block in kept)])
    for block in new:
        text += ("" if not text or text.endswith("\n") else "\n") + block.text
    if said(text) == [_plain(told[block.slug]) for block in (*kept, *new)]:
        return text
    return "".join(written(one) for one in answers)  # a layout that cannot be kept: anchors, braces


def said(text: str) -> list[dict[str, Any]] | None:
    """What each answer of a file says, without what surrounds it; None when it cannot be read."""
    try:
        return [_plain(block.fields) for block in blocks(text)[1]]
    except ValueError:
        return None


def written(fields: Fields) -> str:
    """One answer as the shipped ones are written."""
    lines = "".join(_field(name, fields[name]) for name in CHECKS if name in fields)
    return f"- {lines[2:]}"


def _slugs(known: Iterable[Block]) -> set[str]:
    return {block.slug for block in known}


def _blocks_or_none(text: str) -> tuple[str, list[Block]]:
    try:
        return blocks(text)
    except ValueError:
        return "", []


def _new(fields: Fields, spare: Block | None) -> str:
    return spare.text if spare and _plain(spare.fields) == _plain(fields) else written(fields)


def _as_told(block: Block, fields: Fields, spare: Mapping[str, Block]) -> str:
    """The block as it is where it says the same; else another's that does; else with what differs anew."""
    if _plain(block.fields) == _plain(fields):
        return block.text
    other = spare.get(block.slug)
    if other and _plain(other.fields) == _plain(fields):
        return other.text
    return _spliced(block, fields)


def _spliced(block: Block, fields: Fields) -> str:
    """The block's text with only those fields written anew that say something else."""
    node = _one(block.text)
    lines = block.text.splitlines(keepends=True)
    starts = [key.start_mark.line for key, _ in node.value] + [len(lines)]
    old, new = _plain(block.fields), _plain(fields)
    text, done = "".join(lines[: starts[0]]), set()
    for place, (key, _) in enumerate(node.value):
        name = str(key.value)
        done.add(name)
        as_was = "".join(lines[starts[place] : starts[place + 1]])
        if old.get(name) == new.get(name):
            text += as_was
        elif name in new:
            text += _led(_field(name, fields[name]), first=place == 0)
    missing = [name for name in CHECKS if name in new and name not in done]
    made = text + "".join(_field(name, fields[name]) for name in missing)
    return made if said(made) == [new] else written(fields)


def _one(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=_READER)
    assert isinstance(root, yaml.SequenceNode) and isinstance(root.value[0], yaml.MappingNode)
    return root.value[0]


def _led(text: str, *, first: bool) -> str:
    return f"- {text[2:]}" if first else text


def _plain(fields: Fields) -> dict[str, Any]:
    """What the fields say, whatever the file's layout adds around it."""
    return {name: _bare(said) for name, said in fields.items() if name not in OPTIONAL or said}


def _bare(said: Any) -> Any:
    if isinstance(said, Mapping):
        return {name: _bare(one) for name, one in said.items()}
    if isinstance(said, list | tuple):
        return list(said)
    return said.strip() if isinstance(said, str) else said


def _above(lines: Sequence[str], line: int) -> int:
    """Where an answer begins, with the comments that stand right above it."""
    while line > 0 and lines[line - 1].startswith("#") and line > 1:
        line -= 1
    return line


def _field(name: str, value: Any) -> str:
    """One field at the depth of an answer, ended by a line break."""
    if isinstance(value, list | tuple) and (name != "next" or not _are_slugs(value)):
        return (
            f"  {name}:\n" + "".join(f"    - {_scalar(one)}\n" for one in value)
            if value
            else f"  {name}: []\n"
        )
    if isinstance(value, list | tuple):
        return f"  {name}: [{', '.join(value)}]\n"
    if name == "areas":
        return "".join(f"  {line}\n" if line else "\n" for line in _areas(value))
    if isinstance(value, Mapping):
        return f"  {name}: " + "".join(_mapping(value))
    if isinstance(value, str) and ("\n" in value or name in ("web", "sms")):
        return "".join(f"  {line}\n" if line else "\n" for line in _block(name, value.strip()))
    return f"  {name}: {_scalar(value)}\n"


def _are_slugs(value: Sequence[Any]) -> bool:
    return all(isinstance(one, str) and _WORD.fullmatch(one) for one in value)


def _mapping(value: Fields) -> Iterator[str]:
    yield "{" + ", ".join(f"{name}: {_quoted(said)}" for name, said in value.items()) + "}\n"


class _Text(str):
    """A text that is written as a block of lines."""


class _Writer(yaml.SafeDumper):
    pass


def _lines(writer: yaml.SafeDumper, text: _Text) -> yaml.ScalarNode:
    """A block, unless a sign in the text would end a line there that the text does not end."""
    style = '"' if _ODD_BREAK.search(text) else "|"
    return writer.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Writer.add_representer(_Text, _lines)


def _areas(value: Fields) -> list[str]:
    texts = {area: {name: _Text(text.strip()) for name, text in own.items()} for area, own in value.items()}
    made = yaml.dump({"areas": texts}, Dumper=_Writer, allow_unicode=True, width=_WIDE, sort_keys=False)
    return made.removesuffix("\n").split("\n")


def _block(name: str, value: str) -> list[str]:
    if name == "sms" and "\n" not in value:
        folded = f"{name}: >-\n  {value}"
        if _reads_as(folded, {name: value}):
            return folded.split("\n")
    text = _Text(value + "\n" if name == "web" else value)
    made = yaml.dump({name: text}, Dumper=_Writer, allow_unicode=True, width=_WIDE)
    return made.removesuffix("\n").split("\n")


def _reads_as(text: str, said: Any) -> bool:
    try:
        return bool(yaml.load(text, Loader=_READER) == said)  # noqa: S506
    except yaml.YAMLError:
        return False


def _scalar(value: Any) -> str:
    style = '"' if isinstance(value, str) and ("\n" in value or _ODD_BREAK.search(value)) else None
    made = yaml.safe_dump(value, allow_unicode=True, width=_WIDE, default_style=style)
    return made.removesuffix("\n").removesuffix("\n...")


def _quoted(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return yaml.safe_dump(value, allow_unicode=True, width=_WIDE, default_style='"').removesuffix("\n")
