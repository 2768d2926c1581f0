"""What people and strangers really send: a kind answer or a clear error, counted, and nothing lost."""

from __future__ import annotations

import asyncio
import re
import uuid

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from tests.end_to_end.people import Adviser, Person, Phone, metric, webhook
from tests.stack import CAMDEN, TWILIO_TOKEN, Stack

DISCLOSURE = "my stepdad hits me and im scared to go home"
NUMBERS = iter(f"+44770090{n}" for n in range(6000, 7000))


def long_text(length: int, at_word: int) -> str:
    """Chatter of so many characters with a disclosure in the middle of it."""
    before = "and so on " * (at_word // 3)
    return f"{before}{DISCLOSURE} {'blah ' * length}"[:length]


@pytest.fixture
async def person(stack: Stack, http: aiohttp.ClientSession) -> Person:
    return await Person.arrives(http, stack.url)


@pytest.fixture
def phone(stack: Stack, http: aiohttp.ClientSession) -> Phone:
    return Phone(http, stack.phones_url, next(NUMBERS))


async def refused(http: aiohttp.ClientSession, stack: Stack, channel: str, code: str) -> float:
    return await metric(http, stack, f'wayline_refused_total{{channel="{channel}",code="{code}"}}')


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u2060\ufeff", "\x00\x01\x02"])
async def test_nothing_to_read_is_refused_and_changes_nothing(
    person: Person, stack: Stack, http: aiohttp.ClientSession, text: str
) -> None:
    before = await refused(http, stack, "webchat", "empty")
    status, body = await person.post(text)
    assert (status, body["error"]["code"]) == (422, "empty") and body["error"]["message"]
    assert await person.messages() == []
    assert await refused(http, stack, "webchat", "empty") == before + 1


async def test_an_empty_form_without_javascript_is_answered_on_its_page_and_counted(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{stack.url}/chat") as response:
        page = await response.text()
    [action] = set(re.findall(r'action="(/chat/[^"#/]+)#', page))
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    before = await refused(http, stack, "webchat", "empty")
    async with http.post(f"{stack.url}{action}", data={**fields, "text": " "}) as response:
        assert "Write a message first." in await response.text()
    assert await refused(http, stack, "webchat", "empty") == before + 1


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀",
        "/restart",
        '/inform{"x":1}',
        "<script>alert(1)</script><b>what</b>",
        "aXJkZmtq\ufffd\ufffd PK\ufffd\ufffd",
        "'; DROP TABLE message; --",
        "{{7*7}} ${jndi:ldap://x} %s %n",
    ],
)
async def test_odd_words_get_a_kind_answer_and_the_next_question_its_own(person: Person, text: str) -> None:
    replies = await person.say(text)
    assert replies and all(reply["text"] for reply in replies)
    assert (await person.messages())[0]["text"] == text
    assert [reply["answer"] for reply in await person.say("what is the bursary")] == ["bursary"]
    assert "<script" not in "".join(message.get("html") or "" for message in await person.messages())


async def test_a_disclosure_deep_in_a_long_message_is_heard(
    person: Person, stack: Stack, http: aiohttp.ClientSession
) -> None:
    replies = await person.say(long_text(4_900, 900))
    assert [reply["kind"] for reply in replies] == ["safety"]
    cases = await (await Adviser.signs_in(http, stack.url)).cases(person.conversation)
    assert (cases[0]["reason"], cases[0]["level"]) == ("safeguarding", "urgent")


async def test_words_too_long_to_take_are_screened_and_given_back(
    person: Person, stack: Stack, http: aiohttp.ClientSession
) -> None:
    key = str(uuid.uuid4())
    status, body = await person.post(long_text(10_000, 900), key)
    assert (status, body["error"]["code"]) == (413, "too_long")
    assert [reply["kind"] for reply in body["replies"]] == ["safety"]
    sam = await Adviser.signs_in(http, stack.url)
    case, *_ = await sam.cases(person.conversation)
    assert DISCLOSURE in (await sam.messages(case))[0]["text"]
    assert (await person.post("shorter now", key))[0] == 202
    assert await refused(http, stack, "webchat", "too_long") >= 1


async def test_harmless_words_too_long_to_take_leave_nothing_behind(person: Person) -> None:
    status, body = await person.post("what is the bursary " * 500)
    assert (status, body["error"]["code"]) == (413, "too_long") and "seq" not in body
    assert await person.messages() == []


@pytest.mark.parametrize("body", [b"\x00\xff\xfe\x89PNG", b'{"id": 5, "text": "hi"}', b'"hi"'])
async def test_a_body_that_is_no_message_is_refused(
    person: Person, http: aiohttp.ClientSession, body: bytes
) -> None:
    async with http.post(f"{person.url}/api/chat/messages", data=body, headers=person.headers) as response:
        assert response.status == 422 and (await response.json())["error"]["message"]
    assert await person.messages() == []


async def test_a_token_opens_its_own_chat_only(
    person: Person, stack: Stack, http: aiohttp.ClientSession
) -> None:
    other = await Person.arrives(http, stack.url)
    await person.say("what is the bursary")
    assert await other.messages() == []
    for token in ("", "no-such-token", person.conversation, person.token[:-1]):
        stranger = Person(http, stack.url, token, person.conversation)
        assert (await stranger.post("hello"))[0] == 401
        assert (await stranger.state())["error"]["code"] == "not_signed_in"
    assert len(await person.messages()) == 2


