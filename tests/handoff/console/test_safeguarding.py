"""The lead's page: every safeguarding case of their areas, and nobody's words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.alerts.silence import Silences
from handoff.app import Parts
from handoff.cases import oversight
from handoff.clock import Clock
from handoff.staff import service as staff
from handoff.staff.passwords import hash_password
from tests.handoff.cases.scenes import LEAD, Colleague, make_case, signed_in
from tests.handoff.conftest import PASSWORD
from tests.handoff.factories import make_chat

Client = TestClient[Any, Any]
PAGE = "/staff/safeguarding"


async def listed(who: Colleague, query: str = "") -> list[str]:
    """The ids of the cases on the page, in order."""
    return re.findall(r'data-key="([0-9a-f-]{36})"', await who.page(f"{PAGE}?{query}"))


async def figures(who: Colleague) -> dict[str, int]:
    found = re.findall(r"<strong>(\d+)</strong> ([\w ]+)", await who.page(PAGE))
    return {label: int(number) for number, label in found}


async def test_safeguarding_cases_stand_in_queue_order_and_no_others(priya: Colleague, parts: Parts) -> None:
    urgent = await make_case(parts, "safeguarding", level="urgent", area="lambeth")
    worst = await make_case(parts, "safeguarding", level="emergency", area=None)
    mild = await make_case(parts, "safeguarding", level="concern")
    await make_case(parts, "request")
    await make_case(parts, "neet")
    assert await listed(priya) == [worst["id"], urgent["id"], mild["id"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("level=urgent", "a"),
        ("level=concern", "b"),
        ("category=self_harm", "a"),
        ("category=allegation", "b"),
        ("area=camden", "a"),
        ("area=none", "b"),
        ("state=claimed", "b"),
        ("state=waiting", "a"),
        ("undecided=1", "a"),
        ("overdue=1", ""),
        ("state=closed", ""),
        ("state=all", "ab"),
        ("level=nonsense&category=%22&area=narnia&page=-1", "ab"),
        ("page=99", ""),
    ],
)
async def test_the_list_shows_what_was_asked_for(
    priya: Colleague, parts: Parts, query: str, expected: str
) -> None:
    a = await make_case(parts, "safeguarding", level="urgent", categories=("self_harm", "suicide"))
    b = await make_case(parts, "safeguarding", level="concern", area=None, categories=("allegation",))
    await priya.post(f"{b['at']}/claim")
    await priya.post(f"{b['at']}/decisions", {"text": "Waiting for the school."})
    assert await listed(priya, query) == [{"a": a, "b": b}[one]["id"] for one in expected]


async def test_a_code_is_not_found_inside_another(priya: Colleague, parts: Parts) -> None:
    await make_case(parts, "safeguarding", level="urgent", categories=("physical_abuse",))
    assert await listed(priya, "category=sexual_abuse") == []
    assert await listed(priya, "category=selfXharm") == await listed(priya)


async def test_the_figures_count_what_is_open(client: Client, parts: Parts, clock: Clock) -> None:
    late = await make_case(parts, "safeguarding", level="urgent")
    duty = await make_case(parts, "safeguarding", level="concern", categories=("allegation",))
    async with signed_in(client, LEAD) as priya:
        assert await figures(priya) == {
            "open": 2, "urgent or above": 1, "overdue": 0, "with nothing decided": 2,
        }  # fmt: skip
        await priya.post(f"{duty['at']}/claim")
    clock.move(timedelta(days=5))
    async with signed_in(client, LEAD) as priya:
        assert (await figures(priya))["overdue"] == 2
        assert set(await listed(priya, "overdue=1")) == {late["id"], duty["id"]}
        await priya.post(f"{duty['at']}/referrals", {"to": "lado"})
        await priya.post(f"{duty['at']}/decisions", {"text": "LADO told."})
        assert await listed(priya, "overdue=1") == [late["id"]]
        assert (await figures(priya))["with nothing decided"] == 1
        text = await priya.page(PAGE)
    assert "Told: LADO" in text and "Decided" in text


async def test_nobodys_words_stand_in_the_list(client: Client, priya: Colleague) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("my step dad hits me with a zebra belt, ring 07700900456")
    assert await listed(priya) != []
    text = await priya.page(PAGE)
    assert "zebra" not in text and "07700900456" not in text and "900456" not in text


async def test_a_lead_of_one_area_sees_that_area_and_what_is_not_placed(client: Client, parts: Parts) -> None:
    hashed = await hash_password(PASSWORD)
    async with parts.db.transaction() as session:
        await staff.add(
            session, parts.clock.now(), email="lead.lambeth@demo.test", name="Lou Grant",
            password_hash=hashed, roles=["lead"], areas=["lambeth"], with_code=False,
        )  # fmt: skip
    await make_case(parts, "safeguarding", level="urgent", area="camden")
    mine = await make_case(parts, "safeguarding", level="urgent", area="lambeth")
    unplaced = await make_case(parts, "safeguarding", level="concern", area=None)
    async with signed_in(client, "lead.lambeth@demo.test") as lou:
        assert await listed(lou) == [mine["id"], unplaced["id"]]
        assert await listed(lou, "area=camden") == []
        text = await lou.page(PAGE)
    assert ">Lambeth</option>" in text and ">Camden</option>" not in text


async def test_the_page_is_for_leads_and_managers(client: Client) -> None:
    for email, status in (
        ("pa.camden@demo.test", 403),
        ("editor.one@demo.test", 403),
        ("admin@demo.test", 403),
        ("manager@demo.test", 200),
    ):
        async with signed_in(client, email) as colleague:
            for path in (PAGE, f"{PAGE}/list"):
                async with colleague.http.get(path) as response:
                    assert response.status == status


async def test_a_long_list_comes_in_pages(
    priya: Colleague, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oversight, "PAGE", 2)
    cases = [await make_case(parts, "safeguarding", level="urgent") for _ in range(3)]
    first, second = await listed(priya), await listed(priya, "page=2")
    assert (len(first), len(second)) == (2, 1)
    assert {*first, *second} == {case["id"] for case in cases}
    assert "/staff/safeguarding?page=2" in await priya.page(PAGE)


async def test_a_closed_case_is_found_again(priya: Colleague, parts: Parts) -> None:
    case = await make_case(parts, "safeguarding", level="urgent")
    await priya.post(f"{case['at']}/claim")
    await priya.post(f"{case['at']}/close", {"outcome": "referred_mash", "decision": "At once."})
    assert (await listed(priya), await listed(priya, "state=closed")) == ([], [case["id"]])


async def test_a_worrying_message_followed_by_silence_is_seen_in_the_list(
    client: Client, priya: Colleague, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say("i feel so low all the time")
    assert "No word since" not in await priya.page(PAGE)
    parts.clock.move(timedelta(minutes=11))
    assert "No word since" in await priya.page(PAGE)
    urgent = await make_chat(client, "camden")
    await urgent.say("my step dad hits me")
    parts.clock.move(timedelta(minutes=11))
    await Silences(parts.db, parts.clock, parts.hub, parts.rules).round()
    page = await priya.page(f"{PAGE}?level=urgent")
    assert "Silent since" in page and "hits me" not in page
