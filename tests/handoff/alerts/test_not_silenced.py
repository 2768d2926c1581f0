"""Nothing but somebody coming to the person ends an alarm: not a claim, not a button, not a new area."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.alerts import service as alerts
from handoff.conversations.service import lock
from tests.handoff.alerts.scenes import ALEX, DANA, PRIYA, SAM, WHOLE_CHAIN, Bell, id_of
from tests.handoff.cases.scenes import Colleague, make_case, signed_in
from tests.handoff.factories import make_chat

Client = TestClient[Any, Any]
MINUTES = {"emergency": 2, "urgent": 15}
PHONE = "+447700900555"
ACTS = {
    "reply": {"text": "I am Sam. Where are you?"},
    "reveal": {},
    "decisions": {"text": "Agreed with Priya to ring MASH."},
    "referrals": {"to": "police"},
    "escalate": {"why": "I need you here."},
}


async def acknowledge(who: Colleague) -> tuple[int, dict[str, Any]]:
    """Press the button of whatever rings first."""
    (alert, *_) = (await who.get("/api/staff/alerts"))[1]["alerts"]
    return await who.post(f"/api/staff/alerts/{alert['id']}/acknowledge")


@pytest.mark.parametrize("level", MINUTES)
async def test_a_claim_with_nothing_done_after_it_lapses_and_the_chain_goes_on(
    bell: Bell, sam: Colleague, alex: Colleague, level: str
) -> None:
    case = await make_case(bell.parts, "safeguarding", level=level)
    assert await bell.later() == [SAM]
    assert (await sam.post(f"{case['at']}/claim"))[0] == 200
    assert await bell.later(minutes=MINUTES[level], seconds=-20) == []
    assert (await alex.post(f"{case['at']}/claim"))[0] == 409
    assert await bell.later(seconds=20) == [ALEX]
    assert (await bell.alert()).why == "lapsed"
    assert [one["id"] for one in (await alex.get("/api/staff/cases?state=waiting"))[1]["cases"]] == [
        case["id"]
    ]
    assert await bell.later(minutes=MINUTES[level]) == [PRIYA]
    assert (await alex.post(f"{case['at']}/claim"))[1]["owner"]["name"] == "Alex Chen"
    assert await bell.later(minutes=MINUTES[level]) == [DANA]  # nor did Alex do anything


async def test_two_processes_ring_again_once(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    bell.parts.clock.move(timedelta(minutes=2))
    await asyncio.gather(*(Bell(bell.parts, bell.twilio).alarms().round() for _ in range(3)))
    assert await bell.later() == [ALEX]
    assert len({one.alert_id for one in await bell.notices()}) == 2


@pytest.mark.parametrize("act", ACTS)
async def test_whatever_is_done_for_the_person_keeps_the_case(
    bell: Bell, sam: Colleague, alex: Colleague, act: str
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency", phone=PHONE)
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    assert (await sam.post(f"{case['at']}/{act}", ACTS[act]))[0] in (200, 202)
    assert await bell.later(minutes=25) == ([PRIYA] if act == "escalate" else [])
    assert (await alex.post(f"{case['at']}/claim"))[0] == 409


@pytest.mark.parametrize("level", MINUTES)
async def test_a_note_holds_the_alarm_for_one_more_term_and_no_longer(
    bell: Bell, sam: Colleague, alex: Colleague, level: str
) -> None:
    case = await make_case(bell.parts, "safeguarding", level=level)
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    assert await bell.later(minutes=MINUTES[level], seconds=-20) == []
    assert (await sam.post(f"{case['at']}/notes", {"text": "On the phone to 999."}))[0] == 200
    assert await bell.later(minutes=MINUTES[level], seconds=-20) == []
    assert (await alex.post(f"{case['at']}/claim"))[0] == 409
    assert await bell.later(seconds=20) == [ALEX]
    assert (await alex.post(f"{case['at']}/claim"))[0] == 200


async def test_a_note_of_somebody_else_gives_no_time(bell: Bell, sam: Colleague, alex: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    await bell.later(minutes=1)
    await alex.post(f"{case['at']}/notes", {"text": "Sam is on it."})
    assert await bell.later(minutes=1) == [ALEX]


async def test_taking_the_case_again_does_not_put_the_time_off(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    assert await bell.later(minutes=1, seconds=30) == []
    assert (await sam.post(f"{case['at']}/claim"))[0] == 200
    assert await bell.later(seconds=30) == [ALEX]


async def test_whoever_has_just_answered_them_may_take_the_case_without_more(
    bell: Bell, sam: Colleague, alex: Colleague
) -> None:
    request = await make_case(bell.parts, "request")
    await sam.post(f"{request['at']}/claim")
    case = await make_case(
        bell.parts, "safeguarding", level="emergency", conversation=request["conversation"], state="adviser"
    )
    await bell.later()
    await sam.post(f"{request['at']}/reply", {"text": "I am with you. Where are you?"})
    await sam.post(f"{case['at']}/claim")
    assert await bell.later(minutes=10) == []
    assert (await alex.post(f"{case['at']}/claim"))[0] == 409


async def test_the_case_says_by_when_to_act(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    await sam.post(f"{case['at']}/claim")
    page = case["at"].removeprefix("/api")
    assert re.search(r"By [\d. ]+(am|pm|noon):", await sam.page(page))
    await bell.later(minutes=16)
    assert "Overdue:" in await sam.page(page)
    await sam.post(f"{case['at']}/reply", {"text": "I am Sam."})
    assert "Overdue:" not in await sam.page(page)


@pytest.mark.parametrize("level", MINUTES)
async def test_a_button_pressed_by_everybody_is_nobody_coming(bell: Bell, client: Client, level: str) -> None:
    await make_case(bell.parts, "safeguarding", level=level)
    assert await bell.later() == [SAM]
    for place, pressed in enumerate(WHOLE_CHAIN):
        async with signed_in(client, pressed) as who:
            assert (await acknowledge(who))[0] == 200
        assert await bell.later(minutes=MINUTES[level], seconds=-20) == []
        assert await bell.later(seconds=20) == [WHOLE_CHAIN[(place + 1) % 4]]


async def test_a_button_and_then_a_claim_and_an_answer_end_it(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    await acknowledge(sam)
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/reply", {"text": "I am Sam."})
    assert await bell.later(hours=1) == []


async def test_a_worry_whose_alarm_was_only_seen_rings_again_too(bell: Bell, sam: Colleague) -> None:
    """Somebody with an open worry blocks our texts: urgent, although the case is at concern."""
    case = await make_case(bell.parts, "safeguarding", level="concern", area="camden")
    async with bell.parts.db.transaction() as session:
        await lock(session, id_of({"id": case["conversation"]}))
        now = bell.parts.clock.now()
        await alerts.ring(session, now, id_of(case), level="urgent", area="camden", why=alerts.BLOCKED)
    assert await bell.later() == [SAM]
    await acknowledge(sam)
    assert await bell.later(minutes=15) == [ALEX]


async def test_a_message_that_could_not_be_screened_is_not_silenced_either(
    bell: Bell, client: Client, sam: Colleague
) -> None:
    case = await make_case(bell.parts, "failure", level="urgent")
    async with bell.parts.db.transaction() as session:
        await lock(session, id_of({"id": case["conversation"]}))
        await alerts.ring(session, bell.parts.clock.now(), id_of(case), level="urgent", area="camden")
    assert await bell.later() == [SAM]
    await acknowledge(sam)
    assert await bell.later(minutes=15) == [ALEX]
    await sam.post(f"{case['at']}/claim")
    assert await bell.later(minutes=15) == [PRIYA]


async def test_a_manager_who_has_seen_it_is_told_to_pass_it_on_and_can(bell: Bell, client: Client) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    async with signed_in(client, DANA) as dana:
        assert "does not take cases: pass it to a colleague" in await dana.page(
            f"/staff/alerts/{(await dana.get(case['at']))[1]['reference']}"
        )
        await acknowledge(dana)
        page = case["at"].removeprefix("/api")
        assert "Pass this one to a colleague" in await dana.page(page)
        alex = (await bell.person(ALEX)).id
        status, _ = await dana.submit(f"{page}/transfer", to=str(alex), why="")
        assert status == 200
    assert await bell.later(minutes=15) == [ALEX]  # passed on is not taken


async def test_whoever_asked_for_the_lead_cannot_acknowledge_her_own_call(
    bell: Bell, sam: Colleague, priya: Colleague
) -> None:
    case = await make_case(bell.parts, "request")
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/escalate", {"why": "Please look."})
    assert await bell.later() == [PRIYA]
    status, body = await acknowledge(sam)
    assert (status, body["error"]["code"]) == (409, "own_call")
    page = await sam.page("/staff/queue")
    assert "I have seen this" not in page and "somebody else answers this" in page
    assert (await acknowledge(priya))[0] == 200


async def test_once_they_say_where_they_live_whoever_is_on_call_there_is_told_at_once(
    bell: Bell, client: Client
) -> None:
    await bell.shift(PRIYA, "on_call", "lambeth")
    chat = await make_chat(client)
    await chat.say("my dad hits me with a belt")
    assert await bell.later() == [SAM]  # the default area's
    assert await bell.later(minutes=15) == [ALEX]
    await chat.say("i live in lambeth")
    assert await bell.later(seconds=1) == [PRIYA]


async def test_a_place_that_is_known_before_anybody_was_told_skips_nobody(bell: Bell, client: Client) -> None:
    chat = await make_chat(client)
    await chat.say("my dad hits me with a belt")
    await chat.say("i live in lambeth")
    assert await bell.later() == [PRIYA]  # nobody is on call there


async def test_a_step_that_would_tell_nobody_goes_on_to_somebody(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/reply", {"text": "I am Sam."})
    await sam.post(f"{case['at']}/hand-back")
    await make_case(bell.parts, "safeguarding", level="urgent", conversation=case["conversation"])
    assert await bell.later(seconds=20) == [ALEX]  # it is with Sam, who was told twenty seconds ago
    assert (await bell.alert()).step == 1


async def test_where_the_chain_has_nobody_but_its_own_adviser_everybody_is_told(
    bell: Bell, sam: Colleague
) -> None:
    async with bell.parts.db.transaction() as session:
        for email in (SAM, ALEX, PRIYA, DANA):
            areas = ["camden", "islington"] if email in (SAM, ALEX) else []
            (await session.merge(await bell.person(email))).areas = areas
    case = await make_case(bell.parts, "safeguarding", level="concern", area="islington")
    await sam.post(f"{case['at']}/claim")
    await make_case(bell.parts, "safeguarding", level="urgent", conversation=case["conversation"])
    assert await bell.later() == [SAM]
    assert sorted(await bell.later(minutes=15)) == [SAM, ALEX]


async def test_where_all_were_told_a_moment_ago_the_first_is_told_as_soon_as_may_be(
    bell: Bell, client: Client, sam: Colleague
) -> None:
    async with bell.parts.db.transaction() as session:
        for email in (ALEX, PRIYA, DANA):
            (await session.merge(await bell.person(email))).areas = []
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/notes", {"text": "Rang; no answer."})
    await make_case(bell.parts, "safeguarding", level="emergency", conversation=case["conversation"])
    assert await bell.later(seconds=30) == []
    assert (await bell.alert()).step == 0
    assert "Nobody could be told yet." in await sam.page("/staff/queue")
    assert await bell.later(minutes=1) == []
    assert await bell.later(minutes=1) == [SAM]
    assert (await bell.alert()).laps == 0
