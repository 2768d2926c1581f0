"""The rules of registering and the grounds of a claim, read from data/reference/benefits.yml and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from handoff.content.areas import REFERENCE
from handoff.content.entries import ContentFaults, Entry, Fault, read_entries
from handoff.registrations.model import CARE_LEAVER, LOOKED_AFTER
from handoff.sms.gsm7 import septets, unmappable

SIGNPOSTS = (
    "signpost-under-16",
    "signpost-18-plus",
    "signpost-other-area",
    "signpost-in-care",
    "signpost-care-leaver",
)
LONGEST_WORDS = {"web": 30, "sms": 25, "official": 60}
_CODES = "abcdefg"
_CARE = (LOOKED_AFTER, CARE_LEAVER)
_LAW = ("law", "url", "text_of", "checked")


@dataclass(frozen=True)
class Law:
    """Where a rule stands: the text as it was on `text_of`, read there by somebody on `checked`."""

    law: str
    url: str
    text_of: date
    checked: date


@dataclass(frozen=True)
class Ground:
    """A category of regulation 8: its letter, a button's words, a text's, and an official's."""

    code: str
    web: str
    sms: str
    official: str
    law: Law


@dataclass(frozen=True)
class Rule:
    """Somebody who cannot register here. What is None or empty is not looked at; the rest must all hold."""

    code: str
    signpost: str
    law: Law
    age_under: int | None
    age_over: int | None
    elsewhere: bool
    care_status: frozenset[str]
    ground: frozenset[str]

    def holds(
        self, age: int | None, elsewhere: bool | None, care_status: str | None, ground: str | None
    ) -> bool:
        """Whether all that the rule asks for is known, and so."""
        return (
            (self.age_under is None or (age is not None and age < self.age_under))
            and (self.age_over is None or (age is not None and age > self.age_over))
            and (not self.elsewhere or elsewhere is True)
            and (not self.care_status or care_status in self.care_status)
            and (not self.ground or ground in self.ground)
        )


@dataclass(frozen=True)
class Benefits:
    """The whole file."""

    rules: tuple[Rule, ...]
    grounds: tuple[Ground, ...]


def load_benefits(folder: Path = REFERENCE) -> Benefits:
    """The rules and the grounds of a folder's benefits.yml. ContentFaults lists whatever is wrong in them."""
    faults: list[Fault] = []
    path = folder / "benefits.yml"
    rules = list(read_entries(path, "rule", "rule", faults, under="rules"))
    offered = list(read_entries(path, "ground", "ground", faults, under="grounds"))
    for entry in rules:
        faults += [*_law_faults(entry), *_rule_faults(entry)]
    for entry in offered:
        faults += [*_law_faults(entry), *_ground_faults(entry)]
    faults += _together(rules, offered)
    if faults:
        raise ContentFaults(faults)
    return Benefits(tuple(map(_rule, rules)), tuple(map(_ground, offered)))


def _law_faults(entry: Entry) -> Iterator[Fault]:
    for name in [name for name in _LAW if not entry.fields.get(name)]:
        yield entry.fault(name, f"{name} is missing: say which law, where it can be read, and when it was")
    if not str(entry.fields.get("url", "https://")).startswith("https://"):
        yield entry.fault("url", "url must start with https://")
    for name in ("text_of", "checked"):
        if type(entry.fields.get(name, date.min)) is not date:
            yield entry.fault(name, f"{name} must be a day such as 2026-11-22")


def _rule_faults(entry: Entry) -> Iterator[Fault]:
    if entry.fields.get("signpost") not in SIGNPOSTS:
        yield entry.fault("signpost", f"signpost must be one of {', '.join(SIGNPOSTS)}")
    when = entry.fields.get("when")
    if not isinstance(when, dict) or not when:
        yield entry.fault("when", "when must say whom the rule holds for, such as {age_under: 16}")
        return
    for name, given in when.items():
        if not _is_condition(str(name), given):
            yield entry.fault("when", f"{name}: {given} is no condition; see the top of the file")


def _is_condition(name: str, given: Any) -> bool:
    if name in ("age_under", "age_over"):
        return type(given) is int
    known = {"care_status": _CARE, "ground": tuple(_CODES)}.get(name)
    if known is None:
        return (name, given) == ("home", "elsewhere")
    return isinstance(given, list) and bool(given) and all(one in known for one in given)


def _ground_faults(entry: Entry) -> Iterator[Fault]:
    for name, longest in LONGEST_WORDS.items():
        said = entry.fields.get(name)
        if not isinstance(said, str) or not said.strip():
            yield entry.fault(name, f"{name} must be a short text")
        elif unmappable(said):
            yield entry.fault(name, f"{name} holds what a text cannot carry cheaply: write it another way")
        elif septets(said) > longest:
            yield entry.fault(name, f"{name} takes {septets(said)} places: cut it to {longest}")


def _together(rules: list[Entry], offered: list[Entry]) -> Iterator[Fault]:
    """What no single entry shows: a rule or ground that is there twice, or not at all."""
    for entries in (rules, offered):
        named = [entry.name for entry in entries]
        for place, entry in enumerate(entries):
            if entry.name in named[:place]:
                yield entry.fault("rule", "this one is given twice: keep one")
    if offered and {entry.name for entry in offered} != set(_CODES):
        yield offered[0].fault("ground", f"the grounds must be {', '.join(_CODES)}, each once")
    pointed = {str(entry.fields.get("signpost")) for entry in rules}
    for slug in SIGNPOSTS:
        if rules and slug not in pointed:
            yield rules[0].fault("signpost", f"no rule points to {slug}: add it")


def _rule(entry: Entry) -> Rule:
    when: Mapping[str, Any] = entry.fields["when"]
    return Rule(
        code=entry.name,
        signpost=entry.fields["signpost"],
        law=_law(entry),
        age_under=when.get("age_under"),
        age_over=when.get("age_over"),
        elsewhere="home" in when,
        care_status=frozenset(when.get("care_status", ())),
        ground=frozenset(when.get("ground", ())),
    )


def _ground(entry: Entry) -> Ground:
    said = {name: entry.fields[name].strip() for name in LONGEST_WORDS}
    return Ground(code=entry.name, law=_law(entry), **said)


def _law(entry: Entry) -> Law:
    return Law(**{name: entry.fields[name] for name in _LAW})
