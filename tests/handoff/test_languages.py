"""A message in another language: what Rasa is told of it, what the person gets, what the adviser sees."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.factories import make_chat, sign_in
from tests.handoff.fakes import FakeRasa, FakeTwilio, Reply, answer, talk
from tests.handoff.sms.phones import Phone

ASKS = "nie rozumiem po angielsku, szukam pracy"
OFFER: Reply = {
    "kind": "choices",
    "text": "Możemy pomóc Ci po polsku.",
    "sms": "Pomożemy Ci. Odpisz 1:",
    "choices": [{"text": "Porozmawiaj z doradcą", "answer": "talk-to-person"}],
    "language": "pl",
}


async def only_case(client: TestClient) -> dict[str, Any]:
    await sign_in(client, "lead@demo.test")
    (case,) = (await (await client.get("/api/staff/cases?state=open")).json())["cases"]
    return dict(await (await client.get(f"/api/staff/cases/{case['id']}")).json())


async def test_rasa_is_told_which_language_it_is(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    for text in (ASKS, "cześć", "can i talk in arabic", "i want an apprenticeship"):
        await chat.say(text)
    told = [(asked["context"]["language"], asked["context"]["foreign"]) for asked in rasa.asked]
    assert told == [("pl", True), ("pl", True), ("ar", False), (None, False)]


async def test_the_words_say_their_language_to_who_has_them_read_aloud(
    client: TestClient, rasa: FakeRasa
) -> None:
    rasa.script["مرحبا"] = [{**OFFER, "text": "أهلا <b>", "language": "ar"}]
    (reply,) = await (await make_chat(client)).say("مرحبا")
    assert (reply["text"], reply["html"]) == ("أهلا <b>", '<p lang="ar" dir="auto">أهلا &lt;b&gt;</p>')


@pytest.mark.parametrize("yes", ["Porozmawiaj z doradcą", "1", "tak", "Tak, proszę!"])
async def test_tapping_or_agreeing_in_the_language_asks_for_the_person_in_it(
    client: TestClient, rasa: FakeRasa, yes: str
) -> None:
    rasa.script[ASKS] = [OFFER]
    chat = await make_chat(client)
    await chat.say(ASKS)
    await chat.say(yes)
    context = rasa.asked[-1]["context"]
    assert context["choice"]["answer"] == "talk-to-person" and context["language"] == "pl"


async def test_an_adviser_sees_the_language_and_that_an_interpreter_is_needed(
    client: TestClient, rasa: FakeRasa
) -> None:
    await (await make_chat(client)).say(ASKS)
    case = await only_case(client)
    assert (case["reason"], case["level"]) == ("unanswered", "concern")
    assert case["facts"]["language"] == "Polish" and case["facts"]["interpreter"] == "needed"


async def test_danger_in_another_language_is_one_case_that_names_the_language(client: TestClient) -> None:
    await (await make_chat(client)).say("chcę umrzeć")
    case = await only_case(client)
    assert (case["reason"], case["level"]) == ("safeguarding", "urgent")
    assert case["facts"]["language"] == "Polish" and case["facts"]["interpreter"] == "needed"


async def test_a_greeting_in_another_language_opens_no_case(client: TestClient, rasa: FakeRasa) -> None:
    await (await make_chat(client)).say("merhaba")
    await sign_in(client, "lead@demo.test")
    assert (await (await client.get("/api/staff/cases?state=open")).json())["cases"] == []


async def test_a_worry_in_another_language_gets_the_kind_words_and_the_offer(
    client: TestClient, rasa: FakeRasa
) -> None:
    worry = "мені так сумно, я не можу спати. i feel so low and i cry every night"
    rasa.script[worry] = [{**OFFER, "language": "uk"}]
    rasa.intent = "other_language"
    replies = await (await make_chat(client)).say(worry)
    assert OFFER["text"] in [reply["text"] for reply in replies]


async def test_letters_that_cost_more_arrive_whole_by_text(
    phone: Phone, twilio: FakeTwilio, rasa: FakeRasa
) -> None:
    words = "আমরা বাংলায় সাহায্য করতে পারি। 1 লিখে পাঠান:"
    choice = {"text": "মানুষের সাথে কথা বলুন", "answer": "talk-to-person"}
    rasa.script["আমার সাহায্য দরকার"] = [{**OFFER, "sms": words, "choices": [choice], "language": "bn"}]
    rasa.script[choice["text"]] = [answer("talk-to-person"), talk("passed on")]
    await phone.text("আমার সাহায্য দরকার")
    await phone.settled()
    assert twilio.sent[0]["Body"] == f"{words}\n1 {choice['text']}"
    await phone.text("1")
    await phone.settled()
    assert twilio.sent[-1]["Body"] == "passed on"


@pytest.fixture
def phone(client: TestClient, parts: Parts) -> Phone:
    return Phone(client, parts)
