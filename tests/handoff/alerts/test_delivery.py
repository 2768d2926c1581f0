"""A step is told once, on two channels that wait for nothing, whatever fails or dies, and without words."""

from __future__ import annotations

import asyncio
import logging
import re
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff import callout, mail
from handoff.alerts.model import AlertNotice
from handoff.app import make_parts
from handoff.callout import LEASE
from handoff.settings import Settings
from tests.handoff.alerts.scenes import ALEX, NUMBERS, PRIYA, SAM, Bell
from tests.handoff.alerts.smtp import FakeSmtp
from tests.handoff.cases.scenes import Colleague, make_case
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeTwilio
from tests.handoff.sms.phones import Phone

WORDS = "i am going to kill myself tonight, my name is Jordan Blake and i have the pills"


@pytest.fixture
async def smtp() -> AsyncIterator[FakeSmtp]:
    async with FakeSmtp() as server:
        yield server


@pytest.fixture
async def posted(settings: Settings, twilio: FakeTwilio, smtp: FakeSmtp) -> AsyncIterator[Bell]:
    """The same service with a mail server."""
    ours = replace(settings, smtp_url=smtp.url, mail_from="alerts@wayline.example")
    async with make_parts(ours) as parts:
        bell = Bell(parts, twilio)
        await bell.set_up()
        yield bell


