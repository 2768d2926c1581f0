"""Claimants Jobcentre Plus tells us of: each a record and a case, none joined by a guess, lists checked."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.errors import Unprocessable
from handoff.jobcentre import sheet
from handoff.jobcentre.claimants import FIELDS, Faults, read
from handoff.jobcentre.model import Batch, Claimant
from handoff.records.model import Record
from tests.handoff.cases.scenes import Colleague
from tests.handoff.jobcentre.scenes import Office

TODAY = date(2026, 11, 23)
ONE = {
    "name": "Ife Adeyemi", "date_of_birth": "04/05/2009", "postcode": "nw18nh", "phone": "07700 900456",
    "claimed_on": "2026-11-20", "benefit": "Universal Credit", "consent": "",
}  # fmt: skip
HEAD = ",".join(FIELDS)
ROW = "Ife Adeyemi,04/05/2009,NW1 8NH,07700 900456,ife@example.org,20/11/2026,Universal Credit,no"


async def count(parts: Parts, table: type[Any]) -> int:
    async with parts.db.reading() as session:
        return int((await session.execute(select(func.count()).select_from(table))).scalar_one())


async def upload(
    who: Colleague, data: bytes, name: str = "list.csv", area: str = "camden"
) -> tuple[int, str, str]:
    """Send a file; the status, the page and its address."""
    form = aiohttp.FormData({"csrf": who.csrf, "area": area})
    form.add_field("file", data, filename=name, content_type="text/csv")
    headers = {"Accept": "text/html"}
    async with who.http.post("/staff/jobcentre/lists", data=form, headers=headers) as response:
        return response.status, await response.text(), response.url.path


async def test_one_that_staff_type_in_becomes_a_record_and_a_case(
    sam: Colleague, office: Office, parts: Parts
) -> None:
    _, page = await sam.submit("/staff/jobcentre/claimants", area="camden", **ONE)
    (case,) = await office.cases()
    assert f"case {case.reference} waits" in page
    assert case.area == "camden" and case.facts is not None
    assert case.facts["Postcode"] == "NW1 8NH" and case.facts["They agreed"] == "Not said"
    assert await count(parts, Record) == 1 and await count(parts, Claimant) == 1
    shown = await sam.page(f"/staff/cases/{case.id}")
    assert "They will not see what you write here" in shown and "Ife Adeyemi" in shown


async def test_told_twice_it_is_one(sam: Colleague, office: Office, parts: Parts) -> None:
    await sam.submit("/staff/jobcentre/claimants", area="camden", **ONE)
    _, page = await sam.submit(
        "/staff/jobcentre/claimants", area="camden", **(ONE | {"name": "IFE  ADEYEMI"})
    )
    assert "We knew of this already" in page
    assert len(await office.cases()) == 1 and await count(parts, Record) == 1


async def test_told_at_the_same_moment_it_is_one(sam: Colleague, office: Office, parts: Parts) -> None:
    answers = await asyncio.gather(
        *(sam.submit("/staff/jobcentre/claimants", area="camden", **ONE) for _ in range(4))
    )
    assert {status for status, _ in answers} == {200}
    assert len(await office.cases()) == 1 and await count(parts, Claimant) == 1


async def test_two_people_on_one_phone_stay_two(sam: Colleague, office: Office, parts: Parts) -> None:
    await sam.submit("/staff/jobcentre/claimants", area="camden", **ONE)
    other = ONE | {"name": "Tobi Adeyemi", "date_of_birth": "01/02/2008", "consent": "yes"}
    await sam.submit("/staff/jobcentre/claimants", area="camden", **other)
    first, second = await office.cases()
    assert first.conversation_id != second.conversation_id and await count(parts, Record) == 2


async def test_a_likely_match_is_a_record_of_its_own_until_somebody_decides(
    sam: Colleague, office: Office, parts: Parts
) -> None:
    await sam.submit("/staff/jobcentre/claimants", area="camden", **ONE)
    nearly = ONE | {"name": "Ife Adeyemy", "postcode": "N1 9GU", "claimed_on": ""}
    await sam.submit("/staff/jobcentre/claimants", area="camden", **nearly)
    assert await count(parts, Record) == 2
    *_, case = await office.cases()
    assert case.facts and "decide under Records" in case.facts["Record"]


@pytest.mark.parametrize(("born", "agreed", "kept"), [
    ("23/11/2008", "", False), ("23/11/2008", "yes", True), ("24/11/2008", "", True),
    ("24/11/2006", "yes", True),
])  # fmt: skip
async def test_from_18_their_name_comes_only_if_they_agree(
    sam: Colleague, parts: Parts, born: str, agreed: str, kept: bool
) -> None:
    form = ONE | {"date_of_birth": born, "consent": agreed}
    status, page = await sam.submit("/staff/jobcentre/claimants", area="camden", **form)
    assert (status == 200) is kept and ("only if they agree" in page) is not kept
    assert await count(parts, Record) == kept and await count(parts, Claimant) == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("date_of_birth", "23/11/2011"),  # fifteen
        ("date_of_birth", "23/11/2006"),  # twenty today
        ("date_of_birth", "24/11/2026"),
        ("date_of_birth", "31/02/2009"),
        ("date_of_birth", "a while ago"),
        ("name", ""),
        ("name", "😀"),
        ("name", '=HYPERLINK("http://x")'),
        ("name", "A" * 101),
        ("postcode", "CR0"),
        ("postcode", "nonsense"),
        ("phone", "12345"),
        ("email", "nobody"),
        ("email", "a@b.test\nBcc: c@d.test"),
        ("claimed_on", "24/11/2026"),
        ("benefit", "@SUM(1)"),
        ("benefit", "x" * 101),
        ("consent", "perhaps"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(field: str, typed: str) -> None:
    with pytest.raises(Faults) as refused:
        read(ONE | {field: typed}, TODAY)
    assert list(refused.value.by_field) == [field]


@pytest.mark.parametrize("name", ["Seán O'Brien", "李小龙", "Zoë", "Anne-Marie D’Arcy", "محمد علی", "Cher"])
def test_a_name_may_be_anyones(name: str) -> None:
    assert read(ONE | {"name": name}, TODAY).name == name


async def test_a_list_is_looked_at_before_anything_is_taken_in(
    sam: Colleague, office: Office, parts: Parts
) -> None:
    wrong = "Kim Li,04/05/1999,NW1 8NH,,,,,yes"
    status, page, at = await upload(sam, f"\ufeff{HEAD}\r\n{ROW}\r\n\r\n{wrong}\r\n{ROW}\r\n".encode())
    assert (
        status == 200 and "<strong>1</strong> can be taken in" in page and "<strong>2</strong> cannot" in page
    )
    assert "Line 4: Kim Li" in page and "already" in page
    assert await count(parts, Record) == 0 and await office.cases() == []
    _, page = await sam.submit(at)
    assert "1 new, 0 known already" in page and len(await office.cases()) == 1
    async with parts.db.reading() as session:
        assert (await session.execute(select(Batch.rows))).scalar_one() == []  # kept no longer than needed


async def test_a_list_is_taken_in_once(sam: Colleague, office: Office) -> None:
    _, _, at = await upload(sam, f"{HEAD}\n{ROW}\n".encode())
    answers = await asyncio.gather(sam.submit(at), sam.submit(at))
    assert sorted(status for status, _ in answers) == [200, 409]
    _, _, again = await upload(sam, f"{HEAD}\n{ROW}\n".encode())
    _, page = await sam.submit(again)
    assert "0 new, 1 known already" in page and len(await office.cases()) == 1


async def test_a_list_is_its_senders_alone_and_goes_after_a_day(
    sam: Colleague, alex: Colleague, office: Office, parts: Parts
) -> None:
    _, _, at = await upload(sam, f"{HEAD}\n{ROW}\n".encode())
    for path in (at, f"{at}/errors.csv"):
        async with alex.http.get(path) as response:
            assert response.status == 404
    assert (await alex.submit(at))[0] == 404
    await office.later(days=1, minutes=1)
    assert await count(parts, Batch) == 0


async def test_nobody_sends_a_list_for_anothers_area(alex: Colleague, parts: Parts) -> None:
    assert (await upload(alex, f"{HEAD}\n{ROW}\n".encode()))[0] == 404
    assert (await alex.submit("/staff/jobcentre/claimants", area="camden", **ONE))[0] == 404
    assert await count(parts, Batch) == 0 and await count(parts, Record) == 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (f"{HEAD}\n{ROW}\n".encode("utf-16"), "CSV UTF-8"),
        (f"{HEAD}\nZo\xeb,{ROW}\n".encode("latin-1"), "CSV UTF-8"),
        (b"", "empty"),
        (f"{HEAD}\n\n".encode(), "nobody"),
        (b"name,postcode\nx,y\n", "date_of_birth, consent"),
        (f"{HEAD},name\n{ROW}\n".encode(), "same name"),
        (f'{HEAD}\n"never ended\n'.encode(), "as CSV"),
        (f"{HEAD}\n".encode() + b"a,,,\n" * 301, "300 at most"),
        (b"%PDF-1.7\x00\x01", "CSV UTF-8"),
    ],
    ids=["utf-16", "latin-1", "empty", "nobody", "columns", "twice", "quotes", "long", "pdf"],
)
async def test_a_file_that_is_no_such_list_is_refused(
    sam: Colleague, parts: Parts, data: bytes, told: str
) -> None:
    status, page, _ = await upload(sam, data)
    assert status == 422 and told in page and await count(parts, Batch) == 0


async def test_the_file_of_errors_runs_nothing_in_a_spreadsheet(sam: Colleague) -> None:
    bad = "\"=cmd|'/c calc'!A1\",04/05/2009,NW1 8NH,+44 7700 900456,@x,-1,%9,yes"
    _, page, at = await upload(sam, f"{HEAD}\n{bad}\n".encode())
    assert "begins like a formula" in page
    async with sam.http.get(f"{at}/errors.csv") as response:
        assert "attachment" in response.headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO((await response.read()).decode("utf-8-sig"))))
    assert rows[1][1].startswith("'=cmd") and not [cell for cell in rows[1] if cell[:1] in "=+-@%" and cell]


@given(st.lists(st.lists(st.text(max_size=12), max_size=10), max_size=6))
def test_no_file_is_too_strange_to_be_answered(cells: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([list(FIELDS), *cells])
    try:
        rows = sheet.check(sheet.rows_in(out.getvalue().encode("utf-8", "surrogatepass")), TODAY)
    except Unprocessable as refusal:
        assert refusal.message
    else:
        for line in csv.reader(io.StringIO(sheet.errors_csv(rows).removeprefix("\ufeff"))):
            assert not any(cell[:1] in tuple("=+-@") for cell in line)


async def test_a_form_that_comes_back_keeps_what_was_typed(sam: Colleague) -> None:
    status, page = await sam.submit("/staff/jobcentre/claimants", area="camden", **(ONE | {"postcode": "x"}))
    assert status == 422 and 'value="Ife Adeyemi"' in page and 'href="#postcode"' in page