async def test_the_same_message_at_the_same_moment_is_one(person: Person) -> None:
    key = str(uuid.uuid4())
    answers = await asyncio.gather(*(person.post("what is the bursary", key, "?wait=1") for _ in range(5)))
    assert [status for status, _ in answers] == [200] * 5
    assert all(body == answers[0][1] for _, body in answers)
    assert len(await person.messages()) == 2


async def test_messages_sent_at_once_are_answered_one_after_the_other(person: Person) -> None:
    texts = ["what is the bursary", "what is a t level", "what is an apprenticeship"]
    sent = await asyncio.gather(*(person.send(text) for text in texts))
    replies = [await person.replies(key, text) for key, text in zip(sent, texts, strict=True)]
    assert [[reply["answer"] for reply in each] for each in replies] == [
        ["bursary"],
        ["t-levels"],
        ["apprenticeship-what"],
    ]
    found = await person.messages()
    asked = [message["text"] for message in found if message["author"] == "person"]
    answered = [message["answer"] for message in found if message["author"] == "bot"]
    slugs = dict(zip(texts, ["bursary", "t-levels", "apprenticeship-what"], strict=True))
    assert answered == [slugs[text] for text in asked]
    assert [message["seq"] for message in found] == [1, 2, 3, 4, 5, 6]


async def test_the_same_text_five_times_is_one_text(
    stack: Stack, http: aiohttp.ClientSession, phone: Phone
) -> None:
    fields = text_from(phone.number, "what is the bursary")
    assert await asyncio.gather(*(webhook(http, stack, fields) for _ in range(5))) == [200] * 5
    await phone.gets(1)
    assert await webhook(http, stack, fields) == 200
    await phone.text("what is a t level")
    got = await phone.gets(2)
    assert ["Bursary" in text for text in got] == [True, False]


async def test_texts_that_overtake_each_other_are_each_answered(
    stack: Stack, http: aiohttp.ClientSession, phone: Phone
) -> None:
    first, second = (text_from(phone.number, f"what is {what}") for what in ("the bursary", "a t level"))
    assert [await webhook(http, stack, fields) for fields in (second, first, second)] == [200] * 3
    assert ["Bursary" in text for text in await phone.gets(2)] == [False, True]


async def test_a_forged_signature_and_one_of_another_text_are_refused_and_counted(
    stack: Stack, http: aiohttp.ClientSession, phone: Phone
) -> None:
    fields = text_from(phone.number, "what is the bursary")
    url = f"{stack.url}/webhooks/twilio/sms"
    of_another = RequestValidator(TWILIO_TOKEN).compute_signature(url, {**fields, "Body": "hello"})
    forged = RequestValidator("guessed").compute_signature(url, fields)
    before = await refused(http, stack, "sms", "bad_signature")
    statuses = [await webhook(http, stack, fields, signature) for signature in ("", forged, of_another)]
    assert statuses == [403, 403, 403]
    assert await refused(http, stack, "sms", "bad_signature") == before + 3
    await phone.text("what is a t level")
    assert "T Level" in (await phone.gets(1))[0]
    assert len(await phone.thread()) == 2


async def test_a_replayed_webhook_changes_nothing(
    stack: Stack, http: aiohttp.ClientSession, phone: Phone
) -> None:
    await phone.text("what is the bursary")
    await phone.gets(1)
    fields = text_from(phone.number, "what is a t level")
    assert await webhook(http, stack, fields) == 200
    got = await phone.gets(2)
    assert await webhook(http, stack, fields) == 200
    await phone.text("hello")
    assert (await phone.gets(3))[:2] == got


@pytest.mark.parametrize(
    ("body", "said"),
    [("/restart", ""), ("😀", ""), ("\u200b\u200b", "without any words"), ("<b>hi</b>", "")],
)
async def test_odd_texts_get_one_kind_text(
    stack: Stack, http: aiohttp.ClientSession, phone: Phone, body: str, said: str
) -> None:
    assert await webhook(http, stack, text_from(phone.number, body)) == 200
    assert said in (await phone.gets(1))[0]
    await phone.text("what is the bursary")
    assert "Bursary" in (await phone.gets(2))[-1]


async def test_what_is_taken_in_is_counted(
    stack: Stack, http: aiohttp.ClientSession, person: Person, phone: Phone
) -> None:
    def taken_in(channel: str) -> str:
        return f'wayline_messages_total{{channel="{channel}"}}'

    before = [await metric(http, stack, taken_in(channel)) for channel in ("webchat", "sms")]
    await person.say("hello")
    await phone.text("hello")
    await phone.gets(1)
    after = [await metric(http, stack, taken_in(channel)) for channel in ("webchat", "sms")]
    assert after == [before[0] + 1, before[1] + 1]


async def test_two_advisers_taking_one_case_have_one_winner(
    stack: Stack, http: aiohttp.ClientSession, person: Person
) -> None:
    await person.say("can i talk to a person")
    sam = await Adviser.signs_in(http, stack.url)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as elsewhere:
        lead = await Adviser.signs_in(elsewhere, stack.url, "lead@demo.test")
        [case] = await sam.cases(person.conversation)
        took = await asyncio.gather(sam.does(case, "claim"), lead.does(case, "claim"))
    assert sorted(status for status, _ in took) == [200, 409]
    [loser] = [body for status, body in took if status == 409]
    assert loser["error"]["code"] == "already_claimed" and loser["error"]["by"]


def text_from(number: str, body: str) -> dict[str, str]:
    """The webhook's fields of a new text."""
    sid = f"SM{uuid.uuid4().hex}"
    return {"MessageSid": sid, "From": number, "To": CAMDEN, "Body": body, "NumMedia": "0"}
