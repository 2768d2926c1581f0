"""The areas (local authorities) the service works for: contact details, opening hours, bank holidays.

Loads data/reference/areas.yml and bank-holidays.yml, and is the only reader of either.
"""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from handoff.content.authorities import load_authorities
from handoff.content.entries import ContentFaults, Entry, Fault, read_entries, read_node, shown
from handoff.sms.gsm7 import unmappable

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SLUG, ALL = "slug", ""
_SEARCH_DAYS = 30
_TEXTS = ("name", "phone", "email", "address", "duty_phone_day", "duty_phone_night", "wellbeing_name")
_LINKS = (
    "website", "complaints", "privacy", "send_offer", "care_leaver_offer", "young_carers", "housing_help",
    "wellbeing", "drug_help",
)  # fmt: skip


@dataclass(frozen=True)
class Area:
    """One local authority. `opening[weekday]` is (opens, closes) in local time; a closed day is absent.

    `authority` is its code in authorities.yml; `registering` says what its Jobcentre agreement asks for.
    """

    slug: str
    name: str
    phone: str
    email: str
    address: str
    duty_phone_day: str
    duty_phone_night: str
    wellbeing_name: str
    website: str
    complaints: str
    privacy: str
    send_offer: str
    care_leaver_offer: str
    young_carers: str
    housing_help: str
    wellbeing: str
    drug_help: str
    authority: str
    registering: str
    timezone: ZoneInfo
    opening: Mapping[int, tuple[time, time]]
    holidays: frozenset[date]
    postcode_districts: tuple[str, ...]
    demo: bool
    duty_checked: date | None = None  # the day somebody last rang both duty numbers

    @property
    def hours(self) -> str:
        """The opening hours in words: "Monday to Friday, 9am to 5pm"."""
        runs: list[tuple[int, int, tuple[time, time]]] = []
        for day, span in sorted(self.opening.items()):
            if runs and runs[-1][1] == day - 1 and runs[-1][2] == span:
                runs[-1] = (runs[-1][0], day, span)
            else:
                runs.append((day, day, span))
        return "; ".join(f"{_days(a, b)}, {clock_words(s)} to {clock_words(e)}" for a, b, (s, e) in runs)

    @property
    def words(self) -> dict[str, str]:
        """What an answer may say of the area, by placeholder: {area.phone} and the like."""
        return {
            f"area.{name}": str(getattr(self, name)) for name in (*_TEXTS, *_LINKS, "hours", "registering")
        }


@dataclass(frozen=True)
class Written:
    """An area as it stands in the file, and what is wrong in it by field; ALL where none can be trusted."""

    entry: Entry
    wrong: Mapping[str, Sequence[Fault]]

    @property
    def faults(self) -> list[Fault]:
        return [fault for faults in self.wrong.values() for fault in faults]


@dataclass(frozen=True)
class AreasFile:
    """What areas.yml and what belongs to it say; `faults` are in no one area, `strays` in what is none."""

    written: Sequence[Written]
    faults: Sequence[Fault]
    strays: Sequence[Fault]
    holidays: frozenset[date]
    wordings: Mapping[str, str]

    @property
    def all_faults(self) -> list[Fault]:
        return [*self.faults, *self.strays, *(fault for one in self.written for fault in one.faults)]

    def area(self, slug: str, fields: Mapping[str, Any]) -> Area:
        """The area that these fields, with nothing wrong in them, make."""
        return _area(slug, fields, self.holidays, self.wordings)


