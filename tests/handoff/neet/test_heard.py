"""Heard to be out of learning and work, or near it: the case of that turn, what the bot is told, a no."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import Chat, make_chat, sign_in
from tests.handoff.fakes import FakeRasa, answer

Client = TestClient[Any, Any]
LEFT = "left college in october aint got nothing. can i get a bursary?"
LEFT_ASKING = "left college aint got nothing. can i get a bursary?"


@pytest.fixture
async def chat(client: Client) -> Chat:
    return await make_chat(client, "camden")


async def cases(chat: Chat) -> list[dict[str, Any]]:
    """The open cases of the area."""
    await sign_in(chat.client)
    response = await chat.client.get("/api/staff/cases")
    return list((await response.json())["cases"])


async def case_of(chat: Chat, reason: str) -> dict[str, Any]:
    """The whole of the one open case of a reason."""
    [listed] = [case for case in await cases(chat) if case["reason"] == reason]
    response = await chat.client.get(f"/api/staff/cases/{listed['id']}")
    return dict(await response.json())


async def decline(internal: Client, chat: Chat) -> bool:
    body = {"conversation": f"{chat.conversation}:1", "message_id": "no-1"}
    response = await internal.post("/internal/neet/no", json=body)
    assert response.status == 200, await response.text()
    return bool((await response.json())["declined"])


@pytest.mark.parametrize(("text", "reason"), [(LEFT, "neet"), ("i wanna drop out", "at_risk")])
async def test_the_case_opens_in_the_turn_it_is_heard(
    chat: Chat, rasa: FakeRasa, text: str, reason: str
) -> None:
    replies = await chat.say(text)
    assert [reply["text"] for reply in replies] == [f"You said: {text}"]
    [case] = await cases(chat)
    assert (case["reason"], case["level"], case["state"]) == (reason, "routine", "waiting")
    assert case["due_at"] == "2026-11-25T17:00:00Z"
    assert await chat.state() == "bot"


async def test_the_assistant_is_told_once_in_full_and_when_they_are_contacted(
    chat: Chat, rasa: FakeRasa
) -> None:
    await chat.say(LEFT)
    await chat.say("left college and im bored")
    await chat.say("what is a t level")
    told = [asked["context"]["neet"] for asked in rasa.asked]
    assert told == [
        {"heard": "now", "first": True, "when": "by 5pm on Wednesday"},
        {"heard": "now", "first": False, "when": "by 5pm on Wednesday"},
        None,
    ]


async def test_a_repeated_turn_is_told_the_same(chat: Chat, rasa: FakeRasa) -> None:
    rasa.failures = 1
    await chat.say(LEFT)
    assert [asked["context"]["neet"]["first"] for asked in rasa.asked] == [True, True]
    assert len(await cases(chat)) == 1


async def test_what_was_learned_stands_on_the_case_with_the_words(chat: Chat) -> None:
    await chat.say("my attendance is bad and im skint")
    await chat.say(LEFT)
    case = await case_of(chat, "neet")
    learned = {one["kind"] + ":" + one["code"]: one for one in case["situation"]["learned"]}
    assert {"doing:not_learning_or_working", "since:2026-10", "in_the_way:money", "sign:attendance"} <= set(
        learned
    )
    assert learned["since:2026-10"]["words"] == "left college in october aint got nothing"
    assert learned["since:2026-10"]["value"] == "October 2026"
    assert case["situation"]["activity"] == {
        "code": "619",
        "label": "Seeking employment, education or training",
        "suggested": True,
        "check": "610 if they are not ready to look yet",
    }


async def test_since_when_said_a_message_later_stands_on_the_case(chat: Chat) -> None:
    await chat.say("left college aint got nothing")
    await chat.say("since october")
    learned = {one["kind"]: one for one in (await case_of(chat, "neet"))["situation"]["learned"]}
    assert (learned["since"]["code"], learned["since"]["words"]) == ("2026-10", "since october")


async def since_of(chat: Chat) -> str | None:
    learned = (await case_of(chat, "neet"))["situation"]["learned"]
    return next((one["words"] for one in learned if one["kind"] == "since"), None)


async def test_a_time_that_answers_an_adviser_is_not_since_when(chat: Chat, sam: Colleague) -> None:
    await chat.say("left college aint got nothing")
    [listed] = await cases(chat)
    at = f"/api/staff/cases/{listed['id']}"
    await sam.post(f"{at}/claim")
    await sam.post(f"{at}/reply", {"text": "When did you last see your dad?"})
    await chat.say("since october")
    assert await since_of(chat) is None


async def test_another_time_does_not_take_the_place_of_since_when(chat: Chat) -> None:
    await chat.say("left college aint got nothing")
    for said in ("since october", "last week"):
        await chat.say(said)
    assert await since_of(chat) == "since october"


async def test_a_time_is_since_when_only_right_after_they_told_of_it(chat: Chat) -> None:
    for said in ("left college aint got nothing", "my dog died", "last week"):
        await chat.say(said)
    assert await since_of(chat) is None


async def test_a_month_by_itself_is_since_when_where_nothing_was_answered_before(
    chat: Chat, rasa: FakeRasa
) -> None:
    rasa.script[LEFT_ASKING] = [answer("bursary")]
    await chat.say(LEFT_ASKING)
    await chat.say("october")
    assert await since_of(chat) is None
    await chat.say("left college aint got nothing")
    await chat.say("october")
    assert await since_of(chat) == "october"


async def test_when_a_course_begins_is_not_since_when(chat: Chat) -> None:
    await chat.say("left college aint got nothing")
    await chat.say("from september")
    assert await since_of(chat) is None


async def test_since_when_something_else_is_so_changes_nothing_for_who_is_in_learning(chat: Chat) -> None:
    await chat.say("im at college")
    await chat.say("since october")
    assert await cases(chat) == []


async def test_the_words_are_evidence_in_the_transcript(chat: Chat) -> None:
    await chat.say(LEFT)
    [case] = await cases(chat)
    response = await chat.client.get(f"/api/staff/cases/{case['id']}/messages")
    said = (await response.json())["messages"][0]
    assert said["text"] == LEFT
    assert said["findings"][0]["evidence"] == ["left college in october aint got nothing"]


async def test_at_risk_that_comes_true_is_the_same_case(chat: Chat) -> None:
    await chat.say("thinking to drop out")
    [before] = await cases(chat)
    await chat.say("i left college today")
    [after] = await cases(chat)
    assert (before["reason"], after["reason"], before["id"]) == ("at_risk", "neet", after["id"])


async def test_at_risk_said_of_who_is_neet_opens_no_second_case(chat: Chat) -> None:
    await chat.say(LEFT)
    await chat.say("no offer from anywhere")
    assert [case["reason"] for case in await cases(chat)] == ["neet"]


async def test_who_only_asks_is_left_alone(chat: Chat, rasa: FakeRasa) -> None:
    await chat.say("im at college, my attendance is bad, what is the bursary?")
    assert await cases(chat) == []
    assert rasa.asked[0]["context"]["neet"] is None


async def test_danger_in_the_same_breath_is_answered_alone(chat: Chat, rasa: FakeRasa) -> None:
    replies = await chat.say("i left college and i want to kill myself tonight")
    assert [reply["kind"] for reply in replies] == ["safety"]
    assert {case["reason"] for case in await cases(chat)} == {"safeguarding", "neet"}
    assert rasa.asked == []


async def test_while_an_adviser_talks_it_is_heard_too(chat: Chat, parts: Parts) -> None:
    await chat.say(LEFT)
    [case] = await cases(chat)
    csrf = await sign_in(chat.client)
    at = f"/api/staff/cases/{case['id']}"
    await chat.client.post(f"{at}/claim", json={}, headers=csrf)
    await chat.client.post(f"{at}/reply", json={"text": "Hi, I'm Sam"}, headers=csrf)
    assert await chat.say("my attendance is bad btw") == []
    assert "sign:attendance" in {
        f"{one['kind']}:{one['code']}" for one in (await case_of(chat, "neet"))["situation"]["learned"]
    }


async def test_a_no_stops_the_clock_and_is_seen(chat: Chat, internal: Client) -> None:
    await chat.say(LEFT)
    assert await decline(internal, chat)
    case = await case_of(chat, "neet")
    assert case["declined_at"] is not None
    assert any("said no" in note["text"] for note in case["notes"])
    response = await chat.client.get("/api/staff/cases?state=waiting")
    assert (await response.json())["cases"] == []
    csrf = await sign_in(chat.client)
    assert (await chat.client.post("/api/staff/cases/take-next", json={}, headers=csrf)).status == 204


async def test_after_a_no_nothing_is_offered_for_thirty_days(
    chat: Chat, internal: Client, rasa: FakeRasa, parts: Parts
) -> None:
    await chat.say(LEFT)
    await decline(internal, chat)
    parts.clock.move(timedelta(days=29))
    await chat.say("left college still")
    assert rasa.asked[-1]["context"]["neet"] == {"heard": "now", "said_no": True}
    assert (await case_of(chat, "neet"))["declined_at"] is not None
    parts.clock.move(timedelta(days=2))
    await chat.say("left college still")
    assert rasa.asked[-1]["context"]["neet"] == {"heard": "now", "offer": True}


async def test_what_is_offered_after_thirty_days_is_an_offer_and_only_their_yes_is_one(
    chat: Chat, internal: Client, rasa: FakeRasa, parts: Parts
) -> None:
    await chat.say(LEFT)
    await decline(internal, chat)
    parts.clock.move(timedelta(days=31))
    await chat.say("left college still")
    case = await case_of(chat, "neet")
    assert case["declined_at"] is not None
    assert "want to hear from an adviser" not in str(case["notes"]) and "until they say yes" in str(
        case["notes"]
    )
    await chat.say("i left college ok")  # asked once, not at every word of it
    assert rasa.asked[-1]["context"]["neet"] == {"heard": "now", "said_no": True}
    body = {"conversation": f"{chat.conversation}:1", "message_id": "y", "reason": "request", "facts": {}}
    assert (await internal.post("/internal/cases", json=body)).status == 200
    assert (await case_of(chat, "neet"))["declined_at"] is None


async def test_a_no_to_the_offer_counts_for_thirty_days_more(
    chat: Chat, internal: Client, rasa: FakeRasa, parts: Parts
) -> None:
    await chat.say(LEFT)
    await decline(internal, chat)
    parts.clock.move(timedelta(days=31))
    await chat.say("left college still")
    before = (await case_of(chat, "neet"))["declined_at"]
    await decline(internal, chat)
    assert (await case_of(chat, "neet"))["declined_at"] > before
    parts.clock.move(timedelta(days=29))
    await chat.say("left college still")
    assert rasa.asked[-1]["context"]["neet"] == {"heard": "now", "said_no": True}


async def test_nothing_is_offered_inside_a_form(
    chat: Chat, internal: Client, rasa: FakeRasa, parts: Parts
) -> None:
    await chat.say(LEFT)
    await decline(internal, chat)
    rasa.form = "register_form"
    await chat.say("register me")
    parts.clock.move(timedelta(days=31))
    await chat.say("left college")
    assert rasa.asked[-1]["context"]["neet"] == {"heard": "now", "said_no": True}


async def test_a_no_counts_when_an_adviser_has_closed_the_case(
    chat: Chat, internal: Client, rasa: FakeRasa
) -> None:
    await chat.say(LEFT)
    await decline(internal, chat)
    at = f"/api/staff/cases/{(await cases(chat))[0]['id']}"
    csrf = await sign_in(chat.client)
    await chat.client.post(f"{at}/claim", json={}, headers=csrf)
    await chat.client.post(f"{at}/close", json={"outcome": "declined"}, headers=csrf)
    await chat.say("left college still")
    assert await cases(chat) == []
    assert rasa.asked[-1]["context"]["neet"] == {"heard": "now", "said_no": True}


async def test_a_later_yes_starts_the_clock_again(chat: Chat, internal: Client, parts: Parts) -> None:
    await chat.say(LEFT)
    await decline(internal, chat)
    parts.clock.move(timedelta(days=1))
    body = {"conversation": f"{chat.conversation}:1", "message_id": "yes-1", "reason": "request", "facts": {}}
    assert (await internal.post("/internal/cases", json=body)).status == 200
    case = await case_of(chat, "neet")
    assert (case["declined_at"], case["due_at"]) == (None, "2026-11-26T17:00:00Z")


async def want(internal: Client, chat: Chat) -> str | None:
    """What the assistant is told when somebody takes their no back."""
    body = {"conversation": f"{chat.conversation}:1", "message_id": "yes-1"}
    response = await internal.post("/internal/neet/yes", json=body)
    assert response.status == 200, await response.text()
    when: str | None = (await response.json())["when"]
    return when


async def test_a_no_taken_back_revives_that_case_and_opens_no_other(
    chat: Chat, internal: Client, parts: Parts
) -> None:
    await chat.say(LEFT)
    await decline(internal, chat)
    parts.clock.move(timedelta(days=1))
    assert await want(internal, chat) == "by 5pm on Thursday"
    assert await want(internal, chat) == "by 5pm on Thursday"
    case = await case_of(chat, "neet")
    assert (case["declined_at"], case["due_at"]) == (None, "2026-11-26T17:00:00Z")
    assert [one["reason"] for one in await cases(chat)] == ["neet"]
    assert await chat.state() == "bot"


async def test_with_no_case_there_is_nothing_to_take_back(chat: Chat, internal: Client) -> None:
    await chat.say("hi")
    assert await want(internal, chat) is None
    assert await cases(chat) == []


async def test_a_no_does_not_touch_safeguarding(chat: Chat, internal: Client) -> None:
    await chat.say("i left college and my dad hits me")
    await decline(internal, chat)
    safeguarding = await case_of(chat, "safeguarding")
    assert (safeguarding["declined_at"], safeguarding["level"]) == (None, "urgent")


async def test_a_no_with_nothing_to_say_no_to_is_told_so(chat: Chat, internal: Client) -> None:
    await chat.say("hi")
    assert not await decline(internal, chat)


@pytest.mark.parametrize("path", ["/internal/neet/no", "/internal/neet/yes"])
async def test_the_internal_door_needs_the_token(
    client: Client, internal: Client, chat: Chat, path: str
) -> None:
    body = {"conversation": f"{chat.conversation}:1", "message_id": "no-1"}
    refused = await internal.post(path, json=body, headers={"Authorization": "Bearer x"})
    assert refused.status == 401
    assert (await client.post(path, json=body)).status == 404


async def test_words_learned_are_nowhere_on_disk_in_the_clear(chat: Chat, parts: Parts) -> None:
    await chat.say("left college in october cos of my attendance is awful")
    async with parts.db.reading() as session:
        raw = (await session.connection()).exec_driver_sql("SELECT content FROM learned")
        rows = (await raw).fetchall()
    assert rows and all(b"attendance" not in bytes(row[0]) for row in rows)
