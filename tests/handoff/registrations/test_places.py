"""Where somebody who registers lives gives their case its area, and their adviser never loses sight of it."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.registrations.model import Registration
from tests.handoff.cases.scenes import LAMBETH, make_case, signed_in, stored
from tests.handoff.factories import make_chat, sign_in
from tests.handoff.registrations.forms import Form


@pytest.fixture
async def form(client: TestClient[Any, Any], internal: TestClient[Any, Any]) -> Form:
    return Form(internal, (await make_chat(client)).conversation)


async def _count(parts: Parts) -> int:
    async with parts.db.reading() as session:
        return (await session.execute(select(func.count()).select_from(Registration))).scalar_one()


async def _registration(parts: Parts) -> Registration:
    async with parts.db.reading() as session:
        return (await session.execute(select(Registration))).scalar_one()


async def _notes(client: TestClient[Any, Any], case: dict[str, Any]) -> list[str]:
    body = await (await client.get(f"/api/staff/cases/{case['id']}")).json()
    return [note["text"] for note in body["notes"]]


async def _cases(client: TestClient[Any, Any]) -> list[dict[str, Any]]:
    await sign_in(client, "lead@demo.test")
    return list((await (await client.get("/api/staff/cases?state=open")).json())["cases"])


async def test_a_postcode_in_one_borough_gives_the_case_its_area(
    client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    form = Form(internal, (await make_chat(client, "camden")).conversation)
    await form.fill(postcode="SW17 0AA")
    await form.finish()
    [case] = await _cases(client)
    assert case["area"] == "wandsworth"


async def test_a_postcode_places_the_open_cases_of_a_chat_that_named_no_area(
    form: Form, client: TestClient[Any, Any], parts: Parts
) -> None:
    chat = form.sender.partition(":")[0]
    await make_case(parts, "neet", conversation=chat)
    await form.fill(postcode="SW17 0AA")
    await form.finish()
    await make_case(parts, "request", conversation=chat)
    found = {case["reason"]: case["area"] for case in await _cases(client)}
    assert found == dict.fromkeys(("neet", "benefits", "request"), "wandsworth")


async def test_registering_again_elsewhere_places_that_conversation_too(
    form: Form, client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    await form.fill()
    await form.finish()
    case = await make_case(parts, "neet", area=None)
    again = Form(internal, case["conversation"])
    await again.fill()
    await again.finish()
    assert (await stored(parts, case)).area == "camden"


async def test_an_adviser_keeps_sight_of_a_case_that_a_postcode_elsewhere_would_move(
    form: Form, client: TestClient[Any, Any], parts: Parts
) -> None:
    case = await make_case(parts, "neet", conversation=form.sender.partition(":")[0])
    async with signed_in(client, LAMBETH) as alex:
        await alex.post(f"{case['at']}/claim")
        await form.fill(postcode="NW5 2TJ")
        await form.finish()
        assert (await alex.get(case["at"]))[0] == 200


async def test_a_postcode_of_a_district_that_boroughs_share_gives_the_borough_it_lies_in(
    form: Form, client: TestClient[Any, Any]
) -> None:
    await form.fill(postcode="SE5 8AB")
    await form.finish()
    assert [case["area"] for case in await _cases(client)] == ["southwark"]


async def test_a_postcode_in_no_list_lies_in_the_borough_that_they_name(
    form: Form, client: TestClient[Any, Any]
) -> None:
    await form.fill(postcode="SE24 0ZZ")
    status, told = await form.finish()
    assert (status, told["error"]["fields"]) == (409, ["borough"])
    assert (await form.answer("borough", "its in lambeth i think"))["shown"] == "Lambeth"
    await form.finish()
    assert [case["area"] for case in await _cases(client)] == ["lambeth"]
