"""What Jobcentre staff reach without an account: one notice by its link, one area's form, nothing else."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.jobcentre.channels.web import SIGNATURE, sign
from handoff.jobcentre.links import NOTICE_LASTS, area_token, notice_token
from handoff.jobcentre.outside_routes import PER_MINUTE
from tests.handoff.jobcentre.far_ends import SECRET, FakeWebhook
from tests.handoff.jobcentre.scenes import NAME, Office

HTML = {"Accept": "text/html"}
Client = TestClient[Any, Any]


async def link_of_the_last(office: Office, webhook: FakeWebhook) -> str:
    """The address that the newest notice was sent with, on our server."""
    told = list(webhook.kept.values())[-1]
    return "/" + str(told["confirm"]).split("/", 3)[3]


@pytest.fixture
async def link(office: Office, webhook: FakeWebhook) -> str:
    """The link of a notice about NAME, sent."""
    await office.registered()
    await office.post.drain()
    return await link_of_the_last(office, webhook)


async def test_reading_confirms_nothing_and_confirming_does(
    office: Office, client: Client, link: str
) -> None:
    for _ in range(2):  # as a mail program that opens links
        page = await client.get(link)
        assert page.status == 200 and NAME in await page.text()
    assert await office.states() == ["registered sent"]
    answer = await client.post(link, data={"by": "Camden Town JCP"})
    assert "Confirmed" in await answer.text()
    (notice,) = await office.notices()
    assert (notice.state, notice.acknowledged_how, notice.acknowledged_by) == (
        "acknowledged", "link", "Camden Town JCP",
    )  # fmt: skip
    assert len(await office.audited("jobcentre.read")) == 2
    assert [entry.actor for entry in await office.audited("jobcentre.confirm")] == ["jobcentre"]


async def test_confirming_twice_counts_once(office: Office, client: Client, link: str) -> None:
    await client.post(link, data={"by": "first"})
    again = await client.post(link, data={"by": "second"})
    assert again.status == 200 and len(await office.audited("jobcentre.confirm")) == 1
    assert (await office.notices())[0].acknowledged_by == "first"


async def test_the_page_is_kept_by_nobody(client: Client, link: str) -> None:
    page = await client.get(link)
    assert "noindex" in page.headers["X-Robots-Tag"] and page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer" and "Set-Cookie" not in page.headers
    text = await page.text()
    assert "<script" not in text and not re.search(r'(src|href)="https?://', text)


async def test_a_link_that_was_changed_opens_nothing(client: Client, office: Office, link: str) -> None:
    await office.registered()
    other = (await office.notices())[-1].id.hex
    start, token = link.rsplit("/", 1)
    longer = f"{token[:32]}ffffffff{token[40:]}"
    flipped = token[:-1] + ("0" if token[-1] != "0" else "1")
    pages = {}
    for made_up in (
        flipped,
        longer,
        other + token[32:],
        token[:-1],
        token + "0",
        "x",
        uuid.uuid4().hex + "0" * 48,
    ):
        for method in ("GET", "POST"):
            answer = await client.request(method, f"{start}/{made_up}", headers=HTML)
            assert answer.status == 404
            pages[await answer.text()] = True
    assert len(pages) == 1  # whatever is tried, the answer is the same
    assert await office.states() == ["registered sent", "registered queued"]


async def test_a_link_runs_out(client: Client, parts: Parts, link: str) -> None:
    parts.clock.move(NOTICE_LASTS + timedelta(minutes=1))
    page = await client.get(link)
    assert page.status == 410 and NAME not in await page.text()
    assert (await client.post(link)).status == 410


async def test_after_the_permission_is_taken_back_it_shows_nothing(
    client: Client, office: Office, webhook: FakeWebhook
) -> None:
    about = await office.registered()
    await office.post.drain()
    first = await link_of_the_last(office, webhook)
    await office.withdraw(about)
    await office.post.drain()
    page = await client.get(first)
    assert page.status == 410 and NAME not in await page.text()
    asks = await client.get(await link_of_the_last(office, webhook))
    text = await asks.text()
    assert asks.status == 200 and "delete what we told you" in text and NAME not in text


async def test_another_site_cannot_confirm(client: Client, office: Office, link: str) -> None:
    answer = await client.post(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403 and await office.states() == ["registered sent"]


async def test_somebody_who_tries_links_is_slowed_down(client: Client) -> None:
    answers = [(await client.get(f"/jobcentre/notices/{n}")).status for n in range(PER_MINUTE + 1)]
    assert answers == [404] * PER_MINUTE + [429]


async def call(client: Client, body: dict[str, Any], parts: Parts, secret: str = SECRET, **how: Any) -> Any:
    raw = json.dumps(body).encode()
    at = parts.clock.now() + how.get("off", timedelta(0))
    headers = {SIGNATURE: sign(secret, at, raw)}
    return await client.post(how.get("path", "/webhooks/jobcentre/camden"), data=raw, headers=headers)


async def test_their_server_can_confirm_by_a_signed_call(
    client: Client, office: Office, link: str, parts: Parts
) -> None:
    (notice,) = await office.notices()
    answer = await call(client, {"id": str(notice.id), "reference": "JCP-1"}, parts)
    assert answer.status == 200 and await answer.json() == {"acknowledged": True}
    assert [(one.state, one.acknowledged_how) for one in await office.notices()] == [
        ("acknowledged", "callback")
    ]


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "another secret that is long enough too"}, 403),
        ({"off": timedelta(minutes=-6)}, 403),
        ({"off": timedelta(minutes=6)}, 403),
        ({"path": "/webhooks/jobcentre/lambeth"}, 403),
        ({"path": "/webhooks/jobcentre/nowhere"}, 403),
        ({"id": str(uuid.uuid4())}, 404),
        ({"id": "nonsense"}, 422),
        ({"id": 7}, 422),
    ],
)
async def test_a_call_that_is_forged_old_or_wrong_confirms_nothing(
    client: Client, office: Office, link: str, parts: Parts, how: dict[str, Any], status: int
) -> None:
    (notice,) = await office.notices()
    body = {"id": how.get("id", str(notice.id))}
    other = {name: value for name, value in how.items() if name != "id"}
    assert (await call(client, body, parts, **other)).status == status
    assert await office.states() == ["registered sent"]


async def test_a_call_without_a_signature_is_refused(client: Client, link: str) -> None:
    for signature in ("", "t=1,v1=", "nonsense", "t=,v1=x", "t=\u0661,v1=x"):
        answer = await client.post("/webhooks/jobcentre/camden", data=b"{}", headers={SIGNATURE: signature})
        assert answer.status == 403


CLAIMANT = {
    "name": "Ife Adeyemi",
    "date_of_birth": "04/05/2009",
    "postcode": "nw1 8nh",
    "phone": "07700 900456",
}


async def test_jobcentre_staff_tell_an_area_by_its_link(client: Client, office: Office, parts: Parts) -> None:
    await office.channel("by_hand", None)
    path = f"/jobcentre/claimants/{area_token('camden', 1, parts.clock.now())}"
    page = await client.get(path)
    assert page.status == 200 and "Camden Council" in await page.text()
    thanks = await (await client.post(path, data=CLAIMANT)).text()
    assert "Thank you, we have it" in thanks and "Ife" not in thanks
    (case,) = await office.cases()
    assert case.area == "camden" and case.facts and case.facts["Name"] == "Ife Adeyemi"
    again = await (await client.post(path, data=CLAIMANT)).text()
    assert again == thanks and len(await office.cases()) == 1  # it never says whether we knew


async def test_a_newer_link_ends_the_one_before(client: Client, office: Office, parts: Parts) -> None:
    await office.channel("by_hand", None)
    now = parts.clock.now()
    for token in (area_token("camden", 0, now), area_token("camden", 2, now), area_token("lambeth", 1, now)):
        assert (await client.post(f"/jobcentre/claimants/{token}", data=CLAIMANT)).status == 410
    for token in ("camden.1.ffffffff." + "0" * 40, notice_token(uuid.uuid4(), now), "camden"):
        assert (await client.get(f"/jobcentre/claimants/{token}")).status == 404
    assert await office.cases() == []
