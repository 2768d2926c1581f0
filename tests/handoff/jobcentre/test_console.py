"""Staff see how notices stand, tell by hand, and set the channel; each only where and what they may."""

from __future__ import annotations

from typing import Any

import asyncssh
import pytest
from aiohttp.test_utils import TestClient

from handoff.jobcentre.model import Channel
from handoff.jobcentre.options import Files, Web, loaded
from tests.handoff.cases.scenes import Colleague
from tests.handoff.jobcentre.far_ends import SECRET, FakeWebhook, keys, make_keys
from tests.handoff.jobcentre.scenes import NAME, Office

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
FILES = {
    "kind": "files", "area": "camden", "host": "sftp.jobcentre.test", "port": "22", "username": "camden",
    "folder": "in", "acks": "acks", "host_key": HOST_KEY, "certificate": keys().pem,
}  # fmt: skip
WEB = {"kind": "web", "area": "camden", "url": "https://jobcentre.test/notices", "secret": SECRET}


async def channel(office: Office, area: str = "camden") -> Channel | None:
    async with office.parts.db.reading() as session:
        return await session.get(Channel, area)


async def test_an_adviser_tells_by_hand(sam: Colleague, office: Office) -> None:
    about = await office.registered()
    listed = await sam.page("/staff/jobcentre")
    assert about.reference in listed and "To be told by hand" in listed and NAME not in listed
    (notice,) = await office.notices()
    at = f"/staff/jobcentre/notices/{notice.id}"
    assert NAME in await sam.page(at) and len(await office.audited("jobcentre.read")) == 1
    _, page = await sam.submit(f"{at}/told", whom="Ms Patel")
    assert "Noted: you told them." in page and "Sam Okafor" in page and "Ms Patel" in page
    assert await office.states() == ["registered told"]
    assert about.reference in await sam.page("/staff/jobcentre?show=done")


async def test_told_by_hand_it_is_not_sent_as_well(
    sam: Colleague, office: Office, webhook: FakeWebhook
) -> None:
    webhook.status = 503
    await office.registered()
    await office.post.drain()
    (notice,) = await office.notices()
    at = f"/staff/jobcentre/notices/{notice.id}"
    assert "Their server answered 503" in await sam.page(at)
    await sam.submit(f"{at}/told")
    webhook.status = 200
    await office.later(days=1)
    assert webhook.kept == {} and await office.states() == ["registered told"]


async def test_one_that_waits_for_a_hand_is_chased(office: Office) -> None:
    await office.registered()
    await office.later(hours=5)
    assert await office.cases() == []
    await office.later(days=1, hours=9)
    assert len(await office.cases()) == 1


async def test_a_confirmation_by_phone_is_noted(sam: Colleague, office: Office, webhook: FakeWebhook) -> None:
    await office.registered()
    await office.post.drain()
    (notice,) = await office.notices()
    _, page = await sam.submit(f"/staff/jobcentre/notices/{notice.id}/confirmed", whom="Mr Lund")
    assert "Noted: they have it." in page
    await office.later(days=20)
    assert webhook.calls == 1 and await office.cases() == []


async def test_once_an_area_has_a_channel_what_waits_can_be_sent(
    sam: Colleague, office: Office, webhook: FakeWebhook
) -> None:
    await office.channel("by_hand", None)
    await office.registered()
    (notice,) = await office.notices()
    status, _ = await sam.submit(f"/staff/jobcentre/notices/{notice.id}/send")
    assert status == 409
    await office.channel("web", Web(webhook.url, SECRET))
    await sam.submit(f"/staff/jobcentre/notices/{notice.id}/send")
    await office.post.drain()
    assert await office.states() == ["registered sent"]


async def test_after_permission_is_taken_back_nobody_can_tell(sam: Colleague, office: Office) -> None:
    about = await office.registered()
    (notice,) = await office.notices()
    await office.withdraw(about)
    for act in ("told", "send", "confirmed"):
        status, page = await sam.submit(f"/staff/jobcentre/notices/{notice.id}/{act}")
        assert status == 409 and "took back their permission" in page and NAME not in page


