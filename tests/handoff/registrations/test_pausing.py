"""Something urgent inside the form: it pauses, a person is there, and the same question comes again."""

from __future__ import annotations

from typing import Any

from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.registrations.service import FORM
from tests.handoff.cases.scenes import signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa
from tests.handoff.registrations.forms import Form

Client = TestClient[Any, Any]
URGENT = "my stepdad hits me and im scared to go home"
WHY = {"kind": "prompt", "text": "Why do you need to claim?", "choices": [{"text": "I have a child"}]}


async def in_the_form(client: Client, internal: Client, rasa: FakeRasa) -> tuple[Chat, Form]:
    """A chat in which the reason to claim is asked for, with a name given before."""
    rasa.form = FORM
    rasa.script["register me"] = [WHY]
    chat = await make_chat(client, "camden")
    await chat.say("register me")
    form = Form(internal, chat.conversation)
    await form.answer("name", "Aisha Khan")
    return chat, form


async def reasons(client: Client, chat: Chat) -> dict[str, dict[str, Any]]:
    """The open cases of the chat by reason, as its adviser sees them."""
    async with signed_in(client) as sam:
        _, body = await sam.get("/api/staff/cases?state=open")
    return {one["reason"]: one for one in body["cases"] if one["conversation"] == chat.conversation}


async def test_the_benefits_case_waits_beside_the_safeguarding_case_and_the_draft_is_kept(
    client: Client, internal: Client, rasa: FakeRasa
) -> None:
    chat, form = await in_the_form(client, internal, rasa)
    [safety] = await chat.say(URGENT)
    assert safety["kind"] == "safety"
    found = await reasons(client, chat)
    assert {"safeguarding", "benefits"} <= found.keys()
    assert (await form.draft())["answers"]["name"]["shown"] == "Aisha Khan"
    async with signed_in(client) as sam:
        _, seen = await sam.get(f"/api/staff/cases/{found['benefits']['id']}")
    assert seen["registrations"] == [{"Name (so far)": "Aisha Khan"}]


async def test_handed_back_the_same_question_is_asked_again(
    client: Client, internal: Client, rasa: FakeRasa, parts: Parts
) -> None:
    chat, _ = await in_the_form(client, internal, rasa)
    await chat.say(URGENT)
    asked = len(rasa.asked)
    case = (await reasons(client, chat))["safeguarding"]
    async with signed_in(client) as sam:
        at = f"/api/staff/cases/{case['id']}"
        assert (await sam.post(f"{at}/claim"))[0] == 200
        assert (await sam.post(f"{at}/reply", {"text": "I am Sam."}))[0] == 202
        assert (await sam.post(f"{at}/hand-back"))[0] == 200
    notice, again = (await chat.messages())[-2:]
    assert notice["kind"] == "notice"
    assert (again["author"], again["kind"], again["text"]) == ("bot", "prompt", WHY["text"])
    assert [choice["text"] for choice in again["choices"]] == ["I have a child"]
    rasa.script["I have a child"] = [{"kind": "prompt", "text": "May we?"}]
    assert [reply["text"] for reply in await chat.say("1")] == ["May we?"]
    assert len(rasa.asked) == asked + 1


async def test_outside_the_form_no_benefits_case_opens_and_nothing_is_asked_again(
    client: Client, internal: Client, rasa: FakeRasa
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(URGENT)
    assert "benefits" not in await reasons(client, chat)


async def test_a_worry_in_an_answer_is_met_kindly_and_the_next_question_still_comes(
    client: Client, internal: Client, rasa: FakeRasa
) -> None:
    chat, _ = await in_the_form(client, internal, rasa)
    rasa.intent = "lost"
    rasa.script["i feel so low"] = [{"kind": "prompt", "text": "May we?"}]
    kind, prompt = await chat.say("i feel so low")
    assert "Childline" in kind["text"] and (prompt["kind"], prompt["text"]) == ("prompt", "May we?")