def read_areas(folder: Path = REFERENCE) -> AreasFile:
    """Read the files, with whatever is wrong in them."""
    common: list[Fault] = []
    days = _bank_holidays(folder / "bank-holidays.yml", common)
    authorities, wordings = load_authorities(), _wordings(REFERENCE / "benefits.yml", common)
    read: list[Fault] = []
    written: list[Written] = []
    strays: list[Fault] = []
    for entry in read_entries(folder / "areas.yml", "area", "slug", read):
        wrong: dict[str, list[Fault]] = {}
        for fault in read:  # also of what stands before it and is no entry
            (wrong.setdefault(ALL, []) if fault.line >= entry.line else strays).append(fault)
        read.clear()
        for field, problem in _faults(entry, authorities, wordings):
            wrong.setdefault(field.partition(".")[0], []).append(entry.fault(field, problem))
        if entry.name in {one.entry.name for one in written}:
            wrong.setdefault(SLUG, []).append(entry.fault(SLUG, "this slug is used twice: rename one"))
        written.append(Written(entry, wrong))
    if not written:
        common += read or [Fault(shown(folder / "areas.yml"), 1, "no areas here: give at least one")]
        read = []
    return AreasFile(written, common, [*strays, *read], days, wordings)


def load_areas(folder: Path = REFERENCE) -> dict[str, Area]:
    """Every area by slug. ContentFaults lists whatever is wrong in the files."""
    file = read_areas(folder)
    if file.all_faults:
        raise ContentFaults(file.all_faults)
    return {one.entry.name: file.area(one.entry.name, one.entry.fields) for one in file.written}


def _wordings(path: Path, faults: list[Fault]) -> dict[str, str]:
    """What an area may say of registering before a claim, by the name of the setting."""
    wordings = {}
    for entry in read_entries(path, "wording", "wording", faults, under="wordings"):
        said = entry.fields.get("text")
        if not isinstance(said, str) or not said.strip() or unmappable(said):
            faults.append(entry.fault("text", "text must be a plain sentence that a text can carry"))
        wordings[entry.name] = str(said).strip()
    return wordings


def _bank_holidays(path: Path, faults: list[Fault]) -> frozenset[date]:
    """The days under england; whatever is wrong becomes a fault with its line."""
    known = len(faults)
    node = read_node(path, faults)
    if len(faults) > known:
        return frozenset()
    named = {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    listed = named.get("england")
    if not isinstance(listed, yaml.SequenceNode) or not listed.value:
        line = listed.start_mark.line + 1 if listed else 1
        faults.append(Fault(shown(path), line, 'write "england:" and the days below it'))
        return frozenset()
    days = set()
    for item in listed.value:
        try:
            days.add(date.fromisoformat(str(item.value)))
        except ValueError:
            line = item.start_mark.line + 1
            faults.append(Fault(shown(path), line, "not a day: write it like 2026-12-25"))
    return frozenset(days)


def local_day(area: Area, now: datetime) -> date:
    """The day it is in the area at an (aware) moment."""
    return now.astimezone(area.timezone).date()


def is_open(area: Area, now: datetime) -> bool:
    """Whether an adviser is on duty at this (aware) moment."""
    local = now.astimezone(area.timezone)
    span = _span(area, local.date())
    return span is not None and span[0] <= local.time() < span[1]


def opens_at(area: Area, now: datetime) -> datetime:
    """The next moment the service opens: today's opening if still ahead, else a later day's."""
    local = now.astimezone(area.timezone)
    for ahead in range(_SEARCH_DAYS):
        day = local.date() + timedelta(days=ahead)
        span = _span(area, day)
        if span and (ahead or local.time() < span[0]):
            return datetime.combine(day, span[0], area.timezone)
    raise ValueError(f"{area.slug} has no opening hours in the next {_SEARCH_DAYS} days")


def closed_at(area: Area, now: datetime) -> datetime | None:
    """The last moment, up to now, at which the service closed; None where it did not in the last weeks."""
    local = now.astimezone(area.timezone)
    for ago in range(_SEARCH_DAYS):
        day = local.date() - timedelta(days=ago)
        span = _span(area, day)
        if span and (ago or span[1] <= local.time()):
            return datetime.combine(day, span[1], area.timezone)
    return None


def next_opening(area: Area, now: datetime) -> str:
    """The next opening in words, as seen from now: "9am today", "9am tomorrow", "9am on Monday 4 January"."""
    opening = opens_at(area, now)
    ahead = (opening.date() - now.astimezone(area.timezone).date()).days
    if ahead == 0:
        return f"{clock_words(opening.time())} today"
    if ahead == 1:
        return f"{clock_words(opening.time())} tomorrow"
    day = f"on {WEEKDAYS[opening.weekday()]}" + ("" if ahead < 7 else f" {opening.day} {opening:%B}")
    return f"{clock_words(opening.time())} {day}"


def clock_words(moment: time) -> str:
    """A time as people say it: 9am, 5.30pm, 12 noon."""
    if moment == time(12):
        return "12 noon"
    minutes = f".{moment.minute:02}" if moment.minute else ""
    return f"{(moment.hour - 1) % 12 + 1}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def _span(area: Area, day: date) -> tuple[time, time] | None:
    return None if day in area.holidays else area.opening.get(day.weekday())


def _days(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]} to {WEEKDAYS[last]}"


