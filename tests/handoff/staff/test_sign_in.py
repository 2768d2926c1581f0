"""Signing in, staying in, and being kept out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from handoff.app import Parts, make_public_app
from handoff.clock import Clock
from handoff.settings import Limits
from handoff.staff import service
from handoff.staff.passwords import hash_password
from tests.handoff.conftest import PASSWORD
from tests.handoff.factories import sign_in

EMAIL = "pa.camden@demo.test"
Client = TestClient[Any, Any]


async def attempt(
    client: Client, email: str = EMAIL, password: str = PASSWORD, **more: str
) -> tuple[int, str]:
    response = await client.post("/api/staff/session", json={"email": email, "password": password, **more})
    body = await response.json()
    return response.status, body.get("error", {}).get("code", "")


async def test_signing_in_gives_a_cookie_no_script_or_other_site_can_use(client: Client) -> None:
    response = await client.post(
        "/api/staff/session", json={"email": " PA.Camden@demo.test ", "password": PASSWORD}
    )
    cookie = response.headers["Set-Cookie"]
    assert response.status == 200 and (await response.json())["csrf"]
    for part in ("HttpOnly", "SameSite=Strict", "Max-Age=43200", "Path=/"):
        assert part in cookie
    assert "expires" not in cookie.lower()


@pytest.mark.parametrize("email, password", [(EMAIL, "wrong"), ("nobody@demo.test", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: Client, email: str, password: str
) -> None:
    assert await attempt(client, email, password) == (401, "wrong_sign_in")


@pytest.mark.parametrize(
    "body, status, code",
    [
        ("{", 422, "bad_json"),
        ("[]", 422, "bad_json"),
        ("{}", 422, "bad_field"),
        ('{"email": 1}', 422, "bad_field"),
    ],
)
async def test_a_malformed_sign_in_says_what_is_wrong(
    client: Client, body: str, status: int, code: str
) -> None:
    response = await client.post("/api/staff/session", data=body)
    assert (response.status, (await response.json())["error"]["code"]) == (status, code)


async def test_someone_who_left_cannot_sign_in_or_stay(client: Client, parts: Parts) -> None:
    await sign_in(client)
    async with parts.db.transaction() as session:
        person = await service.by_email(session, EMAIL)
        assert person
        person.active = False
    assert (await client.get("/api/staff/session")).status == 401
    assert await attempt(client) == (401, "wrong_sign_in")


async def test_wrong_guesses_tire_an_account(client: Client) -> None:
    answers = [await attempt(client, password="guess") for _ in range(11)]
    assert answers[9] == (401, "wrong_sign_in")
    assert answers[10] == await attempt(client) == (429, "too_many")
    assert (await attempt(client, "lead@demo.test"))[0] == 200


async def test_twenty_people_behind_one_address_sign_in_in_the_same_second(client: Client) -> None:
    answers = await asyncio.gather(*(attempt(client) for _ in range(20)))
    assert {status for status, _ in answers} == {200}


async def test_more_in_a_second_than_an_address_may_are_asked_to_wait_a_moment(parts: Parts) -> None:
    none_at_all = replace(parts.settings, limits=Limits(sign_ins_per_address_second=0))
    app = make_public_app(replace(parts, settings=none_at_all))
    async with TestClient(TestServer(app, port=parts.settings.port)) as client:
        response = await client.post("/api/staff/session", json={"email": EMAIL, "password": PASSWORD})
        error = (await response.json())["error"]
    assert (response.status, error["code"]) == (429, "too_many")
    assert "moment" in error["message"] and "15 minutes" not in error["message"]


async def test_the_token_for_writes_is_asked_for(client: Client) -> None:
    await sign_in(client)
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "é"}, {"X-CSRF-Token": "another"}):
        response = await client.delete("/api/staff/session", headers=headers)
        assert (response.status, (await response.json())["error"]["code"]) == (403, "bad_csrf")


@pytest.mark.parametrize("header", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_another_site_cannot_write_even_with_the_token(client: Client, header: dict[str, str]) -> None:
    headers = await sign_in(client)
    response = await client.delete("/api/staff/session", headers=headers | header)
    assert (response.status, (await response.json())["error"]["code"]) == (403, "other_site")


async def test_signing_out_ends_the_session_on_the_server(client: Client) -> None:
    headers = await sign_in(client)
    jar = client.session.cookie_jar.filter_cookies(client.make_url("/"))
    cookie = {"Cookie": f"wayline_staff={jar['wayline_staff'].value}"}
    assert (await client.delete("/api/staff/session", headers=headers)).status == 204
    assert (await client.get("/api/staff/session", headers=cookie)).status == 401


async def test_a_session_ends_after_an_idle_hour(client: Client, clock: Clock) -> None:
    await sign_in(client)
    clock.move(timedelta(minutes=59))
    assert (await client.get("/api/staff/session")).status == 200
    clock.move(timedelta(minutes=61))
    assert (await client.get("/api/staff/session")).status == 401


async def test_a_session_ends_after_twelve_hours_however_busy(client: Client, clock: Clock) -> None:
    await sign_in(client)
    for _ in range(15):
        clock.move(timedelta(minutes=45))
        assert (await client.get("/api/staff/session")).status == 200
    clock.move(timedelta(minutes=46))
    assert (await client.get("/api/staff/session")).status == 401


async def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(
    client: Client, clock: Clock
) -> None:
    await sign_in(client)
    clock.move(timedelta(minutes=50))
    assert (await client.get("/staff/queue/list")).status == 200
    clock.move(timedelta(minutes=11))
    assert (await client.get("/staff/queue/list")).status == 401


async def test_an_editor_has_no_right_to_cases(client: Client) -> None:
    await sign_in(client, "editor.one@demo.test")
    response = await client.get("/api/staff/cases")
    assert (response.status, (await response.json())["error"]["code"]) == (403, "no_right")


async def test_a_one_time_code_works_once_and_is_asked_for(
    client: Client, parts: Parts, clock: Clock
) -> None:
    async with parts.db.transaction() as session:
        person = await service.add(
            session,
            clock.now(),
            email="new@council.example",
            name="Nia Bell",
            roles=["pa"],
            areas=["camden"],
            password_hash=await hash_password("a good long password"),
            with_code=True,
        )
    code = pyotp.TOTP(person.totp_secret or "").at(int(clock.now().timestamp()))
    account = ("new@council.example", "a good long password")
    assert await attempt(client, *account) == (401, "code_required")
    assert await attempt(client, *account, code="000000") == (401, "wrong_code")
    answers = await asyncio.gather(*(attempt(client, *account, code=code) for _ in range(2)))
    assert sorted(answers) == [(200, ""), (401, "wrong_code")]


@pytest.mark.parametrize("where", ["/staff/queue", "/staff/queue?show=mine", "/staff/answers/care-leavers"])
async def test_the_sign_in_page_leads_on(client: Client, where: str) -> None:
    assert await landing(client, where) == where


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/", "//evil", "/staff//evil.example", "/staff/../chat", "/staff/./x", "/chat",
        "/staff/%2e%2e/x", "/staffed", "/staff/\\evil", "/staff/x\r\nSet-Cookie: a=b", "/staff/x#y", "",
    ],
)  # fmt: skip
async def test_the_sign_in_page_never_leads_away_from_the_console(client: Client, where: str) -> None:
    assert await landing(client, where) == "/staff"


async def landing(client: Client, where: str) -> str:
    form = {"email": EMAIL, "password": PASSWORD, "next": where}
    response = await client.post("/staff/sign-in", data=form, allow_redirects=False)
    assert response.status == 303
    return response.headers["Location"]


async def test_a_failed_sign_in_still_leads_on_after_the_next(client: Client) -> None:
    form = {"email": EMAIL, "password": "no", "next": "/staff/queue"}
    response = await client.post("/staff/sign-in", data=form)
    assert 'name="next" value="/staff/queue"' in await response.text()


@pytest.mark.parametrize("path", ["/staff/sign-in", "/staff/sign-out"])
async def test_the_address_of_a_form_loaded_anew_leads_to_the_sign_in_page(client: Client, path: str) -> None:
    response = await client.get(path, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/staff")


async def test_a_failed_sign_in_page_keeps_the_address_and_shows_why(client: Client) -> None:
    response = await client.post("/staff/sign-in", data={"email": '"><script>', "password": "no"})
    text = await response.text()
    assert response.status == 401 and "do not go together" in text and "<script>" not in text


async def test_someone_not_signed_in_is_led_to_the_sign_in_page_and_back(client: Client) -> None:
    response = await client.get("/staff/queue", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/staff?next=/staff/queue")
