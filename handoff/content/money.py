"""The sums of money that answers name: what each is from one day to another, and where that was read.

Loads data/reference/money.yml, and is its only reader. Answers name a sum as {money.<key>}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from handoff.content.areas import REFERENCE
from handoff.content.entries import ContentFaults, Entry, Fault, read_entries
from handoff.sms.gsm7 import unmappable

_FIELDS = ("key", "what", "otherwise", "source", "rates")
_RATE = ("amount", "from", "until", "checked")
_DAYS = ("from", "until", "checked")
LONGEST = 80
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Unknown(str):
    """What is said in place of a sum while no rate of it is known."""

    __slots__ = ()


@dataclass(frozen=True)
class Rate:
    """A sum as it is said ("£8.00 an hour"), its first and last day, and the day someone read it."""

    amount: str
    first: date
    last: date
    checked: date


@dataclass(frozen=True)
class Figure:
    """One sum of money. `otherwise` is said while no rate is known to hold; rates are in order of time."""

    key: str
    what: str
    otherwise: str
    source_name: str
    source_url: str
    rates: tuple[Rate, ...]

    def on(self, day: date) -> Rate | None:
        """The rate that holds on a day."""
        return next((rate for rate in self.rates if rate.first <= day <= rate.last), None)

    def words(self, day: date) -> str:
        """What an answer says for it on a day."""
        rate = self.on(day)
        return rate.amount if rate else Unknown(self.otherwise)

    def since(self, day: date) -> str:
        """When the rate of a day began: "since April 2026"; "now" when none is known."""
        rate = self.on(day)
        return f"since {rate.first:{'%B %Y' if rate.first.day == 1 else '%-d %B %Y'}}" if rate else "now"

    def overdue_since(self, day: date) -> date | None:
        """The first day without a rate, when that day has come."""
        ended = self.rates[-1].last + timedelta(days=1)
        return ended if ended <= day else None


def load_money(folder: Path = REFERENCE) -> dict[str, Figure]:
    """Every sum by key. ContentFaults lists whatever is wrong in the file."""
    faults: list[Fault] = []
    entries = list(read_entries(folder / "money.yml", "entry", "key", faults))
    seen: set[str] = set()
    for entry in entries:
        faults += _faults(entry)
        if entry.name in seen:
            faults.append(entry.fault("key", "this key is used twice: rename one"))
        seen.add(entry.name)
    if faults:
        raise ContentFaults(faults)
    return {entry.name: _figure(entry.fields) for entry in entries}


def _faults(entry: Entry) -> Iterator[Fault]:
    fields = entry.fields
    for name in [name for name in _FIELDS if name not in fields]:
        yield entry.fault(name, f"{name} is missing: add it")
    for name in fields.keys() - set(_FIELDS):
        yield entry.fault(name, f"{name} is not known here: use {', '.join(_FIELDS)}")
    if not _KEY.fullmatch(entry.name):
        yield entry.fault("key", "key must be small letters, digits and dashes, such as saver-16-17")
    for name in ("what", "otherwise"):
        if name in fields and not _is_plain(fields[name]):
            yield entry.fault(name, f"{name} must be a short text that a phone can show")
    if "source" in fields and not _is_source(fields["source"]):
        yield entry.fault("source", "source must be {name, url}, with a url that starts with https://")
    if "rates" in fields:
        yield from _rate_faults(entry)


def _rate_faults(entry: Entry) -> Iterator[Fault]:
    rates = entry.fields["rates"]
    if not isinstance(rates, list) or not rates:
        yield entry.fault("rates", f"rates must be a list of {{{', '.join(_RATE)}}}")
        return
    sound = True
    for place, rate in enumerate(rates):
        for problem in _wrong_with(rate):
            sound = False
            yield entry.fault(f"rates.{place}", problem)
    if sound:
        yield from _out_of_step(entry, rates)


def _wrong_with(rate: object) -> Iterator[str]:
    if not isinstance(rate, dict) or rate.keys() != set(_RATE):
        given = rate.keys() if isinstance(rate, dict) else set()
        missing = [name for name in _RATE if name not in given]
        yield f"a rate must be {{{', '.join(_RATE)}}}: " + (
            f"{' and '.join(missing)} missing" if missing else "take the rest out"
        )
        return
    if not _is_plain(rate["amount"]) or not re.search(r"\d", rate["amount"]):
        yield 'amount must be the sum as people say it, such as "£8.00 an hour", in quotes'
    wrong = [name for name in _DAYS if type(rate[name]) is not date]
    for name in wrong:
        yield f"{name} must be a date such as 2026-04-01"
    if not wrong and rate["until"] < rate["from"]:
        yield "until is the last day it holds, so it cannot be before from"


def _out_of_step(entry: Entry, rates: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Every rate must begin the day after the one before it ended."""
    for place, (before, after) in enumerate(pairwise(rates), 1):
        due = before["until"] + timedelta(days=1)
        if after["from"] < due:
            yield entry.fault(
                f"rates.{place}", f"two rates hold at once: from must be {due}, not {after['from']}"
            )
        elif after["from"] > due:
            yield entry.fault(f"rates.{place}", f"no rate holds from {due}: begin then, or add what held")


def _is_plain(text: object) -> bool:
    return (
        isinstance(text, str)
        and 0 < len(text.strip()) <= LONGEST
        and not unmappable(text)
        and "{" not in text
    )


def _is_source(source: object) -> bool:
    if not isinstance(source, dict) or source.keys() != {"name", "url"}:
        return False
    return bool(source["name"]) and str(source["url"]).startswith("https://")


def _figure(fields: Mapping[str, Any]) -> Figure:
    rates = (Rate(rate["amount"], rate["from"], rate["until"], rate["checked"]) for rate in fields["rates"])
    source = fields["source"]
    return Figure(
        fields["key"], fields["what"], fields["otherwise"], source["name"], source["url"], tuple(rates)
    )