async def test_another_areas_adviser_finds_nothing(alex: Colleague, sam: Colleague, office: Office) -> None:
    about = await office.registered()
    (notice,) = await office.notices()
    assert about.reference not in await alex.page("/staff/jobcentre")
    at = f"/staff/jobcentre/notices/{notice.id}"
    for path in (at, "/staff/jobcentre?area=camden", "/staff/jobcentre/notices/nonsense"):
        async with alex.http.get(path) as response:
            assert response.status == 404
    for act in ("told", "send", "confirmed"):
        status, _ = await alex.submit(f"{at}/{act}")
        assert status == 404
    assert await office.states() == ["registered by_hand"]


async def test_an_adviser_who_is_kept_from_the_case_finds_nothing(
    priya: Colleague, sam: Colleague, office: Office
) -> None:
    about = await office.registered()
    (case,) = await office.cases("benefits")
    _, me = await sam.get("/api/staff/session")
    await priya.submit(f"/staff/cases/{case.id}/bar", staff=me["id"], barred="He is meant.")
    async with sam.http.get(f"/staff/cases/{case.id}") as response:
        assert response.status == 404
    (notice,) = await office.notices()
    async with sam.http.get(f"/staff/jobcentre/notices/{notice.id}") as response:
        assert response.status == 404
    assert about.reference not in await sam.page("/staff/jobcentre")


@pytest.mark.parametrize(
    "path",
    ["", "/claimants", "/settings", "/lists/template.csv"],
)
async def test_an_editor_has_no_business_here(jo: Colleague, path: str) -> None:
    async with jo.http.get(f"/staff/jobcentre{path}") as response:
        assert response.status == 403


async def test_an_adviser_sets_nothing(sam: Colleague, office: Office) -> None:
    for path in ("settings", "settings/link", "settings/test"):
        status, _ = await sam.submit(f"/staff/jobcentre/{path}", **WEB)
        assert status == 403
    assert await channel(office) is None


async def test_a_form_from_elsewhere_changes_nothing(dana: Colleague, office: Office) -> None:
    async with dana.http.post("/staff/jobcentre/settings", data=WEB) as response:
        assert response.status == 403
    assert await channel(office) is None


async def test_a_secret_is_kept_encrypted_and_never_shown_again(dana: Colleague, office: Office) -> None:
    _, page = await dana.submit("/staff/jobcentre/settings", **WEB)
    assert (
        "Saved." in page and SECRET not in page and SECRET not in await dana.page("/staff/jobcentre/settings")
    )
    _, page = await dana.submit("/staff/jobcentre/settings", **(WEB | {"secret": "", "chase_days": "5"}))
    kept = await channel(office)
    assert kept and loaded(kept.kind, kept.options) == Web(WEB["url"], SECRET) and kept.chase_days == 5
    assert [entry.detail for entry in await office.audited("jobcentre.settings")] == [{"kind": "web"}] * 2


