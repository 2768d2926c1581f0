"""The fixed messages of data/screening/messages.yml, filled with the area's and the helplines' numbers.

Crisis wording is data owned by the safeguarding lead; nothing here writes a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from handoff.content.areas import Area, is_open
from handoff.screening.verdict import Verdict

DATA = Path(__file__).resolve().parents[2] / "data"
KINDS = ("emergency", "urgent", "concern", "holding", "failure")
_PLACEHOLDER = re.compile(r"\{([a-z_.0-9]+)\}")


class MessageFaults(ValueError):
    """The file cannot be used; the text names every fault."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One fixed message: for which categories (none: all others), as web text and as an SMS."""

    categories: frozenset[str]
    web: str
    sms: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A filled message: `text` for every screen, `sms` for a phone."""

    text: str
    sms: str


def safety_message(verdict: Verdict, area: Area, now: datetime) -> Sent:
    """What someone gets at urgent or emergency, by the categories of the highest findings."""
    highest = [finding for finding in verdict.findings if finding.level == verdict.level]
    categories = [code for finding in highest for code in finding.categories]
    return _fill(_choose(_messages()[verdict.level], categories), area, now)


def fixed_message(kind: str, area: Area, now: datetime) -> Sent:
    """The `concern`, `holding` or `failure` message."""
    return _fill(_choose(_messages()[kind], ()), area, now)


def _choose(wordings: Sequence[Wording], categories: Sequence[str]) -> Wording:
    for category in categories:
        for wording in wordings:
            if category in wording.categories:
                return wording
    return next(wording for wording in wordings if not wording.categories)


def _fill(wording: Wording, area: Area, now: datetime) -> Sent:
    duty = area.duty_phone_day if is_open(area, now) else area.duty_phone_night
    values = {"area.name": area.name, "duty_phone": duty, **_helplines()}
    web, sms = (_PLACEHOLDER.sub(lambda m: values[m[1]], text) for text in (wording.web, wording.sms))
    return Sent(web.replace("**", "").strip(), sms.strip())


@cache
def _helplines() -> dict[str, str]:
    entries = yaml.safe_load((DATA / "reference" / "helplines.yml").read_text(encoding="utf-8"))
    return {f"helpline.{entry['code']}": str(entry["contact"]) for entry in entries}


@cache
def _messages() -> Mapping[str, tuple[Wording, ...]]:
    """Every kind of message, checked: each has one for all, and names only what can be filled in."""
    document = yaml.safe_load((DATA / "screening" / "messages.yml").read_text(encoding="utf-8"))
    known = {"area.name", "duty_phone", *_helplines()}
    found, faults = {}, [f"{kind}: is missing" for kind in KINDS if kind not in document]
    for kind, entries in document.items():
        wordings = tuple(Wording(frozenset(e.get("for", ())), e["web"], e["sms"]) for e in entries)
        if sum(not wording.categories for wording in wordings) != 1:
            faults.append(f"{kind}: exactly one entry must have no `for`")
        for wording in wordings:
            unknown = set(_PLACEHOLDER.findall(wording.web + wording.sms)) - known
            faults.extend(f"{kind}: {{{name}}} is not known" for name in sorted(unknown))
        found[kind] = wordings
    if faults:
        raise MessageFaults("; ".join(faults))
    return found
