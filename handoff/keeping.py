"""How long what is held about people is kept: data/reference/retention.yml, its only reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from handoff.content.entries import ContentFaults, Fault, shown

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "reference" / "retention.yml"
DRAFTS, CHATS, CASES, SAFEGUARDING = "drafts", "chats", "cases", "safeguarding"
REGISTRATIONS, NOTICES, IMPORTS, RECORDS = "registrations", "notices", "imports", "records"
KINDS = (DRAFTS, CHATS, CASES, SAFEGUARDING, REGISTRATIONS, NOTICES, IMPORTS, RECORDS)
_NUMBERS = ("days", "months", "age", "age_longer")
_WORDS = ("label", "after", "why", "basis")


@dataclass(frozen=True)
class Keep:
    """How long one kind is kept: days and months after something; records also up to an age in years."""

    days: int = 0
    months: int = 0
    age: int = 0
    age_longer: int = 0

    def cutoff(self, now: datetime) -> datetime:
        """What happened before this has been kept long enough."""
        day = _months_before(now.astimezone(UTC).date(), self.months)
        return datetime.combine(day, now.astimezone(UTC).time(), UTC) - timedelta(days=self.days)


@dataclass(frozen=True)
class Policy:
    """The usual terms of each kind, those of areas with their own, what each is called, and when it runs."""

    at: time
    usual: Mapping[str, Keep]
    areas: Mapping[str, Mapping[str, Keep]]
    labels: Mapping[str, str]

    def keep(self, kind: str, area: str | None) -> Keep:
        return self.own(kind).get(area or "", self.usual[kind])

    def own(self, kind: str) -> dict[str, Keep]:
        """The areas with a term of their own for this kind."""
        return {slug: terms[kind] for slug, terms in self.areas.items() if kind in terms}


@cache
def load_policy(path: Path = SHIPPED) -> Policy:
    """The policy; ContentFaults lists whatever is wrong with the file."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        kinds = {one["kind"]: one for one in said["kinds"]}
        areas = {slug: dict(changed) for slug, changed in (said["areas"] or {}).items()}
        at = time.fromisoformat(said["at"])
        faults = [*_faults_of_kinds(kinds), *_faults_of_areas(kinds, areas)]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError):
        faults = ["give at, kinds and areas, as in the shipped file"]
    if faults:
        raise ContentFaults([Fault(shown(path), 1, one) for one in faults])
    return Policy(
        at,
        {kind: _keep(kinds[kind]) for kind in KINDS},
        {
            slug: {kind: _keep(kinds[kind] | own) for kind, own in changed.items()}
            for slug, changed in areas.items()
        },
        {kind: kinds[kind]["label"] for kind in KINDS},
    )


def _faults_of_kinds(kinds: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for kind in sorted(set(KINDS) ^ set(kinds)):
        yield f"{kind} is missing" if kind in KINDS else f"{kind} is none of {', '.join(KINDS)}"
    for kind, said in kinds.items():
        for name in _WORDS:
            if not (isinstance(said.get(name), str) and said[name].strip()):
                yield f"{kind}: say {name} in words"
        yield from _faults_of_numbers(kind, said, kind)


def _faults_of_areas(
    kinds: Mapping[str, Any], areas: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Iterator[str]:
    for slug, changed in areas.items():
        for kind, own in changed.items():
            if kind == DRAFTS or kind not in kinds:
                yield f"{slug}: {kind} cannot be set for an area"
            elif odd := sorted(own.keys() - set(_NUMBERS)):
                yield f"{slug}: {kind}: {', '.join(odd)} is none of {', '.join(_NUMBERS)}"
            else:
                yield from _faults_of_numbers(kind, kinds[kind] | own, f"{slug}: {kind}")


def _faults_of_numbers(kind: str, said: Mapping[str, Any], where: str) -> Iterator[str]:
    given = {name: said[name] for name in _NUMBERS if name in said}
    for name, number in given.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            yield f"{where}: {name} must be a whole number of 1 or more"
    if not given.keys() & {"days", "months"}:
        yield f"{where}: give days or months"
    if kind == RECORDS and not given.keys() >= {"age", "age_longer"}:
        yield f"{where}: give age and age_longer"


def _keep(said: Mapping[str, Any]) -> Keep:
    return Keep(**{name: said[name] for name in _NUMBERS if name in said})


def _months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last day of that month where it has none."""
    ago = day.year * 12 + day.month - 1 - months
    for last in (day.day, 30, 29, 28):
        try:
            return date(ago // 12, ago % 12 + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
