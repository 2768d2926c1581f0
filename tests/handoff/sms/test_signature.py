"""Only what Twilio signed is believed, over the public address and with any token of the list."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from handoff.app import Parts
from handoff.sms.signature import parse_form, signed_by
from tests.handoff.sms.phones import OLDER_TOKEN, SMS, STATUS, TOKEN, Phone, encoded, post, signature

URL = "https://wayline.example/webhooks/twilio/sms"
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}
fields = st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=50), min_size=1, max_size=5)


@pytest.mark.parametrize("path", [SMS, STATUS])
async def test_without_a_signature_nobody_gets_in(phone: Phone, path: str) -> None:
    response = await phone.client.post(path, data=phone.fields("hello"))
    assert response.status == 403
    assert (await response.json())["error"]["code"] == "bad_signature"


@pytest.mark.parametrize("token", [TOKEN, OLDER_TOKEN])
async def test_every_token_of_the_list_may_sign_while_rotating(phone: Phone, token: str) -> None:
    assert (await post(phone.client, SMS, phone.fields("hello"), token)).status == 200


async def test_another_account_s_token_is_refused(phone: Phone) -> None:
    assert (await post(phone.client, SMS, phone.fields("hello"), "someone-else")).status == 403


async def test_one_changed_byte_is_refused(client: TestClient, phone: Phone) -> None:
    sent = phone.fields("hello")
    headers = FORM_TYPE | {"X-Twilio-Signature": signature(str(client.make_url(SMS)), sent)}
    changed = encoded(sent).replace(b"hello", b"hellp")
    assert (await client.post(SMS, data=encoded(sent), headers=headers)).status == 200
    assert (await client.post(SMS, data=changed, headers=headers)).status == 403


async def test_a_field_added_later_is_refused(client: TestClient, phone: Phone) -> None:
    sent = phone.fields("hello")
    headers = FORM_TYPE | {"X-Twilio-Signature": signature(str(client.make_url(SMS)), sent)}
    assert (await client.post(SMS, data=encoded(sent) + b"&NumMedia=1", headers=headers)).status == 403


async def test_a_signature_over_https_does_not_fit_http(client: TestClient, phone: Phone) -> None:
    sent = phone.fields("hello")
    over_https = str(client.make_url(SMS)).replace("http://", "https://")
    headers = {"X-Twilio-Signature": signature(over_https, sent)}
    assert (await client.post(SMS, data=sent, headers=headers)).status == 403


async def test_the_host_header_decides_nothing(client: TestClient, phone: Phone) -> None:
    sent = phone.fields("hello")
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    right = {"X-Twilio-Signature": signature(str(client.make_url(SMS)), sent)}
    wrong = {"X-Twilio-Signature": signature(f"https://evil.example{SMS}", sent)}
    assert (await client.post(SMS, data=sent, headers=forged | right)).status == 200
    assert (await client.post(SMS, data=sent, headers=forged | wrong)).status == 403


async def test_a_query_is_part_of_what_is_signed(client: TestClient, phone: Phone) -> None:
    path = f"{STATUS}?text=abc&x=%20y"
    assert (await phone.status("SM1", "sent", path=path)).status == 200
    headers = {"X-Twilio-Signature": signature(str(client.make_url(STATUS)), {"MessageSid": "SM1"})}
    assert (await client.post(path, data={"MessageSid": "SM1"}, headers=headers)).status == 403


async def test_repeated_fields_are_all_signed(client: TestClient, parts: Parts) -> None:
    form = MultiDict([("MessageSid", "SM1"), ("Tag", "b"), ("Tag", "a")])
    made = signature(str(client.make_url(STATUS)), form)  # type: ignore[arg-type]
    headers = FORM_TYPE | {"X-Twilio-Signature": made}
    assert (await client.post(STATUS, data=b"MessageSid=SM1&Tag=b&Tag=a", headers=headers)).status == 200
    assert (await client.post(STATUS, data=b"MessageSid=SM1&Tag=b", headers=headers)).status == 403


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=" + b"x" * 70_000, b"&".join([b"a=b"] * 600), b"{}", b""])
async def test_a_body_that_is_no_form_of_twilio_s_is_refused(client: TestClient, body: bytes) -> None:
    headers = FORM_TYPE | {"X-Twilio-Signature": "x"}
    assert (await client.post(SMS, data=body, headers=headers)).status in (403, 413)


@given(fields)
def test_what_is_signed_is_accepted_whatever_it_says(form: dict[str, str]) -> None:
    form = {name.encode("utf-8", "ignore").decode(): value for name, value in form.items()}
    made = signature(URL, form)
    assert signed_by(TOKEN, URL, MultiDict(form), made)
    assert not signed_by(OLDER_TOKEN, URL, MultiDict(form), made)


@given(fields, st.text(max_size=40))
def test_no_other_signature_is_accepted(form: dict[str, str], guess: str) -> None:
    assert not signed_by(TOKEN, URL, MultiDict(form), guess)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_turned_down(body: bytes) -> None:
    form = parse_form(body)
    assert form is None or all(isinstance(value, str) for value in form.values())
