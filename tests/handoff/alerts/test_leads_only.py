"""An alert about an allegation that names nobody goes to those who can open the case, and never to nobody."""

from __future__ import annotations

from aiohttp.test_utils import TestClient
from sqlalchemy import delete

from handoff.alerts.model import Shift
from handoff.staff import service as staff
from tests.handoff.alerts.scenes import ALEX, DANA, PRIYA, SAM, Bell
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import make_chat

ELSEWHERE = "my coach locked me in his car and he is hitting me right now"
HERE = "my adviser is hitting me right now, he locked me in his car"


async def move(bell: Bell, email: str, *areas: str) -> None:
    async with bell.parts.db.transaction() as session:
        (await session.merge(await bell.person(email))).areas = list(areas)


async def open_cases(who: Colleague) -> list[str]:
    found = (await who.get("/api/staff/cases?state=open"))[1]["cases"]
    return [f"/api/staff/cases/{case['id']}" for case in found]


async def test_it_rings_for_leads_and_managers_alone(bell: Bell, client: TestClient) -> None:
    await (await make_chat(client, "camden")).say("my adviser touched me")
    assert await bell.later() == [PRIYA]
    assert await bell.later(minutes=16) == [DANA]


async def test_an_emergency_still_rings_the_on_call_and_the_second_who_can_take_it(
    bell: Bell, client: TestClient, sam: Colleague, alex: Colleague, priya: Colleague
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(ELSEWHERE)
    (case,) = await open_cases(priya)
    assert (await priya.get(case))[1]["leads_only_since"] and await open_cases(sam) == []
    assert await bell.later() == [SAM]
    assert await open_cases(sam) == [case] and await open_cases(alex) == []
    assert await bell.later(minutes=2) == [ALEX]
    assert (await alex.post(f"{case}/claim"))[0] == 200
    await chat.say("my coach is still hitting me")
    assert (await alex.get(case))[0] == 200


async def test_the_on_call_who_was_told_first_loses_it_when_the_words_point_at_somebody_here(
    bell: Bell, client: TestClient, sam: Colleague, priya: Colleague
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(ELSEWHERE)
    assert await bell.later() == [SAM]
    (case,) = await open_cases(priya)
    assert (await sam.post(f"{case}/claim"))[0] == 200
    await bell.later(seconds=30)
    await chat.say("my adviser touched me")
    assert (await sam.get(case))[0] == 404 and await open_cases(sam) == []


async def test_an_emergency_that_points_at_somebody_here_rings_for_leads_alone(
    bell: Bell, client: TestClient, sam: Colleague
) -> None:
    await (await make_chat(client, "camden")).say(HERE)
    assert await bell.later() == [PRIYA] and await open_cases(sam) == []


async def test_an_emergency_does_not_ring_the_on_call_who_is_named_in_it(
    bell: Bell, client: TestClient, sam: Colleague
) -> None:
    await (await make_chat(client, "camden")).say(f"{ELSEWHERE}. its Mr Okafor")
    assert SAM not in await bell.later() and await open_cases(sam) == []


async def test_without_a_lead_in_the_area_the_leads_of_others_are_rung_and_can_open_it(
    bell: Bell, client: TestClient, priya: Colleague, sam: Colleague
) -> None:
    await move(bell, PRIYA, "lambeth")
    await move(bell, DANA)
    await (await make_chat(client, "camden")).say("my adviser touched me")
    assert await open_cases(priya) == []
    assert PRIYA in await bell.later()
    (case,) = await open_cases(priya)
    assert (await priya.post(f"{case}/open-up", {"why": "It is about a carer."}))[0] == 200
    assert (await priya.get(case))[0] == 200 and await open_cases(sam) == [case]


async def test_without_any_lead_the_on_call_is_rung_and_can_open_it(
    bell: Bell, client: TestClient, sam: Colleague, alex: Colleague
) -> None:
    async with bell.parts.db.transaction() as session:
        for one in await staff.active(session):
            if {"lead", "manager"} & set(one.roles):
                one.active = False
    await (await make_chat(client, "camden")).say("my football coach touched me")
    assert await bell.later() == [SAM]
    assert len(await open_cases(sam)) == 1 and await open_cases(alex) == []


async def test_the_adviser_in_the_talk_is_told_of_an_emergency_in_it_and_takes_it(
    bell: Bell, client: TestClient, alex: Colleague
) -> None:
    async with bell.parts.db.transaction() as session:
        await session.execute(delete(Shift))  # whoever talks is not on call
    chat = await make_chat(client, "camden")
    await chat.say("i am neet")
    (neet,) = await open_cases(alex)
    await alex.post(f"{neet}/claim")
    await alex.post(f"{neet}/reply", {"text": "Hi, I'm Alex."})
    await chat.say(ELSEWHERE)
    assert await chat.state() == "adviser" and ALEX in await bell.later()
    (case,) = set(await open_cases(alex)) - {neet}
    assert (await alex.post(f"{case}/claim"))[0] == 200
