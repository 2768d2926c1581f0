"""One row of a file as a person: what can be kept, what is left out and said, and what refuses the row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from handoff.ages import age_on
from handoff.conversations.words import normalise
from handoff.days import day_in
from handoff.records.codes import NEET, Codes
from handoff.records.editing import tidied
from handoff.records.importing.reading import LONGEST_CELL, Sheet
from handoff.records.person import FIELDS, Details
from handoff.records.rules import Doing, Standing, detail_faults, doing_faults

_YES = frozenset({"y", "yes", "true", "1", "t", "x"})
_GENDERS = {"female": "F", "male": "M", "f": "F", "m": "M", "u": "U", "w": "W"}
_FORMULA = ("=", "@", "\t")
# Education and Skills Act 2008, section 72: what a school gives whatever anybody says.
CORE = frozenset({
    "given_name", "middle_name", "family_name", "date_of_birth", "address_1", "address_2", "address_3",
    "town", "county", "postcode", "parent_name", "parent_address",
})  # fmt: skip
_REFUSING = frozenset({"given_name", "date_of_birth"})


@dataclass
class Row:
    """What one row says. Anything in `refused` keeps it out; `told` is what somebody should know."""

    number: int
    details: Details
    columns: dict[str, object] = field(default_factory=dict)
    doing: Doing | None = None
    place: str | None = None
    refused: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def order(self) -> tuple[str, int]:
        """Rows are taken by date of birth, so that those who could be one person come together."""
        return (self.details.date_of_birth, self.number)


def read_rows(sheet: Sheet, columns: Mapping[str, str], codes: Codes, today: date) -> list[Row]:
    """Every row, in the order in which they are brought in; an id that came before refuses its row."""
    places = {name: sheet.headings.index(heading) for name, heading in columns.items()}
    seen: dict[tuple[str, str], int] = {}
    rows = []
    for number, cells in sheet.rows:
        row = _row(number, cells, places, len(sheet.headings), codes, today)
        _refuse_doubles(row, seen)
        rows.append(row)
    return sorted(rows, key=lambda one: one.order)


def _row(
    number: int, cells: Sequence[str], places: Mapping[str, int], width: int, codes: Codes, today: date

) -> Row:  # fmt: skip
    if len(cells) != width:
        told = f"The row has {len(cells)} cells and the headings {width}: a comma may be missing or too many."
        return Row(number, Details(), refused=[told])
    given = {name: normalise(cells[place])[:LONGEST_CELL] for name, place in places.items()}
    row = Row(number, Details())
    row.details = tidied(Details(**_details(row, given)))
    if given.get("date_of_birth") and not row.details.date_of_birth:
        row.refused.append("The date of birth cannot be read. Write it like 3/2/2010.")
    else:
        _leave_out_faulty(row, codes, today)
    _columns(row, given, codes)
    _activity(row, given, codes, today)
    if given.get("objection", "").casefold() in _YES:
        _object(row, today)
    for name, value in given.items():
        if value.startswith(_FORMULA):
            row.told.append(f"The cell under {name.replace('_', ' ')} looks like a formula: kept as text.")
    return row


def _details(row: Row, given: Mapping[str, str]) -> dict[str, str]:
    found = {name: value for name, value in given.items() if name in FIELDS}
    if (name := given.get("name")) and not found.get("given_name"):
        found |= _split(name)
    born = day_in(given.get("date_of_birth", ""))
    found["date_of_birth"] = born.isoformat() if born else ""
    if "gender" in found:
        found["gender"] = _GENDERS.get(found["gender"].casefold(), found["gender"].upper()[:1])
    if "ethnicity" in found:
        found["ethnicity"] = found["ethnicity"].upper()
    return found


def _split(name: str) -> dict[str, str]:
    """ "O'Hara, Aisha" and "Aisha O'Hara" are the same person."""
    if "," in name:
        family, _, given = (part.strip() for part in name.partition(","))
        return {"given_name": given, "family_name": family}
    *given_words, family = name.split()
    return {"given_name": " ".join(given_words) or family, "family_name": family if given_words else ""}


def _leave_out_faulty(row: Row, codes: Codes, today: date) -> None:
    """No name or day of birth refuses the row; any other faulty value is left out, and said."""
    for fault in detail_faults(codes, row.details, (), today):
        if fault.field in _REFUSING:
            row.refused.append(fault.says)
        else:
            row.details = replace(row.details, **{fault.field: ""})
            name = fault.field.upper() if fault.field in ("uln", "upn", "nino") else fault.field.capitalize()
            row.told.append(f"{name} is left out. {fault.says}")


def _columns(row: Row, given: Mapping[str, str], codes: Codes) -> None:
    for name in ("ehcp", "sen_support"):
        if given.get(name):
            row.columns[name] = given[name].casefold() in _YES
    level = given.get("level_of_need", "")
    if level in codes.lists["level_of_need"]:
        row.columns["level_of_need"] = level
    elif level:
        row.told.append("Level of need is left out. It is 1, 2 or 3.")


def _activity(row: Row, given: Mapping[str, str], codes: Codes, today: date) -> None:
    code = re.sub(r"\D", "", given.get("activity", ""))[:3]
    if not given.get("activity"):
        return
    days = {name: day_in(given.get(name, "")) for name in (
        "started_on", "ascertained_on", "neet_started_on", "predicted_end_on")}  # fmt: skip
    started = days["started_on"]
    if started is None:
        row.told.append("The activity is left out. It needs the day it began.")
        return
    neet = code in codes.activities and codes.activities[code].group == NEET
    doing = Doing(
        code,
        started,
        days["ascertained_on"] or started,
        (days["neet_started_on"] or started) if neet else None,
        predicted_end_on=days["predicted_end_on"],
        establishment_number=given.get("establishment_number") or None,
    )
    faults = doing_faults(codes, doing, Standing(row.details), today)
    if faults:
        row.told.append(f"The activity is left out. {faults[0].says}")
    else:
        row.doing, row.place = doing, given.get("establishment_name") or None


def _object(row: Row, today: date) -> None:
    """Section 72: after a no only what a school gives in any case is kept."""
    kept = {name: getattr(row.details, name) for name in CORE}
    row.details, row.doing, row.place = Details(**kept), None, None
    born = row.details.born
    who = "person" if born and age_on(born, today) >= 16 else "parent"
    row.columns = {"objected_by": who, "objected_on": today}
    row.told.append("They said no to more: only name, address, date of birth and the parent are kept.")


def _refuse_doubles(row: Row, seen: dict[tuple[str, str], int]) -> None:
    for name in ("client_id", "uln", "upn"):
        value = getattr(row.details, name)
        if value and (name, value) in seen:
            label = "number in the list" if name == "client_id" else name.upper()
            row.refused.append(f"The {label} is that of row {seen[name, value]} too. Find out whose it is.")
        elif value:
            seen[name, value] = row.number
