"""A list of claimants as a CSV file: read whole, checked row by row, and given back with what is wrong.

A cell that a spreadsheet would take for a formula is never taken in, and never given back as one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handoff.csv_files import BadLine, rows_of, safe_cell
from handoff.errors import Unprocessable
from handoff.jobcentre.claimants import FIELDS, Faults, Told, read
from handoff.names import folded

MOST_ROWS = 300
NEEDED = ("name", "date_of_birth", "postcode", "consent")
TEMPLATE = ",".join(FIELDS) + "\r\n"
_LONGEST_CELL = 300


@dataclass(frozen=True)
class Row:
    """One line of the file: its number there, what it says, and what is wrong with it by field."""

    number: int
    typed: Mapping[str, str]
    told: Told | None
    faults: Mapping[str, str]


def rows_in(data: bytes) -> list[dict[str, str]]:
    """The cells by column; Unprocessable for a file that is no such list, saying what to do about it."""
    text = _text(data)
    try:
        lines = rows_of(text)
    except BadLine:
        raise _refusal("The file could not be read as CSV. Save it again as CSV UTF-8.") from None
    if not lines:
        raise _refusal("The file is empty.")
    head = [name.lower().replace(" ", "_") for name in lines[0][1]]
    missing = [name for name in NEEDED if name not in head]
    if missing:
        raise _refusal(f"The first line must name the columns. These are missing: {', '.join(missing)}.")
    if len(set(head)) < len(head):
        raise _refusal("Two columns have the same name.")
    rows = [
        dict(zip(head, map(_cell, line), strict=False)) | {"line": str(number)} for number, line in lines[1:]
    ]
    if not rows:
        raise _refusal("There is nobody in the file.")
    if len(rows) > MOST_ROWS:
        raise _refusal(f"The file has {len(rows):,} people; send {MOST_ROWS} at most at a time.")
    return [{name: row.get(name, "") for name in (*FIELDS, "line")} for row in rows]


def check(rows: Sequence[Mapping[str, str]], today: date) -> list[Row]:
    """Every row read as if it were taken in; somebody who is in it twice counts once."""
    found, seen = [], set()
    for typed in rows:
        number = int(typed["line"])
        try:
            told = read(typed, today)
        except Faults as faults:
            found.append(Row(number, typed, None, faults.by_field))
            continue
        same = (folded(told.name), told.date_of_birth, told.postcode)
        if same in seen:
            found.append(Row(number, typed, None, {"name": "This person is in the file already."}))
        else:
            seen.add(same)
            found.append(Row(number, typed, told, {}))
    return found


def errors_csv(rows: Sequence[Row]) -> str:
    """The rows that are wrong, each with why, to be put right and sent again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["line", *FIELDS, "what_is_wrong"])
    for row in rows:
        if row.faults:
            why = " ".join(f"{FIELDS[name]}: {fault}" for name, fault in row.faults.items())
            writer.writerow([row.number, *(safe_cell(row.typed[name]) for name in FIELDS), why])
    return "\ufeff" + out.getvalue()


def _text(data: bytes) -> str:
    if b"\0" in data:
        raise _refusal("The file is not plain text in UTF-8. In Excel choose Save as, CSV UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refusal("The file is not in UTF-8. In Excel choose Save as, CSV UTF-8.") from None


def _cell(text: str) -> str:
    return text[:_LONGEST_CELL]


def _refusal(told: str) -> Unprocessable:
    return Unprocessable("bad_file", told, field="file")
