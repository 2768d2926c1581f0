"""One part is down or hangs while people write: nothing is lost, and safety does not wait for it."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.end_to_end.people import Adviser, Person, Phone, eventually
from tests.faults.records import turns
from tests.faults.registering import REFERENCE, form
from tests.stack import Stack

DISCLOSURE = "my stepdad hits me and im scared to go home"


async def test_a_disclosure_is_answered_while_rasa_hangs_and_the_bot_says_nothing_after_it(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    person, phone = await Person.arrives(http, stack.url), Phone(http, stack.phones_url, "+447700900301")
    lead = await Adviser.signs_in(http, stack.url, "lead@demo.test")
    before = {case["id"] for case in await lead.cases()}
    with stack.hung("rasa"):
        question = await person.send("what is the bursary")
        await phone.text("what is the bursary")
        disclosure = await person.send(DISCLOSURE)
        await phone.text(DISCLOSURE)
        safety = await eventually(person.messages, lambda all: all[-1]["kind"] == "safety", 20)
        [text] = await phone.gets(1, 20)
    assert "Childline" in safety[-1]["text"] and "Childline" in text
    assert await person.replies(question, "what is the bursary") == []
    assert [reply["kind"] for reply in await person.replies(disclosure, DISCLOSURE)] == ["safety"]
    await eventually(
        lambda: asyncio.to_thread(turns, stack), lambda all: {state for state, _ in all} == {"done"}
    )
    opened = [case for case in await lead.cases() if case["id"] not in before]
    assert [(case["reason"], case["level"]) for case in opened] == [("safeguarding", "urgent")] * 2
    assert {case["channel"] for case in opened} == {"webchat", "sms"}
    assert len(await person.messages()) == 3 and await phone.got() == [text]


async def test_texts_sent_while_the_service_is_down_are_answered_when_it_is_back(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    phones = [Phone(http, stack.phones_url, f"+4477009004{n:02}") for n in range(3)]
    with stack.down("handoff"):
        for phone in phones:
            await phone.text("what is the bursary")
        assert [await phone.got() for phone in phones] == [[], [], []]
    for phone in phones:
        assert "Bursary" in (await phone.gets(1))[0]
    assert [len(await phone.got()) for phone in phones] == [1, 1, 1]


async def test_rasa_restarted_in_the_middle_of_a_form_still_knows_it(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    person, texts = await Person.arrives(http, stack.url), form("Maya Okafor")
    for text in texts[:4]:
        await person.say(text)
    stack.kill("rasa")
    for text in texts[4:]:
        last = await person.say(text)
    assert REFERENCE.search(" ".join(reply["text"] for reply in last))
    read_back = [one["text"] for one in await person.messages() if one["author"] == "bot"]
    assert any("Maya Okafor" in text and "NW1 2DB" in text for text in read_back)


@pytest.mark.parametrize("how", ["down", "hung"])
async def test_the_action_server_away_in_the_middle_of_a_form_loses_no_answer(
    stack: Stack, http: aiohttp.ClientSession, how: str
) -> None:
    person, texts = await Person.arrives(http, stack.url), form("Ada Hall" if how == "down" else "Ben Hall")
    for text in texts[:3]:
        await person.say(text)
    with stack.down("actions") if how == "down" else stack.hung("actions"):
        sent = await person.send(texts[3])
        assert (await person.post(texts[3], sent))[0] == 202
        assert (await person.state())["typing"]
    [asks_phone] = await person.replies(sent, texts[3])
    assert asks_phone["kind"] == "prompt" and "phone" in asks_phone["text"]
    for text in texts[4:]:
        last = await person.say(text)
    assert REFERENCE.search(" ".join(reply["text"] for reply in last))
    adviser = await Adviser.signs_in(http, stack.url)
    assert [case["reason"] for case in await adviser.cases(person.conversation)] == ["benefits"]
