"""How an answer is used: counted from what is kept of conversations, of one's areas alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.conversations.service import append, lock, sms_conversation
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa, answer

USED = "/api/staff/answers/bursary/feedback"


async def used(colleague: Colleague) -> dict[str, Any]:
    _, body = await colleague.get(USED)
    return dict(body["asked"])


async def test_what_was_asked_is_counted_by_week_and_channel(chat: Chat, parts: Parts) -> None:
    parts.clock.move(timedelta(weeks=1))
    await chat.say("money for college")
    now, ours = parts.clock.now(), "+447700900001"
    async with parts.db.transaction() as session:
        thread = await sms_conversation(session, now, "+447700900123", ours, "camden")
        held = await lock(session, thread.id)
        await append(session, held, now, author="bot", text="Ask.", kind="answer", answer="bursary")
    async with signed_in(chat.client, "editor.one@demo.test") as jo:
        asked, shown = await used(jo), await jo.page("/staff/answers/bursary")
        assert "Given 3 times in 4 weeks" in await jo.page("/staff/answers?q=bursary")
    assert [week["asked"] for week in asked["weeks"]] == [0] * 10 + [1, 2]
    assert asked["channels"] == {"webchat": 2, "sms": 1}
    assert "Given <strong>3</strong> times" in shown and "2 in web chat, 1 by text" in shown


async def test_what_came_next_is_told(chat: Chat, rasa: FakeRasa, parts: Parts) -> None:
    rasa.script["a person please"] = [answer("talk-to-person")]
    await chat.say("money for college")
    await chat.say("a person please")
    other = await make_chat(chat.client, "camden")
    await other.say("money for college")
    parts.clock.move(timedelta(hours=2))
    await other.say("a person please")
    async with signed_in(chat.client, "editor.one@demo.test") as jo:
        asked = await used(jo)
    assert (asked["again"], asked["passed"]) == (1, 1)


async def test_small_numbers_of_an_area_are_not_told_exactly(
    client: TestClient[Any, Any], chat: Chat, jo: Colleague
) -> None:
    for _ in range(5):
        await (await make_chat(client, "lambeth")).say("money for college")
    shown = await jo.page("/staff/answers/bursary")
    assert '<th scope="row">Camden</th><td>fewer than 5</td>' in shown
    assert '<th scope="row">Lambeth</th><td>5</td>' in shown


async def test_each_counts_their_areas_and_advisers_nothing(
    client: TestClient[Any, Any], chat: Chat, sam: Colleague, lambeth_editor: Colleague
) -> None:
    assert sum(week["asked"] for week in (await used(lambeth_editor))["weeks"]) == 0
    await (await make_chat(client, "lambeth")).say("money for college")
    assert sum(week["asked"] for week in (await used(lambeth_editor))["weeks"]) == 1
    assert "How it is used" not in await sam.page("/staff/answers/bursary")
    assert "in 4 weeks" not in await sam.page("/staff/answers")


async def test_nobody_asked_says_so(jo: Colleague) -> None:
    assert "Nobody got this answer" in await jo.page("/staff/answers/ema")
