"""Whoever is on call is told at once, the next after 2 or 15 minutes, at any hour, until somebody has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.alerts.scenes import ALEX, DANA, PRIYA, SAM, WHOLE_CHAIN, Bell
from tests.handoff.cases.scenes import Colleague, make_case, signed_in

MINUTES = {"emergency": 2, "urgent": 15}


@pytest.mark.parametrize("level", MINUTES)
async def test_one_after_the_other_is_told_until_somebody_acknowledges(bell: Bell, level: str) -> None:
    await make_case(bell.parts, "safeguarding", level=level)
    assert await bell.later() == [SAM]
    for expected in WHOLE_CHAIN[1:]:
        assert await bell.later(minutes=MINUTES[level], seconds=-5) == []
        assert await bell.later(seconds=5) == [expected]
    assert await bell.later(minutes=MINUTES[level]) == [SAM]  # and again from the first
    assert (await bell.alert()).laps == 1


async def test_it_rings_at_night_and_at_weekends(bell: Bell) -> None:
    sunday_night = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)
    bell.parts.clock.move(sunday_night - bell.parts.clock.now())
    await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    assert await bell.later(minutes=15) == [ALEX]


@pytest.mark.parametrize("level", ["routine", "concern"])
async def test_less_than_urgent_rings_for_nobody(bell: Bell, level: str) -> None:
    await make_case(bell.parts, "safeguarding", level=level)
    assert await bell.later(hours=1) == []


async def test_a_rise_to_emergency_starts_again_at_the_faster_pace(bell: Bell) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    await make_case(bell.parts, "safeguarding", level="emergency", conversation=case["conversation"])
    assert await bell.later(minutes=1) == [SAM]
    assert await bell.later(minutes=2) == [ALEX]


async def test_a_milder_word_later_does_not_slow_the_chain_of_an_emergency(
    bell: Bell, sam: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    assert await bell.later() == [SAM]
    assert (await sam.post(f"/api/staff/alerts/{(await bell.alert()).id}/acknowledge"))[0] == 200
    await make_case(bell.parts, "safeguarding", level="urgent", conversation=case["conversation"])
    assert await bell.later() == [ALEX]  # Sam has seen it, and yet more is said
    assert await bell.later(minutes=2) == [PRIYA]


async def test_somebody_who_keeps_writing_does_not_hold_the_chain_at_its_start(bell: Bell) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    told = await bell.later()
    for _ in range(6):
        await make_case(bell.parts, "safeguarding", level="emergency", conversation=case["conversation"])
        told += await bell.later(minutes=1)
    assert told == WHOLE_CHAIN


async def test_taking_the_case_and_answering_stops_it(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    assert await bell.later() == [SAM]
    assert (await sam.post(f"{case['at']}/claim"))[0] == 200
    assert (await sam.post(f"{case['at']}/reply", {"text": "I am Sam. Where are you?"}))[0] == 202
    assert await bell.later(hours=1) == []
    alert = await bell.alert()
    assert alert.acknowledged_by_id == (await bell.person(SAM)).id


async def test_a_reply_in_the_same_talk_stops_it_while_it_is_answered(bell: Bell, sam: Colleague) -> None:
    request = await make_case(bell.parts, "request")
    await sam.post(f"{request['at']}/claim")
    await make_case(
        bell.parts, "safeguarding", level="urgent", conversation=request["conversation"], state="adviser"
    )
    assert set(await bell.later()) == {SAM, PRIYA}
    assert (await sam.post(f"{request['at']}/reply", {"text": "I am with you."}))[0] == 202
    assert await bell.later(minutes=14) == []
    assert (await sam.post(f"{request['at']}/reply", {"text": "Are you safe now?"}))[0] == 202
    assert await bell.later(minutes=14) == []
    assert await bell.later(minutes=1) == [SAM]  # somebody must still take the case itself


async def test_an_emergency_in_a_talk_tells_its_adviser_the_lead_and_the_areas_advisers(
    bell: Bell, client: TestClient
) -> None:
    bell.parts.clock.move(datetime(2026, 11, 24, 11, 0, tzinfo=UTC) - bell.parts.clock.now())
    request = await make_case(bell.parts, "request")
    async with signed_in(client) as sam:
        assert (await sam.post(f"{request['at']}/claim"))[0] == 200
    talk = request["conversation"]
    await make_case(bell.parts, "safeguarding", level="emergency", conversation=talk, state="adviser")
    assert set(await bell.later()) == {SAM, ALEX, PRIYA}
    assert await bell.later(minutes=2) == [DANA]


async def test_what_is_heard_after_the_claim_rings_for_its_adviser_first(bell: Bell, alex: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="concern")
    await alex.post(f"{case['at']}/claim")
    await make_case(bell.parts, "safeguarding", level="urgent", conversation=case["conversation"])
    assert await bell.later() == [ALEX]
    assert await bell.later(minutes=15) == [SAM]
    assert await bell.later(minutes=15) == [PRIYA]


async def test_an_adviser_who_does_nothing_in_an_emergency_loses_the_case(
    bell: Bell, sam: Colleague, alex: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    await sam.post(f"{case['at']}/claim")
    await make_case(
        bell.parts, "safeguarding", level="emergency", conversation=case["conversation"], state="adviser"
    )
    assert (await alex.post(f"{case['at']}/claim"))[0] == 409
    bell.parts.clock.move(timedelta(minutes=1))
    again = case["conversation"]
    await make_case(bell.parts, "safeguarding", level="emergency", conversation=again, state="adviser")
    bell.parts.clock.move(timedelta(minutes=1, seconds=1))
    status, body = await alex.post(f"{case['at']}/claim")
    assert (status, body["owner"]["name"]) == (200, "Alex Chen")
    note = (await alex.get(case["at"]))[1]["notes"][-1]["text"]
    assert note == "Taken over from Sam Okafor: nothing had been done in time."


async def test_an_adviser_who_answers_an_emergency_keeps_it(
    bell: Bell, sam: Colleague, alex: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    await sam.post(f"{case['at']}/claim")
    await make_case(
        bell.parts, "safeguarding", level="emergency", conversation=case["conversation"], state="adviser"
    )
    await sam.post(f"{case['at']}/decisions", {"text": "Rang 999 with the address."})
    bell.parts.clock.move(timedelta(minutes=30))
    assert (await alex.post(f"{case['at']}/claim"))[0] == 409
    assert await bell.later() == []


async def test_a_case_given_back_and_left_rings_again(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/notes", {"text": "Rang; no answer."})
    bell.parts.clock.move(timedelta(minutes=20))
    assert (await sam.post(f"{case['at']}/return"))[0] == 200
    assert await bell.later(minutes=14) == []
    assert await bell.later(minutes=1, seconds=5) == [SAM]
    assert (await bell.alert()).why == "lapsed"


async def test_calling_the_lead_in_tells_the_lead_at_once_and_the_asker_cannot_answer_it(
    bell: Bell, sam: Colleague, priya: Colleague
) -> None:
    case = await make_case(bell.parts, "request")
    await sam.post(f"{case['at']}/claim")
    assert (await sam.post(f"{case['at']}/escalate", {"why": "Please look."}))[0] == 200
    assert await bell.later() == [PRIYA]
    await sam.post(f"{case['at']}/reply", {"text": "My lead is looking at this."})
    assert await bell.later(minutes=15) == [DANA]
    raised = (await priya.get("/api/staff/cases?state=waiting"))[1]["cases"][0]
    await priya.post(f"/api/staff/cases/{raised['id']}/claim")
    await priya.post(f"/api/staff/cases/{raised['id']}/decisions", {"text": "I rang their school."})
    assert await bell.later(hours=1) == []


async def test_a_place_with_nobody_is_passed_over(bell: Bell) -> None:
    await make_case(bell.parts, "safeguarding", level="emergency", area="islington")
    assert await bell.later() == [PRIYA]  # nobody is on call there
    assert await bell.later(minutes=2) == [DANA]
    assert await bell.later(minutes=2) == [PRIYA]


async def test_a_case_without_an_area_goes_up_the_default_areas_chain(bell: Bell) -> None:
    await make_case(bell.parts, "safeguarding", level="emergency", area=None)
    assert await bell.later() == [SAM]


async def test_where_a_chain_has_nobody_everybody_who_could_take_the_case_is_told(bell: Bell) -> None:
    async with bell.parts.db.transaction() as session:
        for email in (PRIYA, DANA, SAM):
            person = await session.merge(await bell.person(email))
            person.areas = []
        (await session.merge(await bell.person(ALEX))).areas = ["islington"]
    await make_case(bell.parts, "safeguarding", level="emergency", area="islington")
    assert await bell.later() == [ALEX]
    assert await bell.later(minutes=2) == [ALEX]
