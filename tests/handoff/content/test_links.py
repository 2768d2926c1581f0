"""Links to sources are looked at weekly, on the open web alone; one is broken once it failed on two days."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from handoff.app import Parts
from handoff.content.keeping import links
from handoff.content.keeping.model import SourceLink
from handoff.content.keeping.rules import judged
from handoff.content.model import ReleaseItem, Revision
from handoff.settings import BadSettings, Settings
from handoff.studio import fetching
from handoff.studio.fetching import is_public, look, open_web
from handoff.studio.links import LinkChecks
from tests.handoff.cases.scenes import Colleague
from tests.handoff.content.far_pages import UNKNOWN, FarPages, far_pages
from tests.handoff.content.test_owners import JO, give
from tests.handoff.test_settings import SECRETS

SITE = "https://www.source.example"
EMA, CV = f"{SITE}/ema", f"{SITE}/cv"
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[FarPages]:
    async with far_pages(str(tmp_path)) as pages:
        yield pages


@pytest.fixture
async def sources(parts: Parts) -> None:
    """EMA and CV alone are live, each with a source at the same site."""
    async with parts.db.transaction() as session:
        pairs = select(ReleaseItem, Revision).join(Revision, Revision.id == ReleaseItem.revision_id)
        for item, revision in (await session.execute(pairs)).all():
            if item.slug in ("ema", "cv"):
                revision.source = {**revision.source, "url": f"{SITE}/{item.slug}"}
            else:
                await session.delete(item)


def job(parts: Parts, web: FarPages, *, allowed: bool = True) -> LinkChecks:
    settings = replace(parts.settings, check_links=allowed)
    return LinkChecks(parts.db, parts.clock, parts.rules, parts.content.facts, settings, web.open)


async def looked(parts: Parts, web: FarPages, later: timedelta = timedelta(0)) -> int:
    parts.clock.move(later)
    return await job(parts, web).round()


async def row(parts: Parts, url: str = EMA) -> SourceLink:
    async with parts.db.reading() as session:
        return await session.get_one(SourceLink, url)


async def listed(editor: Colleague, query: str = "links=1") -> dict[str, Any]:
    found = (await editor.get(f"/api/staff/answers?{query}"))[1]["answers"]
    return {one["slug"]: one["link"] for one in found}


async def sign_in_again(editor: Colleague, parts: Parts) -> None:
    who = {"email": JO, "password": parts.settings.demo_password}
    await editor.http.post("/api/staff/session", json=who)


@pytest.mark.usefixtures("sources")
async def test_every_source_is_looked_at_once_a_week(parts: Parts, web: FarPages) -> None:
    assert [await looked(parts, web), await looked(parts, web)] == [2, 0]
    assert await looked(parts, web, WEEK - timedelta(minutes=5)) == 0
    assert await looked(parts, web, timedelta(minutes=10)) == 2
    assert web.asked[:2] == [("HEAD", CV), ("HEAD", EMA)] and web.most_at_once == 1


@pytest.mark.usefixtures("sources")
async def test_nothing_is_looked_at_unless_a_setting_allows_it(parts: Parts, web: FarPages) -> None:
    assert await job(parts, web, allowed=False).round() == 0
    assert web.asked == []


def test_the_setting_is_off_unless_it_is_on() -> None:
    assert not Settings.from_env(SECRETS).check_links
    assert Settings.from_env({**SECRETS, "WAYLINE_CHECK_LINKS": "on"}).check_links
    with pytest.raises(BadSettings, match="WAYLINE_CHECK_LINKS must be on or off"):
        Settings.from_env({**SECRETS, "WAYLINE_CHECK_LINKS": "perhaps"})


@pytest.mark.usefixtures("sources")
async def test_a_link_is_broken_once_it_failed_on_two_days(
    parts: Parts, web: FarPages, jo: Colleague
) -> None:
    web.answers[EMA] = 404
    await looked(parts, web)
    assert await listed(jo) == {}
    assert "The link did not work when it was last tried" in await jo.page("/staff/answers/ema")
    await looked(parts, web, DAY - timedelta(minutes=5))
    assert (await row(parts)).broken_since is None
    await looked(parts, web, timedelta(minutes=6))
    await sign_in_again(jo, parts)
    assert await listed(jo) == {"ema": "broken"}
    page = await jo.page("/staff/answers/ema")
    assert "<strong>The link does not work</strong>" in page and "the page is not there" in page
    assert "Link checked on " in page and "Source link broken, checked" in await jo.page("/staff/answers")


@pytest.mark.usefixtures("sources")
async def test_the_owner_hears_of_a_broken_link_once(parts: Parts, web: FarPages, jo: Colleague) -> None:
    await give(jo, parts, JO)
    web.answers[EMA] = 500
    for _ in range(4):
        await looked(parts, web, DAY)
    await sign_in_again(jo, parts)
    page = await jo.page("/staff/answers")
    assert page.count("The link to the source of “EMA” does not work any more.") == 1


@pytest.mark.usefixtures("sources")
async def test_a_link_that_works_again_is_whole_at_once(parts: Parts, web: FarPages, jo: Colleague) -> None:
    web.answers[EMA] = "drops"
    await looked(parts, web)
    await looked(parts, web, DAY)
    assert (await row(parts)).broken_since
    web.answers[EMA] = 200
    await looked(parts, web, DAY)
    assert ((await row(parts)).broken_since, (await row(parts)).state) == (None, "works")


@pytest.mark.usefixtures("sources")
async def test_a_link_that_leads_to_another_page_says_where(
    parts: Parts, web: FarPages, jo: Colleague
) -> None:
    web.answers[EMA] = "/wales/ema"
    await looked(parts, web)
    assert await listed(jo) == {"ema": "moved"}
    page = await jo.page("/staff/answers/ema")
    assert "leads to another page" in page and f'href="{SITE}/wales/ema"' in page


@pytest.mark.usefixtures("sources")
async def test_an_address_that_no_answer_names_any_more_is_forgotten(parts: Parts, web: FarPages) -> None:
    await looked(parts, web)
    async with parts.db.transaction() as session:
        item = (await session.execute(select(ReleaseItem).where(ReleaseItem.slug == "cv"))).scalar_one()
        await session.delete(item)
    await looked(parts, web)
    async with parts.db.reading() as session:
        assert list((await session.execute(select(SourceLink.url))).scalars()) == [EMA]


@pytest.mark.usefixtures("sources")
async def test_two_processes_never_look_at_one_site_at_the_same_time(parts: Parts, web: FarPages) -> None:
    done = await asyncio.gather(job(parts, web).round(), job(parts, web).round())
    assert sum(done) == 2 and web.most_at_once == 1 and len(web.asked) == 2


@pytest.mark.usefixtures("sources")
async def test_what_a_process_was_looking_at_when_it_died_is_looked_at_later(
    parts: Parts, web: FarPages
) -> None:
    async with parts.db.transaction() as session:
        await links.keep_list(session, parts.clock.now(), [EMA, CV])
        assert await links.claim(session, parts.clock.now()) == [CV, EMA]
    assert await looked(parts, web) == 0
    assert await looked(parts, web, links.LEASE) == 2


@pytest.mark.parametrize(
    ("does", "seen"),
    [
        (200, ("works", "200")),
        (404, ("failed", "404")),
        (503, ("failed", "503")),
        (403, ("closed", "403")),
        ("drops", ("failed", "no_connection")),
        ("hangs", ("failed", "timeout")),
        (f"{SITE}/ema/", ("works", "200")),
        (EMA, ("failed", "too_many")),
        ("http://[", ("failed", "bad_address")),
        ("ftp://www.source.example/ema", ("failed", "bad_address")),
        ("file:///etc/passwd", ("failed", "bad_address")),
        ("https://10.0.0.1/", ("failed", "private")),
        ("https://[::1]/", ("failed", "private")),
        ("https://www.source.example:8081/metrics", ("failed", "private")),
        ("https://user:password@www.source.example/", ("failed", "bad_address")),
    ],
    ids=str,
)
async def test_whatever_a_site_does_is_seen(
    web: FarPages, monkeypatch: pytest.MonkeyPatch, does: int | str, seen: tuple[str, str]
) -> None:
    monkeypatch.setattr(fetching, "WHOLE_SECONDS", 0.5 if does == "hangs" else fetching.WHOLE_SECONDS)
    web.answers[EMA] = does
    async with web.open() as http:
        found = await look(http, EMA)
    assert (found.state, found.code) == seen


async def test_a_site_that_does_not_know_head_is_asked_again(web: FarPages) -> None:
    web.heads[EMA] = 405
    async with web.open() as http:
        assert (await look(http, EMA)).state == "works"
    assert [method for method, _ in web.asked] == ["HEAD", "GET"]


async def test_a_certificate_that_is_not_valid_is_said(web: FarPages) -> None:
    async with web.open(trusted=False) as http:
        assert (await look(http, EMA)).code == "certificate"


async def test_a_name_that_there_is_none_of_is_said(web: FarPages) -> None:
    async with web.open() as http:
        assert (await look(http, f"https://{UNKNOWN}/")).code == "no_name"


async def test_a_name_that_leads_into_our_own_network_is_never_asked(web: FarPages) -> None:
    async with web.open(public_only=True) as http:
        assert (await look(http, EMA)).code == "private"
    assert web.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://localhost/", "https://2130706433/",
        "https://127.1/", "https://0x7f000001/", "https://169.254.169.254/latest/meta-data", "https://0.0.0.0/",
        "https://[fe80::1%25eth0]/",
    ],
)  # fmt: skip
async def test_no_way_of_writing_an_address_of_this_machine_is_followed(address: str) -> None:
    async with open_web() as http:
        assert (await look(http, address)).state == "failed"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "224.0.0.1", "ff02::1", "255.255.255.255", "192.0.2.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_web(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["151.101.0.144", "2a04:4e42::144", "::ffff:151.101.0.144", "64:ff9b::9765:90"]
)
def test_addresses_of_the_open_web(address: str) -> None:
    assert is_public(address)


def test_a_week_and_a_day_are_the_spans() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    assert judged(now, "works", now, now).due_at == now + WEEK
    assert judged(now, "failed", None, None).due_at == now + DAY
    assert judged(now, "failed", now - DAY, None).broken_since == now - DAY