async def test_our_own_key_is_made_here_and_only_its_public_half_shown(
    dana: Colleague, office: Office
) -> None:
    _, page = await dana.submit("/staff/jobcentre/settings", **FILES)
    kept = await channel(office)
    assert kept is not None
    options = loaded(kept.kind, kept.options)
    assert isinstance(options, Files) and options.public_key in page and "PRIVATE KEY" not in page
    await dana.submit("/staff/jobcentre/settings", **(FILES | {"folder": "other"}))
    again = await channel(office)
    assert (
        again and again.options["private_key"] == options.private_key and again.options["folder"] == "other"
    )
    await dana.submit("/staff/jobcentre/settings", **(FILES | {"new_key": "yes"}))
    fresh = await channel(office)
    assert fresh and fresh.options["private_key"] != options.private_key


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (WEB | {"url": "ftp://jobcentre.test"}, "begins with https://"),
        (WEB | {"url": "https://user:pw@jobcentre.test/"}, "begins with https://"),
        (WEB | {"url": "https://jobcentre.test:99999/"}, "begins with https://"),
        (WEB | {"url": "https://[::1"}, "begins with https://"),
        (WEB | {"secret": "short"}, "needs 32 characters"),
        (WEB | {"chase_days": "0"}, "from 1 to 20"),
        (WEB | {"chase_days": "\u0663"}, "from 1 to 20"),
        (WEB | {"kind": "pigeon"}, "Choose one of the ways"),
        (FILES | {"host": "a host; rm -rf"}, "server&#39;s name"),
        (FILES | {"port": "70000"}, "up to 65535"),
        (FILES | {"folder": "../../etc"}, "folder that notices"),
        (FILES | {"acks": "x/../../y"}, "folder that they put"),
        (FILES | {"host_key": "nonsense"}, "public host key"),
        (FILES | {"certificate": "nonsense"}, "not a certificate"),
        (FILES | {"certificate": make_keys(ended=True).pem}, "not valid today"),
        (FILES | {"certificate": make_keys(bits=1024).pem}, "2,048 bits"),
        ({"kind": "mail", "area": "camden", "address": "a@b.test, c@d.test"}, "one e-mail address"),
        ({"kind": "mail", "area": "camden", "address": "a@b.test\r\nBcc: x@y.test"}, "one e-mail address"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
async def test_what_cannot_work_is_not_saved(
    dana: Colleague, office: Office, typed: dict[str, str], told: str
) -> None:
    status, page = await dana.submit("/staff/jobcentre/settings", **typed)
    assert status == 422 and told in page and SECRET not in page
    assert await channel(office) is None


async def test_a_test_notice_goes_the_same_way_and_is_about_nobody(
    dana: Colleague, office: Office, webhook: FakeWebhook
) -> None:
    _, page = await dana.submit("/staff/jobcentre/settings/test", area="camden")
    assert "on its way" in page
    await office.post.drain()
    (told,) = webhook.kept.values()
    assert told["kind"] == "test" and told["about"]["name"] == "Test Person"
    status, _ = await dana.submit("/staff/jobcentre/settings/test", area="lambeth")
    assert status == 409
    await office.later(days=30)
    assert await office.cases() == [] and webhook.calls == 1


async def test_a_link_for_jobcentre_staff_is_shown_once(
    dana: Colleague, client: TestClient[Any, Any], office: Office
) -> None:
    _, page = await dana.submit("/staff/jobcentre/settings/link", area="camden")
    link = page.partition("/jobcentre/claimants/")[2].partition("<")[0]
    assert link not in await dana.page("/staff/jobcentre/settings?area=camden")
    assert (await client.get(f"/jobcentre/claimants/{link}")).status == 200
    await dana.submit("/staff/jobcentre/settings/link", area="camden")
    assert (await client.get(f"/jobcentre/claimants/{link}")).status == 410


async def test_the_case_of_a_registration_says_how_its_notices_stand(sam: Colleague, office: Office) -> None:
    await office.registered()
    (case,), (notice,) = await office.cases("benefits"), await office.notices()
    page = await sam.page(f"/staff/cases/{case.id}")
    assert f'<a href="/staff/jobcentre/notices/{notice.id}">Registered: To be told by hand</a>' in page


async def test_what_was_sent_and_taken_back_cannot_be_sent_again(
    sam: Colleague, office: Office, webhook: FakeWebhook
) -> None:
    about = await office.registered()
    await office.post.drain()
    await office.withdraw(about)
    first, asks = await office.notices()
    at = f"/staff/jobcentre/notices/{first.id}"
    page = await sam.page(at)
    assert "took back their permission on" in page and NAME not in page and "Send it again" not in page
    status, _ = await sam.submit(f"{at}/send")
    assert status == 409
    listed = await sam.page("/staff/jobcentre")
    assert f"/notices/{asks.id}" in listed and f"/notices/{first.id}" not in listed
