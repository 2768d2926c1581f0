"""What was learned on the case page and in the API: corrected by whoever may, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import LAMBETH, Colleague, signed_in
from tests.handoff.factories import Chat, make_chat

Client = TestClient[Any, Any]


@pytest.fixture
async def chat(client: Client) -> Chat:
    chat = await make_chat(client, "camden")
    await chat.say("left college in october, got excluded from school before that")
    return chat


async def the_case(who: Colleague) -> dict[str, Any]:
    _, listed = await who.get("/api/staff/cases")
    _, case = await who.get(f"/api/staff/cases/{listed['cases'][0]['id']}")
    return case


def sign(case: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in case["situation"]["learned"] if one["kind"] == "sign")


async def test_the_page_shows_suggestions_with_their_words(chat: Chat, sam: Colleague) -> None:
    case = await the_case(sam)
    page = await sam.page(f"/staff/cases/{case['id']}")
    assert "619 Seeking employment, education or training" in page
    assert "Excluded or suspended" in page and "never a score" in page
    assert '<q dir="auto">left college in october, got excluded from school before that</q>' in page


async def test_an_adviser_sets_the_activity_code(chat: Chat, sam: Colleague) -> None:
    case = await the_case(sam)
    status, page = await sam.submit(f"/staff/cases/{case['id']}/activity", code="640")
    assert status == 200 and "640 Illness" in page and "set by an adviser" in page
    activity = (await the_case(sam))["situation"]["activity"]
    assert (activity["code"], activity["suggested"]) == ("640", False)
    await chat.say("left college ages ago")
    assert (await the_case(sam))["situation"]["activity"]["code"] == "640"


@pytest.mark.parametrize("code", ["", "999", "450", "619x"])
async def test_a_code_that_is_not_offered_is_refused(chat: Chat, sam: Colleague, code: str) -> None:
    case = await the_case(sam)
    status, page = await sam.submit(f"/staff/cases/{case['id']}/activity", code=code)
    assert status == 422 and "Choose one of the activities" in page
    assert (await sam.post(f"/api/staff/cases/{case['id']}/activity", {"code": code}))[0] == 422


async def test_what_is_not_right_is_struck_out_and_stays_so(chat: Chat, sam: Colleague) -> None:
    case = await the_case(sam)
    at = f"/staff/cases/{case['id']}"
    _, page = await sam.submit(f"{at}/strike-out", learned=sign(case)["id"])
    assert "Struck out" in page
    await chat.say("left college, i got excluded once")
    assert sign(await the_case(sam))["wrong"] is True


async def test_another_area_s_adviser_can_neither_see_nor_change_it(
    chat: Chat, sam: Colleague, client: Client
) -> None:
    case = await the_case(sam)
    at = f"/api/staff/cases/{case['id']}"
    async with signed_in(client, LAMBETH) as alex:
        assert (await alex.get(at))[0] == 404
        assert (await alex.post(f"{at}/activity", {"code": "640"}))[0] == 404
        assert (await alex.post(f"{at}/learned/{sign(case)['id']}/wrong"))[0] == 404
        assert len((await alex.get("/api/staff/activities"))[1]["activities"]) > 30
    assert sign(await the_case(sam))["wrong"] is False


async def test_something_of_another_conversation_is_not_there(
    chat: Chat, sam: Colleague, client: Client, parts: Parts
) -> None:
    case = await the_case(sam)
    other = await make_chat(client, "camden")
    await other.say("i wanna drop out")
    _, listed = await sam.get("/api/staff/cases")
    elsewhere = next(one["id"] for one in listed["cases"] if one["id"] != case["id"])
    assert (await sam.post(f"/api/staff/cases/{elsewhere}/learned/{sign(case)['id']}/wrong"))[0] == 404


async def test_a_write_without_the_csrf_token_is_refused(chat: Chat, sam: Colleague) -> None:
    case = await the_case(sam)
    at = f"/api/staff/cases/{case['id']}/activity"
    async with sam.http.post(at, json={"code": "640"}) as response:
        assert response.status == 403


async def test_every_change_is_in_the_audit_by_ids_alone(chat: Chat, sam: Colleague, parts: Parts) -> None:
    case = await the_case(sam)
    await sam.post(f"/api/staff/cases/{case['id']}/activity", {"code": "640"})
    await sam.post(f"/api/staff/cases/{case['id']}/learned/{sign(case)['id']}/wrong")
    async with parts.db.reading() as session:
        rows = (await session.connection()).exec_driver_sql("SELECT action, detail FROM audit")
        entries = {action: str(detail) for action, detail in (await rows).fetchall()}
    assert {"case.activity", "case.strike_out"} <= entries.keys()
    assert not any(word in str(entries) for word in ("640", "excluded", "college"))
