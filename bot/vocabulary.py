"""Loads data/vocabulary.yml: the coded words that records store and screens show.

The only reader of that file, shared by both environments: Python 3.10 syntax and PyYAML only.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "vocabulary.yml"
CLOCKS = ("none", "working_day", "any_hour")


class VocabularyFaults(ValueError):
    """The file has bad entries; `faults` names every one of them."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["The vocabulary has faults:", *faults]))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Coded:
    """One word: the code is stored, the label is shown; a retired code is kept but no longer offered."""

    code: str
    label: str
    note: str = ""
    retired: bool = False


@dataclass(frozen=True)
class Level(Coded):
    """How soon an adviser must claim: by the close of the working day, within minutes at any hour, or "none":
    the level sets no time. A higher rank comes first."""

    rank: int = 0
    claim_minutes: int | None = None
    clock: str = "none"


@dataclass(frozen=True)
class Reason(Coded):
    """Why a case is open, and when it is due: in minutes or in working days, never both."""

    due_minutes: int | None = None
    due_working_days: int | None = None


@dataclass(frozen=True)
class Outcome(Coded):
    """How a case ended, the reasons it may close, and the activity code it suggests."""

    reasons: tuple[str, ...] = ()
    activity: str | None = None


@dataclass(frozen=True)
class Hope(Coded):
    """What someone would like, or what is in their way, and the answer that may help."""

    answer: str | None = None


@dataclass(frozen=True)
class Choice(Coded):
    """A choice of a form that is triaged when it is tapped: its label is what is offered."""

    level: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role(Coded):
    """A member of staff's role and the rights it carries."""

    rights: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Every list of the file, keyed by code, in the file's order."""

    levels: dict[str, Level]
    reasons: dict[str, Reason]
    categories: dict[str, Coded]
    outcomes: dict[str, Outcome]
    conversation_states: dict[str, Coded]
    case_states: dict[str, Coded]
    doing_now: dict[str, Coded]
    wants: dict[str, Hope]
    in_the_way: dict[str, Hope]
    choices: dict[str, Choice]
    channels: dict[str, Coded]
    message_authors: dict[str, Coded]
    message_kinds: dict[str, Coded]
    rights: dict[str, Coded]
    roles: dict[str, Role]


Word = TypeVar("Word", bound=Coded)
Entry = dict[str, Any]


class _Reader:
    """Reads lists and gathers faults, so that one run names them all."""

    def __init__(self, content: Any) -> None:
        self.content: dict[str, Any] = content if isinstance(content, dict) else {}
        self.faults: list[str] = [] if isinstance(content, dict) else ["the file is not a set of lists"]
        for name in self.content.keys() - Vocabulary.__dataclass_fields__.keys():
            self.faults.append(f"{name}: no such list")

    def read(self, name: str, build: Callable[..., Word], *fields: str) -> dict[str, Word]:
        """One list as a dictionary by code; entries with faults are named and left out."""
        entries = self.content.get(name)
        if not isinstance(entries, list) or not entries:
            self.faults.append(f"{name}: the list is missing or empty")
            return {}
        words: dict[str, Word] = {}
        for index, entry in enumerate(entries):
            word = self._word(f"{name}[{index}]", entry, build, fields)
            if word is None:
                continue
            if word.code in words:
                self.faults.append(f"{name}[{index}]: {word.code} is there twice")
            words[word.code] = word
        return words

    def _word(
        self, place: str, entry: Any, build: Callable[..., Word], fields: tuple[str, ...]
    ) -> Word | None:
        if not isinstance(entry, dict):
            self.faults.append(f"{place}: is not a set of fields")
            return None
        known = {"code", "label", "note", "retired", *fields}
        faults = [f"{place}: unknown field {field}" for field in entry.keys() - known]
        faults += [
            f"{place}: {field} must be a text" for field in ("code", "label") if not _text(entry.get(field))
        ]
        if not isinstance(entry.get("note", ""), str) or not isinstance(entry.get("retired", False), bool):
            faults.append(f"{place}: note must be a text and retired true or false")
        if faults:
            self.faults += faults
            return None
        try:
            return build(entry)
        except ValueError as fault:
            self.faults.append(f"{place} ({entry['code']}): {fault}")
            return None


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _plain(entry: Entry) -> dict[str, Any]:
    return {key: entry[key] for key in ("code", "label", "note", "retired") if key in entry}


def _whole(entry: Entry, field: str) -> int | None:
    value = entry.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{field} must be a whole number")
    return value


