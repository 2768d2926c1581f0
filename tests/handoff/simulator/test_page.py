"""The page with the phones on it, by what its script asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from handoff.app import Parts, make_public_app
from handoff.simulator.app import make_simulator_app
from handoff.simulator.network import Account
from tests.handoff.simulator.conftest import CAMDEN, LAMBETH, Service
from tests.handoff.simulator.test_rest_api import PHONE, create, text


async def state(simulator: TestClient, phone: str = PHONE, service: str = CAMDEN) -> dict[str, Any]:
    response = await simulator.get("/phone/state", params={"phone": phone, "service": service})
    return dict(await response.json())


async def test_the_page_offers_every_number_of_the_service(simulator: TestClient) -> None:
    page = await (await simulator.get("/phone")).text()
    assert "Wayline Camden, 07700 900001" in page and "Wayline Lambeth, 07700 900002" in page


async def test_the_page_runs_no_script_of_its_own_and_nothing_from_elsewhere(simulator: TestClient) -> None:
    response = await simulator.get("/phone")
    page = await response.text()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "<style" not in page and " style=" not in page and "onclick" not in page and "https://" not in page


async def test_there_are_phones_to_begin_with_and_more_can_be_added(simulator: TestClient) -> None:
    before = [phone["number"] for phone in (await state(simulator))["phones"]]
    added = (await (await simulator.post("/phone/phones", json={})).json())["number"]
    after = [phone["number"] for phone in (await state(simulator))["phones"]]
    assert before and added.startswith("+447700900") and after == [*before, added]


async def test_a_phone_can_have_a_number_of_one_s_own(simulator: TestClient) -> None:
    made = await simulator.post("/phone/phones", json={"number": "07700 900 555"})
    assert (await made.json())["number"] == "+447700900555"


async def test_a_thread_shows_both_sides_with_parts_and_ticks(
    simulator: TestClient, service: Service
) -> None:
    await text(simulator, "hello")
    await service.webhooks(1)
    await create(simulator, Body="x" * 200, StatusCallback="https://wayline.example/webhooks/twilio/status")
    await service.webhooks(3)
    mine, theirs = (await state(simulator))["messages"]
    assert (mine["mine"], mine["body"], theirs["mine"], theirs["parts"]) == (True, "hello", False, 2)
    assert theirs["status"] == "delivered"


async def test_what_was_not_read_is_counted_for_each_number(simulator: TestClient) -> None:
    await create(simulator, Body="one")
    await create(simulator, Body="two", From=LAMBETH)
    seen = await state(simulator)
    assert seen["unread"] == {CAMDEN: 1, LAMBETH: 1}
    read = {"phone": PHONE, "service": CAMDEN, "id": seen["messages"][-1]["id"]}
    assert (await simulator.post("/phone/read", json=read)).status == 204
    after = await state(simulator)
    assert after["unread"] == {CAMDEN: 0, LAMBETH: 1}
    assert {phone["number"]: phone["unread"] for phone in after["phones"]}[PHONE] == 1


async def test_a_picture_goes_without_words(simulator: TestClient, service: Service) -> None:
    sent = {"phone": PHONE, "service": CAMDEN, "body": "", "picture": True}
    assert (await simulator.post("/phone/texts", json=sent)).status == 202
    ((_, form, _),) = await service.webhooks(1)
    assert (form["NumMedia"], form["Body"], form["MediaContentType0"]) == ("1", "", "image/jpeg")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"body": ""}, 422),
        ({"body": "x" * 1601}, 413),
        ({"service": "+447700900777"}, 422),
        ({"phone": "hello"}, 422),
        ({"phone": 7}, 422),
    ],
)
async def test_a_text_that_cannot_be_sent_is_refused_with_a_reason(
    simulator: TestClient, change: dict[str, object], status: int
) -> None:
    sent = {"phone": PHONE, "service": CAMDEN, "body": "hello"} | change
    response = await simulator.post("/phone/texts", json=sent)
    assert (response.status, bool((await response.json())["error"]["message"])) == (status, True)


async def test_the_stream_says_when_something_changed(simulator: TestClient) -> None:
    async with simulator.get("/phone/events") as stream:
        assert await stream.content.readuntil(b"\n\n") == b"event: change\ndata: {}\n\n"
        await text(simulator, "hello")
        assert await stream.content.readuntil(b"\n\n") == b"event: change\ndata: {}\n\n"


async def test_everything_is_there_after_a_restart(
    simulator: TestClient, account: Account, service: Service
) -> None:
    await text(simulator, "hello")
    await text(simulator, "stop", LAMBETH)
    await service.webhooks(2)
    await simulator.close()
    async with TestClient(TestServer(make_simulator_app(account))) as again:
        assert [message["body"] for message in (await state(again))["messages"]] == ["hello"]
        assert (await state(again, service=LAMBETH))["blocked"]


@pytest.mark.parametrize("port", ["", "0"])
async def test_nobody_plays_a_phone_while_texts_go_to_a_real_network(parts: Parts, port: str) -> None:
    """`port` makes an address that only begins like ours."""
    real = f"{parts.settings.public_base_url}{port}/other" if port else "https://api.twilio.com"
    settings = replace(parts.settings, twilio_api_base=real)
    async with TestClient(TestServer(make_public_app(replace(parts, settings=settings)))) as client:
        forged = {"phone": PHONE, "service": CAMDEN, "body": "stop"}
        answers = [await client.post("/phone/texts", json=forged), await client.get("/phone")]
    assert [answer.status for answer in answers] == [404, 404]
