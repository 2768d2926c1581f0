"""What the queue shows, to whom, in what order; and how the assistant opens a case."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry, verify
from handoff.clock import Clock
from tests.handoff.cases.scenes import Colleague, conversation_state, make_case, signed_in, stored

Client = TestClient[Any, Any]
FIELDS = {
    "id", "reference", "reason", "level", "categories", "channel", "area", "state", "waiting_since", "due_at",
    "conversation", "owner",
}  # fmt: skip


async def ids(who: Colleague, query: str = "") -> list[str]:
    status, body = await who.get(f"/api/staff/cases?state=open&limit=5000{query}")
    assert status == 200
    return [case["id"] for case in body["cases"]]


async def test_the_queue_is_by_level_then_clock_then_wait(sam: Colleague, parts: Parts, clock: Clock) -> None:
    neet = await make_case(parts, "neet")
    request = await make_case(parts, "request")
    clock.move(timedelta(seconds=1))
    later = await make_case(parts, "request")
    concern = await make_case(parts, "safeguarding", level="concern")
    emergency = await make_case(parts, "safeguarding", level="emergency")
    assert await ids(sam) == [one["id"] for one in (emergency, concern, request, later, neet)]


async def test_the_pages_are_the_list_cut_up_under_what_one_fault_opened(
    sam: Colleague, parts: Parts, clock: Clock
) -> None:
    opened_by = ("rasa", "rasa", "texts", "lone", "texts")
    faults = [(await make_case(parts, "failure", incident=fault))["id"] for fault in opened_by]
    for number in range(60):
        clock.move(timedelta(seconds=number % 3))
        level = ("routine", "concern", "urgent")[number % 3]
        await make_case(parts, "safeguarding" if number % 3 else "request", level=level)
    grouped = [one for one in faults if one != faults[3]]
    alone = [one for one in await ids(sam) if one not in grouped]
    pages = [re.findall('data-key="([^"]+)', await sam.page(f"/staff/queue?page={n}")) for n in (1, 2, 3, 4)]
    assert pages[0][:4] == [faults[0], faults[1], faults[2], faults[4]]
    assert [pages[0][4:], pages[1], pages[2]] == [alone[:25], alone[25:50], alone[50:]]
    assert pages[3] == pages[2]


async def test_a_listed_case_has_what_the_contract_says(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", categories=("homelessness",))
    _, body = await sam.get("/api/staff/cases")
    one = body["cases"][0]
    assert set(one) == FIELDS
    assert (one["conversation"], one["categories"], one["area"]) == (
        case["conversation"],
        ["homelessness"],
        "camden",
    )
    assert one["due_at"].endswith("Z") and one["reference"].startswith("C-")


async def test_an_adviser_sees_their_area_and_cases_of_no_known_area(
    sam: Colleague, alex: Colleague, priya: Colleague, parts: Parts
) -> None:
    camden, unknown = await make_case(parts, area="camden"), await make_case(parts, area=None)
    assert set(await ids(sam)) == set(await ids(priya)) == {camden["id"], unknown["id"]}
    assert await ids(alex) == [unknown["id"]]


@pytest.mark.parametrize(
    "action", ["claim", "reply", "notes", "hand-back", "return", "escalate", "reveal", "close"]
)
async def test_a_case_outside_ones_areas_does_not_exist(alex: Colleague, parts: Parts, action: str) -> None:
    case = await make_case(parts, area="camden", phone="+447700900126")
    body = {"text": "x", "why": "x", "outcome": "advice_given", "to": str(uuid.uuid4())}
    assert (await alex.post(f"{case['at']}/{action}", body))[0] == 404
    assert (await alex.get(case["at"]))[0] == (await alex.get(f"{case['at']}/messages"))[0] == 404
    assert (await stored(parts, case)).state == "waiting"


@pytest.mark.parametrize("id", ["nothing", "6f1c1f0e-6a3e-4c55-9d3c-0d6f6b1f7a01", "%00"])
async def test_an_unknown_case_is_not_found(sam: Colleague, id: str) -> None:
    assert (await sam.get(f"/api/staff/cases/{id}"))[0] == 404


@pytest.mark.parametrize("query", ["limit=0", "limit=5001", "limit=x", "limit=-1", "limit=²", "state=lost"])
async def test_a_bad_query_names_the_field(sam: Colleague, query: str) -> None:
    status, body = await sam.get(f"/api/staff/cases?{query}")
    assert (status, body["error"]["field"]) == (422, query.partition("=")[0])


async def test_the_vocabulary_is_codes_and_labels(sam: Colleague) -> None:
    _, body = await sam.get("/api/staff/vocabulary")
    assert set(body) == {"levels", "reasons", "categories", "outcomes"}
    assert all(set(word) == {"code", "label"} for words in body.values() for word in words)


async def test_nobody_reads_cases_without_signing_in(client: Client, parts: Parts) -> None:
    case = await make_case(parts)
    for path in ("/api/staff/cases", case["at"], "/api/staff/vocabulary", "/api/staff/events"):
        response = await client.get(path)
        assert (response.status, (await response.json())["error"]["code"]) == (401, "not_signed_in")


async def test_every_read_of_a_case_is_in_the_audit(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    await sam.get(case["at"])
    await sam.get(f"{case['at']}/messages")
    await sam.page(f"/staff/cases/{case['id']}")
    async with parts.db.reading() as session:
        query = (
            select(AuditEntry.action)
            .where(AuditEntry.subject == f"case:{case['id']}")
            .order_by(AuditEntry.id)
        )
        actions = list((await session.execute(query)).scalars())
        assert await verify(session) is None
    assert actions == ["case.open", "case.read", "case.read_messages", "case.read"]


async def test_the_live_line_tells_of_a_new_case_and_its_urgency(client: Client, parts: Parts) -> None:
    async with signed_in(client) as sam, sam.http.get("/api/staff/events") as stream:
        assert b'"waiting": 0' in (await stream.content.readuntil(b"\n\n"))
        await make_case(parts, "safeguarding", level="urgent")
        parts.hub.notify("console")
        assert b'"waiting": 1, "urgent": 1' in (await stream.content.readuntil(b"\n\n"))


async def test_the_live_line_ends_with_the_session(client: Client, parts: Parts) -> None:
    async with signed_in(client) as sam, sam.http.get("/api/staff/events") as stream:
        await stream.content.readuntil(b"\n\n")
        await sam.http.delete("/api/staff/session", headers={"X-CSRF-Token": sam.csrf})
        parts.hub.notify("console")
        assert await stream.content.read() == b""


async def ask(internal: Client, case: dict[str, str], **body: Any) -> tuple[int, dict[str, Any]]:
    given = {
        "conversation": f"{case['conversation']}:1",
        "message_id": "m1",
        "reason": "request",
        "facts": {},
    } | body
    response = await internal.post("/internal/cases", json=given)
    return response.status, await response.json()


async def test_a_request_makes_the_conversation_wait_and_a_repeat_is_told_the_same(
    internal: Client, sam: Colleague, parts: Parts
) -> None:
    case = await make_case(parts, "neet")
    first = await ask(internal, case)
    assert (first[0], first[1]["created"], await conversation_state(parts, case)) == (200, True, "waiting")
    assert await ask(internal, case) == first
    assert (await ask(internal, case, message_id="m2"))[1]["created"] is False
    assert len(await ids(sam)) == 2


async def test_a_repeat_after_the_case_was_closed_opens_no_second_one(
    internal: Client, sam: Colleague, parts: Parts
) -> None:
    case = await make_case(parts)
    asked = await ask(internal, case)
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/close", {"outcome": "advice_given"})
    assert await ask(internal, case) == asked
    assert await ids(sam) == []


async def test_an_unanswered_question_opens_a_case_and_the_bot_goes_on(
    internal: Client, parts: Parts, sam: Colleague
) -> None:
    case = await make_case(parts, "neet")
    assert (await ask(internal, case, reason="unanswered", facts={"since": "left college in May"}))[0] == 200
    assert await conversation_state(parts, case) == "bot"
    opened = next(one for one in await ids(sam) if one != case["id"])
    _, seen = await sam.get(f"/api/staff/cases/{opened}")
    assert seen["facts"] == {"since": "left college in May"} and seen["level"] == "routine"


@pytest.mark.parametrize(
    "body, status",
    [
        ({"reason": "other"}, 422),
        ({"conversation": "x"}, 422),
        ({"facts": [1]}, 422),
        ({"message_id": ""}, 422),
        ({"conversation": f"{uuid.uuid4()}:1"}, 404),
    ],
)
async def test_a_malformed_call_opens_nothing(
    internal: Client, parts: Parts, body: dict[str, Any], status: int
) -> None:
    case = await make_case(parts, "neet")
    assert (await ask(internal, case, **body))[0] == status
    assert await conversation_state(parts, case) == "bot"


async def test_only_the_actions_may_call_the_internal_routes(internal: Client, parts: Parts) -> None:
    case = await make_case(parts)
    body = {"conversation": f"{case['conversation']}:1", "message_id": "m1", "reason": "request"}
    response = await internal.post("/internal/cases", json=body, headers={"Authorization": "Bearer wrong"})
    assert response.status == 401
