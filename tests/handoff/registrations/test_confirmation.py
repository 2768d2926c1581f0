"""The confirmation: only its own date of birth opens it, it says what may be said, and its PDF is whole."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pikepdf
import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.model import Case, CaseNote
from handoff.clock import Clock
from handoff.conversations.model import Message
from handoff.conversations.service import lock
from handoff.records import service as records
from handoff.registrations import links
from handoff.registrations.model import Registration
from tests.handoff.records.scenes import make_record
from tests.handoff.registrations.papers import BIRTHDAY, make_link, make_registration

PAGE = {"Accept": "text/html"}
WRONG = BIRTHDAY | {"day": "4"}


class Reader:
    """Somebody with the link, in a browser of their own."""

    def __init__(self, http: aiohttp.ClientSession, at: str) -> None:
        self.http, self.at = http, at

    async def get(self, path: str = "") -> tuple[int, str]:
        async with self.http.get(self.at + path, headers=PAGE) as response:
            assert response.status == 404 or response.headers["X-Robots-Tag"] == "noindex, nofollow"
            return response.status, await response.text()

    async def post(self, path: str = "", **fields: str) -> tuple[int, str]:
        async with self.http.post(self.at + path, data=fields, headers=PAGE) as response:
            return response.status, await response.text()

    async def pdf(self, which: str = "confirmation") -> pikepdf.Pdf:
        async with self.http.get(f"{self.at}/{which}.pdf") as response:
            assert (response.status, response.content_type) == (200, "application/pdf")
            return pikepdf.open(io.BytesIO(await response.read()))


@pytest.fixture
async def http(client: TestClient[Any, Any]) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(str(client.make_url("/")), cookie_jar=jar) as made:
        yield made


@pytest.fixture
async def reader(parts: Parts, http: aiohttp.ClientSession) -> Reader:
    """Holds the link to Aisha's confirmation, who let the Jobcentre be told."""
    return Reader(http, await make_link(parts, await make_registration(parts)))


async def reader_of(parts: Parts, http: aiohttp.ClientSession, **over: Any) -> Reader:
    return Reader(http, await make_link(parts, await make_registration(parts, **over)))


async def said_to(parts: Parts, registration: Registration) -> list[Message]:
    async with parts.db.reading() as session:
        query = select(Message).where(Message.conversation_id == registration.conversation_id)
        return list((await session.execute(query)).scalars())


async def test_the_link_alone_shows_nothing_about_anybody(reader: Reader) -> None:
    status, shown = await reader.get()
    assert status == 200 and "Date of birth" in shown
    assert "Aisha" not in shown and "WAY-" not in shown and "Camden" not in shown


async def test_the_right_birthday_opens_the_confirmation(reader: Reader) -> None:
    status, shown = await reader.post(**BIRTHDAY)
    assert status == 200 and "Aisha Khan" in shown and "3 February 2010" in shown
    assert "not a claim for benefits" in shown and "entitled" not in shown.casefold()


async def test_a_wrong_birthday_says_how_many_tries_are_left_and_keeps_what_was_typed(reader: Reader) -> None:
    status, shown = await reader.post(**WRONG)
    assert status == 422 and "4 more times" in shown and 'value="2010"' in shown
    assert "Aisha" not in shown


@pytest.mark.parametrize("typed", [{}, BIRTHDAY | {"day": "31"}, BIRTHDAY | {"year": "soon"}, {"day": "²"}])
async def test_what_is_no_date_costs_no_try(reader: Reader, typed: dict[str, str]) -> None:
    for _ in range(links.MOST_TRIES):
        status, shown = await reader.post(**typed)
        assert status == 422 and "as numbers" in shown
    assert (await reader.post(**BIRTHDAY))[0] == 200


async def test_five_wrong_birthdays_close_the_link_for_the_right_one_too(reader: Reader) -> None:
    for _ in range(links.MOST_TRIES):
        status, shown = await reader.post(**WRONG)
    assert status == 410 and "does not work any more" in shown
    status, shown = await reader.post(**BIRTHDAY)
    assert status == 410 and "Aisha" not in shown


async def test_guesses_made_at_once_all_count(reader: Reader) -> None:
    answers = await asyncio.gather(*(reader.post(**WRONG) for _ in range(8)))
    assert (await reader.post(**BIRTHDAY))[0] == 410
    assert all("Aisha" not in shown for _, shown in answers)


