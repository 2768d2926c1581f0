"""One set of fixed messages: read, checked, and filled with the area's and the helplines' numbers.

Crisis wording is data owned by the safeguarding lead; nothing here writes a sentence to a person."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from handoff.content.areas import Area, is_open

HELPLINES = Path(__file__).resolve().parents[2] / "data" / "reference" / "helplines.yml"
KINDS = ("emergency", "urgent", "concern", "holding", "failure", "switched_off", "taken_back")
PLACEHOLDER = re.compile(r"\{([a-z_.0-9]+)\}")


class MessageFaults(ValueError):
    """The set cannot be used; the text names every fault."""


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


Wordings = Mapping[str, tuple[Wording, ...]]


def read_wordings(body: str) -> Wordings:
    """Every kind of message, checked: each has one for all, and names only what can be filled in."""
    document = json.loads(body)["messages"]
    known = fillable()
    found, faults = {}, [f"{kind}: is missing" for kind in KINDS if kind not in document]
    for kind, entries in document.items():
        wordings = tuple(Wording(frozenset(e.get("for", ())), e["web"], e["sms"]) for e in entries)
        if sum(not wording.categories for wording in wordings) != 1:
            faults.append(f"{kind}: exactly one entry must have no `for`")
        for wording in wordings:
            unknown = set(PLACEHOLDER.findall(wording.web + wording.sms)) - known
            faults.extend(f"{kind}: {{{name}}} is not known" for name in sorted(unknown))
        found[kind] = wordings
    if faults:
        raise MessageFaults("; ".join(faults))
    return found


def choose(wordings: Sequence[Wording], categories: Sequence[str]) -> Wording:
    """The first wording for one of the categories, in their order; else the one for all others."""
    for category in categories:
        for wording in wordings:
            if category in wording.categories:
                return wording
    return next(wording for wording in wordings if not wording.categories)


def fill(wording: Wording, area: Area, now: datetime) -> Sent:
    """The words as they go out in an area at an hour."""
    values = fillings(area, now)
    web, sms = (PLACEHOLDER.sub(lambda m: values[m[1]], text) for text in (wording.web, wording.sms))
    return Sent(web.replace("**", "").strip(), sms.strip())


def fillings(area: Area, now: datetime) -> dict[str, str]:
    """What each name in braces stands for in an area at an hour."""
    said = {"area.name": area.name, "area.hours": area.hours, "duty_phone": duty_phone(area, now)}
    return said | helplines()


def duty_phone(area: Area, now: datetime) -> str:
    """The duty team's number by day or by night."""
    return area.duty_phone_day if is_open(area, now) else area.duty_phone_night


def fillable() -> frozenset[str]:
    """The names that a message may have in braces."""
    return frozenset({"area.name", "area.hours", "duty_phone", *helplines()})


@cache
def helplines() -> dict[str, str]:
    """What each {helpline.x} stands for."""
    entries = yaml.safe_load(HELPLINES.read_text(encoding="utf-8"))
    return {f"helpline.{entry['code']}": str(entry["contact"]) for entry in entries}
