"""Going back to an earlier release: only to what is right today, and told plainly when it is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from handoff.app import Parts
from handoff.content.model import Release, ReleaseItem, Revision
from tests.handoff.cases.scenes import Colleague, signed_in

BURSARY = "/api/staff/answers/bursary"
BACK = "/api/staff/releases/1/restore"


@pytest.fixture
def publish(jo: Colleague, kit: Colleague) -> Callable[[str], Awaitable[None]]:
    """Other words for the bursary, live as the next release."""

    async def made(words: str) -> None:
        _, begun = await jo.post(f"{BURSARY}/start")
        said = {"version": begun["draft"]["version"], "web": words, "sms": words}
        _, sent = await jo.post(f"{BURSARY}/submit", said)
        status, told = await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"]})
        assert status == 200, told

    return made


async def then(parts: Parts, slug: str, **said: Any) -> None:
    """What an answer said in release 1, with which the present no longer agrees."""
    item = select(ReleaseItem.revision_id).where(ReleaseItem.number == 1, ReleaseItem.slug == slug)
    async with parts.db.transaction() as session:
        which = (await session.execute(item)).scalar_one()
        await session.execute(update(Revision).where(Revision.id == which).values(**said))


async def have_releases(parts: Parts, highest: int) -> None:
    """As many releases, all with what was in the first."""
    first = select(ReleaseItem.slug, ReleaseItem.revision_id).where(ReleaseItem.number == 1)
    async with parts.db.transaction() as session:
        items = (await session.execute(first)).all()
        for number in range(2, highest + 1):
            session.add(Release(number=number, why="Other words", at=parts.clock.now()))
            await session.flush()
            session.add_all(ReleaseItem(number=number, slug=slug, revision_id=one) for slug, one in items)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"web": "Ring {area.fax}."}, "{area.fax} is not a placeholder"),
        ({"next": ["long-gone"]}, "long-gone is not the name of a live answer"),
        ({"next": ["bursary"]}, "next names this answer itself"),
        ({"goes_to": "long-gone"}, "people would be sent on to long-gone"),
    ],
)
async def test_what_is_not_right_any_more_does_not_come_back(
    parts: Parts, kit: Colleague, publish: Any, said: dict[str, Any], told: str
) -> None:
    await publish("Ask college.")
    await then(parts, "bursary", **said)
    status, body = await kit.post(BACK)
    assert (status, body["error"]["code"]) == (422, "cannot_return")
    assert any(told in one and "Help with college costs" in one for one in body["error"]["problems"])
    async with parts.db.reading() as session:
        assert max(await session.scalars(select(Release.number))) == 2
    status, page = await kit.submit("/staff/releases/1/restore")
    assert status == 422 and "Release 1 cannot be live again." in page and "Help with college costs" in page


async def test_a_release_of_long_ago_is_still_there_to_go_back_to(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    await have_releases(parts, 52)
    _, newest = await jo.get("/api/staff/releases")
    _, earlier = await jo.get("/api/staff/releases?before=3")
    assert [one["number"] for one in newest["releases"]] == [*range(52, 2, -1)]
    assert [one["number"] for one in earlier["releases"]] == [2, 1]
    unchanged, begun = (len(one["changed"]) for one in earlier["releases"])
    assert unchanged == 0 and begun > 50
    first = await kit.page("/staff/releases")
    assert 'href="/staff/releases?before=3">Earlier releases' in first and "releases/2/restore" not in first
    assert first.count(f". {begun} answers.") == 50
    assert first.count(">Live<") == 1 and "releases/52/restore" not in first
    earliest = await kit.page("/staff/releases?before=3")
    assert all(f'action="/staff/releases/{one}/restore"' in earliest for one in (1, 2))
    assert ">Live<" not in earliest and earliest.count(f". {begun} answers.") == 2
    assert "Earlier releases" not in earliest and "Newest releases" in earliest
    status, page = await kit.submit("/staff/releases/1/restore")
    assert status == 200 and "Release 53 is live." in page


@pytest.mark.parametrize("before", ["x", "-1", "²", "1.5", "9" * 40])
async def test_before_what_is_no_release_is_refused(jo: Colleague, before: str) -> None:
    assert (await jo.get(f"/api/staff/releases?before={before}"))[0] == 422
    async with jo.http.get(f"/staff/releases?before={before}") as response:
        assert response.status == 422
    assert (await jo.get("/api/staff/releases?before=1"))[1] == {"releases": []}
    assert "There are no earlier releases." in await jo.page("/staff/releases?before=1")


async def test_a_circle_of_next_steps_does_not_come_back(parts: Parts, kit: Colleague, publish: Any) -> None:
    await publish("Ask college.")
    await then(parts, "bursary", next=["travel"])
    await then(parts, "travel", next=["bursary"])
    status, body = await kit.post(BACK)
    assert status == 422 and "round in a circle" in body["error"]["problems"][0]


async def test_a_next_step_to_a_withdrawn_answer_does_not_come_back(
    parts: Parts, kit: Colleague, publish: Any
) -> None:
    await publish("Ask college.")
    await then(parts, "bursary", next=["travel"])
    await then(parts, "travel", goes_to="free-meals")
    status, body = await kit.post(BACK)
    assert status == 422 and any("is withdrawn" in one for one in body["error"]["problems"])


async def test_a_sum_past_its_date_does_not_come_back(
    client: TestClient[Any, Any], parts: Parts, publish: Any
) -> None:
    await publish("It is {money.wage-21}.")
    figure = parts.content.facts.money["wage-21"]
    await publish("Ask college.")
    days = (figure.rates[-1].last - parts.clock.now().date()).days + 2
    parts.clock.move(timedelta(days=days))
    async with signed_in(client, "editor.two@demo.test") as later:
        status, body = await later.post("/api/staff/releases/2/restore")
    assert (status, body["error"]["code"]) == (422, "cannot_return")
    since = figure.rates[-1].last + timedelta(days=1)
    assert f"no rate is known for {figure.what} since {since.day}" in body["error"]["problems"][0]


async def test_what_is_said_now_anyway_keeps_no_release_back(
    parts: Parts, kit: Colleague, publish: Any
) -> None:
    await publish("Ask college.")
    await then(parts, "travel", web="Ring {area.fax}.", review_on=date(2020, 1, 1))
    assert (await kit.post(BACK)) == (200, {"release": 3})