async def test_a_link_works_for_30_days(reader: Reader, clock: Clock) -> None:
    clock.move(timedelta(days=30, seconds=1))
    status, shown = await reader.post(**BIRTHDAY)
    assert status == 410 and "30 days" in shown


async def test_who_asks_for_a_new_link_gets_it_only_where_they_registered(
    parts: Parts, http: aiohttp.ClientSession, clock: Clock
) -> None:
    registration = await make_registration(parts, phone="+447700900111")
    old = Reader(http, await make_link(parts, registration))
    clock.move(timedelta(days=31))
    status, shown = await old.post("/new")
    assert status == 200 and "/r/" not in shown
    [said] = await said_to(parts, registration)
    new = Reader(http, "/r/" + said.text.partition("/r/")[2])
    assert (await new.post(**BIRTHDAY))[0] == 200
    status, shown = await old.post("/new")
    assert "less than an hour ago" in shown


@pytest.mark.parametrize("unsafe", ["urgent", "times", "another number"])
async def test_where_it_may_not_be_safe_to_text_an_adviser_is_asked_instead_and_once(
    parts: Parts, http: aiohttp.ClientSession, clock: Clock, unsafe: str
) -> None:
    over = {"times": {"safe_times": "after 4pm"}, "another number": {"phone": "+447700900123"}}
    registration = await make_registration(parts, from_phone="+447700900111", **over.get(unsafe, {}))
    if unsafe == "urgent":
        async with parts.db.transaction() as session:
            await lock(session, registration.conversation_id)
            case = await session.get_one(Case, registration.case_id)
            case.escalated_at = clock.now()
    old = Reader(http, await make_link(parts, registration))
    clock.move(timedelta(days=31))
    shown = [await old.post("/new") for _ in range(3)]
    assert {status for status, _ in shown} == {200} and len(set(shown)) == 1 and "/r/" not in shown[0][1]
    assert await said_to(parts, registration) == []
    async with parts.db.reading() as session:
        found = select(CaseNote).join(Case).where(Case.reason == "follow_up")
        [note] = (await session.execute(found)).scalars()
    assert registration.reference in note.text and "a new link was asked for" in note.text


async def test_what_the_page_says_does_not_tell_whether_one_was_sent(
    parts: Parts, http: aiohttp.ClientSession, clock: Clock
) -> None:
    shown = []
    for times in (None, "after 4pm"):
        registration = await make_registration(parts, from_phone="+447700900111", safe_times=times)
        old = Reader(http, await make_link(parts, registration))
        clock.move(timedelta(hours=2))
        shown.append((await old.post("/new"))[1])
    assert shown[0] == shown[1]


async def test_a_new_link_closes_the_earlier_ones(
    parts: Parts, http: aiohttp.ClientSession, clock: Clock
) -> None:
    registration = await make_registration(parts)
    old = Reader(http, await make_link(parts, registration))
    clock.move(timedelta(hours=2))
    await old.post("/new")
    assert (await old.post(**BIRTHDAY))[0] == 410


async def test_an_unknown_link_is_no_page(http: aiohttp.ClientSession) -> None:
    for token in ("x", "%00", "a" * 300, "..%2f..", "\N{GREEK SMALL LETTER ALPHA}"):
        async with http.get(f"/r/{token}", headers=PAGE) as response:
            assert response.status == 404


async def test_the_page_locks_itself_and_can_be_locked(reader: Reader, clock: Clock) -> None:
    await reader.post(**BIRTHDAY)
    assert "Aisha" in (await reader.get())[1]
    await reader.post("/close")
    assert "Aisha" not in (await reader.get())[1]
    await reader.post(**BIRTHDAY)
    clock.move(links.OPEN_FOR)
    assert "Aisha" not in (await reader.get())[1]


async def test_one_persons_pass_does_not_open_anothers_confirmation(
    parts: Parts, reader: Reader, http: aiohttp.ClientSession
) -> None:
    await reader.post(**BIRTHDAY)
    [mine] = [cookie for cookie in http.cookie_jar if cookie.key == "wayline_paper"]
    other = await reader_of(parts, http, name="Omar Said", date_of_birth="2009-12-01")
    headers = PAGE | {"Cookie": f"wayline_paper={mine.value}"}
    async with http.get(other.at, headers=headers) as response:
        assert "Omar" not in await response.text()


async def test_the_papers_are_not_there_without_the_birthday(reader: Reader) -> None:
    for path in ("/confirmation.pdf", "/jobcentre.pdf", "/jobcentre"):
        status, shown = await reader.get(path)
        assert status == 200 and "Date of birth" in shown and "Aisha" not in shown


