"""What can be done with a file of people: bring it, say which column is which, try it, run it, undo it."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.csv_files import safe_cell
from handoff.errors import Conflict, NotFound, Unprocessable
from handoff.records.importing.reading import Sheet, decoded, guessed, sheet_of
from handoff.records.model import Import, ImportRow
from handoff.staff.service import Member

KINDS = {"roll": "School or college roll", "clients": "Our earlier client list"}
NEW, CHECKING, CHECKED, RUNNING, DONE = "new", "checking", "checked", "running", "done"
UNDOING, UNDONE, FAILED, OLD = "undoing", "undone", "failed", "old"
WORKING, STILL = (CHECKING, RUNNING, UNDOING), (NEW, CHECKED)
MADE, SAME, FILLED, LIKELY, TWICE, REFUSED = "made", "same", "filled", "likely", "twice", "refused"
PAST, PAST_NAME = "past", "A file of earlier"
"""What became of its rows is not kept any more, so it cannot be undone."""
STAY = "stay"  # of an undone file: worked on since, so left
OUTCOMES = {
    MADE: "New record",
    LIKELY: "New record, alike to another: a person decides",
    FILLED: "Found, and filled in what was missing",
    SAME: "Found, nothing to add",
    TWICE: "The same person as in an earlier row",
    REFUSED: "Not brought in",
}
LARGEST = 16 * 1024 * 1024
SHOWN = 50


async def bring(
    session: AsyncSession, now: datetime, who: Member, area: str, kind: str, name: str, raw: bytes
) -> Import:
    """Keep the file, encrypted, until it was run. Unprocessable says why it cannot be read."""
    if area not in who.areas:
        raise Unprocessable("bad_area", "Choose one of your areas.", field="area")
    if kind not in KINDS:
        raise Unprocessable("bad_kind", "Choose what the file is.", field="kind")
    text, encoding = decoded(raw)
    sheet = sheet_of(text, encoding)
    made = Import(
        kind=kind, area=area, state=NEW, file_name=name[:200], content=text, encoding=encoding,
        columns=guessed(sheet.headings), rows=len(sheet.rows), staff_id=who.id, at=now, counts={},
    )  # fmt: skip
    session.add(made)
    await session.flush()
    await _note(session, now, who, "import.bring", made, rows=made.rows)
    return made


async def import_for(
    session: AsyncSession, who: Member, import_id: uuid.UUID, *, lock: bool = False
) -> Import:
    """A file of one of their areas; NotFound for any other."""
    query = select(Import).where(Import.id == import_id, Import.area.in_(sorted(who.areas)))
    found = (await session.execute(query.with_for_update(key_share=True) if lock else query)).scalar()
    if found is None:
        raise NotFound("There is no such file in your areas.")
    return found


async def listed(session: AsyncSession, who: Member) -> Sequence[Import]:
    """The files of their areas, the newest first."""
    query = select(Import).where(Import.area.in_(sorted(who.areas))).order_by(Import.at.desc())
    return list((await session.execute(query.limit(SHOWN))).scalars())


def sheet_in(found: Import) -> Sheet:
    """The file's rows; Conflict when it is no longer kept."""
    if found.content is None:
        raise Conflict("gone", "The file itself is no longer kept. Bring it again.")
    return sheet_of(found.content, found.encoding)


async def check(
    session: AsyncSession, now: datetime, who: Member, import_id: uuid.UUID, columns: Mapping[str, str]
) -> None:
    """Say which column is which, and try it: nothing is brought in yet."""
    found = await import_for(session, who, import_id, lock=True)
    _must_be(found, NEW, CHECKED)
    headings = sheet_in(found).headings
    if unknown := next((one for one in columns.values() if one not in headings), None):
        raise Unprocessable("unknown_heading", f"The file has no column “{unknown[:60]}”.", field="columns")
    if "date_of_birth" not in columns or not {"name", "given_name"} & columns.keys():
        told = "Say which column holds the date of birth, and which the name or the first name."
        raise Unprocessable("columns_missing", told, field="columns")
    await start_over(session, found)
    found.state, found.columns = CHECKING, dict(columns)
    await _note(session, now, who, "import.check", found)


async def run(session: AsyncSession, now: datetime, who: Member, import_id: uuid.UUID) -> None:
    """Bring everybody in, as the dry run said. It goes on by itself, after a restart too."""
    found = await import_for(session, who, import_id, lock=True)
    _must_be(found, CHECKED)
    await start_over(session, found)
    found.state = RUNNING
    await _note(session, now, who, "import.run", found)


async def undo(session: AsyncSession, now: datetime, who: Member, import_id: uuid.UUID) -> None:
    """Take out what the file brought in; records that somebody worked on since stay, and are counted."""
    found = await import_for(session, who, import_id, lock=True)
    _must_be(found, DONE)
    found.state, found.done, found.worker = UNDOING, 0, None
    await _note(session, now, who, "import.undo", found)


async def rows_of(
    session: AsyncSession, found: Import, most: int | None = None, *, notable: bool = False
) -> Sequence[ImportRow]:
    """What became of each row, in the file's order; `notable`: only those with something to say."""
    query = select(ImportRow).where(ImportRow.import_id == found.id).order_by(ImportRow.number)
    if notable:
        query = query.where(ImportRow.told.is_not(None))
    return list((await session.execute(query.limit(most))).scalars())


async def error_file(session: AsyncSession, found: Import) -> str:
    """Row by row what was refused, left out or is alike, as CSV that no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Row", "What becomes of it", "What to know or put right"])
    for one in await rows_of(session, found, notable=True):
        said = " ".join(one.told or ())
        writer.writerow([one.number, safe_cell(OUTCOMES[one.outcome]), safe_cell(said)])
    return out.getvalue()


async def start_over(session: AsyncSession, found: Import) -> None:
    """As if no row had been looked at yet."""
    await session.execute(delete(ImportRow).where(ImportRow.import_id == found.id))
    found.done, found.counts, found.worker = 0, {}, None


def _must_be(found: Import, *states: str) -> None:
    if found.state not in states:
        raise Conflict("not_now", "This cannot be done with the file now. Look at where it stands.")


async def _note(
    session: AsyncSession, now: datetime, who: Member, action: str, found: Import, **detail: int
) -> None:
    await audit.record(session, now, who.id, action, f"import:{found.id}", area=found.area, **detail)