def _texts(entry: Entry, field: str) -> tuple[str, ...]:
    value = entry.get(field)
    if not isinstance(value, list) or not value or not all(_text(item) for item in value):
        raise ValueError(f"{field} must be a list of codes")
    return tuple(value)


def _coded(entry: Entry) -> Coded:
    return Coded(**_plain(entry))


def _level(entry: Entry) -> Level:
    rank = _whole(entry, "rank")
    if rank is None:
        raise ValueError("rank must be a whole number")
    if entry.get("clock") not in CLOCKS:
        raise ValueError(f"clock must be one of {', '.join(CLOCKS)}")
    minutes = _whole(entry, "claim_minutes")
    if bool(minutes) != (entry["clock"] == "any_hour"):
        raise ValueError("claim_minutes goes with the clock any_hour, and with no other")
    return Level(**_plain(entry), rank=rank, claim_minutes=minutes, clock=entry["clock"])


def _reason(entry: Entry) -> Reason:
    due = entry.get("due")
    if not isinstance(due, dict) or len(due) != 1 or not due.keys() <= {"minutes", "working_days"}:
        raise ValueError("due must be {minutes: n} or {working_days: n}")
    return Reason(
        **_plain(entry), due_minutes=_whole(due, "minutes"), due_working_days=_whole(due, "working_days")
    )


def _outcome(entry: Entry) -> Outcome:
    activity = entry.get("activity")
    if activity is not None and not _text(activity):
        raise ValueError("activity must be a quoted code")
    return Outcome(**_plain(entry), reasons=_texts(entry, "for"), activity=activity)


def _hope(entry: Entry) -> Hope:
    answer = entry.get("answer")
    if answer is not None and not _text(answer):
        raise ValueError("answer must be a slug")
    return Hope(**_plain(entry), answer=answer)


def _choice(entry: Entry) -> Choice:
    if not _text(entry.get("level")):
        raise ValueError("level must be a code")
    return Choice(**_plain(entry), level=entry["level"], categories=_texts(entry, "categories"))


def _role(entry: Entry) -> Role:
    return Role(**_plain(entry), rights=_texts(entry, "rights"))


def _cross_check(words: Vocabulary) -> list[str]:
    faults = [
        *_unknown("outcomes", words.outcomes, lambda one: one.reasons, "reason", words.reasons),
        *_unknown("roles", words.roles, lambda one: one.rights, "right", words.rights),
        *_unknown("choices", words.choices, lambda one: (one.level,), "level", words.levels),
        *_unknown("choices", words.choices, lambda one: one.categories, "category", words.categories),
    ]
    ranks = [level.rank for level in words.levels.values()]
    if len(set(ranks)) != len(ranks):
        faults.append("levels: two have the same rank")
    return faults


def _unknown(
    name: str,
    entries: dict[str, Word],
    named: Callable[[Word], Iterable[str]],
    what: str,
    known: Container[str],
) -> list[str]:
    """The faults of a list whose entries name codes that another list does not have."""
    return [
        f"{name} ({entry.code}): no {what} {code}"
        for entry in entries.values()
        for code in named(entry)
        if code not in known
    ]


def parse_vocabulary(content: Any) -> Vocabulary:
    """Check parsed YAML and build the vocabulary; raises VocabularyFaults naming every bad entry."""
    reader = _Reader(content)
    vocabulary = Vocabulary(
        levels=reader.read("levels", _level, "rank", "claim_minutes", "clock"),
        reasons=reader.read("reasons", _reason, "due"),
        categories=reader.read("categories", _coded),
        outcomes=reader.read("outcomes", _outcome, "for", "activity"),
        conversation_states=reader.read("conversation_states", _coded),
        case_states=reader.read("case_states", _coded),
        doing_now=reader.read("doing_now", _coded),
        wants=reader.read("wants", _hope, "answer"),
        in_the_way=reader.read("in_the_way", _hope, "answer"),
        choices=reader.read("choices", _choice, "level", "categories"),
        channels=reader.read("channels", _coded),
        message_authors=reader.read("message_authors", _coded),
        message_kinds=reader.read("message_kinds", _coded),
        rights=reader.read("rights", _coded),
        roles=reader.read("roles", _role, "rights"),
    )
    # Missing entries would be named a second time as unknown codes.
    faults = reader.faults or _cross_check(vocabulary)
    if faults:
        raise VocabularyFaults(faults)
    return vocabulary


@cache
def load_vocabulary(path: Path = SHIPPED) -> Vocabulary:
    """Read and check a vocabulary file once; raises VocabularyFaults."""
    return parse_vocabulary(yaml.safe_load(path.read_text(encoding="utf-8")))
