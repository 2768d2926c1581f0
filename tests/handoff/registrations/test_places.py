"""Where somebody who registers lives gives their case its area, and their adviser never loses sight of it."""

from __future__ import annotations

from typing import Any

from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import LAMBETH, make_case, signed_in, stored
from tests.handoff.factories import make_chat
from tests.handoff.registrations.forms import Form
from tests.handoff.registrations.scenes import open_cases


async def test_a_postcode_in_one_borough_gives_the_case_its_area(
    client: TestClient[Any, Any], internal: TestClient[Any, Any], parts: Parts
) -> None:
    form = Form(internal, (await make_chat(client, "camden")).conversation)
    await form.fill(postcode="SW17 0AA")
    await form.finish()
    [case] = await open_cases(client)
    assert case["area"] == "wandsworth"


async def test_a_postcode_places_the_open_cases_of_a_chat_that_named_no_area(
    form: Form, client: TestClient[Any, Any], parts: Parts
) -> None:
    chat = form.sender.partition(":")[0]
    await make_case(parts, "neet", conversation=chat)
    await form.fill(postcode="SW17 0AA")
    await form.finish()
    await make_case(parts, "request", conversation=chat)
    found = {case["reason"]: case["area"] for case in await open_cases(client)}
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
    assert [case["area"] for case in await open_cases(client)] == ["southwark"]


async def test_a_postcode_in_no_list_lies_in_the_borough_that_they_name(
    form: Form, client: TestClient[Any, Any]
) -> None:
    await form.fill(postcode="SE24 0ZZ")
    status, told = await form.finish()
    assert (status, told["error"]["fields"]) == (409, ["borough"])
    assert (await form.answer("borough", "its in lambeth i think"))["shown"] == "Lambeth"
    await form.finish()
    assert [case["area"] for case in await open_cases(client)] == ["lambeth"]
