"""Two working days to be in touch with somebody out of learning: they ring before they end, and when."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.alerts import service as alerts
from handoff.alerts.first_contact import FirstContacts
from handoff.cases.clocks import open_hours_before
from handoff.cases.model import CaseBar
from handoff.cases.service import open_or_raise
from handoff.conversations.service import lock
from handoff.neet import service as neet
from tests.handoff.alerts.scenes import ALEX, DANA, PRIYA, SAM, Bell, id_of
from tests.handoff.cases.scenes import Colleague, make_case, signed_in, stored

Client = TestClient[Any, Any]
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)  # due when Camden closes on Wednesday
BEFORE, HALF_A_DAY_LEFT = datetime(2026, 11, 25, 12, 59, tzinfo=UTC), datetime(2026, 11, 25, 13, tzinfo=UTC)
MISSED, DAYS_LATER = datetime(2026, 11, 25, 17, tzinfo=UTC), datetime(2026, 11, 30, 11, tzinfo=UTC)
ADVISERS = sorted([ALEX, PRIYA, SAM])


async def at(bell: Bell, moment: datetime) -> list[str]:
    """At this moment look for contacts, ring and send; whom that mailed. It texts nobody."""
    bell.parts.clock.move(moment - bell.parts.clock.now())
    before = len(bell.mailed())
    for _ in range(2):
        await FirstContacts(bell.parts.db, bell.parts.clock, bell.parts.hub, bell.parts.rules).round()
    assert await bell.later() == []
    return sorted(str(mail["To"]) for mail in bell.mailed()[before:])


@pytest.fixture(params=["neet", "at_risk"])
async def made(bell: Bell, request: pytest.FixtureRequest) -> dict[str, str]:
    bell.parts.clock.move(MONDAY - bell.parts.clock.now())
    await bell.set_up()  # the rota begins then
    return await make_case(bell.parts, request.param, phone="+447700900555", words="left college")


async def test_the_advisers_hear_when_half_a_working_day_is_left_and_with_the_managers_when_it_is_over(
    bell: Bell, made: dict[str, str]
) -> None:
    assert await at(bell, BEFORE) == []
    assert await at(bell, HALF_A_DAY_LEFT) == ADVISERS
    assert await at(bell, HALF_A_DAY_LEFT + timedelta(hours=2)) == []
    assert await at(bell, MISSED) == sorted([*ADVISERS, DANA])
    for days in (1, 2, 5, 6):
        assert await at(bell, MISSED + timedelta(days=days)) == []


async def test_every_page_shows_it_until_somebody_has_seen_it(
    bell: Bell, made: dict[str, str], client: Client
) -> None:
    await at(bell, HALF_A_DAY_LEFT)
    async with signed_in(client, SAM) as sam:
        assert "first contact ends soon" in await sam.page("/staff/queue")
    await at(bell, MISSED)
    async with signed_in(client, SAM) as sam:
        page = await sam.page("/staff/queue")
        assert "first contact is over" in page and "ends soon" not in page
        [ring] = (await sam.get("/api/staff/alerts"))[1]["alerts"]
        assert (ring["why"], ring["level"], ring["case"]) == ("contact_late", "routine", made["id"])
        told = await sam.page(f"/staff/alerts/{ring['reference']}")
        assert "no number to text" not in told and "Nobody else is told of it" in told
        assert (await sam.post(f"/api/staff/alerts/{ring['id']}/acknowledge"))[0] == 200
        assert "first contact" not in await sam.page("/staff/queue")
    assert await at(bell, DAYS_LATER) == []


async def test_the_mail_has_no_word_of_them_and_says_how_soon(bell: Bell, made: dict[str, str]) -> None:
    await at(bell, HALF_A_DAY_LEFT)
    mail = bell.mailed()[-1]
    body = mail.get_content()
    case = await stored(bell.parts, made)
    assert mail["Subject"] == f"Wayline routine: case {case.reference}, Camden"
    assert "first contact ends soon" in body and "left college" not in body
    assert "the next person in the chain" not in body


async def test_whoever_has_the_case_hears_it_alone(bell: Bell, made: dict[str, str], sam: Colleague) -> None:
    await sam.post(f"{made['at']}/claim")
    assert await at(bell, HALF_A_DAY_LEFT) == [SAM]
    assert await at(bell, MISSED) == sorted([SAM, DANA])


async def test_after_a_word_to_them_nothing_rings(bell: Bell, made: dict[str, str], sam: Colleague) -> None:
    await sam.post(f"{made['at']}/claim")
    assert (await sam.post(f"{made['at']}/reply", {"text": "Hi, it's Sam"}))[0] == 202
    assert await at(bell, HALF_A_DAY_LEFT) == [] == await at(bell, MISSED)


async def test_looking_up_the_number_to_ring_counts_as_being_in_touch(
    bell: Bell, made: dict[str, str], sam: Colleague
) -> None:
    await sam.post(f"{made['at']}/claim")
    assert (await sam.post(f"{made['at']}/reveal"))[0] == 200
    assert await at(bell, HALF_A_DAY_LEFT) == [] == await at(bell, MISSED)


async def test_a_case_that_was_taken_and_given_back_rings_by_its_own_time(
    bell: Bell, made: dict[str, str], client: Client
) -> None:
    assert await at(bell, MISSED + timedelta(hours=1)) == sorted([*ADVISERS, DANA])
    async with signed_in(client, SAM) as again:
        await again.post(f"{made['at']}/claim")
        await again.post(f"{made['at']}/return")
    due = (await stored(bell.parts, made)).due_at
    assert due == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert await at(bell, due - timedelta(hours=5)) == []
    assert await at(bell, due - timedelta(hours=4)) == ADVISERS


async def test_a_no_ends_it(bell: Bell, made: dict[str, str]) -> None:
    assert await at(bell, HALF_A_DAY_LEFT) == ADVISERS
    case = await stored(bell.parts, made)
    async with bell.parts.db.transaction() as session:
        conversation = await lock(session, case.conversation_id)
        assert await neet.cases.say_no(session, bell.parts.clock.now(), conversation)
    assert await at(bell, HALF_A_DAY_LEFT) == []
    assert (await bell.alert()).acknowledged_at is not None
    assert await at(bell, MISSED) == []


async def test_a_closed_case_and_other_reasons_ring_for_nobody(bell: Bell, client: Client) -> None:
    bell.parts.clock.move(MONDAY - bell.parts.clock.now())
    await make_case(bell.parts, "follow_up")
    case = await make_case(bell.parts, "neet")
    async with signed_in(client, SAM) as sam:
        await sam.post(f"{case['at']}/claim")
        assert (await sam.post(f"{case['at']}/close", {"outcome": "advice_given"}))[0] == 200
    assert await at(bell, MISSED) == []


async def test_who_is_kept_from_the_case_hears_nothing_of_it(bell: Bell, made: dict[str, str]) -> None:
    async with bell.parts.db.transaction() as session:
        for email in (SAM, DANA):
            who, conversation = (await bell.person(email)).id, uuid.UUID(made["conversation"])
            session.add(CaseBar(conversation_id=conversation, staff_id=who, at=MONDAY))
    assert await at(bell, HALF_A_DAY_LEFT) == sorted([ALEX, PRIYA]) == await at(bell, MISSED)


async def test_danger_heard_meanwhile_rings_the_whole_chain_in_its_place(
    bell: Bell, made: dict[str, str]
) -> None:
    await at(bell, HALF_A_DAY_LEFT)
    reason, now = (await stored(bell.parts, made)).reason, bell.parts.clock.now()
    async with bell.parts.db.transaction() as session:
        conversation = await lock(session, uuid.UUID(made["conversation"]))
        await open_or_raise(session, bell.parts.rules, now, conversation, reason, level="urgent")
        await alerts.ring(session, now, id_of(made), level="urgent", area="camden")
    told = [texted for _ in range(4) for texted in await bell.later(minutes=15)]
    assert told[0] == SAM and {ALEX, DANA} < set(told)
    assert await FirstContacts(bell.parts.db, bell.parts.clock, bell.parts.hub, bell.parts.rules).round() == 0


async def test_of_two_processes_one_rings(bell: Bell, made: dict[str, str]) -> None:
    bell.parts.clock.move(HALF_A_DAY_LEFT - bell.parts.clock.now())
    jobs = [
        FirstContacts(bell.parts.db, bell.parts.clock, bell.parts.hub, bell.parts.rules) for _ in range(4)
    ]
    assert sum(await asyncio.gather(*(job.round() for job in jobs))) == 1
    assert len(await bell.notices()) == len(ADVISERS)


async def test_an_area_that_becomes_known_wakes_nobody(bell: Bell, made: dict[str, str]) -> None:
    await at(bell, HALF_A_DAY_LEFT)
    async with bell.parts.db.transaction() as session:
        await lock(session, uuid.UUID(made["conversation"]))
        await alerts.moved(session, bell.parts.clock.now(), id_of(made))
    assert await bell.later(minutes=1) == []
    assert await bell.later(days=4) == []


@pytest.mark.parametrize(
    ("due", "rings"),
    [
        (datetime(2026, 11, 25, 17, tzinfo=UTC), HALF_A_DAY_LEFT),
        (datetime(2026, 11, 30, 11, tzinfo=UTC), datetime(2026, 11, 27, 15, tzinfo=UTC)),  # over a weekend
        (
            datetime(2026, 11, 29, 12, tzinfo=UTC),
            datetime(2026, 11, 27, 13, tzinfo=UTC),
        ),  # while it is closed
    ],
)
async def test_only_opening_hours_count(bell: Bell, due: datetime, rings: datetime) -> None:
    assert open_hours_before(due, 4, bell.parts.rules.area("camden")) == rings
