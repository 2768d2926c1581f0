"""A file of people is tried first, brought in by the same matching rules, reported row by row, and undone."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.csv_files import safe_cell
from handoff.records import service
from handoff.records.importing import worker
from handoff.records.importing.reading import guessed
from handoff.records.model import Import, ImportRow, Record
from handoff.retention.model import Hold
from handoff.staff import service as staff
from tests.handoff.cases.scenes import Colleague
from tests.handoff.records.scenes import MANAGER, facts, make_record

HOME = "/staff/records"
HEAD = "Surname,Forename,DOB,Postcode,Mobile,ULN"
ZOE = "Müller,Zoë,01/09/2009,NW1 1AB,07700900321,1234567890"


@pytest.fixture(autouse=True)
def looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.02)


async def bring(
    who: Colleague, text: str | bytes, *, area: str = "camden", kind: str = "roll", name: str = "roll.csv"
) -> tuple[int, str, str]:
    """Send a file; the status, the page, and the address of the file."""
    form = aiohttp.FormData()
    for field, value in (("csrf", who.csrf), ("area", area), ("kind", kind)):
        form.add_field(field, value)
    raw = text.encode() if isinstance(text, str) else text
    form.add_field("file", raw, filename=name, content_type="text/csv")
    async with who.http.post(f"{HOME}/imports", data=form, headers={"Accept": "text/html"}) as response:
        return response.status, await response.text(), response.url.path


async def settled(who: Colleague, at: str) -> str:
    """The file's page once nothing is under way."""
    while True:
        _, found = await who.get(f"{at}/progress")
        if found["state"] not in ("checking", "running", "undoing"):
            return await who.page(at)


async def tried(who: Colleague, text: str | bytes, **over: str) -> tuple[str, str]:
    """Bring a file and try it with the columns as guessed; its page and address."""
    status, page, at = await bring(who, text, **over)  # type: ignore[arg-type]
    assert status == 200, page
    chosen = {}
    for block in re.split(r'(?=<select class="input" id="column-)', page)[1:]:
        name = re.search(r'name="(column-\w+)"', block)
        value = re.search(r'<option value="([^"]+)" selected', block.split("</select>")[0])
        if name and value:
            chosen[name[1]] = value[1]
    status, page = await who.submit(f"{at}/check", **chosen)
    assert status == 200, page
    return await settled(who, at), at


async def run(who: Colleague, at: str) -> str:
    status, page = await who.submit(f"{at}/run")
    assert status == 200, page
    return await settled(who, at)


async def error_rows(who: Colleague, at: str) -> list[list[str]]:
    async with who.http.get(f"{at}/rows.csv") as response:
        assert "attachment" in response.headers["Content-Disposition"]
        text = (await response.read()).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


async def count(parts: Parts) -> int:
    async with parts.db.reading() as session:
        return (await session.execute(select(func.count(Record.id)))).scalar_one()


async def test_a_file_is_tried_then_brought_in_and_everybody_is_found(parts: Parts, dana: Colleague) -> None:
    page, at = await tried(dana, f"{HEAD}\n{ZOE}\nOkoro,Sam,2009-05-06,N1 1AA,,\n")
    assert "What would happen" in page
    assert await count(parts) == 0
    page = await run(dana, at)
    assert "What happened" in page
    assert await count(parts) == 2
    _, found = await dana.submit(f"{HOME}/search", name="Zoë Müller", phone="+447700900321")
    assert "Müller" in found


