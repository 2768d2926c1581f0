"""The whole path over the promised interfaces: a right answer, a person asked for, a person answering."""

from __future__ import annotations

import aiohttp

from tests.end_to_end.people import Adviser, Person, Phone, eventually
from tests.stack import LAMBETH, Stack

EMAIL = {"camden": "pa.camden@demo.test", "lambeth": "pa.lambeth@demo.test"}


async def test_a_chat_is_answered_by_the_bot_and_then_by_an_adviser(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    person, sam = await Person.arrives(http, stack.url), await Adviser.signs_in(http, stack.url)
    answer = (await person.say("what is the bursary"))[0]
    assert (answer["kind"], answer["answer"]) == ("answer", "bursary") and answer["source"]["url"]
    replies = await person.say("can i talk to a person please")
    assert replies[0]["answer"] == "talk-to-person"
    [case] = await sam.cases(person.conversation)
    assert (case["reason"], case["state"], case["area"]) == ("request", "waiting", "camden")
    assert (await sam.does(case, "claim"))[0] == 200
    assert (await sam.does(case, "reply", text="Hi, Sam here."))[0] == 202
    joined, hello = (await person.messages())[-2:]
    assert (joined["kind"], joined["text"].startswith("Sam")) == ("notice", True)
    assert (hello["author"], hello["text"]) == ("adviser", "Hi, Sam here.")
    assert await person.say("thanks sam") == []
    assert (await sam.does(case, "close", outcome="advice_given"))[0] == 200
    assert (await person.say("what is a t level"))[0]["answer"] == "t-levels"


async def test_a_phone_is_answered_by_the_bot_and_then_by_an_adviser(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    phone = Phone(http, stack.phones_url, "+447700900555", LAMBETH)
    adviser = await Adviser.signs_in(http, stack.url, EMAIL["lambeth"])
    before = {case["id"] for case in await adviser.cases()}
    await phone.text("what is the bursary")
    assert "Bursary" in (await phone.gets(1))[0]
    await phone.text("talk to a person")
    await phone.gets(3)
    [case] = [case for case in await adviser.cases() if case["id"] not in before]
    assert (case["reason"], case["channel"], case["area"]) == ("request", "sms", "lambeth")
    await adviser.does(case, "claim")
    await adviser.does(case, "reply", text="Hello from a person.")
    assert (await phone.gets(5))[-1] == "Hello from a person."
    delivered = await eventually(phone.thread, lambda texts: texts[-1]["status"] == "delivered")
    assert [text["body"] for text in delivered].count("Hello from a person.") == 1