Problems = Iterator[tuple[str, str]]


def _faults(entry: Entry, authorities: Container[str], wordings: Collection[str]) -> Problems:
    fields = entry.fields
    for name in (SLUG, *_TEXTS, *_LINKS):
        if name not in fields:
            yield name, f"{name} is missing: add it"
        elif not isinstance(fields[name], str) or not fields[name].strip():
            yield name, f"{name} must be a text (put a number in quotes)"
        elif name in _LINKS and not fields[name].startswith("https://"):
            yield name, f"{name} must be an address that starts with https://"
    yield from _opening_faults(entry)
    yield from _choice_faults(entry, authorities, wordings)
    if type(fields.get("duty_checked", date.min)) is not date:
        yield "duty_checked", "duty_checked must be a day such as 2026-11-20"
    try:
        ZoneInfo(str(fields.get("timezone")))
    except (ZoneInfoNotFoundError, ValueError):
        yield "timezone", "timezone must be a name such as Europe/London"


def _choice_faults(entry: Entry, authorities: Container[str], wordings: Collection[str]) -> Problems:
    if entry.fields.get("authority") not in authorities:
        yield "authority", "authority must be a code of authorities.yml, such as E09000007"
    if entry.fields.get("registration") not in wordings:
        yield "registration", f"registration must be {' or '.join(wordings)}"
    districts = entry.fields.get("postcode_districts", [])
    if not isinstance(districts, list) or not all(isinstance(one, str) for one in districts):
        yield "postcode_districts", "postcode_districts must be a list such as [NW1, NW5]"


def _opening_faults(entry: Entry) -> Problems:
    hours = entry.fields.get("hours")
    if not isinstance(hours, dict) or not hours:
        yield "hours", "hours are missing: give a weekday and its hours"
        return
    for day, span in hours.items():
        try:
            _opened(day, span)
        except (ValueError, AttributeError):
            yield f"hours.{day}", f'hours of {day} must look like "09:00-17:00" under a weekday\'s name'


def _opened(day: str, span: str) -> tuple[int, tuple[time, time]]:
    start, end = (time.fromisoformat(part) for part in span.split("-"))
    if start >= end:
        raise ValueError("closes before it opens")
    return WEEKDAYS.index(day.capitalize()), (start, end)


def _area(
    slug: str, fields: Mapping[str, Any], holidays: frozenset[date], wordings: Mapping[str, str]
) -> Area:
    return Area(
        slug=slug,
        **{name: fields[name].strip() for name in (*_TEXTS, *_LINKS)},
        authority=fields["authority"],
        registering=wordings[fields["registration"]],
        timezone=ZoneInfo(fields["timezone"]),
        opening=dict(_opened(day, span) for day, span in fields["hours"].items()),
        holidays=holidays,
        postcode_districts=tuple(fields.get("postcode_districts", ())),
        demo=bool(fields.get("demo", False)),
        duty_checked=fields.get("duty_checked"),
    )
