"""The list of 1,000 answers after 50 releases, a search in it, and the releases: the service alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import select

from bench.figures import Figure, main, milliseconds
from handoff.__main__ import prepare
from handoff.app import Parts, make_parts, make_public_app
from handoff.content.model import PUBLISHED, Answer, Release, ReleaseItem, Revision
from handoff.settings import Settings
from ops.demo_secrets import load_or_make

ANSWERS, RELEASES, TIMES, BAR = 1_000, 50, 40, 300
EMAIL, PASSWORD = "editor.one@demo.test", "bench-plum-otter-42"
MEANT = "/api/staff/answers?q=lunch+that+costs+nothing"
SOURCE = {"name": "GOV.UK", "url": "https://www.gov.uk", "checked": "2026-11-22"}


async def measure() -> list[Figure]:
    """p95 of the page, of a search in it, while and after the questions are read, and of the releases."""
    async with _studio() as url:
        jar, body = aiohttp.CookieJar(unsafe=True), {"email": EMAIL, "password": PASSWORD}
        async with aiohttp.ClientSession(url, cookie_jar=jar, raise_for_status=True) as http:
            await (await http.post("/api/staff/session", json=body)).read()
            listed = await _waits(http, "/staff/answers")
            searched = await _waits(http, "/staff/answers?q=college+bursary")
            releases = await _waits(http, "/staff/releases")
            while not (await (await http.get(MEANT)).json())["whole"]:
                await asyncio.sleep(1)
            meant = [
                await _waits(http, f"/staff/answers?q=can+i+get+{n}+meals+there", 1) for n in range(TIMES)
            ]
    what = f"{ANSWERS:,} answers, {RELEASES} releases"
    return [
        Figure(f"{what}: the list, p95", milliseconds(listed, 95), "ms", BAR),
        Figure(f"{what}: a search by words, p95", milliseconds(searched, 95), "ms", BAR),
        Figure(f"{what}: by meaning too, p95", milliseconds([one for [one] in meant], 95), "ms", BAR),
        Figure(f"{what}: the releases, p95", milliseconds(releases, 95), "ms", BAR),
    ]


async def _waits(http: aiohttp.ClientSession, path: str, times: int = TIMES) -> list[float]:
    waits = []
    for _ in range(times):
        began = time.perf_counter()
        await (await http.get(path)).read()
        waits.append(time.perf_counter() - began)
    return waits


@asynccontextmanager
async def _studio() -> AsyncIterator[str]:
    """The address of a service that has so many answers and releases."""
    with TemporaryDirectory() as folder:
        known = {"WAYLINE_DATA_DIR": folder, "WAYLINE_DEMO_PASSWORD": PASSWORD}
        settings = Settings.from_env(load_or_make(Path(folder) / "secrets.env", known) | known)
        await prepare(settings)
        async with make_parts(settings) as parts:
            await _fill(parts)
            await parts.content.reload()
            runner = web.AppRunner(make_public_app(parts), access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
            await runner.cleanup()


async def _fill(parts: Parts) -> None:
    now = parts.clock.now()
    async with parts.db.transaction() as session:
        items = select(ReleaseItem.slug, ReleaseItem.revision_id).where(ReleaseItem.number == 1)
        live = [(slug, revision) for slug, revision in await session.execute(items)]
        slugs = [f"answer-{n}" for n in range(ANSWERS - len(live))]
        session.add_all(Answer(slug=slug, topic_group="money", created_at=now) for slug in slugs)
        await session.flush()
        said: dict[str, Any] = {"number": 1, "state": PUBLISHED, "next": [], "source": SOURCE, "areas": {}}
        said |= {"sms": "Ask us. " * 20, "web": "Ask {area.name} at {area.phone}. " * 20}
        said |= {"review_on": date(2027, 6, 1), "created_at": now, "updated_at": now}
        asked = {slug: [f"{slug} question {n}" for n in range(25)] for slug in slugs}
        made = [Revision(slug=slug, title=slug, examples=asked[slug], **said) for slug in slugs]
        session.add_all(made)
        await session.flush()
        live += [(one.slug, one.id) for one in made]
        for number in range(2, RELEASES + 1):
            session.add(Release(number=number, why="Measured", at=now))
            await session.flush()
            session.add_all(ReleaseItem(number=number, slug=slug, revision_id=one) for slug, one in live)


if __name__ == "__main__":
    main(measure)
