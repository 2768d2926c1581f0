"""Reads a CSV file as offices make them: which encoding, which separator, which column is which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handoff.csv_files import BadLine, rows_of
from handoff.errors import Unprocessable

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 50_000, 120, 2_000
SAVE_AS = "In Excel choose Save As, then “CSV UTF-8 (comma delimited)”, and bring that file."
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a mark at its beginning, as Excel writes it",
    "cp1252": "Windows-1252, as older Excel writes it",
}
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",;\t|"

# What each of our fields is called in lists of schools and councils; compared without case and marks.
HEADINGS: Mapping[str, str] = {
    "client_id": "client id, client ref, clientid, young person id, youngpersonsid, yp id, person id",
    "name": "name, full name, pupil name, student name, young person",
    "given_name": "given name, givenname, first name, forename, legal forename, forenames, chosen forename",
    "middle_name": "middle name, middlename, middle names, legal middle names",
    "family_name": "family name, familyname, surname, last name, legal surname",
    "known_as": "known as, preferred name, preferred forename",
    "date_of_birth": "date of birth, dob, birth date, birthdate, d o b",
    "gender": "gender, sex, legal sex",
    "ethnicity": "ethnicity, ethnic code, ethnicity code, ethnic origin",
    "address_1": "address, address 1, address line 1, addressline1, street, house and street",
    "address_2": "address 2, address line 2, addressline2, locality",
    "address_3": "address 3, address line 3, addressline3",
    "town": "town, city, town or city",
    "county": "county",
    "postcode": "postcode, post code, home postcode",
    "phone": "phone, telephone, mobile, mobile number, phone number, student mobile, home phone",
    "email": "email, e mail, email address, student email",
    "uln": "uln, unique learner number, uniquelearnerno",
    "upn": "upn, unique pupil number, uniquepupilnumber",
    "parent_name": "parent name, parent carer name, parent or carer, carer name, contact 1 name",
    "parent_relationship": "parent relationship, relationship, contact 1 relationship",
    "parent_address": "parent address, parent carer address, contact 1 address",
    "parent_phone": "parent phone, parent mobile, contact 1 phone",
    "parent_email": "parent email, contact 1 email",
    "objection": "objection, opt out, section 72 objection, data sharing objection, opted out",
    "ehcp": "ehcp, ehc plan, send flag, sendflag",
    "sen_support": "sen support, sensupportflag, sen support flag",
    "level_of_need": "level of need, levelofneedcode, level of need code",
    "activity": "activity code, activitycode, current activity, ca01, activity",
    "started_on": "activity start date, start date, startdate, activity start",
    "ascertained_on": "date ascertained, dateascertained, ascertained",
    "neet_started_on": "neet start date, neetstartdate, neet since",
    "predicted_end_on": "predicted end date, predictedenddate, expected end date, course end date",
    "establishment_name": "establishment name, establishmentname, school, school name, college, provider",
    "establishment_number": "establishment number, establishmentnumber, dfe number",
}
_KNOWN = {name: field for field, names in HEADINGS.items() for name in re.split(r",\s*", names)}


@dataclass(frozen=True)
class Sheet:
    """A file that could be read: its headings, and every row with its number (the headings are 1)."""

    encoding: str
    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def decoded(raw: bytes) -> tuple[str, str]:
    """The text and its encoding; Unprocessable says what the file is instead, and what to do."""
    if not raw.strip():
        raise Unprocessable("empty_file", "The file is empty. Choose another one.", field="file")
    if raw.startswith((_ZIP, _OLD_EXCEL)):
        raise Unprocessable("not_csv", f"This is an Excel workbook, not a CSV file. {SAVE_AS}", field="file")
    if raw.startswith(_UTF16) or b"\0" in raw:
        told = f"The file is in UTF-16 or is no text (Excel calls it “Unicode Text”). {SAVE_AS}"
        raise Unprocessable("wrong_encoding", told, field="file")
    for encoding in ("utf-8-sig",) if raw.startswith(b"\xef\xbb\xbf") else ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    told = f"The file is neither UTF-8 nor Windows-1252, so names would come out wrong. {SAVE_AS}"
    raise Unprocessable("wrong_encoding", told, field="file")


def sheet_of(text: str, encoding: str) -> Sheet:
    """The rows of a CSV text; Unprocessable names the line that cannot be read."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = rows_of(text, separator, MOST_ROWS + 2)
    except BadLine as line:
        told = f"Line {line.number} cannot be read: a quotation mark may be missing. Put it right first."
        raise Unprocessable("bad_csv", told, field="file") from None
    if len(rows) < 2:
        raise Unprocessable("no_rows", "The file has headings at most, and no rows below them.", field="file")
    if len(rows) > MOST_ROWS + 1:
        told = f"The file has more than {MOST_ROWS:,} rows. Bring it in parts."
        raise Unprocessable("too_many", told, field="file")
    headings = rows[0][1]
    _check_headings(headings)
    return Sheet(encoding, headings, rows[1:])


def guessed(headings: Sequence[str]) -> dict[str, str]:
    """Which heading is which of our fields, as far as it is known; the first of two wins."""
    found: dict[str, str] = {}
    for heading in headings:
        field = _KNOWN.get(re.sub(r"[^a-z0-9]+", " ", heading.casefold()).strip())
        if field:
            found.setdefault(field, heading)
    return found


def _check_headings(headings: Sequence[str]) -> None:
    named = [heading for heading in headings if heading]
    if len(headings) > MOST_COLUMNS:
        told = f"The file has more than {MOST_COLUMNS} columns. Leave out those we do not need."
        raise Unprocessable("too_many", told, field="file")
    twice = next((one for one in named if named.count(one) > 1), None)
    if twice is not None:
        told = f"Two columns are headed “{twice[:60]}”. Rename one and bring the file again."
        raise Unprocessable("double_heading", told, field="file")