async def test_another_site_cannot_post_guesses(reader: Reader) -> None:
    headers = PAGE | {"Sec-Fetch-Site": "cross-site"}
    async with reader.http.post(reader.at, data=BIRTHDAY, headers=headers) as response:
        assert response.status == 403


async def test_nothing_of_the_pages_leaves_the_house(reader: Reader) -> None:
    await reader.post(**BIRTHDAY)
    async with reader.http.get(reader.at, headers=PAGE) as response:
        shown = await response.text()
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
    assert "<script" not in shown and "http" not in shown.replace("http-equiv", "")


async def test_the_young_persons_own_says_nothing_that_could_harm_them_at_home(
    parts: Parts, http: aiohttp.ClientSession
) -> None:
    reader = await reader_of(
        parts, http, ground="g", care_status="care_leaver", safe_contact="my aunt 07700 900555",
        details={"address": "1 Refuge Road", "ni_number": "QQ123456C"},
    )  # fmt: skip
    _, shown = await reader.post(**BIRTHDAY)
    _, jobcentre = await reader.get("/jobcentre")
    for secret in ("aunt", "900555", "Refuge", "QQ123456C", "care"):
        assert secret not in shown.replace("carer", "") and secret not in jobcentre
    assert "NW5" not in shown and "NW5 2TJ" in jobcentre


async def test_without_the_permission_there_is_no_copy_for_the_jobcentre(
    parts: Parts, http: aiohttp.ClientSession
) -> None:
    reader = await reader_of(parts, http, jobcentre_permission=False)
    _, shown = await reader.post(**BIRTHDAY)
    assert "We do not tell them" in shown and "Copy for the Jobcentre" not in shown
    assert (await reader.get("/jobcentre"))[0] == 404
    assert (await reader.get("/jobcentre.pdf"))[0] == 404


@pytest.mark.parametrize("code", ["619", "230", None])
async def test_papers_certify_seeking_only_where_the_record_says_so(
    parts: Parts, http: aiohttp.ClientSession, code: str | None
) -> None:
    record_id, today = await make_record(parts), parts.clock.now().date()
    async with parts.db.transaction() as session:
        now, since = parts.clock.now(), today if code == "619" else None
        await records.give_consent(session, now, record_id, "jobcentre", "You may tell them.", "person")
        if code:
            await records.record_activity(session, now, record_id, code, today, "person", since, today)
    reader = await reader_of(parts, http, record_id=record_id)
    _, shown = await reader.post(**BIRTHDAY)
    _, jobcentre = await reader.get("/jobcentre")
    assert "Aisha Khan" in shown and "Aisha Khan" in jobcentre
    said = ("as looking for" in shown, "(code 619) since" in jobcentre, "confirms that" in jobcentre)
    assert said == (code == "619",) * 3


async def test_an_ended_registration_says_so_on_its_papers(parts: Parts, http: aiohttp.ClientSession) -> None:
    ended = parts.clock.now().date()
    reader = await reader_of(parts, http, state="ended", ended_on=ended, end_reason="education")
    _, shown = await reader.post(**BIRTHDAY)
    assert "This registration ended on" in shown and "You are registered" not in shown
    _, shown = await reader.get("/jobcentre")
    assert "They are in education." in shown and "confirms that" not in shown


async def test_every_look_and_every_wrong_try_is_on_the_record(reader: Reader, parts: Parts) -> None:
    await reader.post(**WRONG)
    await reader.post(**BIRTHDAY)
    await reader.pdf()
    async with parts.db.reading() as session:
        query = select(AuditEntry.action).where(AuditEntry.subject.startswith("registration:"))
        actions = list((await session.execute(query.order_by(AuditEntry.id))).scalars())
    assert actions == [
        "registration.wrong_birthday",
        "registration.open_by_link",
        "registration.read",
        "registration.download",
    ]


@pytest.mark.parametrize("which", ["confirmation", "jobcentre"])
async def test_a_pdf_has_tags_a_language_and_a_title_and_claims_pdf_ua(reader: Reader, which: str) -> None:
    await reader.post(**BIRTHDAY)
    with await reader.pdf(which) as made:
        assert made.check_pdf_syntax() == []
        assert made.Root.MarkInfo.Marked and made.Root.StructTreeRoot and str(made.Root.Lang) == "en-GB"
        assert made.Root.ViewerPreferences.DisplayDocTitle
        with made.open_metadata() as said:
            assert "registration" in said["dc:title"] and said["pdfuaid:part"] == "1"
