"""Every text leaves once, in order, whatever dies or fails on the way; what cannot be sent is said aloud."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handoff.app import make_parts
from handoff.cases.model import Case, CaseNote
from handoff.cases.service import open_or_raise
from handoff.conversations.model import Conversation
from handoff.conversations.service import lock, messages_after
from handoff.outbox import BACK_OFF, LEASE
from handoff.settings import Settings
from handoff.staff.model import Staff
from tests.handoff.post_office import MoodyTwilio, Post, drain

HOUR = timedelta(hours=1)


@pytest.fixture
async def twilio() -> AsyncIterator[MoodyTwilio]:
    async with MoodyTwilio() as fake:
        yield fake


@pytest.fixture
async def post(settings: Settings, twilio: MoodyTwilio) -> AsyncIterator[Post]:
    async with make_parts(settings) as parts:
        yield Post(parts, twilio)


async def test_a_text_is_sent_once_and_its_sid_kept(post: Post) -> None:
    await post.queue("hello")
    await post.drain()
    await post.drain(HOUR)
    row = await post.row()
    assert (post.bodies(), row.state, row.supplier_id) == (["hello"], "sent", post.twilio.sent[0]["Sid"])


async def test_the_receipt_is_asked_for_at_our_public_address(post: Post) -> None:
    await post.queue("hello")
    await post.drain()
    base = post.parts.settings.public_base_url
    expected = f"{base}/webhooks/twilio/status?text={(await post.row()).id}"
    assert post.twilio.sent[0]["StatusCallback"] == expected


async def test_texts_of_a_conversation_leave_in_order(post: Post) -> None:
    await post.queue(*(f"text {number}" for number in range(10)))
    await post.drain()
    assert post.bodies() == [f"text {number}" for number in range(10)]


async def test_a_safety_message_waits_for_no_other(post: Post) -> None:
    await post.queue("first", "second")
    await post.queue("you matter, call 999", safety=True)
    await post.drain()
    assert post.bodies() == ["you matter, call 999", "first", "second"]


async def test_one_phone_s_trouble_delays_no_other(post: Post) -> None:
    post.twilio.answers = [429]
    await post.queue("to the first")
    await post.drain()
    await post.queue("to the second", phone="+447700900124")
    await post.drain()
    assert post.bodies()[0] == "to the second"


async def test_cut_off_before_twilio_had_it_it_is_sent(post: Post) -> None:
    await post.cut_off()
    await post.drain()
    assert (post.bodies(), (await post.row()).state) == (["hello"], "sent")


async def test_cut_off_after_twilio_had_it_it_is_not_sent_again(post: Post) -> None:
    await post.cut_off(reached_twilio=True)
    await post.drain()
    row = await post.row()
    assert (post.bodies(), row.state, row.supplier_id) == (["hello"], "sent", post.twilio.sent[0]["Sid"])


async def test_the_same_words_sent_before_are_not_taken_for_the_text_in_doubt(post: Post) -> None:
    await post.queue("hello")
    await post.drain()
    await post.cut_off("hello")
    await post.drain()
    assert post.bodies() == ["hello", "hello"]


async def test_a_worker_killed_in_the_middle_of_a_call_sends_nothing_twice(post: Post) -> None:
    post.twilio.hangs = True
    await post.queue("hello")
    work = asyncio.create_task(post.drain())
    await post.twilio.taken.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    post.twilio.hangs = False
    await post.drain(LEASE)
    assert (post.bodies(), (await post.row()).state) == (["hello"], "sent")


async def test_an_error_that_says_nothing_is_looked_up_before_sending_again(post: Post) -> None:
    post.twilio.takes_but_answers = 503
    await post.queue("hello")
    await post.drain()
    assert (await post.row()).state == "sending"
    post.twilio.takes_but_answers = 0
    await post.drain(HOUR)
    assert (post.bodies(), (await post.row()).state) == (["hello"], "sent")


async def test_while_the_look_up_fails_a_text_is_not_sent_again(post: Post) -> None:
    await post.cut_off(reached_twilio=True)
    post.twilio.list_fails = True
    await post.drain()
    await post.drain(HOUR)
    assert (post.bodies(), (await post.row()).state) == (["hello"], "sending")
    post.twilio.list_fails = False
    await post.drain(HOUR)
    assert (post.bodies(), (await post.row()).state) == (["hello"], "sent")


async def test_while_the_look_up_fails_a_safety_message_is_sent_again(post: Post) -> None:
    await post.cut_off("call 999", safety=True, reached_twilio=True)
    post.twilio.list_fails = True
    await post.drain()
    assert (post.bodies(), (await post.row()).state) == (["call 999", "call 999"], "sent")


async def test_a_safety_message_nobody_can_look_up_is_sent_again_three_times_and_no_more(post: Post) -> None:
    await post.cut_off("call 999", safety=True, reached_twilio=True)
    post.twilio.list_fails, post.twilio.takes_but_answers = True, 503
    for _ in range(8):
        await post.drain(timedelta(minutes=1))
    assert (post.bodies(), (await post.row()).state) == (["call 999"] * 4, "sending")
    async with post.parts.db.reading() as session:
        assert (await session.execute(select(Case))).scalar_one().reason == "failure"
    post.twilio.list_fails = False
    await post.drain(timedelta(minutes=1))
    assert (len(post.bodies()), (await post.row()).state) == (4, "sent")


async def test_the_bot_s_words_do_not_follow_a_safety_message(post: Post) -> None:
    post.twilio.answers = [429]
    conversation_id = await post.queue("have you thought about college?", "and a bus pass?")
    await post.drain()
    await post.hear("urgent")
    await post.queue("you matter, call 999", safety=True)
    await post.drain(HOUR)
    assert post.bodies() == ["you matter, call 999"]
    assert [row.state for row in await post.rows()] == ["withheld", "withheld", "sent"]
    async with post.parts.db.reading() as session:
        shown = await messages_after(session, conversation_id, 0, staff=True)
    assert [message.audience for message in shown] == ["staff", "staff", "everyone"]


async def test_the_bot_s_words_do_not_follow_an_adviser_s(post: Post) -> None:
    post.twilio.answers = [429]
    await post.queue("have you thought about college?")
    await post.drain()
    await post.adviser_joins()
    await post.queue("Hi, I am Priya", author="adviser")
    await post.drain(HOUR)
    assert post.bodies() == ["Hi, I am Priya"]


async def test_the_bot_s_words_still_go_out_while_a_worry_waits(post: Post) -> None:
    await post.queue("have you thought about college?")
    await post.hear("concern")
    await post.drain()
    assert post.bodies() == ["have you thought about college?"]


@pytest.mark.parametrize(("reached_twilio", "state"), [(True, "sent"), (False, "withheld")])
async def test_the_bot_s_words_in_doubt_are_looked_up_but_not_sent_again(
    post: Post, reached_twilio: bool, state: str
) -> None:
    await post.cut_off("college?", reached_twilio=reached_twilio)
    await post.hear("urgent")
    await post.drain()
    assert (len(post.bodies()), (await post.row()).state) == (int(reached_twilio), state)


@pytest.mark.parametrize("status", [401, 404, 429])
async def test_what_is_not_the_text_s_fault_is_tried_again(post: Post, status: int) -> None:
    post.twilio.answers = [status]
    await post.queue("hello")
    await post.drain()
    assert (await post.row()).state == "queued"
    await post.drain(timedelta(minutes=1))
    assert (post.bodies(), (await post.row()).state) == (["hello"], "sent")


async def test_with_nobody_listening_texts_wait(post: Post, settings: Settings) -> None:
    nowhere = replace(settings, twilio_api_base="http://127.0.0.1:9")
    async with make_parts(nowhere) as parts:
        unconnected = Post(parts, post.twilio)
        await unconnected.queue("hello")
        await unconnected.drain()
    assert (await post.row()).state == "queued"
    await post.drain(timedelta(minutes=1))
    assert post.bodies() == ["hello"]


async def test_a_clear_no_is_final_and_told_on_the_console(post: Post) -> None:
    post.twilio.answers, post.twilio.code = [400], 21211
    await post.queue("hello")
    await post.drain()
    row = await post.row()
    assert (row.state, row.error_code, post.bodies()) == ("failed", "21211", [])
    async with post.parts.db.reading() as session:
        case = (await session.execute(select(Case))).scalar_one()
        note = (await session.execute(select(CaseNote))).scalar_one()
    assert (case.reason, note.case_id) == ("failure", case.id)
    assert case.incident and case.incident.startswith("texts-")


async def test_a_phone_blocked_at_twilio_is_remembered_as_blocked(post: Post) -> None:
    post.twilio.answers, post.twilio.code = [400], 21610
    conversation_id = await post.queue("hello", "and more")
    await post.drain()
    assert [row.state for row in await post.rows()] == ["blocked", "blocked"]
    async with post.parts.db.reading() as session:
        assert (await session.get_one(Conversation, conversation_id)).blocked_at is not None


async def test_it_gives_up_after_about_an_hour(post: Post) -> None:
    post.twilio.answers = [429] * 50
    await post.queue("hello")
    for seconds in BACK_OFF:
        await post.drain()
        assert (await post.row()).state == "queued"
        post.parts.clock.move(timedelta(seconds=seconds))
    await post.drain()
    assert (await post.row()).state == "failed"
    assert timedelta(minutes=45) < timedelta(seconds=sum(BACK_OFF)) < timedelta(minutes=75)


async def test_a_safety_message_is_never_given_up_and_alarms_early(post: Post) -> None:
    post.twilio.answers = [429] * 30
    await post.queue("call 999", safety=True)
    for _ in range(30):
        await post.drain(timedelta(minutes=5))
    assert (await post.row()).state == "queued"
    async with post.parts.db.reading() as session:
        assert len((await session.execute(select(CaseNote))).scalars().all()) == 1
    await post.drain(timedelta(minutes=5))
    assert post.bodies() == ["call 999"]


async def the_case(post: Post) -> tuple[Case, list[str]]:
    async with post.parts.db.reading() as session:
        case = (await session.execute(select(Case))).scalar_one()
        notes = (await session.execute(select(CaseNote).order_by(CaseNote.at))).scalars()
        return case, [note.text for note in notes]


async def test_an_alarm_that_nobody_took_up_is_taken_back_when_the_text_gets_through(post: Post) -> None:
    post.twilio.answers = [429] * 3
    await post.queue("call 999", safety=True)
    for _ in range(3):
        await post.drain(timedelta(minutes=5))
    assert (await the_case(post))[0].state == "waiting"
    await post.drain(timedelta(minutes=5))
    case, notes = await the_case(post)
    assert (case.state, case.outcome) == ("closed", "not_needed")
    assert "not arrived" in notes[0] and "got through" in notes[1]
    async with post.parts.db.reading() as session:
        assert (await session.execute(select(Conversation.state))).scalar_one() == "bot"


async def test_an_alarm_that_somebody_wrote_about_stays_and_says_that_the_text_got_through(
    post: Post,
) -> None:
    post.twilio.answers = [429] * 3
    await post.queue("call 999", safety=True)
    for _ in range(3):
        await post.drain(timedelta(minutes=5))
    async with post.parts.db.transaction() as session:
        case = (await session.execute(select(Case))).scalar_one()
        sam = (await session.execute(select(Staff.id).limit(1))).scalar_one()
        session.add(CaseNote(case_id=case.id, staff_id=sam, text="I rang.", at=post.parts.clock.now()))
    await post.drain(timedelta(minutes=5))
    case, notes = await the_case(post)
    assert case.state == "waiting" and "got through" in notes[-1]


async def test_an_alarm_that_grew_more_serious_stays_when_the_text_gets_through(post: Post) -> None:
    post.twilio.answers = [429] * 3
    await post.queue("call 999", safety=True)
    for _ in range(3):
        await post.drain(timedelta(minutes=5))
    async with post.parts.db.transaction() as session:
        case = (await session.execute(select(Case))).scalar_one()
        thread = await lock(session, case.conversation_id)
        now = post.parts.clock.now()
        await open_or_raise(session, post.parts.rules, now, thread, case.reason, level="urgent")
    await post.drain(timedelta(minutes=5))
    case, _ = await the_case(post)
    assert (case.state, case.level) == ("waiting", "urgent")


async def test_two_workers_at_once_send_each_text_once(post: Post) -> None:
    for number in range(6):
        await post.queue("one", "two", phone=f"+44770090020{number}")
    await asyncio.gather(*(drain(post.worker()) for _ in range(3)))
    await post.drain()
    assert sorted(post.bodies()) == ["one"] * 6 + ["two"] * 6
    for number in range(6):
        own = [text["Body"] for text in post.twilio.sent if text["To"].endswith(str(number))]
        assert own == ["one", "two"]