@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("utf-8", "Read as UTF-8."),
        ("utf-8-sig", "Read as UTF-8 with a mark"),
        ("cp1252", "Read as Windows-1252"),
    ],
)
async def test_the_encoding_is_said_with_names_to_check_it_by(
    dana: Colleague, encoding: str, says: str
) -> None:
    _, page, _ = await bring(dana, f"{HEAD}\n{ZOE}\n".encode(encoding))
    assert says in page
    assert "<strong>Müller</strong>" in page
    assert "<strong>Zoë</strong>" in page


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        pytest.param(f"{HEAD}\n{ZOE}".encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param(f"{HEAD}\n".encode() + b"M\x81ller,Zo\x90,1/9/2009,,,\n", "neither UTF-8", id="neither"),
        pytest.param(b"PK\x03\x04 a workbook", "Excel workbook", id="a workbook"),
        pytest.param(b"  \n ", "empty", id="nothing"),
        pytest.param(HEAD.encode(), "no rows", id="only headings"),
        pytest.param(b'Name,DOB\n"Zo,1/9/2009\n', "quotation mark", id="a quotation mark left open"),
        pytest.param(b"Name,Name\nZo,Zo\n", "Two columns", id="two columns of one name"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_what_to_do(dana: Colleague, raw: bytes, says: str) -> None:
    status, page, _ = await bring(dana, raw)
    assert (status, says in page) == (422, True), page


async def test_no_file_at_all_is_said(dana: Colleague) -> None:
    status, page = await dana.submit(f"{HOME}/imports", area="camden", kind="roll")
    assert (status, "Choose a file first" in page) == (422, True)


async def test_who_is_known_is_filled_in_and_who_is_alike_waits_for_a_person(
    parts: Parts, dana: Colleague, priya: Colleague
) -> None:
    known = await make_record(parts)
    rows = [
        "Begum-O'Hara,Aisha,3/2/2010,NW1 1AA,,9876543210",
        "Begum Ohara-Khan,Aisha,3/2/2010,SW1A 1AA,,",
        "Else,Somebody,4/5/2010,NW1 1AA,,",
    ]
    page, at = await tried(dana, "\n".join([HEAD, *rows]))
    assert "filled in what was missing" in page
    assert "alike to another: a person decides" in page
    await run(dana, at)
    assert await count(parts) == 3
    async with parts.db.reading() as session:
        assert (await session.get_one(Record, known)).details["uln"] == "9876543210"
    assert "similar name" in await priya.page(f"{HOME}/matches")


async def test_what_the_record_says_otherwise_stays_and_is_told(parts: Parts, dana: Colleague) -> None:
    known = await make_record(parts)
    row = "Begum-O'Hara,Aisha,3/2/2010,NW1 1AA,07700900999,"
    _, at = await tried(dana, f"{HEAD}\n{row}\n")
    await run(dana, at)
    async with parts.db.reading() as session:
        assert (await session.get_one(Record, known)).details["phone"] == "+447700900123"
    assert "stays as it is: phone" in (await error_rows(dana, at))[0][2]


async def test_faulty_rows_are_told_one_by_one_and_the_rest_come_in(parts: Parts, dana: Colleague) -> None:
    rows = [
        ZOE,
        "Nobody,,31/02/2010,NW1 1AA,,",
        ",,,,,x",
        "Second,Zoe,1/9/2009,NW1 1AB,,1234567890",
        "Badnumber,Uma,5/6/2009,NW1 1AB,,012",
        "Short,Row",
        "Müller,Zoe,01/09/2009,nw11ab,,",
    ]
    _, at = await tried(dana, "\n".join([HEAD, *rows]))
    await run(dana, at)
    told = {row[0]: row for row in await error_rows(dana, at)}
    assert "2" not in told
    assert "date of birth cannot be read" in told["3"][2]
    assert "Give at least one name" in told["4"][2]
    assert "ULN is that of row 2 too" in told["5"][2]
    assert "ULN is left out" in told["6"][2]
    assert "2 cells" in told["7"][2]
    assert told["8"][1] == "The same person as in an earlier row"
    assert await count(parts) == 2


async def test_a_formula_stays_text_and_never_runs_in_what_goes_out(parts: Parts, dana: Colleague) -> None:
    row = '"=HYPERLINK(""http://x"")",@SUM(A1),1/9/2009,NW1 1AB,,'
    _, at = await tried(dana, f"{HEAD}\n{row}\n")
    await run(dana, at)
    async with parts.db.reading() as session:
        record = (await session.execute(select(Record))).scalar_one()
    assert record.details["family_name"] == '=HYPERLINK("http://x")'
    rows = await error_rows(dana, at)
    assert "looks like a formula" in rows[0][2]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert safe_cell("=1+1") == "'=1+1"


async def test_after_a_no_under_section_72_only_what_school_gives_anyway_is_kept(
    parts: Parts, dana: Colleague
) -> None:
    text = f"{HEAD},Parent name,Activity code,Start date,Opt out\n{ZOE},Ada Müller,210,01/09/2026,yes\n"
    _, at = await tried(dana, text)
    await run(dana, at)
    async with parts.db.reading() as session:
        record = (await session.execute(select(Record))).scalar_one()
        assert await service.current_activity(session, record.id) is None
    assert record.objected_by == "person"
    assert set(record.details) == {"given_name", "family_name", "date_of_birth", "postcode", "parent_name"}


async def test_an_activity_comes_in_where_none_is_known(parts: Parts, dana: Colleague) -> None:
    known = await make_record(parts)
    text = "Name,DOB,Postcode,Activity code,Start date\nAisha Begum-O'Hara,3/2/2010,NW1 1AA,230,01/09/2026\n"
    _, at = await tried(dana, text, kind="clients")
    await run(dana, at)
    async with parts.db.reading() as session:
        found = await service.current_activity(session, known)
    assert found and found.code == "230"


async def test_a_file_is_undone_but_for_what_somebody_worked_on(
    parts: Parts, dana: Colleague, priya: Colleague
) -> None:
    known = await make_record(parts)
    rows = [ZOE, "Okoro,Sam,2009-05-06,N1 1AA,,", "Begum-O'Hara,Aisha,3/2/2010,NW1 1AA,,9876543210"]
    _, at = await tried(dana, "\n".join([HEAD, *rows]))
    await run(dana, at)
    async with parts.db.transaction() as session:
        sam = facts(
            name="Sam Okoro", date_of_birth=facts().date_of_birth.replace(2009, 5, 6), postcode="N1 1AA"
        )
        await service.find_or_create(session, parts.clock.now(), sam, "person")
    status, _ = await dana.submit(f"{at}/undo")
    assert status == 200
    page = await settled(dana, at)
    assert "Worked on since or under a legal hold, so it stays" in page
    assert await count(parts) == 2
    async with parts.db.reading() as session:
        assert "uln" not in (await session.get_one(Record, known)).details
    _, found = await dana.submit(f"{HOME}/search", name="Zoë")
    assert "Nobody found" in found
    assert (await dana.submit(f"{at}/undo"))[0] == 409


async def test_undoing_a_file_leaves_who_is_under_a_legal_hold_and_no_other(
    parts: Parts, dana: Colleague
) -> None:
    known = await make_record(parts)
    rows = [ZOE, "Okoro,Sam,2009-05-06,N1 1AA,,", "Begum-O'Hara,Aisha,3/2/2010,NW1 1AA,,9876543210"]
    _, at = await tried(dana, "\n".join([HEAD, *rows]))
    await run(dana, at)
    async with parts.db.transaction() as session:
        found = (await session.execute(select(ImportRow).order_by(ImportRow.number))).scalars()
        zoe, sam, aisha = (one.record_id for one in found)
        by, now = await staff.by_email(session, MANAGER), parts.clock.now()
        assert by is not None and aisha == known
        for record, lifted in ((zoe, now), (sam, None), (aisha, None)):
            session.add(Hold(record_id=record, reason="court", by_id=by.id, at=now, lifted_at=lifted))
    assert (await dana.submit(f"{at}/undo"))[0] == 200
    assert "under a legal hold, so it stays" in await settled(dana, at)
    async with parts.db.reading() as session:
        left = {one.id: one for one in (await session.execute(select(Record))).scalars()}
        holds = set((await session.execute(select(Hold.record_id))).scalars())
    assert left.keys() == holds == {sam, aisha}
    assert left[aisha].details["uln"] == "9876543210"


async def test_a_run_goes_on_where_a_stopped_process_left_it(
    parts: Parts, dana: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"Person{n},Some,{n % 28 + 1}/5/2009,NW1 1AA,," for n in range(250)]
    _, at = await tried(dana, "\n".join([HEAD, *rows]))
    file = uuid.UUID(at.rpartition("/")[2])
    one = worker.Imports(parts.db, parts.clock, parts.rules)
    async with parts.db.transaction() as session:  # as a process leaves it that stops after two steps
        found = await session.get_one(Import, file)
        found.state, found.done, found.counts, found.worker = "running", 0, {}, one._name
        found.started_at = parts.clock.now()
        for row in (await session.execute(select(ImportRow).where(ImportRow.import_id == file))).scalars():
            await session.delete(row)
    assert await one.step() and await one.step()
    assert 0 < await count(parts) < 250
    parts.clock.move(timedelta(minutes=5))
    await settled(dana, at)
    assert await count(parts) == 250


async def test_columns_that_say_too_little_are_asked_for(dana: Colleague) -> None:
    _, _, at = await bring(dana, "A,B\n1,2\n")
    status, page = await dana.submit(f"{at}/check", **{"column-name": "A"})
    assert (status, "which column holds the date of birth" in page) == (422, True)
    status, page = await dana.submit(f"{at}/check", **{"column-name": "Z", "column-date_of_birth": "A"})
    assert (status, "has no column" in page) == (422, True)
    assert (await dana.submit(f"{at}/run"))[0] == 409


async def test_only_those_who_may_bring_files_see_them(sam: Colleague, dana: Colleague) -> None:
    _, _, at = await bring(dana, f"{HEAD}\n{ZOE}\n")
    for path in (f"{HOME}/imports", at, f"{at}/rows.csv"):
        async with sam.http.get(path) as response:
            assert response.status == 403
    status, _, _ = await bring(sam, f"{HEAD}\n{ZOE}\n")
    assert status == 403


async def test_a_file_that_nobody_runs_is_not_kept(parts: Parts, dana: Colleague) -> None:
    _, _, at = await bring(dana, f"{HEAD}\n{ZOE}\n")
    parts.clock.move(timedelta(days=8))
    await worker.Imports(parts.db, parts.clock, parts.rules)._forget_old()
    async with parts.db.reading() as session:
        found = await session.get_one(Import, uuid.UUID(at.rpartition("/")[2]))
    assert (found.state, found.content) == ("old", None)


def test_headings_of_common_lists_are_known() -> None:
    found = guessed(["Legal Surname", "Legal Forename", "Date of birth", "UPN", "Post Code", "Shoe size"])
    assert found == {
        "family_name": "Legal Surname",
        "given_name": "Legal Forename",
        "date_of_birth": "Date of birth",
        "upn": "UPN",
        "postcode": "Post Code",
    }
