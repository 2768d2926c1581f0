"""A choice that says something may be wrong, tapped or named by number, is triaged as words are."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.factories import Chat, make_chat, sign_in
from tests.handoff.fakes import FakeRasa

Client = TestClient[Any, Any]
CHOICES = [{"text": text, "answer": None} for text in ("Money", "Home isn't safe", "Nothing")]


@pytest.fixture
async def asked(client: Client, rasa: FakeRasa) -> Chat:
    """Someone who was just asked what is in the way."""
    rasa.script["hi"] = [{"kind": "prompt", "text": "Is anything in the way?", "choices": CHOICES}]
    chat = await make_chat(client, "camden")
    await chat.say("hi")
    return chat


async def cases(client: Client) -> list[dict[str, Any]]:
    await sign_in(client)
    response = await client.get("/api/staff/cases")
    return list((await response.json())["cases"])


@pytest.mark.parametrize(
    "text", ["Home isn't safe", "2", "home isn't safe.", "1 and 2", "Money, home isn't safe"]
)
async def test_a_risky_choice_opens_the_case_and_gets_the_safety_message(
    asked: Chat, client: Client, text: str
) -> None:
    replies = await asked.say(text)
    assert [reply["kind"] for reply in replies] == ["safety"]
    assert "999" in replies[0]["text"]
    assert await asked.state() == "waiting"
    [case] = await cases(client)
    assert (case["reason"], case["level"]) == ("safeguarding", "urgent")
    assert "physical_abuse" in case["categories"]


async def test_the_adviser_sees_which_choice_it_was(asked: Chat, client: Client, parts: Parts) -> None:
    await asked.say("2")
    [case] = await cases(client)
    response = await client.get(f"/api/staff/cases/{case['id']}/messages")
    said = [one for one in (await response.json())["messages"] if one["author"] == "person"]
    assert [finding["evidence"] for finding in said[-1]["findings"]] == [["Home isn't safe"]]


@pytest.mark.parametrize("text", ["1", "Nothing", "3", "12"])
async def test_the_other_choices_open_nothing(asked: Chat, client: Client, text: str) -> None:
    await asked.say(text)
    assert await cases(client) == []


async def test_a_number_means_nothing_once_something_else_was_said(asked: Chat, client: Client) -> None:
    await asked.say("what is a bursary")
    await asked.say("2")
    assert await cases(client) == []
