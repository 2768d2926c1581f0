"""Reads and checks seed answers (data/content/<group>.yml, or a release folder of the same shape).

`load_content` gives every answer or raises ContentFaults with all that is wrong: file, line and what to do.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from handoff.content.checks import CHECKS, OPTIONAL, asked_as, on_day
from handoff.content.entries import ContentFaults, Entry, Fault, read_entries, shown
from handoff.content.facts import Facts, load_facts


@dataclass(frozen=True)
class Source:
    """Where an answer's facts come from, and the day someone last read it there."""

    name: str
    url: str
    checked: date


@dataclass(frozen=True)
class SeedAnswer:
    """One shipped answer. `web` is small Markdown, `sms` plain GSM-7; both may hold placeholders.

    `differs` says why a fact may be different elsewhere; empty when it is not.
    `areas` holds the texts that are other words in one area. A withdrawn one `goes_to` the answer that people
    get instead.
    """

    slug: str
    group: str
    title: str
    web: str
    sms: str
    differs: str
    next: tuple[str, ...]
    source: Source
    review: date
    examples: tuple[str, ...]
    areas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    goes_to: str = ""


def load_content(
    folder: Path, facts: Facts | None = None, on: date | None = None, beside: Collection[str] = ()
) -> list[SeedAnswer]:
    """Every answer in the folder, in file and then written order.

    Placeholders and lengths are checked with `facts` (the shipped ones when not given). `on` is the day of
    a build, which refuses a passed review date too. `beside` are slugs that a next step may lead to as well.
    Raises ContentFaults.
    """
    faults: list[Fault] = []
    files = sorted(folder.glob("*.yml"))
    entries = [entry for file in files for entry in read_entries(file, "answer", "slug", faults)]
    if not entries and not faults:
        told = "no answers here: give a folder that holds *.yml files of answers"
        faults.append(Fault(shown(folder), 1, told))
    facts = facts or load_facts()
    for entry in entries:
        faults += _check(entry, facts)
        faults += [entry.fault(field, told) for field, told in (on_day(entry.fields, on) if on else ())]
    faults += _check_together(entries, beside)
    if faults:
        raise ContentFaults(faults)
    return [_answer(entry) for entry in entries]


def problems(fields: dict[str, Any], facts: Facts) -> dict[str, list[str]]:
    """What is wrong with some fields of one answer, by field; empty when nothing is."""
    found = {name: list(CHECKS[name](fields, facts)) for name in fields}
    return {name: sentences for name, sentences in found.items() if sentences}


def _check(entry: Entry, facts: Facts) -> Iterator[Fault]:
    for name in CHECKS:
        if name not in entry.fields and name not in OPTIONAL:
            yield entry.fault(name, f"{name} is missing: add it")
    for name in entry.fields.keys() - CHECKS.keys():
        yield entry.fault(name, f"{name} is not a field of an answer: use one of {', '.join(CHECKS)}")
    for name, check in CHECKS.items():
        if name in entry.fields:
            for problem in check(entry.fields, facts):
                yield entry.fault(name, problem)


def _check_together(entries: Sequence[Entry], beside: Collection[str]) -> Iterator[Fault]:
    """Faults no single answer shows: a slug or an example used twice, a next step that leads nowhere."""
    slugs: dict[Any, Entry] = {}
    asked: dict[str, str] = {}
    for entry in entries:
        slug = str(entry.fields.get("slug"))
        if slug in slugs:
            other = slugs[slug]
            where = f"{shown(other.path)}:{other.line}"
            yield entry.fault("slug", f"this slug is also used at {where}: rename one")
        slugs.setdefault(slug, entry)
        for place, example in enumerate(map(asked_as, _listed(entry, "examples"))):
            if example and example in asked:
                told = f'"{example}" is already an example of {asked[example]}: keep it in one place'
                yield entry.fault(f"examples.{place}", told)
            asked.setdefault(example, slug)
    for entry in entries:
        yield from _lead_faults(entry, slugs, beside)


def _lead_faults(entry: Entry, slugs: Mapping[Any, Entry], beside: Collection[str]) -> Iterator[Fault]:
    for step in (one for one in _listed(entry, "next") if isinstance(one, str)):
        if (step not in slugs and step not in beside) or step == entry.fields.get("slug"):
            yield entry.fault("next", f"{step} is not another answer's slug")
    to = entry.fields.get("goes_to")
    if isinstance(to, str) and to and not _is_spoken(to, slugs, beside):
        yield entry.fault("goes_to", f"{to} is not the slug of an answer that people get")


def _is_spoken(to: str, slugs: Mapping[Any, Entry], beside: Collection[str]) -> bool:
    """Whether a withdrawn answer may lead there: to one that is not withdrawn itself."""
    return not slugs[to].fields.get("goes_to") if to in slugs else to in beside


def _listed(entry: Entry, field: str) -> list[Any]:
    value = entry.fields.get(field)
    return value if isinstance(value, list) else []


def _answer(entry: Entry) -> SeedAnswer:
    fields = entry.fields
    return SeedAnswer(
        slug=fields["slug"],
        group=entry.path.stem,
        title=fields["title"].strip(),
        web=fields["web"].strip(),
        sms=fields["sms"].strip(),
        differs=fields.get("differs", "").strip(),
        next=tuple(fields["next"]),
        source=Source(**fields["source"]),
        review=fields["review"],
        examples=tuple(fields["examples"]),
        areas={
            area: {name: text.strip() for name, text in texts.items()}
            for area, texts in fields.get("areas", {}).items()
        },
        goes_to=fields.get("goes_to", ""),
    )
