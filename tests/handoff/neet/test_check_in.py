"""The check-in's answers over the internal interface: kept, coded, and what they lead to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.factories import Chat, make_chat, sign_in

Client = TestClient[Any, Any]
Note = Callable[[str, str], Awaitable[dict[str, Any]]]


@pytest.fixture
async def chat(client: Client) -> Chat:
    return await make_chat(client, "camden")


@pytest.fixture
def note(internal: Client, chat: Chat) -> Note:
    """Give an answer to a question."""

    async def give(question: str, text: str) -> dict[str, Any]:
        body = {
            "conversation": f"{chat.conversation}:1",
            "message_id": "m1",
            "question": question,
            "text": text,
        }
        response = await internal.post("/internal/check-in/answers", json=body)
        assert response.status == 200, await response.text()
        return dict(await response.json())

    return give


async def started(internal: Client, chat: Chat) -> dict[str, Any]:
    response = await internal.get(f"/internal/check-in?conversation={chat.conversation}:1")
    return dict(await response.json())


async def cases(chat: Chat) -> list[dict[str, Any]]:
    await sign_in(chat.client)
    response = await chat.client.get("/api/staff/cases")
    listed = (await response.json())["cases"]
    whole = [await chat.client.get(f"/api/staff/cases/{one['id']}") for one in listed]
    return [await one.json() for one in whole]


async def test_who_does_nothing_gets_a_case_and_the_code(chat: Chat, note: Note) -> None:
    told = await note("doing", "Nothing")
    assert told == {"codes": ["not_learning_or_working"], "help": [], "when": "by 5pm on Wednesday"}
    await note("since", "october")
    await note("wants", "An apprenticeship, Training")
    assert (await note("in_the_way", "Money"))["help"] == ["bursary"]
    [case] = await cases(chat)
    assert case["reason"] == "neet" and case["situation"]["activity"]["code"] == "619"
    assert {(one["kind"], one["value"]) for one in case["situation"]["learned"]} == {
        ("doing", "Not studying or working at the moment"),
        ("since", "October 2026"),
        ("wants", "An apprenticeship"),
        ("wants", "Training"),
        ("in_the_way", "Money"),
    }
    assert {one["source"] for one in case["situation"]["learned"]} == {"check_in"}


@pytest.mark.parametrize("text", ["At college", "Working", "im at sixth form doing a levels", "asdf"])
async def test_who_is_engaged_or_unclear_gets_no_case(chat: Chat, note: Note, text: str) -> None:
    assert (await note("doing", text))["when"] is None
    assert (await note("in_the_way", "nah"))["codes"] == []
    assert await cases(chat) == []


async def test_what_is_known_is_told_back_in_words(chat: Chat, internal: Client, note: Note) -> None:
    assert await started(internal, chat) == {"known": {}, "when": None, "told": False}
    await chat.say("i'm at college. skint tho")
    assert (await started(internal, chat))["known"] == {"doing": "at college"}
    await chat.say("left college in october aint got nothing")
    assert await started(internal, chat) == {
        "known": {
            "doing": "not studying or working at the moment",
            "since": "October 2026",
            "in_the_way": "money",
        },
        "when": "by 5pm on Wednesday",
        "told": True,
    }


async def test_an_answer_given_again_replaces_what_was_said(chat: Chat, internal: Client, note: Note) -> None:
    await note("doing", "Nothing")
    await note("doing", "At college")
    assert (await started(internal, chat))["known"] == {"doing": "at college"}
    [case] = await cases(chat)
    assert case["situation"]["activity"]["code"] == "230"


async def test_after_a_no_the_check_in_opens_nothing(chat: Chat, internal: Client, note: Note) -> None:
    await note("doing", "Nothing")
    await internal.post(
        "/internal/neet/no", json={"conversation": f"{chat.conversation}:1", "message_id": "m2"}
    )
    assert (await note("doing", "Nothing"))["when"] is None
    assert [case["declined_at"] is None for case in await cases(chat)] == [False]


async def test_the_same_answer_twice_is_one(chat: Chat, note: Note) -> None:
    assert await note("doing", "Nothing") == await note("doing", "Nothing")
    assert len((await cases(chat))[0]["situation"]["learned"]) == 1


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE learned;--", "x" * 4_000, "\U0001f600"]
)
async def test_hostile_words_are_kept_as_words(chat: Chat, note: Note, text: str) -> None:
    await note("doing", "Nothing")
    await note("wants", text)
    [case] = await cases(chat)
    kept = next(one for one in case["situation"]["learned"] if one["kind"] == "wants")
    assert kept["words"] == text[:200]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": "name"}, 422),
        ({"text": ""}, 422),
        ({"conversation": "x"}, 422),
        ({"message_id": ""}, 422),
    ],
)
async def test_a_malformed_answer_is_refused(
    chat: Chat, internal: Client, body: dict[str, Any], status: int
) -> None:
    good = {
        "conversation": f"{chat.conversation}:1",
        "message_id": "m",
        "question": "doing",
        "text": "Nothing",
    }
    response = await internal.post("/internal/check-in/answers", json=good | body)
    assert response.status == status


async def test_under_sixteen_school_is_compulsory_school(chat: Chat, note: Note, parts: Parts) -> None:
    await chat.say("i'm 15. thinking to drop out")
    await note("doing", "At school")
    [case] = await cases(chat)
    assert case["situation"]["activity"]["code"] == "110"
