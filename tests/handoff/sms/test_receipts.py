"""What Twilio says of a text we sent: remembered, never moved backwards, and told when it matters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts, make_parts
from handoff.cases.model import Case, CaseNote
from handoff.conversations.model import Outgoing
from handoff.conversations.service import append, lock, sms_conversation
from handoff.outbox import Outbox
from handoff.settings import Settings
from handoff.sms.delivery import RECEIPT_OVERDUE
from handoff.sms.receipts import LostReceipts
from tests.handoff.fakes import FakeTwilio
from tests.handoff.post_office import drain
from tests.handoff.sms.phones import CAMDEN, Phone


@dataclass
class Sent:
    """One text that Twilio has, and the phone it went to."""

    phone: Phone
    sid: str

    async def receipts(self, *statuses: str, code: str = "") -> Outgoing:
        for status in statuses:
            assert (await self.phone.status(self.sid, status, code)).status == 200
        (text,) = await self.phone.outgoing()
        return text

    async def all(self, table: type[Any]) -> list[Any]:
        async with self.phone.parts.db.reading() as session:
            return list((await session.execute(select(table))).scalars())


async def send(parts: Parts, phone: Phone, *, safety: bool = False) -> Outgoing:
    now = parts.clock.now()
    async with parts.db.transaction() as session:
        opened = await sms_conversation(session, now, phone.number, CAMDEN, "camden")
        conversation = await lock(session, opened.id)
        await append(session, conversation, now, author="bot", text="hello", safety=safety)
    (text,) = await phone.outgoing()
    return text


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    """Nothing works by itself here, so that every receipt comes when the test says."""
    async with make_parts(settings) as made:
        yield made


@pytest.fixture
async def sent(phone: Phone, parts: Parts, twilio: FakeTwilio) -> Sent:
    await send(parts, phone)
    await drain(Outbox(parts.db, parts.clock, parts.hub, parts.rules, parts.twilio))
    return Sent(phone, twilio.sent[0]["Sid"])


async def test_a_text_is_followed_to_its_delivery(sent: Sent) -> None:
    assert (await sent.receipts("queued", "sending", "sent")).state == "sent"
    text = await sent.receipts("delivered")
    assert (text.state, text.delivered_at is not None) == ("delivered", True)


@pytest.mark.parametrize("late", ["queued", "sent", "undelivered", "failed", "nonsense", ""])
async def test_a_late_receipt_never_moves_a_delivered_text_back(sent: Sent, late: str) -> None:
    assert (await sent.receipts("delivered", late)).state == "delivered"


@pytest.mark.parametrize("status", ["undelivered", "failed"])
async def test_a_text_that_did_not_arrive_keeps_the_reason(sent: Sent, status: str) -> None:
    text = await sent.receipts(status, "sent", code="30005")
    assert (text.state, text.error_code) == (status, "30005")


async def test_a_delivery_told_after_a_failure_is_believed(sent: Sent) -> None:
    assert (await sent.receipts("undelivered", "delivered")).state == "delivered"


async def test_a_blocked_phone_is_remembered_from_its_receipt(sent: Sent) -> None:
    await sent.receipts("failed", code="21610")
    assert (await sent.phone.conversation()).blocked_at is not None


async def test_a_receipt_for_a_text_that_is_not_ours_is_answered_and_left(sent: Sent) -> None:
    assert (await sent.phone.status("SMunknown", "delivered")).status == 200
    assert (await sent.receipts()).state == "sent"


async def test_a_routine_text_that_did_not_arrive_opens_no_case(sent: Sent) -> None:
    await sent.receipts("undelivered", code="30003")
    assert await sent.all(Case) == []


async def test_a_safety_message_that_did_not_arrive_becomes_a_case(
    parts: Parts, phone: Phone, twilio: FakeTwilio
) -> None:
    await send(parts, phone, safety=True)
    await drain(Outbox(parts.db, parts.clock, parts.hub, parts.rules, parts.twilio))
    sent = Sent(phone, twilio.sent[0]["Sid"])
    await sent.receipts("undelivered", "undelivered", code="30003")
    (case,), (note,) = await sent.all(Case), await sent.all(CaseNote)
    assert (case.reason, "safety message" in note.text, "30003" in note.text) == ("failure", True, True)


async def test_a_receipt_that_comes_before_the_answer_settles_the_text(
    client: TestClient, parts: Parts, phone: Phone
) -> None:
    """The worker died before it knew the sid; the address of the receipt names the text."""
    text = await send(parts, phone)
    async with parts.db.transaction() as session:
        (await session.get_one(Outgoing, text.id)).state = "sending"
    await phone.status("SMlost", "delivered", path=f"/webhooks/twilio/status?text={text.id}")
    (text,) = await phone.outgoing()
    assert (text.state, text.supplier_id) == ("delivered", "SMlost")


async def test_a_receipt_with_another_sid_does_not_touch_a_text_that_has_one(sent: Sent) -> None:
    (text,) = await sent.phone.outgoing()
    await sent.phone.status("SMother", "failed", path=f"/webhooks/twilio/status?text={text.id}")
    assert (await sent.receipts()).state == "sent"


@pytest.fixture
def lost(parts: Parts) -> LostReceipts:
    return LostReceipts(parts.db, parts.clock, parts.hub, parts.rules, parts.twilio)


@pytest.mark.parametrize(
    ("became", "state"),
    [(("delivered", None), "delivered"), (("undelivered", 30003), "undelivered"), (("sent", None), "sent")],
)
async def test_a_text_of_which_nothing_is_heard_is_asked_about_once(
    sent: Sent, parts: Parts, twilio: FakeTwilio, lost: LostReceipts,
    became: tuple[str, int | None], state: str,
) -> None:  # fmt: skip
    twilio.became[sent.sid] = became
    await lost.round()
    assert twilio.looked_up == []
    for _ in range(3):
        parts.clock.move(RECEIPT_OVERDUE)
        await lost.round()
    assert (twilio.looked_up, (await sent.receipts()).state) == ([sent.sid], state)


async def test_a_delivered_text_is_not_asked_about(
    sent: Sent, parts: Parts, twilio: FakeTwilio, lost: LostReceipts
) -> None:
    await sent.receipts("delivered")
    parts.clock.move(RECEIPT_OVERDUE)
    await lost.round()
    assert twilio.looked_up == []
