"""A text that Twilio hands us is taken in once, whatever it holds, and answered on the phone."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.sms import replies
from tests.handoff.fakes import FakeRasa, FakeTwilio, talk
from tests.handoff.sms.phones import LAMBETH, SMS, Phone, post

DISCLOSURE = "i want to kill myself tonight i have the pills"


async def test_a_text_is_answered_by_text(phone: Phone, twilio: FakeTwilio) -> None:
    await phone.text("hello")
    await phone.settled()
    sent = [(text["To"], text["From"], text["Body"]) for text in twilio.sent]
    assert sent == [(phone.number, phone.service, "You said: hello")]


async def test_the_number_texted_gives_the_area(phone: Phone) -> None:
    phone.service = LAMBETH
    await phone.text("hello")
    assert (await phone.conversation()).area == "lambeth"


async def test_a_number_missing_from_our_settings_is_our_fault_and_is_answered(phone: Phone) -> None:
    phone.service = "+447700900999"
    await phone.text("hello")
    (text,) = await phone.settled()
    assert (text.state, text.sender, (await phone.conversation()).area) == ("sent", "+447700900999", None)


async def test_the_same_message_five_times_is_one_turn_and_one_reply(
    phone: Phone, twilio: FakeTwilio
) -> None:
    fields = phone.fields("hello", sid="SM5")
    answers = await asyncio.gather(*(post(phone.client, SMS, fields) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    await phone.settled()
    assert (await phone.said(), len(twilio.sent)) == (["hello"], 1)


async def test_an_old_request_sent_again_changes_nothing(phone: Phone, twilio: FakeTwilio) -> None:
    old = phone.fields("stop", sid="SMold")
    await post(phone.client, SMS, old)
    await phone.text("start")
    assert (await post(phone.client, SMS, old)).status == 200
    assert (await phone.conversation()).blocked_at is None
    await phone.settled()
    assert (await phone.said(), len(twilio.sent)) == (["stop", "start"], 1)


async def test_two_numbers_of_ours_are_two_conversations(phone: Phone) -> None:
    await phone.text("hello camden")
    other = Phone(phone.client, phone.parts, service=LAMBETH)
    await other.text("hello lambeth")
    assert (await phone.said(), await other.said()) == (["hello camden"], ["hello lambeth"])


async def test_a_choice_is_offered_and_taken_by_its_number(
    phone: Phone, rasa: FakeRasa, twilio: FakeTwilio
) -> None:
    offer = {"kind": "choices", "text": "Which one?", "choices": [{"text": "Bus fares", "answer": None}]}
    rasa.script["money"] = [offer]
    await phone.text("money")
    await phone.settled()
    await phone.text("1")
    await phone.settled()
    assert twilio.sent[0]["Body"] == "Which one?\n1 Bus fares"
    assert rasa.asked[-1]["text"] == "Bus fares"


async def test_a_text_that_asks_two_things_gets_one_answer_and_the_offer_of_the_other(
    phone: Phone, rasa: FakeRasa, twilio: FakeTwilio
) -> None:
    other = {"kind": "answer", "answer": "travel", "sms": "For the other, reply:"}
    rasa.script["money and buses?"] = [{"kind": "answer", "answer": "bursary"}, other]
    await phone.text("money and buses?")
    await phone.settled()
    first, offer = [text["Body"] for text in twilio.sent]
    title = "Help with travel"
    assert "Bursary" in first and offer == f"For the other, reply:\n1 {title}"
    await phone.text("1")
    await phone.settled()
    assert rasa.asked[-1]["context"]["choice"] == {"text": title, "answer": "travel"}


async def test_a_number_that_no_list_was_there_for_brings_one_to_choose_from(
    phone: Phone, rasa: FakeRasa, twilio: FakeTwilio
) -> None:
    rasa.script["money"] = [{"kind": "answer", "answer": "bursary"}]
    rasa.script["1"] = [{**talk("Which one?"), "kind": "choices"}]
    await phone.text("money")
    await phone.settled()
    rasa.intent = "more"
    await phone.text("1")
    await phone.settled()
    assert twilio.sent[-1]["Body"].startswith("Which one?\n1 The larger bursary\n2 Help with travel\n3 ")
    await phone.text("2")
    await phone.settled()
    assert rasa.asked[-1]["context"]["choice"] == {"text": "Help with travel", "answer": "travel"}


async def test_words_are_made_plain_before_they_are_sent(
    phone: Phone, rasa: FakeRasa, twilio: FakeTwilio
) -> None:
    rasa.script["hi"] = [talk("It’s fine – really 🎉")]
    await phone.text("hi")
    await phone.settled()
    assert twilio.sent[0]["Body"] == "It's fine - really"


async def test_a_picture_is_answered_that_only_words_are_read(phone: Phone, twilio: FakeTwilio) -> None:
    await phone.text("", NumMedia="1", MediaUrl0="https://example/1")
    await phone.settled()
    assert [text["Body"] for text in twilio.sent] == [replies.ONLY_WORDS]
    assert replies.STAFF_PICTURE in [message.text for message in await phone.messages()]


async def test_the_caption_of_a_picture_is_screened_like_any_text(phone: Phone, twilio: FakeTwilio) -> None:
    await phone.text(DISCLOSURE, NumMedia="1", MediaUrl0="https://example/1")
    texts = await phone.settled()
    assert await phone.said() == [DISCLOSURE]
    assert sum(text.safety for text in texts) == 1
    assert replies.ONLY_WORDS in [text["Body"] for text in twilio.sent]


@pytest.mark.parametrize("body", ["", "   ", "\u200b\u2060", "\x00"])
async def test_a_text_without_words_gets_a_kind_answer(phone: Phone, twilio: FakeTwilio, body: str) -> None:
    await phone.text(body, sid="SMempty")
    await phone.text(body, sid="SMempty")
    await phone.settled()
    assert [text["Body"] for text in twilio.sent] == [replies.NO_WORDS]


async def test_an_endless_text_is_screened_and_asked_for_in_parts(phone: Phone, twilio: FakeTwilio) -> None:
    endless = ("word " * 1_500) + DISCLOSURE
    await phone.text(endless, sid="SMlong")
    await phone.text(endless, sid="SMlong")
    texts = await phone.settled()
    assert [text.safety for text in texts] == [True, False]
    assert texts[1].body == replies.TOO_LONG


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
async def test_a_signed_text_without_id_or_sender_is_answered_200(phone: Phone, missing: str) -> None:
    fields = {name: value for name, value in phone.fields("hello").items() if name != missing}
    assert (await post(phone.client, SMS, fields)).status == 200


@pytest.mark.parametrize(
    "word", ["STOP", "stop ", "Unsubscribe", "end", "QUIT", "cancel", "stopall", "OptOut", "revoke"]
)
async def test_a_lone_stop_word_is_recorded_and_not_answered(phone: Phone, parts: Parts, word: str) -> None:
    await phone.text(word)
    assert await phone.settled() == []
    assert (await phone.conversation()).blocked_at is not None
    assert replies.STAFF_BLOCKED in [message.text for message in await phone.messages()]
    async with parts.db.reading() as session:
        actions = (await session.execute(select(AuditEntry.action))).scalars().all()
    assert "texts.block" in actions


async def test_stop_inside_a_sentence_is_only_a_word(phone: Phone) -> None:
    await phone.text("stop please")
    (text,) = await phone.settled()
    assert (text.state, (await phone.conversation()).blocked_at) == ("sent", None)


async def test_nothing_is_sent_to_a_phone_that_switched_texts_off(phone: Phone, twilio: FakeTwilio) -> None:
    await phone.text("stop")
    await phone.text("hello again")
    (text,) = await phone.settled()
    assert (text.state, text.error_code, twilio.sent) == ("blocked", "21610", [])


async def test_stop_to_one_number_leaves_our_other_numbers_free_to_text(
    phone: Phone, twilio: FakeTwilio
) -> None:
    await phone.text("stop")
    other = Phone(phone.client, phone.parts, service=LAMBETH)
    await other.text(DISCLOSURE)
    (text,) = await other.settled()
    assert (text.safety, text.state, [sent["From"] for sent in twilio.sent]) == (True, "sent", [LAMBETH])
    assert (await other.conversation()).blocked_at is None


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
async def test_texts_are_switched_on_again(phone: Phone, twilio: FakeTwilio, word: str) -> None:
    await phone.text("stop")
    await phone.text(word)
    await phone.settled()
    thread = await phone.conversation()
    assert thread.blocked_at is None and thread.flooded_at is None
    assert [text["Body"] for text in twilio.sent] == [replies.WELCOME_BACK]


async def test_yes_is_an_answer_while_texts_are_on(phone: Phone, rasa: FakeRasa) -> None:
    await phone.text("yes")
    await phone.settled()
    assert rasa.asked[-1]["text"] == "yes"


async def test_an_old_yes_does_not_undo_a_later_stop(phone: Phone) -> None:
    await phone.text("yes", sid="SMyes")
    await phone.text("stop")
    await phone.text("yes", sid="SMyes")
    assert (await phone.conversation()).blocked_at is not None


@pytest.mark.parametrize("word", ["HELP", "info"])
async def test_help_says_who_we_are(phone: Phone, twilio: FakeTwilio, word: str) -> None:
    await phone.text(word)
    await phone.settled()
    assert [text["Body"] for text in twilio.sent] == [replies.WHO_WE_ARE]


@pytest.mark.parametrize("word", ["help", "start"])
async def test_help_and_start_are_words_like_any_to_people_who_are_awaited(
    phone: Phone, twilio: FakeTwilio, word: str
) -> None:
    await phone.text("my step dad hits me")
    await phone.settled()
    sent = await phone.text(word)
    await phone.settled()
    assert not {replies.WHO_WE_ARE, replies.WELCOME_BACK} & {text["Body"] for text in twilio.sent}
    assert [one.text for one in await phone.messages()].count(replies.STAFF_WORD) == 1
    await phone.text(word, sid=sent)
    assert [one.text for one in await phone.messages()].count(replies.STAFF_WORD) == 1


async def test_a_flood_slows_the_bot_but_loses_no_words(
    client: TestClient, parts: Parts, rasa: FakeRasa
) -> None:
    phone = Phone(client, parts)
    most = parts.settings.limits.texts_per_number_second
    await asyncio.gather(*(phone.text(f"text {number}") for number in range(most + 10)))
    await phone.settled()
    assert len(await phone.said()) == most + 10


async def test_a_worry_by_text_shows_the_choice_it_offers(
    phone: Phone, rasa: FakeRasa, twilio: FakeTwilio
) -> None:
    await phone.text("i feel so low all the time")
    await phone.settled()
    assert twilio.sent[0]["Body"].endswith("\n1 Talk to a person")
    await phone.text("1")
    await phone.settled()
    assert rasa.asked[-1]["context"]["choice"]["answer"] == "talk-to-person"
