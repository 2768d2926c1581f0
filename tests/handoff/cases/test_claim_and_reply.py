"""Taking a case and answering the person, through the staff API."""

from __future__ import annotations

import asyncio
from html import unescape
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from tests.handoff.cases.scenes import LEAD, Colleague, conversation_state, make_case, signed_in
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, FakeTwilio
from tests.handoff.sms.phones import Phone


async def test_a_claim_gives_the_case_to_one_adviser(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    status, body = await sam.post(f"{case['at']}/claim")
    assert (status, body["state"], body["owner"]["name"]) == (200, "claimed", "Sam Okafor")


async def test_the_second_claim_is_told_who_was_first(sam: Colleague, priya: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    await priya.post(f"{case['at']}/claim")
    status, body = await sam.post(f"{case['at']}/claim")
    assert (status, body["error"]["code"], body["error"]["by"]) == (409, "already_claimed", "Priya Nair")


async def test_of_two_claims_at_once_exactly_one_wins(sam: Colleague, priya: Colleague, parts: Parts) -> None:
    for _ in range(5):
        case = await make_case(parts)
        answers = await asyncio.gather(sam.post(f"{case['at']}/claim"), priya.post(f"{case['at']}/claim"))
        assert sorted(status for status, _ in answers) == [200, 409]
        assert {body["error"]["by"] for status, body in answers if status == 409} < {
            "Sam Okafor",
            "Priya Nair",
        }


async def test_two_advisers_who_take_the_next_case_get_different_ones(
    sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    for _ in range(2):
        await make_case(parts)
    answers = await asyncio.gather(*(who.post("/api/staff/cases/take-next") for who in (sam, priya)))
    assert len({body["id"] for _, body in answers}) == 2
    assert (await sam.post("/api/staff/cases/take-next"))[0] == 204


async def test_claiming_again_changes_nothing(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    await sam.post(f"{case['at']}/claim")
    assert (await sam.post(f"{case['at']}/claim"))[0] == 200


async def test_a_waiting_person_is_told_who_joined_and_the_bot_is_silent(
    sam: Colleague, client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa
) -> None:
    chat = await make_chat(client, "camden")
    case = await make_case(parts, conversation=chat.conversation, state="waiting")
    await sam.post(f"{case['at']}/claim")
    assert "Sam has joined" in (await chat.messages())[-1]["text"]
    assert (await chat.say("hello?"), rasa.asked) == ([], [])


async def test_a_claim_alone_does_not_silence_the_bot_but_the_first_reply_does(
    sam: Colleague, client: TestClient[Any, Any], parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    case = await make_case(parts, "neet", conversation=chat.conversation)
    await sam.post(f"{case['at']}/claim")
    assert [reply["author"] for reply in await chat.say("what is a T level?")] == ["bot"]
    status, body = await sam.post(f"{case['at']}/reply", {"text": "Hi, it's Sam."})
    last = (await chat.messages())[-2:]
    assert (status, [message["author"] for message in last]) == (202, ["system", "adviser"])
    assert (last[1]["seq"], last[1]["text"], last[1]["kind"]) == (body["seq"], "Hi, it's Sam.", "talk")
    assert (await chat.say("thanks"), await chat.state()) == ([], "adviser")


async def test_a_reply_goes_out_as_a_text_on_sms(sam: Colleague, parts: Parts, twilio: Any) -> None:
    case = await make_case(parts, phone="+447700900123")
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/reply", {"text": "I can ring you at 4."})
    _, body = await sam.get(f"{case['at']}/messages")
    mine = body["messages"][-1]
    assert (mine["author"], mine["by"], mine["delivery"]["error_code"]) == ("adviser", "Sam Okafor", None)


async def test_a_text_is_shown_to_staff_as_it_went_to_the_phone(
    sam: Colleague, parts: Parts, twilio: FakeTwilio, client: TestClient[Any, Any]
) -> None:
    phone = Phone(client, parts)
    await phone.text("my step dad hits me")
    await phone.settled()
    _, queue = await sam.get("/api/staff/cases")
    at = f"/api/staff/cases/{queue['cases'][0]['id']}"
    await sam.post(f"{at}/claim")
    assert (await sam.post(f"{at}/reply", {"text": "I’m here 💛 Sam"}))[0] == 202
    await phone.settled()
    _, told = await sam.get(f"{at}/messages")
    ours = [one for one in told["messages"] if one["delivery"]]
    assert [one["text"] for one in ours] == [text["Body"] for text in twilio.sent]
    assert ours[-1]["text"].startswith("I'm here") and not any("html" in one for one in ours)
    page = unescape(await sam.page(f"/staff/cases/{queue['cases'][0]['id']}"))
    assert all(line in page for text in twilio.sent for line in text["Body"].splitlines())


async def test_the_same_reply_id_says_nothing_twice(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    await sam.post(f"{case['at']}/claim")
    once = await sam.post(f"{case['at']}/reply", {"text": "Hello", "id": "a1"})
    assert await sam.post(f"{case['at']}/reply", {"text": "Hello", "id": "a1"}) == once


async def test_a_reply_id_with_other_words_is_refused_and_the_words_can_be_sent_again(
    sam: Colleague, parts: Parts
) -> None:
    case = await make_case(parts)
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/reply", {"text": "Hello", "id": "a1"})
    status, body = await sam.post(f"{case['at']}/reply", {"text": "Are you safe?", "id": "a1"})
    assert (status, body["error"]["code"], body["error"]["field"]) == (409, "id_reused", "id")
    await sam.post(f"{case['at']}/reply", {"text": "Are you safe?", "id": "a2"})
    _, body = await sam.get(f"{case['at']}/messages")
    said = [one["text"] for one in body["messages"] if one["author"] == "adviser"]
    assert said == ["Hello", "Are you safe?"]


@pytest.mark.parametrize("action, body", [("reply", {"text": "Hi"}), ("close", {"outcome": "advice_given"})])
async def test_without_the_claim_there_is_no_reply_and_no_close(
    sam: Colleague, priya: Colleague, parts: Parts, action: str, body: dict[str, str]
) -> None:
    case = await make_case(parts)
    assert (await sam.post(f"{case['at']}/{action}", body))[1]["error"]["code"] == "not_owner"
    await priya.post(f"{case['at']}/claim")
    status, answer = await sam.post(f"{case['at']}/{action}", body)
    assert (status, answer["error"]["code"]) == (409, "not_owner")


@pytest.mark.parametrize(
    "text, code",
    [
        ("   ", "empty"),
        ("\u200b\u2060", "empty"),
        ("x" * 5001, "too_long"),
        (7, "bad_field"),
        (None, "bad_field"),
    ],
)
async def test_a_reply_that_cannot_be_sent_says_why(
    sam: Colleague, parts: Parts, text: Any, code: str
) -> None:
    case = await make_case(parts)
    await sam.post(f"{case['at']}/claim")
    status, body = await sam.post(f"{case['at']}/reply", {"text": text})
    assert (body["error"]["code"], body["error"]["field"]) == (code, "text")
    assert status in (413, 422)


async def test_a_text_longer_than_twilio_takes_is_refused_before_it_is_stored(
    sam: Colleague, parts: Parts
) -> None:
    case = await make_case(parts, phone="+447700900124")
    await sam.post(f"{case['at']}/claim")
    assert (await sam.post(f"{case['at']}/reply", {"text": "y" * 1601}))[0] == 413
    _, body = await sam.get(f"{case['at']}/messages")
    assert [message["author"] for message in body["messages"]] == ["system"]


async def test_hand_back_returns_the_conversation_to_the_bot(
    sam: Colleague, client: TestClient[Any, Any], parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    case = await make_case(parts, "neet", conversation=chat.conversation)
    await sam.post(f"{case['at']}/claim")
    assert (await sam.post(f"{case['at']}/hand-back"))[1]["error"]["code"] == "not_owner"
    await sam.post(f"{case['at']}/reply", {"text": "Hi"})
    assert (await sam.post(f"{case['at']}/hand-back"))[0] == 200
    assert [reply["author"] for reply in await chat.say("hello")] == ["bot"]


@pytest.mark.parametrize("level", ["urgent", "emergency"])
@pytest.mark.parametrize(
    "action, body", [("reply", {"text": "I am Sam."}), ("decisions", {"text": "Safe with her nan, I rang."})]
)
async def test_something_urgent_is_handed_back_only_after_a_word_or_a_decision(
    sam: Colleague, parts: Parts, level: str, action: str, body: dict[str, str]
) -> None:
    case = await make_case(parts, "safeguarding", level=level, words="help me")
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/notes", {"text": "Looking."})
    status, answer = await sam.post(f"{case['at']}/hand-back")
    assert (status, answer["error"]["code"]) == (409, "not_answered")
    assert answer["error"]["message"].startswith("Write to them first, or record what was decided: ")
    assert await conversation_state(parts, case) == "adviser"
    assert (await sam.post(f"{case['at']}/{action}", body))[0] in (200, 201, 202)
    assert (await sam.post(f"{case['at']}/hand-back"))[0] == 200


async def test_a_lesser_case_is_no_way_round_the_urgent_one_beside_it(sam: Colleague, parts: Parts) -> None:
    request = await make_case(parts)
    await sam.post(f"{request['at']}/claim")
    conversation = request["conversation"]
    await make_case(parts, "safeguarding", level="emergency", conversation=conversation, state="adviser")
    status, answer = await sam.post(f"{request['at']}/hand-back")
    assert (status, answer["error"]["code"]) == (409, "not_answered")


async def test_a_returned_case_waits_again_and_so_does_the_person(
    sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    case = await make_case(parts)
    await sam.post(f"{case['at']}/claim")
    assert (await sam.post(f"{case['at']}/return"))[1]["state"] == "waiting"
    assert await conversation_state(parts, case) == "waiting"
    assert (await priya.post(f"{case['at']}/claim"))[0] == 200


async def test_a_case_passed_to_a_colleague_is_not_taken_by_others_as_their_next(
    sam: Colleague, alex: Colleague, priya: Colleague, parts: Parts
) -> None:
    case = await make_case(parts, area=None)
    await alex.post(f"{case['at']}/claim")
    lead_id = (await priya.get("/api/staff/session"))[1]["id"]
    status, _ = await alex.post(f"{case['at']}/transfer", {"to": lead_id, "why": "She knows the family."})
    assert (status, (await sam.post("/api/staff/cases/take-next"))[0]) == (200, 204)
    _, listed = await priya.get("/api/staff/cases?mine=1")
    assert [one["id"] for one in listed["cases"]] == [case["id"]]
    assert (await priya.post("/api/staff/cases/take-next"))[1]["id"] == case["id"]


async def test_a_case_goes_only_to_a_colleague_of_its_area(
    sam: Colleague, alex: Colleague, parts: Parts
) -> None:
    case = await make_case(parts, area="camden")
    await sam.post(f"{case['at']}/claim")
    for to in ((await alex.get("/api/staff/session"))[1]["id"], "nobody"):
        status, body = await sam.post(f"{case['at']}/transfer", {"to": to})
        assert (status, body["error"]["code"]) == (422, "unknown_colleague")


async def test_escalating_opens_an_urgent_safeguarding_case(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts, "neet")
    await sam.post(f"{case['at']}/claim")
    status, raised = await sam.post(f"{case['at']}/escalate", {"why": "They sound frightened."})
    assert (status, raised["reason"], raised["level"], raised["state"]) == (
        200,
        "safeguarding",
        "urgent",
        "waiting",
    )
    assert await conversation_state(parts, case) == "waiting"


async def test_a_number_is_masked_until_revealed_and_the_reveal_is_recorded(
    sam: Colleague, client: TestClient[Any, Any], parts: Parts
) -> None:
    case = await make_case(parts, phone="+447700900125")
    _, seen = await sam.get(case["at"])
    assert "7700900125" not in str(seen)
    shown = {"number": "+447700900125", "registration": None, "written": False}
    assert (await sam.post(f"{case['at']}/reveal"))[1] == {"number": "+447700900125", "numbers": [shown]}
    async with parts.db.reading() as session:
        actions = list((await session.execute(select(AuditEntry.action).order_by(AuditEntry.id))).scalars())
    assert actions[-2:] == ["case.read", "case.reveal_number"]


async def test_a_webchat_person_has_no_number_to_reveal(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    assert (await sam.post(f"{case['at']}/reveal"))[1]["error"]["code"] == "no_number"


async def test_a_manager_reads_but_does_not_claim(client: TestClient[Any, Any], parts: Parts) -> None:
    case = await make_case(parts)
    async with signed_in(client, "manager@demo.test") as dana:
        assert (await dana.get(case["at"]))[0] == 200
        status, body = await dana.post(f"{case['at']}/claim")
    assert (status, body["error"]["code"]) == (403, "no_right")


async def test_notes_are_for_staff_and_need_no_claim(
    sam: Colleague, client: TestClient[Any, Any], parts: Parts
) -> None:
    async with signed_in(client, LEAD) as priya:
        case = await make_case(parts)
        await priya.post(f"{case['at']}/notes", {"text": "Known to early help."})
    _, seen = await sam.get(case["at"])
    assert [(note["text"], note["by"]) for note in seen["notes"]] == [("Known to early help.", "Priya Nair")]
    _, body = await sam.get(f"{case['at']}/messages")
    assert body["messages"] == []


@pytest.mark.parametrize(("text", "status"), [("…" * 600, 413), ("hello" + "🎉" * 1_600, 202)])
async def test_a_text_is_as_long_as_what_is_sent(
    sam: Colleague, parts: Parts, text: str, status: int
) -> None:
    case = await make_case(parts, phone="+447700900123")
    await sam.post(f"{case['at']}/claim")
    assert (await sam.post(f"{case['at']}/reply", {"text": text}))[0] == status
