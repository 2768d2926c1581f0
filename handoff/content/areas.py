"""The areas (local authorities) the service works for: contact details, opening hours, bank holidays.

Loads data/reference/areas.yml and bank-holidays.yml, and is the only reader of either.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLACEHOLDERS = ("area.name", "area.hours", "area.phone", "area.email", "area.address")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SEARCH_DAYS = 30
_TEXTS = (
    "slug", "name", "phone", "email", "address", "website", "complaints",
    "duty_phone_day", "duty_phone_night",
)  # fmt: skip


class AreaFaults(ValueError):
    """Everything wrong with the areas file, one sentence a fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Area:
    """One local authority. `opening[weekday]` is (opens, closes) in local time; a closed day is absent."""

    slug: str
    name: str
    phone: str
    email: str
    address: str
    website: str
    complaints: str
    duty_phone_day: str
    duty_phone_night: str
    timezone: ZoneInfo
    opening: Mapping[int, tuple[time, time]]
    holidays: frozenset[date]
    postcode_districts: tuple[str, ...]
    demo: bool

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


def load_areas(folder: Path = REFERENCE) -> dict[str, Area]:
    """Every area by slug. AreaFaults lists whatever is wrong in the files."""
    raw = yaml.safe_load((folder / "areas.yml").read_text("utf-8"))
    days = yaml.safe_load((folder / "bank-holidays.yml").read_text("utf-8"))["england"]
    faults: list[str] = []
    areas = [_area(item, frozenset(days), faults) for item in raw]
    if faults:
        raise AreaFaults(faults)
    return {area.slug: area for area in areas if area is not None}


def fill(text: str, area: Area) -> str:
    """The text with {area.*} placeholders filled in."""
    return _PLACEHOLDER.sub(
        lambda m: getattr(area, m[1].removeprefix("area.")) if m[1] in PLACEHOLDERS else m[0], text
    )


def unknown_placeholders(text: str) -> list[str]:
    """Placeholders in the text that `fill` does not know."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


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


def _area(item: Mapping[str, Any], holidays: frozenset[date], faults: list[str]) -> Area | None:
    where = f"areas.yml, {item.get('slug', 'an area without a slug')}"
    found = [f"{where}: {name} is missing" for name in _TEXTS if not isinstance(item.get(name), str)]
    opening, zone = _opening(item, where, found), _zone(item, where, found)
    faults += found
    if found or zone is None:
        return None
    return Area(
        **{name: item[name] for name in _TEXTS},
        timezone=zone,
        opening=opening,
        holidays=holidays,
        postcode_districts=tuple(item.get("postcode_districts", ())),
        demo=bool(item.get("demo", False)),
    )


def _opening(item: Mapping[str, Any], where: str, faults: list[str]) -> dict[int, tuple[time, time]]:
    opening = {}
    for day, span in (item.get("hours") or {}).items():
        try:
            start, end = (time.fromisoformat(part) for part in span.split("-"))
            opening[WEEKDAYS.index(day.capitalize())] = (start, end)
        except (ValueError, AttributeError):
            faults.append(f'{where}: hours of {day} must look like "09:00-17:00" under a weekday\'s name')
    if not item.get("hours"):
        faults.append(f"{where}: hours are missing")
    return opening


def _zone(item: Mapping[str, Any], where: str, faults: list[str]) -> ZoneInfo | None:
    try:
        return ZoneInfo(str(item.get("timezone")))
    except (ZoneInfoNotFoundError, ValueError):
        faults.append(f"{where}: timezone must be a name such as Europe/London")
        return None
