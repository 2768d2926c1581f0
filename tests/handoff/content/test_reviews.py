"""An editor signs an answer off against its source: who and when is kept, and nobody is reminded in vain."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.content.keeping.rules import next_review, review_step
from handoff.content.model import Comment
from tests.handoff.cases.scenes import Colleague
from tests.handoff.content.test_figures import set_clock
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer

EMA = "/api/staff/answers/ema"
DAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_day(parts: Parts) -> None:
    set_clock(parts, DAY)


async def live(editor: Colleague) -> dict[str, Any]:
    return dict((await editor.get(EMA))[1]["live"])


async def sign(editor: Colleague, **body: object) -> tuple[int, dict[str, Any]]:
    number = (await live(editor))["number"]
    return await editor.post(f"{EMA}/still-correct", {"revision": number, **body})


async def test_a_sign_off_sets_both_dates_and_no_word(jo: Colleague) -> None:
    before = await live(jo)
    status, found = await sign(jo, until="2027-05-31")
    after = found["live"]
    assert (status, after["source_checked"], after["review"]) == (200, "2026-11-30", "2027-05-31")
    assert after["number"] == before["number"] + 1 and after["author"] == "Jo Davies"
    same = ("title", "web", "sms", "source_url", "source_name", "next", "examples", "areas")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


async def test_without_a_day_it_is_good_for_as_long_as_it_was_before(jo: Colleague) -> None:
    before = await live(jo)
    span = date.fromisoformat(before["review"]) - date.fromisoformat(before["source_checked"])
    _, found = await sign(jo)
    assert date.fromisoformat(found["live"]["review"]) == DAY.date() + span


async def test_a_sign_off_is_a_release_that_names_who_and_can_be_taken_back(jo: Colleague) -> None:
    first = await live(jo)
    await sign(jo)
    newest = (await jo.get("/api/staff/releases"))[1]["releases"][0]
    assert newest["why"].startswith("Still correct: EMA") and [one["slug"] for one in newest["changed"]] == [
        "ema"
    ]
    page = await jo.page("/staff/answers/ema")
    assert "Checked on <strong>30 November 2026</strong> by Jo Davies." in page
    assert "<strong>Still correct</strong> (live now), Jo Davies" in page
    await jo.post("/api/staff/releases/1/restore")
    assert await live(jo) == first


async def test_what_people_were_told_before_keeps_its_own_day(
    jo: Colleague, client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa
) -> None:
    rasa.script["can i get ema"] = [answer("ema")]
    chat = await make_chat(client)
    [before] = await chat.say("can i get ema")
    await sign(jo)
    async with asyncio.timeout(5):
        while parts.content.release < 2:
            await asyncio.sleep(0)
    [after] = await (await make_chat(client)).say("can i get ema")
    assert (before["source"]["checked"], after["source"]["checked"]) == ("2026-11-22", "2026-11-30")
    assert before["text"] == after["text"]
    [earlier] = [one for one in await chat.messages() if one["kind"] == "answer"]
    assert earlier["source"]["checked"] == "2026-11-22"


async def test_a_sign_off_is_on_record(jo: Colleague, parts: Parts) -> None:
    await sign(jo, until="2027-05-31")
    async with parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "answer.still_correct")
        [entry] = (await session.execute(query)).scalars()
    assert entry.detail["slug"] == "ema" and entry.detail["until"] == "2027-05-31"


async def test_who_read_an_older_wording_signs_nothing_off(jo: Colleague) -> None:
    number = (await live(jo))["number"]
    await sign(jo)
    status, body = await jo.post(f"{EMA}/still-correct", {"revision": number})
    assert (status, body["error"]["code"]) == (409, "answer_changed")


async def test_two_sign_offs_at_once_are_one(jo: Colleague, kit: Colleague) -> None:
    number = (await live(jo))["number"]
    both = await asyncio.gather(
        *(one.post(f"{EMA}/still-correct", {"revision": number}) for one in (jo, kit))
    )
    assert sorted(status for status, _ in both) == [200, 409]
    assert len((await jo.get("/api/staff/releases"))[1]["releases"]) == 2


async def test_nothing_is_signed_off_while_somebody_changes_it(jo: Colleague, kit: Colleague) -> None:
    await kit.post(f"{EMA}/start")
    status, body = await sign(jo)
    assert (status, body["error"]["code"]) == (409, "draft_open")
    assert "A draft is open: put what you find" in await jo.page("/staff/answers/ema")


@pytest.mark.parametrize("until", ["soon", "2026-11-30", "2020-01-01", "2029-01-01", "9999-12-31"])
async def test_a_next_review_must_be_a_day_of_the_next_two_years(jo: Colleague, until: str) -> None:
    status, body = await sign(jo, until=until)
    assert (status, body["error"]["field"]) == (422, "until")


@pytest.mark.parametrize("number", ["", "x", "-1", "1" * 12, None])
async def test_a_number_that_is_none_is_refused(jo: Colleague, number: object) -> None:
    assert (await jo.post(f"{EMA}/still-correct", {"revision": number}))[0] == 422


async def test_an_adviser_signs_nothing_off(sam: Colleague) -> None:
    number = (await live(sam))["number"]
    for step in ("still-correct", "source-differs"):
        assert (await sam.post(f"{EMA}/{step}", {"revision": number, "reason": "x"}))[0] == 403
    assert "Still correct" not in await sam.page("/staff/answers/ema")


async def test_a_source_that_says_something_else_leads_to_a_draft_that_says_what(
    jo: Colleague, parts: Parts
) -> None:
    number = (await live(jo))["number"]
    told = {"revision": number, "reason": "EMA is only open in Wales."}
    status, found = await jo.post(f"{EMA}/source-differs", told)
    assert status == 200 and found["draft"]["state"] == "draft" and found["live"]["number"] == number
    async with parts.db.reading() as session:
        [comment] = (await session.execute(select(Comment))).scalars()
    assert comment.words == "The source says something else now: EMA is only open in Wales."


async def test_saying_that_the_source_differs_needs_what_it_says(jo: Colleague) -> None:
    number = (await live(jo))["number"]
    assert (await jo.post(f"{EMA}/source-differs", {"revision": number, "reason": " "}))[0] == 422


async def test_the_page_shows_the_source_before_the_button_and_works_without_a_script(jo: Colleague) -> None:
    page = await jo.page("/staff/answers/ema")
    form = page[page.index("Keeping it right") :]
    assert form.index("opens in a new tab") < form.index(">Still correct</button>")
    fields = {"revision": str((await live(jo))["number"]), "until": "2027-05-31"}
    status, after = await jo.submit("/staff/answers/ema/still-correct", **fields)
    assert status == 200 and "Signed off as still correct." in after


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2026-11-16", None), ("2026-11-17", -1), ("2026-11-30", -1), ("2026-12-01", 0), ("2026-12-07", 0),
        ("2026-12-08", 1), ("2026-12-15", 2), ("2027-12-01", 52),
    ],
)  # fmt: skip
def test_reminders_are_two_weeks_before_on_the_day_and_weekly_after(today: str, step: int | None) -> None:
    assert review_step(date.fromisoformat(today), date(2026, 12, 1)) == step


@pytest.mark.parametrize(
    ("checked", "review", "ends", "again"),
    [
        (date(2026, 11, 22), date(2027, 5, 22), [], date(2027, 5, 30)),
        (date(2026, 11, 22), date(2026, 11, 25), [], date(2026, 12, 30)),
        (date(2020, 1, 1), date(2027, 5, 22), [], date(2027, 12, 1)),
        (date(2026, 11, 22), date(2027, 5, 22), [date(2027, 3, 31)], date(2027, 4, 1)),
        (date(2026, 11, 22), date(2027, 5, 22), [date(2026, 3, 31)], date(2027, 5, 30)),
    ],
    ids=["as before", "a month at least", "a year at most", "when its sum ends", "its sum ended already"],
)
def test_when_to_look_again(checked: date, review: date, ends: list[date], again: date) -> None:
    assert next_review(DAY.date(), checked, review, ends) == again
