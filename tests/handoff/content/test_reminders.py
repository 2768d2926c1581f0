"""Staff are reminded of reviews and of sums that end: once a step, by mail too, by the service's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.content.keeping.model import ContentReminder
from handoff.content.model import ContentNotice, ReleaseItem, Revision
from handoff.staff.service import Staff
from handoff.studio.reminders import Reminders
from handoff.studio.schedule import NoticeMail
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.content.test_figures import set_clock
from tests.handoff.content.test_owners import EMA, JO, KIT, give, leaves

REVIEW = date(2027, 2, 1)
NINE = timedelta(hours=9)
EVERYBODY = {JO, KIT, "manager@demo.test"}


@pytest.fixture
async def ema(parts: Parts) -> None:
    """EMA alone is live; it is to be reviewed on 1 February 2027."""
    await alone(parts, "ema")


async def alone(parts: Parts, slug: str) -> None:
    async with parts.db.transaction() as session:
        items = await session.execute(
            select(ReleaseItem, Revision).join(Revision, Revision.id == ReleaseItem.revision_id)
        )
        for item, revision in items.all():
            if item.slug == slug:
                revision.review_on = REVIEW
            else:
                await session.delete(item)


@pytest.fixture
async def manager(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    async with signed_in(client, "manager@demo.test") as colleague:
        yield colleague


def job(parts: Parts) -> Reminders:
    return Reminders(parts.db, parts.clock, parts.rules, parts.content.facts)


def it_is(parts: Parts, day: date) -> None:
    set_clock(parts, datetime.combine(day, datetime.min.time(), UTC) + NINE)


async def reminded(parts: Parts, day: date) -> int:
    """Of how much staff are reminded on a day, by a job that was started then and remembers nothing itself.

    Counted by what is on record: the service's own job may have been quicker.
    """
    before = await _on_record(parts)
    it_is(parts, day)
    await job(parts).round()
    return len(await _on_record(parts) - before)


async def _on_record(parts: Parts) -> set[tuple[str, date, int]]:
    async with parts.db.reading() as session:
        rows = (await session.execute(select(ContentReminder))).scalars()
        return {(row.key, row.day, row.step) for row in rows}


async def told(parts: Parts) -> dict[str, list[str]]:
    """What each member of staff was told, by e-mail address."""
    async with parts.db.reading() as session:
        query = select(Staff, ContentNotice).join(ContentNotice, ContentNotice.staff_id == Staff.id)
        found: dict[str, list[str]] = {}
        for person, notice in await session.execute(query.order_by(ContentNotice.at)):
            found.setdefault(person.email, []).append(notice.words)
    return found


def mails(parts: Parts) -> Iterator[str]:
    folder: Path = parts.settings.data_dir / "mail"
    return (mail.read_text("utf-8") for mail in folder.glob("*.eml"))


@pytest.mark.usefixtures("ema")
async def test_a_review_is_told_of_two_weeks_before_on_its_day_and_weekly_after(parts: Parts) -> None:
    days = [REVIEW + timedelta(days=one) for one in (-15, -14, -13, -1, 0, 1, 6, 7, 8, 14, 21)]
    sent = [await reminded(parts, day) for day in days]
    assert sent == [0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 1]


@pytest.mark.usefixtures("ema")
async def test_after_a_month_without_the_service_one_reminder_goes_out(parts: Parts) -> None:
    assert await reminded(parts, REVIEW + timedelta(days=30)) == 1
    assert await reminded(parts, REVIEW + timedelta(days=31)) == 0


@pytest.mark.usefixtures("ema")
async def test_an_owner_alone_is_reminded_and_by_mail(jo: Colleague, parts: Parts) -> None:
    await give(jo, parts, JO)
    await reminded(parts, REVIEW)
    assert await told(parts) == {JO: ["An answer is to be checked against the source: “EMA” (today)."]}
    await NoticeMail(parts.db, parts.clock, parts.settings).round()
    [mail] = mails(parts)
    assert f"To: {JO}" in mail and "Subject: Wayline: answers to check against their source" in mail
    assert "/staff/answers?sort=3Dreview" in mail or "/staff/answers?sort=review" in mail
    assert "X-Priority" not in mail


@pytest.mark.usefixtures("ema")
@pytest.mark.parametrize("owner", ["nobody", "somebody who left"])
async def test_without_an_owner_every_editor_and_manager_is_reminded(
    jo: Colleague, parts: Parts, owner: str
) -> None:
    if owner != "nobody":
        await give(jo, parts, KIT)
        await leaves(parts, KIT)
    await reminded(parts, REVIEW)
    asked = {words for said in (await told(parts)).values() for words in said if "asked you" in words}
    reached = {who for who, said in (await told(parts)).items() if set(said) - asked}
    assert reached == (EVERYBODY if owner == "nobody" else EVERYBODY - {KIT})


async def test_many_answers_due_at_once_are_one_mail_a_person(parts: Parts) -> None:
    await reminded(parts, date(2027, 1, 1))
    before = await told(parts)
    sent = await reminded(parts, date(2027, 9, 1))
    after = await told(parts)
    assert sent > 10
    assert {who: len(said) - len(before.get(who, [])) for who, said in after.items()} == dict.fromkeys(
        after, 2
    )
    assert any("and " in said and " more" in said for said in after[JO])


@pytest.mark.usefixtures("ema")
async def test_a_signed_off_answer_is_not_reminded_of(jo: Colleague, parts: Parts) -> None:
    number = (await jo.get(EMA))[1]["live"]["number"]
    until = {"revision": number, "until": "2027-03-01"}
    assert (await jo.post(f"{EMA}/still-correct", until))[0] == 200
    assert await reminded(parts, REVIEW) == 0
    assert await reminded(parts, date(2027, 3, 1)) == 1


@pytest.mark.usefixtures("ema")
async def test_two_processes_remind_once(parts: Parts) -> None:
    it_is(parts, REVIEW)
    await asyncio.gather(job(parts).round(), job(parts).round())
    assert {who: len(said) for who, said in (await told(parts)).items()} == dict.fromkeys(EVERYBODY, 1)


@pytest.mark.usefixtures("ema")
async def test_a_process_that_dies_before_it_is_done_has_told_nobody(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object, **__: object) -> None:
        raise ConnectionError

    it_is(parts, REVIEW)
    with monkeypatch.context() as broken, pytest.raises(ConnectionError):
        broken.setattr("handoff.content.keeping.reminders.audit.record", dies)
        await job(parts).round()
    assert await told(parts) == {}
    await job(parts).round()
    assert set(await told(parts)) == EVERYBODY


@pytest.mark.usefixtures("ema")
async def test_a_newer_reminder_takes_the_place_of_one_nobody_read(jo: Colleague, parts: Parts) -> None:
    await give(jo, parts, JO)
    await reminded(parts, REVIEW)
    await reminded(parts, REVIEW + timedelta(days=7))
    who = {"email": JO, "password": parts.settings.demo_password}
    await jo.http.post("/api/staff/session", json=who)
    page = await jo.page("/staff/answers")
    assert page.count("I have read this") == 1 and "(since 1 February 2027)" in page


async def test_a_sum_is_told_of_a_month_before_a_week_before_and_once_it_has_ended(parts: Parts) -> None:
    await alone(parts, "apprenticeship-pay")  # its rates hold until 31 March 2027
    days = [date(2027, 2, 28), date(2027, 3, 1), date(2027, 3, 2), date(2027, 3, 24), date(2027, 3, 31)]
    sums = [await _sums(parts, day) for day in [*days, date(2027, 4, 1), date(2027, 4, 8)]]
    assert [bool(one) for one in sums] == [False, True, False, True, False, True, False]
    [jos] = [said for said in (await told(parts))[JO] if "ended 31 March 2027" in said]
    assert "Minimum wage, 18 to 20 (ended 31 March 2027)" in jos and "other words instead" in jos


async def _sums(parts: Parts, day: date) -> int:
    """How many people are told of sums on a day."""
    before = await _money_notices(parts)
    await reminded(parts, day)
    return await _money_notices(parts) - before


async def _money_notices(parts: Parts) -> int:
    return sum("sum" in said for words in (await told(parts)).values() for said in words)


async def test_a_sum_without_a_known_rate_rings_on_every_page_for_those_who_can_mend_it(
    manager: Colleague, sam: Colleague
) -> None:
    said = '1<span class="visually-hidden"> sum of money without a known rate</span>'  # Care to Learn's
    assert said in await manager.page("/staff/queue") and said in await manager.page("/staff/answers/ema")
    assert said not in await sam.page("/staff/queue")


async def test_managers_see_a_sum_that_ends_on_the_answers_page(manager: Colleague, parts: Parts) -> None:
    page = await manager.page("/staff/answers")
    assert "no rate is known after" not in page
    it_is(parts, date(2027, 3, 20))
    who = {"email": "manager@demo.test", "password": parts.settings.demo_password}
    await manager.http.post("/api/staff/session", json=who)
    page = await manager.page("/staff/answers")
    assert "no rate is known after 31 March 2027" in page
    rows = (await manager.get("/api/staff/answers?money=1"))[1]["answers"]
    assert "apprenticeship-pay" in {row["slug"] for row in rows}
