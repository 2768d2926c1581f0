"""Who may say that they have it, how, and what the console shows until somebody does."""

from __future__ import annotations

import asyncio
import uuid

from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.audit import AuditEntry
from handoff.cases.model import CaseBar
from tests.handoff.alerts.scenes import ALEX, SAM, Bell
from tests.handoff.cases.scenes import LAMBETH, Colleague, make_case, signed_in

EDITOR = "editor.one@demo.test"


async def ringing(colleague: Colleague) -> list[dict[str, str]]:
    status, body = await colleague.get("/api/staff/alerts")
    assert status == 200
    return list(body["alerts"])  # type: ignore[arg-type]


async def test_the_button_stops_it_and_everybody_reads_who_has_it(
    bell: Bell, sam: Colleague, priya: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    await bell.later()
    (alert,) = await ringing(priya)
    assert (alert["case"], alert["level"], alert["acknowledged_at"]) == (case["id"], "emergency", None)
    status, body = await sam.post(f"/api/staff/alerts/{alert['id']}/acknowledge")
    assert (status, body["acknowledged_by"]) == (200, "Sam Okafor")
    assert await ringing(priya) == []
    assert "Sam Okafor acknowledged this" in await priya.page(f"/staff/alerts/{alert['reference']}")
    assert await bell.later(minutes=1, seconds=30) == []
    async with bell.parts.db.reading() as session:
        entry = (
            await session.execute(select(AuditEntry).where(AuditEntry.action == "alert.acknowledge"))
        ).scalar_one()
    assert entry.subject == f"case:{case['id']}" and entry.detail["alert"] == alert["id"]


async def test_of_two_at_the_same_moment_the_first_has_it(
    bell: Bell, sam: Colleague, priya: Colleague
) -> None:
    await make_case(bell.parts, "safeguarding", level="urgent")
    (alert,) = await ringing(sam)
    at = f"/api/staff/alerts/{alert['id']}/acknowledge"
    answers = await asyncio.gather(sam.post(at), priya.post(at))
    assert [status for status, _ in answers] == [200, 200]
    assert len({body["acknowledged_by"] for _, body in answers}) == 1


async def test_somebody_of_another_area_sees_nothing_and_cannot_acknowledge(
    bell: Bell, client: TestClient, sam: Colleague
) -> None:
    async with bell.parts.db.transaction() as session:
        (await session.merge(await bell.person(ALEX))).areas = ["lambeth"]
    await make_case(bell.parts, "safeguarding", level="urgent")
    (alert,) = await ringing(sam)
    async with signed_in(client, LAMBETH) as stranger:
        assert await ringing(stranger) == []
        assert (await stranger.post(f"/api/staff/alerts/{alert['id']}/acknowledge"))[0] == 404
        assert (await stranger.submit("/staff/alerts/acknowledge", alert=alert["id"]))[0] == 404
        async with stranger.http.get(f"/staff/alerts/{alert['reference']}") as response:
            assert response.status == 404
        assert alert["reference"] not in await stranger.page("/staff/queue")
    assert len(await ringing(sam)) == 1


async def test_whoever_is_named_in_the_talk_is_neither_told_nor_shown(bell: Bell, sam: Colleague) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent", categories=("allegation",))
    async with bell.parts.db.transaction() as session:
        person = await bell.person(SAM)
        bar = CaseBar(
            conversation_id=uuid.UUID(case["conversation"]), staff_id=person.id, at=bell.parts.clock.now()
        )
        session.add(bar)
    assert await bell.later() == [ALEX]
    assert await ringing(sam) == []


async def test_an_editor_has_no_right_and_nobody_without_the_token(
    bell: Bell, client: TestClient, sam: Colleague
) -> None:
    await make_case(bell.parts, "safeguarding", level="urgent")
    (alert,) = await ringing(sam)
    at = f"/api/staff/alerts/{alert['id']}/acknowledge"
    async with signed_in(client, EDITOR) as editor:
        assert (await editor.post(at))[0] == 403
        assert (await editor.get("/api/staff/alerts"))[0] == 403
    async with sam.http.post(at, json={}) as response:
        assert response.status == 403
    assert (await client.post(at, json={})).status == 401


async def test_the_link_of_a_text_needs_a_sign_in_and_comes_back_to_the_alert(
    bell: Bell, client: TestClient, sam: Colleague
) -> None:
    await make_case(bell.parts, "safeguarding", level="urgent")
    await bell.later()
    link = bell.twilio.sent[0]["Body"].split()[-1]
    path = link.removeprefix(bell.parts.settings.public_base_url)
    response = await client.get(path, allow_redirects=False, headers={"Accept": "text/html"})
    assert (response.status, response.headers["Location"]) == (303, f"/staff?next={path}")
    assert "I have seen this" in await sam.page(path)
    assert len(await ringing(sam)) == 1  # looking is not acknowledging


async def test_the_bell_is_on_every_page_and_says_when_it_has_gone_round(
    bell: Bell, priya: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    await bell.later()
    for path in (
        "/staff/queue",
        f"/staff/cases/{case['id']}",
        "/staff/rota",
        "/staff/answers",
        "/staff/account",
    ):
        assert "Sam Okafor (on call) told at" in await priya.page(path), path
    for _ in range(4):
        await bell.later(minutes=2)
    assert "Everybody in the chain was told once; it has started again." in await priya.page("/staff/queue")


async def test_many_alerts_do_not_fill_the_page(bell: Bell, priya: Colleague) -> None:
    for level in ["urgent"] * 5 + ["emergency"]:
        await make_case(bell.parts, "safeguarding", level=level)
    page = await priya.page("/staff/queue")
    assert page.count("data-ring=") == 3 and "3 more alerts" in page
    assert page.index("ring--emergency") < page.index("ring--urgent")  # the worst first


async def test_metrics_count_what_nobody_has_acknowledged(
    bell: Bell, internal: TestClient, sam: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="urgent")
    assert "wayline_alerts_unacknowledged 1.0" in await (await internal.get("/metrics")).text()
    await sam.post(f"{case['at']}/claim")
    assert "wayline_alerts_unacknowledged 0.0" in await (await internal.get("/metrics")).text()


async def test_addresses_that_name_no_alert_are_not_found(bell: Bell, priya: Colleague) -> None:
    for path in ("/staff/alerts/C-NOSUCH", "/staff/alerts/%27--", f"/staff/alerts/{uuid.uuid4()}"):
        async with priya.http.get(path) as response:
            assert response.status == 404, path
    for name in ("x", str(uuid.uuid4())):
        assert (await priya.post(f"/api/staff/alerts/{name}/acknowledge"))[0] == 404
        assert (await priya.submit("/staff/alerts/acknowledge", alert=name))[0] == 404
    assert (await priya.get("/api/staff/alerts?state=loud"))[0] == 422
