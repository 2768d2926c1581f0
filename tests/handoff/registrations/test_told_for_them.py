"""Whoever is registered by an adviser hears it where that is safe, and the assistant's form is over."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.cases.model import Case
from handoff.conversations.model import Conversation
from handoff.conversations.service import lock, messages_after
from handoff.receiving import LONGEST_EPISODE
from handoff.registrations import telling
from handoff.registrations.service import FORM
from tests.handoff.cases.scenes import make_case, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa
from tests.handoff.registrations.forms import GIVEN, Form
from tests.handoff.registrations.test_for_them import REST

Client = TestClient[Any, Any]
BEGUN = ("name", "date_of_birth")
PHONE = "+447700900111"


async def begin(internal: Client, conversation: str) -> Form:
    form = Form(internal, conversation)
    for field in BEGUN:
        await form.answer(field, GIVEN[field])
    return form


async def finish(client: Client, case: str, **other: str) -> str:
    """An adviser puts down what is left; the page that it ends on."""
    async with signed_in(client) as sam:
        status, shown = await sam.submit(f"/staff/cases/{case}/registration", **{**REST, **other}, key="one")
    assert status == 200 and "WAY-" in shown
    return shown


async def told(parts: Parts, conversation: str) -> list[str]:
    async with parts.db.reading() as session:
        return [one.text for one in await messages_after(session, uuid.UUID(conversation), 0)]


async def thread_of(parts: Parts, conversation: str) -> Conversation:
    async with parts.db.reading() as session:
        return await session.get_one(Conversation, uuid.UUID(conversation))


@pytest.fixture
async def chat(client: Client, internal: Client, parts: Parts, rasa: FakeRasa) -> Chat:
    """A chat whose form is open."""
    rasa.form = FORM
    made = await make_chat(client, "camden")
    await made.say("register me")
    await begin(internal, made.conversation)
    return made


@pytest.fixture
async def case(parts: Parts, chat: Chat) -> str:
    return (await make_case(parts, "benefits", conversation=chat.conversation))["id"]


async def test_they_are_told_their_reference_and_how_to_see_it(client: Client, chat: Chat, case: str) -> None:
    shown = await finish(client, case)
    assert "They were sent the reference" in shown
    reference, link = (await chat.messages())[-2:]
    assert "Your reference is WAY-" in reference["text"] and reference["kind"] == "notice"
    path = "/r/" + link["text"].partition("/r/")[2].split()[0]
    async with client.get(path) as response:
        assert response.status == 200


async def test_a_repeat_tells_them_once(client: Client, chat: Chat, case: str, parts: Parts) -> None:
    for _ in range(2):
        await finish(client, case)
    said = " ".join(await told(parts, chat.conversation))
    assert said.count("Your reference is") == 1


async def test_their_next_message_is_no_answer_of_a_form_that_is_gone(
    client: Client, chat: Chat, case: str, rasa: FakeRasa, parts: Parts
) -> None:
    await finish(client, case)
    rasa.form = None
    await chat.say("thanks, what is a bursary")
    assert rasa.asked[-1]["conversation"] == f"{chat.conversation}:2"
    assert (await thread_of(parts, chat.conversation)).form is None


@pytest.mark.parametrize("registered", [False, True], ids=["nobody registered", "registered from elsewhere"])
async def test_an_answer_on_its_way_meanwhile_opens_nothing_again(
    client: Client,
    internal: Client,
    chat: Chat,
    case: str,
    rasa: FakeRasa,
    parts: Parts,
    registered: bool,
) -> None:
    if registered:
        elsewhere = Form(internal, (await make_chat(client, "camden")).conversation)
        await elsewhere.fill()
        assert (await elsewhere.finish())[0] == 200
    go_on = rasa.hang()
    rasa.was_asked.clear()
    await chat.send("nw5 2tj")
    await rasa.was_asked.wait()
    await finish(client, case)
    body = {
        "field": "postcode",
        "text": "nw5 2tj",
        "conversation": f"{chat.conversation}:1",
        "message_id": "m",
    }
    response = await internal.post("/internal/registrations/answers", json=body)
    assert response.status == 409 and (await response.json())["error"]["code"] == "over"
    go_on.set()
    await chat.say("hello?")
    assert (await thread_of(parts, chat.conversation)).episode == 2
    assert rasa.asked[-1]["conversation"].endswith(":2")
    drafts = await internal.get(f"/internal/registrations/drafts?conversation={chat.conversation}:2")
    assert (await drafts.json())["answers"] == {}


@pytest.mark.parametrize("registered", [False, True], ids=["nobody registered", "registered long ago"])
async def test_a_form_that_begins_as_an_episode_ends_for_its_length_goes_on(
    client: Client, internal: Client, rasa: FakeRasa, parts: Parts, registered: bool
) -> None:
    chat = await make_chat(client, "camden")
    form = Form(internal, chat.conversation)
    if registered:
        await form.fill()
        await form.finish()
        parts.clock.move(timedelta(hours=1))
    async with parts.db.transaction() as session:
        (await lock(session, uuid.UUID(chat.conversation))).episode_turns = LONGEST_EPISODE - 1
    go_on = rasa.hang()
    rasa.was_asked.clear()
    await chat.send("register me")
    await rasa.was_asked.wait()
    await chat.send("hello?")
    assert (await thread_of(parts, chat.conversation)).episode == 2
    assert (await form.answer("name", "Aisha Khan"))["ok"] and (await form.question("ground"))["text"]
    assert "name" in (await form.draft())["answers"]
    go_on.set()


async def test_a_texter_is_told_where_texts_are_the_safe_way(
    client: Client, internal: Client, parts: Parts
) -> None:
    text = await make_case(parts, "benefits", phone=PHONE)
    await begin(internal, text["conversation"])
    await finish(client, text["id"], contact="07700 900111")
    assert "Your reference is WAY-" in " ".join(await told(parts, text["conversation"]))


@pytest.mark.parametrize("contact", ["07700 900123", "07700 900111 after 4pm", "through my social worker"])
async def test_where_texts_are_not_the_safe_way_the_adviser_has_to_tell_them(
    client: Client, internal: Client, parts: Parts, contact: str
) -> None:
    text = await make_case(parts, "benefits", phone=PHONE)
    await begin(internal, text["conversation"])
    shown = await finish(client, text["id"], contact=contact)
    assert "they have not been told" in shown and await told(parts, text["conversation"]) == []
    async with signed_in(client) as sam:
        assert "NOT been sent the reference" in await sam.page(f"/staff/cases/{text['id']}")


async def test_after_something_urgent_nothing_is_sent_until_an_adviser_allows_it(
    client: Client, chat: Chat, case: str, parts: Parts
) -> None:
    async with parts.db.transaction() as session:
        await lock(session, uuid.UUID(chat.conversation))
        (await session.get_one(Case, uuid.UUID(case))).escalated_at = parts.clock.now()
    shown = await finish(client, case)
    assert "they have not been told" in shown
    assert "Your reference" not in " ".join(await told(parts, chat.conversation))
    reference = "WAY-" + shown.partition("WAY-")[2][:6]
    async with signed_in(client) as sam:
        _, after = await sam.submit(f"/staff/registrations/{reference}/link")
    assert "A new link was sent" in after and "/r/" in (await told(parts, chat.conversation))[-1]


def test_what_an_adviser_finished_is_said_in_the_words_of_the_assistant() -> None:
    with open("domain.yml", encoding="utf-8") as file:
        responses = yaml.safe_load(file)["responses"]
    for words, response in (
        (telling.LINK, "utter_confirmation_link"),
        (telling.TO_CHECK, "utter_registered_to_check"),
    ):
        assert responses[response][0]["custom"]["text"].split() == words.split()
