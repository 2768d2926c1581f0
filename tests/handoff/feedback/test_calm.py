"""When "Did this help?" keeps quiet: near danger, and while a person has the conversation."""

from __future__ import annotations

from typing import Any

import pytest

from handoff.app import Parts
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import Chat
from tests.handoff.fakes import FakeRasa
from tests.handoff.feedback.scenes import asked, kept, say_helped

URGENT, EMERGENCY = "my stepdad hits me", "I want to kill myself tonight"


async def case_of(colleague: Colleague, chat: Chat, reason: str = "safeguarding") -> str:
    _, body = await colleague.get("/api/staff/cases")
    found = [c for c in body["cases"] if c["conversation"] == chat.conversation and c["reason"] == reason]
    return f"/api/staff/cases/{found[0]['id']}"


async def hand_back(colleague: Colleague, case: str) -> None:
    """Claim, join, and give the conversation back to the assistant."""
    await colleague.post(f"{case}/claim")
    await colleague.post(f"{case}/reply", {"text": "I am here."})
    assert (await colleague.post(f"{case}/hand-back"))[0] == 200


@pytest.mark.parametrize("words", [URGENT, EMERGENCY])
async def test_after_something_urgent_nothing_is_asked_until_an_adviser_allows_it(
    chat: Chat, sam: Colleague, parts: Parts, words: str
) -> None:
    await say_helped(chat, 2, True)
    await chat.send(words, wait=True)
    assert await asked(chat) == {}
    status, body = await say_helped(chat, 2, False)
    assert (status, body["error"]["code"]) == (409, "not_asked")
    case = await case_of(sam, chat)
    await hand_back(sam, case)
    await chat.say("travel")
    assert await asked(chat) == {} and (await sam.get(case))[1]["hushed"]
    assert (await sam.post(f"{case}/allow-automatic"))[0] == 200
    assert list(await asked(chat)) == ["2", str((await chat.messages())[-1]["seq"])]
    assert [vote.helped for vote in await kept(parts, chat)] == [True]
    await chat.send(words, wait=True)
    assert await asked(chat) == {}


async def test_a_call_for_the_lead_hushes_it_too(
    chat: Chat, sam: Colleague, rasa: FakeRasa, internal: Any
) -> None:
    await internal.post(
        "/internal/cases",
        json={
            "conversation": f"{chat.conversation}:1",
            "message_id": "m1",
            "reason": "unanswered",
            "facts": {},
        },
    )
    case = await case_of(sam, chat, "unanswered")
    assert await asked(chat) == {"2": None}
    assert (await sam.post(f"{case}/escalate", {"why": "I am worried"}))[0] == 200
    assert await asked(chat) == {} and (await say_helped(chat, 2, True))[0] == 409


async def test_nothing_is_asked_while_an_adviser_has_the_conversation(
    chat: Chat, sam: Colleague, internal: Any
) -> None:
    asking = {"conversation": f"{chat.conversation}:1", "message_id": "m1", "reason": "request", "facts": {}}
    await internal.post("/internal/cases", json=asking)
    assert await chat.state() == "waiting" and await asked(chat) == {"2": None}
    status, body = await say_helped(chat, 2, False)
    assert status == 200 and body["replies"][0]["choices"] == []  # a person comes anyway
    case = await case_of(sam, chat, "request")
    await sam.post(f"{case}/claim")
    assert await chat.state() == "adviser"
    assert await asked(chat) == {} and (await say_helped(chat, 2, True))[0] == 409
    await sam.post(f"{case}/hand-back")
    assert await asked(chat) == {"2": False}


async def test_only_the_adviser_of_the_case_allows_it(chat: Chat, sam: Colleague, jo: Colleague) -> None:
    await chat.send(URGENT, wait=True)
    case = await case_of(sam, chat)
    assert (await sam.post(f"{case}/allow-automatic"))[1]["error"]["code"] == "not_owner"
    assert (await jo.post(f"{case}/allow-automatic"))[0] == 403
    assert await asked(chat) == {}


async def test_the_adviser_reads_what_was_said_and_may_allow_the_question(chat: Chat, sam: Colleague) -> None:
    await say_helped(chat, 2, False)
    await chat.send(URGENT, wait=True)
    case = await case_of(sam, chat)
    await sam.post(f"{case}/claim")
    page_of_it = case.removeprefix("/api")
    shown = await sam.page(page_of_it)
    assert "They said this did not help." in shown and "Did this help?" in shown
    _, body = await sam.get(f"{case}/messages")
    assert [message["helped"] for message in body["messages"]][:3] == [None, False, None]
    status, shown = await sam.submit(f"{page_of_it}/allow-automatic")
    assert status == 200 and "Did this help?" not in shown
