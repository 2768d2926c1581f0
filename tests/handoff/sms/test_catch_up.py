"""Texts that Twilio took while we were away are answered as if they had just arrived, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts, at_work, make_parts
from handoff.background import background
from handoff.errors import TooLong
from handoff.live import conversation_topic
from handoff.settings import Settings
from handoff.sms import replies
from handoff.sms.catch_up import CatchUp
from handoff.sms.inbox import Inbox
from tests.handoff.fakes import FakeTwilio
from tests.handoff.sms.phones import CAMDEN, LAMBETH, Phone

PHONE = "+447700900123"


@pytest.fixture
async def catch_up(parts: Parts) -> AsyncIterator[CatchUp]:
    inbox = Inbox(parts.db, parts.clock, parts.hub, parts.rules, parts.settings, parts.turns)
    yield CatchUp(parts.db, parts.clock, inbox, parts.twilio)


async def test_texts_that_came_while_we_were_down_are_answered_in_order(
    phone: Phone, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    for number in (1, 2, 3):
        twilio.arrives(f"SM{number}", PHONE, CAMDEN, f"text {number}")
    assert await catch_up.round() == 3
    await phone.settled()
    assert await phone.said() == ["text 1", "text 2", "text 3"]
    assert [text["Body"] for text in twilio.sent] == [f"You said: text {n}" for n in (1, 2, 3)]


async def test_each_phones_missed_texts_are_answered_as_they_were_sent_whatever_came_live_before(
    client: TestClient, parts: Parts, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    phones = Phone(client, parts), Phone(client, parts, number="+447700900124")
    await phones[0].text("live, before the list was read")
    for number in (1, 2, 3):
        for phone in phones:
            twilio.arrives(f"SM{phone.number[-1]}{number}", phone.number, CAMDEN, f"text {number}")
    await catch_up.round()
    await phones[0].text("live, after it")
    for phone in phones:
        await phone.settled()
    missed = ["text 1", "text 2", "text 3"]
    assert await phones[0].said() == ["live, before the list was read", *missed, "live, after it"]
    assert await phones[1].said() == missed
    answers = [text["Body"] for text in twilio.sent if text["To"] == phones[0].number]
    assert answers == [f"You said: {text}" for text in await phones[0].said()]


async def test_what_is_known_is_not_taken_in_again(
    phone: Phone, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    await phone.text("hello", sid="SMknown")
    twilio.arrives("SMknown", PHONE, CAMDEN, "hello")
    twilio.arrives("SMnew", PHONE, CAMDEN, "and more")
    assert await catch_up.round() == 1
    assert await catch_up.round() == 0
    await phone.settled()
    assert (await phone.said(), len(twilio.sent)) == (["hello", "and more"], 2)


async def test_our_own_texts_in_the_list_are_left_alone(
    phone: Phone, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    await phone.text("hello")
    await phone.settled()
    assert await catch_up.round() == 0


async def test_each_text_goes_to_the_number_it_was_sent_to(
    client: TestClient, parts: Parts, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    twilio.arrives("SM1", PHONE, LAMBETH, "hello")
    await catch_up.round()
    lambeth = Phone(client, parts, service=LAMBETH)
    assert (await lambeth.conversation()).area == "lambeth"


@pytest.mark.parametrize(("body", "reply"), [("HELP", replies.WHO_WE_ARE), ("", replies.NO_WORDS)])
async def test_what_gets_a_fixed_reply_gets_it_once(
    phone: Phone, catch_up: CatchUp, twilio: FakeTwilio, body: str, reply: str
) -> None:
    twilio.arrives("SM1", PHONE, CAMDEN, body)
    assert [await catch_up.round(), await catch_up.round()] == [1, 0]
    await phone.settled()
    assert [text["Body"] for text in twilio.sent] == [reply]


async def test_a_fixed_reply_that_a_crash_cut_off_is_made_up_for(
    phone: Phone, parts: Parts, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    await phone.text("hello")
    await parts.turns.receive((await phone.conversation()).id, "SMcut", "stop", skip_bot=True)
    twilio.arrives("SMcut", PHONE, CAMDEN, "stop")
    assert await catch_up.round() == 1
    assert (await phone.conversation()).blocked_at is not None


@pytest.mark.parametrize("again", ["webhook", "list"])
async def test_a_yes_that_a_crash_cut_off_still_switches_texts_on(
    phone: Phone, parts: Parts, catch_up: CatchUp, twilio: FakeTwilio, again: str
) -> None:
    await phone.text("stop")
    await parts.turns.receive((await phone.conversation()).id, "SMyes", "yes", skip_bot=True)
    if again == "webhook":
        await phone.text("yes", sid="SMyes")
    else:
        twilio.arrives("SMyes", PHONE, CAMDEN, "yes")
        assert [await catch_up.round(), await catch_up.round()] == [1, 0]
    await phone.settled()
    assert (await phone.conversation()).blocked_at is None
    assert [text["Body"] for text in twilio.sent] == [replies.WELCOME_BACK]


async def test_a_yes_from_before_a_stop_is_no_news(
    phone: Phone, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    await phone.text("yes", sid="SMyes")
    await phone.text("stop", sid="SMstop")
    for sid, body in (("SMyes", "yes"), ("SMstop", "stop")):
        twilio.arrives(sid, PHONE, CAMDEN, body)
    assert await catch_up.round() == 0


async def test_an_over_long_text_that_a_crash_cut_off_is_kept_and_answered_once(
    phone: Phone, parts: Parts, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    endless = ("word " * 1_500) + "i want to kill myself tonight i have the pills"
    await phone.text("hello")
    await phone.settled()  # screened after the long one it would get the holding text
    with pytest.raises(TooLong):
        await parts.turns.receive((await phone.conversation()).id, "SMlong", endless)
    twilio.arrives("SMlong", PHONE, CAMDEN, endless)
    assert [await catch_up.round(), await catch_up.round()] == [1, 0]
    texts = await phone.settled()
    assert [text.safety for text in texts].count(True) == 1
    assert [text.body for text in texts].count(replies.TOO_LONG) == 1
    assert sum(len(message.text) > 5_000 for message in await phone.messages()) == 1


async def test_a_list_that_cannot_be_read_stops_nothing(
    phone: Phone, catch_up: CatchUp, twilio: FakeTwilio
) -> None:
    twilio.arrives("SM1", PHONE, CAMDEN, "hello")
    twilio.list_fails = True
    assert await catch_up.round() == 0
    twilio.list_fails = False
    assert await catch_up.round() == 1


async def test_starting_answers_what_came_before(settings: Settings, twilio: FakeTwilio) -> None:
    twilio.arrives("SM1", PHONE, CAMDEN, "anyone there?")
    async with make_parts(settings) as parts, parts.hub.subscribe("outbox") as changes, at_work(parts):
        assert await changes.wait(10)
        texts = await Phone(None, parts).settled()  # type: ignore[arg-type]
    assert [text.state for text in texts] == ["sent"]


async def test_what_came_before_our_webhook_listened_is_answered_soon(
    phone: Phone, parts: Parts, catch_up: CatchUp, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await phone.text("hello")
    conversation, ask = await phone.conversation(), catch_up.round

    async def round_that_just_misses_a_text() -> int:
        taken_in = await ask()
        if not twilio.inbound:
            twilio.arrives("SM1", PHONE, CAMDEN, "anyone there?")
        return taken_in

    monkeypatch.setattr(catch_up, "round", round_that_just_misses_a_text)
    monkeypatch.setattr("handoff.sms.catch_up.SOON_AFTER_START", (0.01,))
    async with (
        parts.hub.subscribe(conversation_topic(conversation.id)) as changes,
        background(catch_up.run_forever),
    ):
        while await phone.said() != ["hello", "anyone there?"]:
            assert await changes.wait(10)
