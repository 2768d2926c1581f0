"""What staff hear of whether an answer helped: who, of what, and how much of the words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff import audit
from handoff.app import Parts
from handoff.feedback import heard
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa, answer
from tests.handoff.feedback.scenes import say_helped

HEARD = "/api/staff/answers/bursary/feedback"


async def unhelped(client: TestClient[Any, Any], rasa: FakeRasa, area: str | None, question: str) -> Chat:
    """Somebody asked this, got the bursary answer and said no."""
    rasa.script[question] = [answer("bursary")]
    chat = await make_chat(client, area)
    seq = next(reply["seq"] for reply in await chat.say(question) if reply["kind"] == "answer")
    assert (await say_helped(chat, seq, False))[0] == 200
    return chat


async def test_editors_see_counts_and_the_newest_question_first(
    client: TestClient[Any, Any], rasa: FakeRasa, chat: Chat, jo: Colleague, parts: Parts
) -> None:
    await say_helped(chat, 2, True)
    await unhelped(client, rasa, "camden", "how much is it")
    parts.clock.move(timedelta(minutes=1))
    await unhelped(client, rasa, "lambeth", "what if im 19")
    status, body = await jo.get(HEARD)
    assert (status, body["yes"], body["no"]) == (200, 1, 2)
    assert [(one["text"], one["area"], one["revision"]) for one in body["questions"]] == [
        ("what if im 19", "lambeth", 1),
        ("how much is it", "camden", 1),
    ]
    _, listed = await jo.get("/api/staff/answers?q=bursary")
    counts = {row["slug"]: row["helped"] for row in listed["answers"]}
    assert counts["bursary"] == {"yes": 1, "no": 2} and counts["bursary-vulnerable"] is None


async def test_the_pages_show_the_same(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague, dana: Colleague
) -> None:
    assert "Nobody has said yet" in await jo.page("/staff/answers/bursary")
    await unhelped(client, rasa, None, "<b>what about</b> {{ me }}, 07700 900123")
    for reader in (jo, dana):
        shown = await reader.page("/staff/answers/bursary")
        assert "&lt;b&gt;what about&lt;/b&gt; {{ me }}, […]" in shown and "area not known" in shown
        assert "07700" not in shown
        assert "Helped: 0 yes, 1 no" in await reader.page("/staff/answers")


async def test_each_sees_their_areas_and_what_came_from_nowhere_known(
    client: TestClient[Any, Any], rasa: FakeRasa, lambeth_editor: Colleague
) -> None:
    for area, question in (("camden", "one"), ("lambeth", "two"), (None, "three")):
        await unhelped(client, rasa, area, question)
    _, body = await lambeth_editor.get(HEARD)
    assert {one["text"] for one in body["questions"]} == {"two", "three"}
    assert (body["no"], [one["no"] for one in body["revisions"]]) == (2, [2])
    assert "Helped: 0 yes, 2 no" in await lambeth_editor.page("/staff/answers")
    assert ">one<" not in await lambeth_editor.page("/staff/answers/bursary")


async def test_advisers_see_neither_counts_nor_questions(
    client: TestClient[Any, Any], rasa: FakeRasa, sam: Colleague
) -> None:
    await unhelped(client, rasa, "camden", "how much is it")
    assert (await sam.get(HEARD))[0] == 403
    _, listed = await sam.get("/api/staff/answers?q=bursary")
    assert {row["helped"] for row in listed["answers"]} == {None}
    assert "how much is it" not in await sam.page("/staff/answers/bursary")
    async with client.get(HEARD) as response:
        assert response.status == 401


async def test_an_answer_there_is_none_of_is_not_found(jo: Colleague) -> None:
    assert (await jo.get("/api/staff/answers/xylophone/feedback"))[0] == 404


async def test_only_who_may_open_the_conversation_gets_a_link_to_it(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague, dana: Colleague, internal: Any
) -> None:
    chat = await unhelped(client, rasa, "camden", "how much is it")
    _, body = await dana.get(HEARD)
    assert body["questions"][0]["case"] is None  # no case, so nobody reads the conversation
    asking = {"conversation": f"{chat.conversation}:1", "message_id": "m1", "reason": "request", "facts": {}}
    await internal.post("/internal/cases", json=asking)
    _, body = await dana.get(HEARD)
    link = f"/staff/cases/{body['questions'][0]['case']}"
    assert f'href="{link}#message-2"' in await dana.page("/staff/answers/bursary")
    assert "how much is it" in await dana.page(link)
    _, body = await jo.get(HEARD)
    assert body["questions"][0]["case"] is None
    assert "Open the conversation" not in await jo.page("/staff/answers/bursary")


async def test_words_that_showed_a_worry_are_not_for_editors(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague
) -> None:
    await unhelped(client, rasa, "camden", "i feel really down all the time")
    _, body = await jo.get(HEARD)
    assert [one["text"] for one in body["questions"]] == [None]
    shown = await jo.page("/staff/answers/bursary")
    assert "only advisers read it" in shown and "really down" not in shown


async def test_a_name_given_earlier_in_the_conversation_is_not_shown(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague
) -> None:
    question = "can kemi get a bursary"
    rasa.script[question] = [answer("bursary")]
    chat = await make_chat(client, "camden")
    await chat.say("hi my name is Kemi")
    seq = next(reply["seq"] for reply in await chat.say(question) if reply["kind"] == "answer")
    assert (await say_helped(chat, seq, False))[0] == 200
    _, body = await jo.get(HEARD)
    assert [one["text"] for one in body["questions"]] == ["can […] get a bursary"]


async def test_reading_questions_is_on_record_and_reading_none_is_not(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague, parts: Parts
) -> None:
    await jo.page("/staff/answers/bursary")
    await unhelped(client, rasa, "camden", "how much is it")
    await jo.page("/staff/answers/bursary")
    await jo.get(HEARD)
    async with parts.db.reading() as session:
        query = select(audit.AuditEntry).where(audit.AuditEntry.action == "feedback.read")
        entries = (await session.execute(query)).scalars().all()
        assert await audit.verify(session) is None
    assert [(one.subject, one.detail) for one in entries] == [("answer:bursary", {"questions": 1})] * 2


async def test_counts_are_kept_apart_by_revision(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague, dana: Colleague
) -> None:
    await unhelped(client, rasa, "camden", "how much is it")
    at = "/api/staff/answers/bursary"
    _, view = await jo.post(f"{at}/start")
    _, view = await jo.post(f"{at}/save", {"version": view["draft"]["version"], "title": "Money for college"})
    _, view = await jo.post(f"{at}/submit", {"version": view["draft"]["version"]})
    assert (await dana.post(f"{at}/approve", {"version": view["draft"]["version"]}))[0] == 200
    await unhelped(client, rasa, "camden", "what if im 19")
    _, body = await jo.get(HEARD)
    assert [(one["number"], one["no"]) for one in body["revisions"]] == [(2, 1), (1, 1)]
    assert "Version 2 (live now)" in await jo.page("/staff/answers/bursary")


async def test_only_so_many_are_shown_and_the_longest_are_cut(
    client: TestClient[Any, Any],
    rasa: FakeRasa,
    jo: Colleague,
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heard, "MOST", 2)
    for question in ("how much is it", "what if im 19", ("and so on " * 400).strip()):
        await unhelped(client, rasa, "camden", question)
        parts.clock.move(timedelta(minutes=1))
    _, body = await jo.get(HEARD)
    assert (body["no"], body["questions"][1]["text"]) == (3, "what if im 19")
    assert len(body["questions"]) == 2 and len(body["questions"][0]["text"]) <= heard.LONGEST_SHOWN + 2
    assert "The newest 2 of 3." in await jo.page("/staff/answers/bursary")