async def test_a_demonstration_without_a_mail_server_keeps_mails_as_files_of_its_own(bell: Bell) -> None:
    await make_case(bell.parts, "safeguarding", level="emergency")
    await bell.later()
    (letter,) = bell.mailed()
    assert letter["To"] == SAM and letter["Subject"].startswith("Wayline emergency: case C-")
    (file,) = (bell.parts.settings.data_dir / "mail").glob("*.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_mail_goes_over_smtp(posted: Bell, smtp: FakeSmtp) -> None:
    await make_case(posted.parts, "safeguarding", level="urgent")
    assert await posted.later() == [SAM]
    (letter,) = smtp.received
    assert (letter["To"], letter["From"]) == (SAM, "alerts@wayline.example")
    link = re.search(r"https?://\S+/staff/alerts/(C-\w+)", letter.get_content())
    assert link and link[1] in letter["Subject"] and link[0] in posted.twilio.sent[0]["Body"]


async def test_a_text_is_one_part_long(bell: Bell) -> None:
    settings = replace(bell.parts.settings, public_base_url="https://wayline.kensington-and-chelsea.gov.uk")
    bell.parts = replace(bell.parts, settings=settings)
    await bell.shift(PRIYA, "second", "kensington-and-chelsea")
    await make_case(bell.parts, "safeguarding", level="emergency", area="kensington-and-chelsea")
    assert await bell.later() == [PRIYA]
    assert len(bell.twilio.sent[0]["Body"]) <= 160


async def test_no_word_or_name_of_a_person_is_in_a_mail_a_text_or_a_log(
    bell: Bell, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    chat = await make_chat(client, "camden")
    replies = await chat.say(WORDS)
    assert [reply["kind"] for reply in replies] == ["safety"]
    bell.twilio.answers = [500]
    await bell.later()
    await bell.later(minutes=2)
    told = [text["Body"] for text in bell.twilio.sent] + [str(one) for one in bell.mailed()]
    assert len(told) >= 3
    for word in ("kill", "pills", "Jordan", "Blake", "tonight", "suicide", "Sam", "Okafor", "Alex"):
        assert not any(word in one for one in told), word
    quiet = [record.getMessage() for record in caplog.records if record.name.startswith("handoff")]
    secrets = ("kill", "Jordan", *NUMBERS, *NUMBERS.values())
    assert not [line for line in quiet for secret in secrets if secret in line]


async def test_while_the_mail_server_is_down_texts_go_and_mail_follows(posted: Bell, smtp: FakeSmtp) -> None:
    smtp.refuses = "451 come back later"
    await make_case(posted.parts, "safeguarding", level="urgent")
    assert await posted.later() == [SAM]
    assert smtp.received == []
    smtp.refuses = None
    assert await posted.later(seconds=2) == []
    assert [letter["To"] for letter in smtp.received] == [SAM]


async def test_a_mail_server_that_says_nothing_holds_no_text_back(
    posted: Bell, smtp: FakeSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.2)
    smtp.hangs = True
    await make_case(posted.parts, "safeguarding", level="emergency")
    assert await posted.later() == [SAM]
    states = {one.channel: (one.state, one.error_code) for one in await posted.notices()}
    assert states["sms"] == ("sent", None)
    assert states["email"][0] == "sending" and "Timeout" in (states["email"][1] or "")


async def test_with_no_mail_server_there_it_is_tried_again(posted: Bell) -> None:
    posted.parts = replace(
        posted.parts, settings=replace(posted.parts.settings, smtp_url="smtp://127.0.0.1:9")
    )
    await make_case(posted.parts, "safeguarding", level="urgent")
    await posted.later()
    await posted.later(seconds=2)
    assert [one.attempts for one in await posted.notices() if one.channel == "email"] == [2]


async def test_a_text_is_tried_again(bell: Bell) -> None:
    bell.twilio.answers = [429, 429]
    await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == []
    assert await bell.later(seconds=1) == []
    assert await bell.later(seconds=2) == [SAM]


async def test_when_nothing_can_reach_a_person_the_next_is_told_at_once(posted: Bell, smtp: FakeSmtp) -> None:
    smtp.refuses, posted.twilio.answers = "550 no such person", [400]
    await make_case(posted.parts, "safeguarding", level="urgent")
    assert await posted.later() == []
    smtp.refuses = None
    assert await posted.later() == [ALEX]


async def test_a_crash_after_the_step_tells_it_once_after_the_restart(bell: Bell) -> None:
    await make_case(bell.parts, "safeguarding", level="emergency")
    await bell.alarms().round()  # and the process dies
    assert await bell.later() == [SAM]
    assert await bell.later(seconds=30) == []
    assert len(await bell.notices()) == 2


async def test_a_crash_while_a_text_was_sent_sends_it_no_second_time(bell: Bell) -> None:
    await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    async with bell.parts.db.transaction() as session:  # its answer never came back
        rows = (await session.execute(select(AlertNotice))).scalars()
        for row in rows:
            row.state, row.supplier_id, row.next_try_at = "sending", None, bell.parts.clock.now() + LEASE
    assert await bell.later(seconds=31) == []
    assert {one.state for one in await bell.notices()} == {"sent"}
    assert len({letter["Message-ID"] for letter in bell.mailed()}) == 1


async def test_a_crash_before_a_text_was_sent_sends_it(bell: Bell) -> None:
    await make_case(bell.parts, "safeguarding", level="urgent")
    await bell.alarms().round()
    async with bell.parts.db.transaction() as session:
        for row in (await session.execute(select(AlertNotice))).scalars():
            row.state, row.next_try_at = "sending", bell.parts.clock.now() + LEASE
    assert await bell.later(seconds=31) == [SAM]


async def test_two_processes_tell_each_step_once(bell: Bell) -> None:
    cases = [await make_case(bell.parts, "safeguarding", level="emergency") for _ in range(4)]
    bells = [bell, Bell(bell.parts, bell.twilio), Bell(bell.parts, bell.twilio)]
    await asyncio.gather(*(one.alarms().round() for one in bells))
    await asyncio.gather(*(one.texts().drain() for one in bells))
    assert len(bell.twilio.sent) == len(cases)
    assert len({text["Body"] for text in bell.twilio.sent}) == len(cases)


async def test_who_has_not_been_told_yet_is_spared_once_somebody_acknowledged(
    bell: Bell, sam: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    await bell.alarms().round()
    await sam.post(f"{case['at']}/claim")
    assert await bell.later() == []
    assert {one.state for one in await bell.notices()} == {"spared"}


async def test_a_text_and_a_mail_that_failed_are_spared_once_somebody_acknowledged(
    posted: Bell, smtp: FakeSmtp, sam: Colleague
) -> None:
    smtp.refuses, posted.twilio.answers = "451 come back later", [429]
    case = await make_case(posted.parts, "safeguarding", level="urgent")
    assert await posted.later() == []
    assert {one.state for one in await posted.notices()} == {"queued"}
    await sam.post(f"{case['at']}/claim")
    smtp.refuses = None
    assert await posted.later(minutes=1) == []
    assert smtp.received == []
    assert {one.state for one in await posted.notices()} == {"spared"}


@pytest.mark.parametrize("left", [True, False])
async def test_one_in_doubt_is_looked_up_and_never_sent_again_once_somebody_acknowledged(
    bell: Bell, sam: Colleague, left: bool
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    if left:
        assert await bell.later() == [SAM]
    else:
        await bell.alarms().round()
    async with bell.parts.db.transaction() as session:  # no answer ever came back
        for row in (await session.execute(select(AlertNotice))).scalars():
            row.state, row.supplier_id, row.next_try_at = "sending", None, bell.parts.clock.now() + LEASE
    await sam.post(f"{case['at']}/claim")
    mailed = len(bell.mailed())
    assert await bell.later(seconds=31) == []
    assert len(bell.mailed()) == mailed
    states = {one.channel: one.state for one in await bell.notices()}
    assert states == {"sms": "sent" if left else "spared", "email": "spared"}


async def test_a_text_in_doubt_stays_so_when_the_next_try_certainly_failed(bell: Bell) -> None:
    bell.twilio.answers, bell.twilio.list_fails = [500, 429], True
    await make_case(bell.parts, "safeguarding", level="urgent")
    for _ in range(2):
        assert await bell.later(seconds=2) == []
        assert {one.state for one in await bell.notices() if one.channel == "sms"} == {"sending"}
    assert await bell.later(seconds=2) == [SAM]


async def test_the_same_person_is_not_told_of_the_same_case_twice_in_two_minutes(
    bell: Bell, sam: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    await sam.post(f"{case['at']}/claim")
    await make_case(
        bell.parts, "safeguarding", level="urgent", conversation=case["conversation"], state="adviser"
    )
    assert await bell.later(seconds=20) == [PRIYA]  # Sam has just been told, and is talking to them
    await sam.post(f"{case['at']}/reply", {"text": "I am here."})
    await make_case(
        bell.parts, "safeguarding", level="urgent", conversation=case["conversation"], state="adviser"
    )
    assert SAM in await bell.later(minutes=3)


async def test_a_receipt_says_what_became_of_a_text_to_staff(bell: Bell, client: TestClient) -> None:
    await make_case(bell.parts, "safeguarding", level="urgent")
    assert await bell.later() == [SAM]
    sent = bell.twilio.sent[0]
    phone = Phone(client, bell.parts)
    assert (await phone.status(sent["Sid"], "delivered")).status == 200
    assert {one.state for one in await bell.notices() if one.channel == "sms"} == {"delivered"}
    await phone.status(sent["Sid"], "undelivered", "30003")
    assert {one.state for one in await bell.notices() if one.channel == "sms"} == {"delivered"}


async def test_texts_to_staff_are_no_conversation(bell: Bell, sam: Colleague) -> None:
    await make_case(bell.parts, "safeguarding", level="urgent")
    await bell.later()
    _, found = await sam.get("/api/staff/cases?state=open")
    assert len(found["cases"]) == 1


async def test_it_gives_up_on_a_channel_after_about_an_hour() -> None:
    assert timedelta(minutes=40) < timedelta(seconds=sum(callout.BACK_OFF)) < timedelta(minutes=75)
