"""A notice goes once and in order, whatever fails or dies, only with permission, and is never given up."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from handoff.app import Parts
from handoff.jobcentre.channels.web import KEY
from handoff.jobcentre.model import Notice
from handoff.jobcentre.options import Files, Web
from handoff.jobcentre.post import LEASE
from handoff.jobcentre.service import notices_of
from handoff.registrations.model import Registration
from tests.handoff.jobcentre.far_ends import FakeWebhook, keys
from tests.handoff.jobcentre.scenes import NAME, POSTCODE, Office


async def test_a_registration_is_told_with_what_they_allowed(office: Office, webhook: FakeWebhook) -> None:
    about = await office.registration()
    await office.notify("registered", replace(about, ground="I can't live with my parents"))
    await office.post.drain()
    (told,) = webhook.kept.values()
    assert told["kind"] == "registered" and told["reference"] == about.reference
    assert told["from"]["name"] == "Camden"
    assert told["about"] == {
        "name": NAME,
        "date_of_birth": "2010-02-03",
        "postcode": POSTCODE,
        "registered_on": about.registered_on.isoformat(),
        "activity_code": "619",
        "activity": "Seeking work",
        "ground": "I can't live with my parents",
    }
    assert await office.states() == ["registered sent"]


async def test_without_a_channel_it_waits_to_be_told_by_hand(office: Office) -> None:
    await office.registered("lambeth")
    await office.post.drain()
    assert await office.states() == ["registered by_hand"]


async def test_a_server_that_is_down_for_a_day_loses_nothing_and_gets_nothing_twice(
    office: Office, webhook: FakeWebhook
) -> None:
    webhook.status = 500
    about = await office.registered()
    await office.notify("changed", about)
    for _ in range(30):
        await office.later(hours=1)
    assert webhook.kept == {} and webhook.calls < 80
    webhook.status = 200
    await office.later(hours=1)
    assert [told["kind"] for told in webhook.kept.values()] == ["registered", "changed"]
    assert await office.states() == ["registered sent", "changed sent"]
    calls = webhook.calls
    await office.later(hours=1)
    assert webhook.calls == calls


async def test_an_adviser_hears_of_a_server_that_stays_down(office: Office, webhook: FakeWebhook) -> None:
    webhook.status = 503
    about = await office.registered()
    await office.later(days=4)
    (case,) = await office.cases()
    assert case.facts is not None and about.reference in case.facts["Jobcentre Plus"]
    await office.later(days=4)
    assert len(await office.cases()) == 1


async def test_the_next_notice_waits_for_the_one_before_it(office: Office, webhook: FakeWebhook) -> None:
    webhook.status = 500
    about, other = await office.registered(), await office.registration()
    await office.notify("ended", about)
    await office.post.drain()
    assert webhook.calls == 1
    webhook.status = 200
    await office.notify("registered", other)
    await office.post.drain()
    assert [told["reference"] for told in webhook.kept.values()] == [other.reference]


async def test_killed_while_sending_it_goes_again_under_the_same_key(
    office: Office, webhook: FakeWebhook
) -> None:
    webhook.hang = asyncio.Event()
    await office.registered()
    dying = asyncio.create_task(office.post.drain())
    await webhook.reached.wait()
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    webhook.hang.set()
    webhook.hang = None
    assert await office.states() == ["registered sending"]
    survivor = office.new_post()
    await survivor.drain()
    assert webhook.calls == 1  # nobody knows yet that the other died
    office.parts.clock.move(LEASE + timedelta(seconds=1))
    await survivor.drain()
    assert webhook.calls == 2 and len(webhook.kept) == 1  # by the key they count it once
    assert await office.states() == ["registered sent"]


async def test_two_workers_send_it_once(office: Office, webhook: FakeWebhook) -> None:
    for _ in range(6):
        await office.registered()
    await asyncio.gather(office.post.drain(), office.new_post().drain())
    assert webhook.calls == 6 and set(await office.states()) == {"registered sent"}


async def test_a_server_that_confirms_at_once_is_believed(office: Office, webhook: FakeWebhook) -> None:
    webhook.answer = {"acknowledged": True, "reference": "JCP-99"}
    await office.registered()
    await office.post.drain()
    (notice,) = await office.notices()
    assert (notice.state, notice.acknowledged_how, notice.acknowledged_by) == (
        "acknowledged", "answer", "JCP-99",
    )  # fmt: skip


@pytest.mark.parametrize("answer", [None, [], "yes", {"acknowledged": "true"}, {"acknowledged": 1}])
async def test_any_other_answer_confirms_nothing(
    office: Office, webhook: FakeWebhook, answer: object
) -> None:
    webhook.answer = answer
    await office.registered()
    await office.post.drain()
    assert await office.states() == ["registered sent"]


async def test_a_redirect_is_not_followed(office: Office, webhook: FakeWebhook) -> None:
    webhook.status = 307
    await office.registered()
    await office.post.drain()
    (notice,) = await office.notices()
    assert webhook.calls == 1 and (notice.state, notice.error_code) == ("queued", "redirect")


@pytest.mark.parametrize(
    "url",
    [
        "{}",
        "http://localhost:{port}/notices",
        "http://10.0.0.1/",
        "http://[::1]:{port}/",
        "http://169.254.169.254/",
    ],
)
async def test_outside_a_demonstration_no_private_address_is_called(
    office: Office, webhook: FakeWebhook, parts: Parts, url: str
) -> None:
    port = webhook.url.rpartition(":")[2].partition("/")[0]
    await office.channel("web", Web(url.replace("{port}", port).replace("{}", webhook.url), webhook.secret))
    await office.registered()
    await office.new_post(settings=replace(parts.settings, mode="production")).drain()
    (notice,) = await office.notices()
    assert webhook.calls == 0 and notice.error_code == "private_address"


async def test_unsent_ones_are_cancelled_when_permission_is_taken_back(
    office: Office, webhook: FakeWebhook
) -> None:
    about = await office.registered()
    assert await office.withdraw(about) is False
    await office.later(days=2)
    assert webhook.calls == 0 and await office.states() == ["registered cancelled"]
    (notice,) = await office.notices()
    assert notice.about == {}  # nothing of them is kept for a notice that may not go


async def test_one_that_had_gone_is_followed_by_asking_to_delete(
    office: Office, webhook: FakeWebhook
) -> None:
    about = await office.registered()
    await office.post.drain()
    assert await office.withdraw(about) is True
    await office.post.drain()
    asked = list(webhook.kept.values())[-1]
    assert asked["kind"] == "withdrawn" and "delete" in asked["asks"]
    assert asked["reference"] == about.reference and NAME not in str(asked) and POSTCODE not in str(asked)
    assert all(NAME not in str(notice.about) for notice in await office.notices())


@pytest.mark.parametrize(("status", "follows"), [(500, True), (403, False)])
async def test_one_that_may_have_arrived_counts_as_gone(
    office: Office, webhook: FakeWebhook, status: int, follows: bool
) -> None:
    webhook.status = status
    about = await office.registered()
    await office.post.drain()
    assert await office.withdraw(about) is follows


async def test_taken_back_while_it_is_being_sent_it_is_not_tried_again(
    office: Office, webhook: FakeWebhook
) -> None:
    webhook.hang, webhook.status = asyncio.Event(), 500
    about = await office.registered()
    sending = asyncio.create_task(office.post.drain())
    await webhook.reached.wait()
    assert await office.withdraw(about) is True
    webhook.hang.set()
    await sending
    webhook.hang, webhook.status = None, 200
    await office.later(hours=2)
    assert await office.states() == ["registered cancelled", "withdrawn sent"]
    assert [told["kind"] for told in webhook.kept.values()][-1] == "withdrawn" and webhook.headers[KEY]


async def test_others_can_ask_how_it_stands(office: Office, webhook: FakeWebhook, parts: Parts) -> None:
    about = await office.registered()
    await office.post.drain()
    async with parts.db.reading() as session:
        assert [one.state for one in await notices_of(session, about.registration_id)] == ["sent"]


async def test_logs_and_audit_name_nobody(
    office: Office, webhook: FakeWebhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    webhook.status = 500
    about = await office.registered()
    await office.later(hours=1)
    said = caplog.text + str([entry.detail for entry in await office.audited("jobcentre.notify")])
    assert "notice not sent" in said and webhook.url not in said
    assert NAME not in said and POSTCODE not in said and about.reference not in said


async def test_an_area_whose_settings_are_broken_holds_up_no_other(
    office: Office, webhook: FakeWebhook, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Files("127.0.0.1", 22, "lambeth", "in", "acks", "no key", keys().pem, "no key either")
    await office.channel("files", broken, area="lambeth")
    await office.registered("lambeth")
    await office.registered()
    await office.post.drain()
    assert [one.error_code for one in await office.notices()] == ["fault", None]
    assert len(webhook.kept) == 1 and "stumbled" in caplog.text and NAME not in caplog.text


async def test_two_processes_that_chase_at_once_chase_once(office: Office, webhook: FakeWebhook) -> None:
    await office.registered()
    await office.post.drain()
    office.parts.clock.move(timedelta(days=7))
    await asyncio.gather(office.post.look_after(), office.new_post().look_after())
    await office.post.drain()
    assert webhook.calls == 2 and [one.round for one in await office.notices()] == [2]
    office.parts.clock.move(timedelta(days=7))
    await asyncio.gather(office.post.look_after(), office.new_post().look_after())
    assert len(await office.cases()) == 1 and len(await office.audited("jobcentre.raise")) == 1


async def test_what_somebody_who_was_erased_asked_for_is_sent_again_and_asks_no_adviser(
    office: Office, webhook: FakeWebhook, parts: Parts
) -> None:
    await office.notify("withdrawn", await office.registration())
    async with parts.db.transaction() as session:
        await session.execute(update(Notice).values(registration_id=None))
    await office.post.drain()
    for _ in range(3):
        await office.later(days=7)
    assert webhook.calls == 2 and await office.states() == ["withdrawn sent"]
    assert await office.cases() == [] and await office.audited("jobcentre.raise") == []


async def test_the_permission_is_asked_for_again_before_it_goes(
    office: Office, webhook: FakeWebhook, parts: Parts
) -> None:
    about = await office.registered()
    async with parts.db.transaction() as session:
        (await session.get_one(Registration, about.registration_id)).jobcentre_permission = False
    await office.post.drain()
    (notice,) = await office.notices()
    assert webhook.calls == 0 and (notice.state, notice.about) == ("cancelled", {})
