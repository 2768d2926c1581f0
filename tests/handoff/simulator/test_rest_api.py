"""The simulator answers Twilio's library as Twilio would."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from twilio.request_validator import RequestValidator

from handoff.settings import Settings
from handoff.simulator.app import make_simulator_app
from handoff.simulator.network import Account
from handoff.sms.twilio_client import NotSent, Refused, TwilioClient
from tests.handoff.simulator.conftest import ACCOUNT, CAMDEN, LAMBETH, TOKEN, Service
from tests.servers import free_port

MESSAGES = f"/phone/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages"
PHONE = "+447700900123"
AUTH = {"Authorization": "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()}


async def create(simulator: TestClient, **fields: str) -> tuple[int, dict[str, Any]]:
    form = {"To": PHONE, "From": CAMDEN, "Body": "hello"} | fields
    response = await simulator.post(f"{MESSAGES}.json", data=form, headers=AUTH)
    return response.status, await response.json()


async def listed(simulator: TestClient, **query: str) -> list[str]:
    response = await simulator.get(f"{MESSAGES}.json", params=query, headers=AUTH)
    assert response.status == 200, await response.text()
    return [message["body"] for message in (await response.json())["messages"]]


async def text(simulator: TestClient, body: str, service: str = CAMDEN) -> None:
    sent = {"phone": PHONE, "service": service, "body": body}
    assert (await simulator.post("/phone/texts", json=sent)).status == 202


async def test_a_created_message_has_twilio_s_fields(simulator: TestClient) -> None:
    status, message = await create(simulator)
    assert status == 201
    assert message["sid"].startswith("SM") and len(message["sid"]) == 34
    assert (message["status"], message["direction"], message["num_segments"]) == (
        "queued",
        "outbound-api",
        "1",
    )
    assert (message["to"], message["from"], message["error_code"]) == (PHONE, CAMDEN, None)
    assert parsedate_to_datetime(message["date_created"]).tzinfo is not None
    assert message["uri"] == f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{message['sid']}.json"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"To": ""}, 21604, id="nobody to send to"),
        pytest.param({"To": "hello"}, 21211, id="no phone number"),
        pytest.param({"From": ""}, 21603, id="no sender"),
        pytest.param({"From": "+447700900777"}, 21606, id="not our number"),
        pytest.param({"Body": " "}, 21602, id="no words"),
        pytest.param({"Body": "x" * 1601}, 21617, id="too long"),
    ],
)
async def test_a_bad_request_gets_twilio_s_code(
    simulator: TestClient, fields: dict[str, str], code: int
) -> None:
    status, error = await create(simulator, **fields)
    assert (status, error["status"], error["code"]) == (400, 400, code)
    assert error["message"] and error["more_info"].endswith(str(code))


@pytest.mark.parametrize("given", ["", "Basic eDp5", "Bearer abc", "Basic %%%"])
async def test_without_the_account_s_token_nobody_gets_in(simulator: TestClient, given: str) -> None:
    response = await simulator.get(f"{MESSAGES}.json", headers={"Authorization": given})
    assert (response.status, (await response.json())["code"]) == (401, 20003)


@pytest.mark.parametrize("path", [f"{MESSAGES}/SMnone.json", MESSAGES.replace(ACCOUNT, "ACother") + ".json"])
async def test_what_is_not_there_is_twilio_s_404(simulator: TestClient, path: str) -> None:
    response = await simulator.get(path, headers=AUTH)
    assert (response.status, (await response.json())["code"]) == (404, 20404)


async def test_one_message_can_be_read(simulator: TestClient) -> None:
    _, made = await create(simulator)
    response = await simulator.get(f"{MESSAGES}/{made['sid']}.json", headers=AUTH)
    assert (await response.json())["body"] == "hello"


async def test_a_list_is_filtered_by_both_ends_and_newest_first(simulator: TestClient) -> None:
    await create(simulator, Body="one")
    await create(simulator, Body="two", From=LAMBETH)
    await create(simulator, Body="three", To="+447700900124")
    await text(simulator, "four")
    assert await listed(simulator) == ["four", "three", "two", "one"]
    assert await listed(simulator, To=PHONE) == ["two", "one"]
    assert await listed(simulator, From=PHONE) == ["four"]
    assert await listed(simulator, To=PHONE, From=LAMBETH) == ["two"]


async def test_a_list_is_filtered_by_time(simulator: TestClient) -> None:
    await create(simulator)
    now = datetime.now(UTC)
    before, after = (now + timedelta(minutes=m) for m in (-1, 1))
    assert await listed(simulator, **{"DateSent>": before.strftime("%Y-%m-%dT%H:%M:%SZ")}) == ["hello"]
    assert await listed(simulator, **{"DateSent>": after.strftime("%Y-%m-%dT%H:%M:%SZ")}) == []
    assert await listed(simulator, **{"DateSent<": before.strftime("%Y-%m-%dT%H:%M:%SZ")}) == []
    assert await listed(simulator, DateSent=f"{now:%Y-%m-%d}") == ["hello"]


async def test_a_long_list_comes_in_pages(simulator: TestClient) -> None:
    for number in range(5):
        await create(simulator, Body=str(number))
    path: str | None = f"{MESSAGES}.json?PageSize=2&To=%2B447700900123"
    seen = []
    while path:
        body = await (await simulator.get(path, headers=AUTH)).json()
        seen += [message["body"] for message in body["messages"]]
        path = "/phone/twilio" + body["next_page_uri"] if body["next_page_uri"] else None
    assert seen == ["4", "3", "2", "1", "0"]


@pytest.fixture
def settings_of(simulator: TestClient, account: Account) -> Settings:
    return Settings(
        public_base_url=account.public_base,
        twilio_account_sid=ACCOUNT,
        twilio_auth_tokens=(TOKEN,),
        twilio_api_base=str(simulator.make_url("/phone/twilio")),
    )


@pytest.mark.parametrize(
    ("areas", "names"),
    [
        ({}, {"+447700900000": "camden"}),
        ({LAMBETH: "lambeth"}, {LAMBETH: "lambeth", "+447700900000": "camden"}),
        ({"+447700900000": "lambeth"}, {"+447700900000": "lambeth"}),
    ],
)
async def test_the_service_sends_from_its_usual_number_beside_those_of_areas(
    account: Account, settings_of: Settings, areas: dict[str, str], names: dict[str, str]
) -> None:
    numbers = Account.of(replace(settings_of, twilio_numbers=areas)).numbers
    assert numbers == names
    app = make_simulator_app(replace(account, numbers=numbers))
    async with TestClient(TestServer(app, port=free_port())) as simulator:
        for number in numbers:
            assert (await create(simulator, From=number))[0] == 201


async def test_twilio_s_own_library_sends_finds_and_lists(
    simulator: TestClient, settings_of: Settings, service: Service
) -> None:
    async with aiohttp.ClientSession() as http:
        twilio = TwilioClient(http, settings_of)
        sid = await twilio.send(PHONE, CAMDEN, "hello", "ref")
        await text(simulator, "one")
        await text(simulator, "two", LAMBETH)
        assert await twilio.find(PHONE, CAMDEN, "hello", timedelta(0)) == [sid]
        assert await twilio.find(PHONE, CAMDEN, "other", timedelta(0)) == []
        inbound = await twilio.inbound_since(datetime.now(UTC) - timedelta(hours=1))
    assert [(one.body, one.phone, one.our_number) for one in inbound] == [
        ("one", PHONE, CAMDEN),
        ("two", PHONE, LAMBETH),
    ]


async def test_the_client_tells_a_final_no_from_one_worth_another_try(settings_of: Settings) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(Refused) as refused:
            await TwilioClient(http, settings_of).send("nobody", CAMDEN, "hello", "ref")
        wrong_token = Settings(**{**vars(settings_of), "twilio_auth_tokens": ("wrong",)})
        with pytest.raises(NotSent) as not_sent:
            await TwilioClient(http, wrong_token).send(PHONE, CAMDEN, "hello", "ref")
    assert (refused.value.code, not_sent.value.code) == ("21211", "20003")


async def test_every_text_is_followed_by_signed_receipts(simulator: TestClient, service: Service) -> None:
    callback = "https://wayline.example/webhooks/twilio/status?text=7"
    _, made = await create(simulator, StatusCallback=callback)
    got = await service.webhooks(2)
    assert [form["MessageStatus"] for _, form, _ in got] == ["sent", "delivered"]
    for path, form, signature in got:
        assert (path, form["MessageSid"]) == ("/webhooks/twilio/status?text=7", made["sid"])
        assert RequestValidator(TOKEN).validate(callback, form, signature)


async def test_a_text_from_a_phone_is_a_signed_webhook(simulator: TestClient, service: Service) -> None:
    await text(simulator, "héllo & welcome + £5")
    ((path, form, signature),) = await service.webhooks(1)
    assert (path, form["Body"], form["To"]) == ("/webhooks/twilio/sms", "héllo & welcome + £5", CAMDEN)
    assert RequestValidator(TOKEN).validate(f"https://wayline.example{path}", form, signature)


async def test_stop_blocks_the_number_as_at_twilio(simulator: TestClient, service: Service) -> None:
    await text(simulator, "Stop")
    assert (await create(simulator))[1]["code"] == 21610
    assert (await create(simulator, From=LAMBETH))[0] == 201
    await text(simulator, "START")
    assert (await create(simulator))[0] == 201
    received = [form["Body"] for _, form, _ in await service.webhooks(2)]
    assert sorted(received) == ["START", "Stop"]


async def test_a_text_nobody_took_in_stays_listed(simulator: TestClient, service: Service) -> None:
    service.status = 500
    await text(simulator, "anyone?")
    await service.webhooks(1)
    assert await listed(simulator, To=CAMDEN) == ["anyone?"]
    state = await (await simulator.get("/phone/state", params={"phone": PHONE, "service": CAMDEN})).json()
    assert [message["status"] for message in state["messages"]] == ["waiting"]
