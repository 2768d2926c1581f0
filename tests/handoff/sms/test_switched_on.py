"""Whoever texted the worst while our texts were off is not left without a word once they are on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.cases.model import Case, CaseNote
from handoff.sms import replies
from handoff.switched_on import SENT_NOW
from tests.handoff.cases.scenes import signed_in
from tests.handoff.fakes import FakeTwilio
from tests.handoff.sms.phones import Phone

DISCLOSURE = "i took 20 paracetamol"


async def after(phone: Phone, twilio: FakeTwilio, *words: str) -> list[str]:
    """What the phone gets by these texts, one after the other."""
    had = len(twilio.sent)
    for one in words:
        await phone.text(one)
        await phone.settled()
    return [text["Body"] for text in twilio.sent[had:]]


async def the_case(phone: Phone) -> Case:
    async with phone.parts.db.reading() as session:
        return (await session.execute(select(Case))).scalar_one()


async def test_a_safety_message_that_could_not_go_out_goes_with_the_start(
    phone: Phone, twilio: FakeTwilio
) -> None:
    assert await after(phone, twilio, "STOP", DISCLOSURE) == []
    safety, welcome = await after(phone, twilio, "START")
    assert "999" in safety and "Childline" in safety and "told" in safety
    assert welcome == replies.WELCOME_BACK_TO_PEOPLE and "help with" not in welcome
    assert [text.state for text in await phone.outgoing()] == ["blocked", "sent", "sent"]
    async with phone.parts.db.reading() as session:
        notes = (await session.execute(select(CaseNote.text).order_by(CaseNote.at))).scalars().all()
    assert notes[-1] == SENT_NOW


async def test_it_goes_once_however_often_they_start(phone: Phone, twilio: FakeTwilio) -> None:
    await after(phone, twilio, "STOP", DISCLOSURE)
    had = len(twilio.sent)
    await asyncio.gather(*(phone.text("START") for _ in range(3)))
    await phone.settled()
    bodies = [text["Body"] for text in twilio.sent[had:]]
    assert sum("Childline" in body and "We have your message" not in body for body in bodies) == 1
    assert bodies.count(replies.WELCOME_BACK_TO_PEOPLE) == 1


async def test_the_next_words_get_holding_text_though_some_did_not_arrive(
    phone: Phone, twilio: FakeTwilio
) -> None:
    await after(phone, twilio, "STOP", DISCLOSURE, "are you there", "START")
    [held] = await after(phone, twilio, "help")
    assert held.startswith("We have your message")


async def test_one_that_arrived_before_the_stop_is_not_sent_again(phone: Phone, twilio: FakeTwilio) -> None:
    [safety] = await after(phone, twilio, DISCLOSURE)
    assert await after(phone, twilio, "STOP", "START") == [replies.WELCOME_BACK_TO_PEOPLE]
    assert "999" in safety


async def test_a_further_danger_told_while_texts_are_off_is_answered_at_the_start(
    phone: Phone, twilio: FakeTwilio
) -> None:
    await after(phone, twilio, "my step dad hits me", "STOP", DISCLOSURE)
    safety, _ = await after(phone, twilio, "START")
    assert "999" in safety


async def test_words_that_worried_nobody_bring_no_more_than_the_welcome(
    phone: Phone, twilio: FakeTwilio
) -> None:
    assert await after(phone, twilio, "STOP", "hello again", "START") == [replies.WELCOME_BACK]


async def test_it_is_not_sent_once_a_person_has_seen_to_it(
    client: TestClient, phone: Phone, twilio: FakeTwilio
) -> None:
    await after(phone, twilio, "STOP", DISCLOSURE)
    case = f"/api/staff/cases/{(await the_case(phone)).id}"
    async with signed_in(client) as sam:
        assert (await sam.post(f"{case}/claim"))[0] == 200
        done = {"outcome": "referred_mash", "decision": "Rang the duty team, who went there."}
        assert (await sam.post(f"{case}/close", done))[0] == 200
    await phone.settled()
    phone.parts.clock.move(timedelta(days=1))
    assert await after(phone, twilio, "START") == [replies.WELCOME_BACK]
