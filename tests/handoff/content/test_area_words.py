"""An answer has other words where something is different; every other area gets the words of everywhere."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import Colleague

BURSARY = "/api/staff/answers/bursary"
LAMBETH = {"lambeth": {"web": "In **Lambeth** ask us.", "sms": "In Lambeth ask us."}}


async def _save(editor: Colleague, **words: Any) -> tuple[int, dict[str, Any]]:
    _, found = await editor.post(f"{BURSARY}/start")
    return await editor.post(f"{BURSARY}/save", {"version": found["draft"]["version"], **words})


async def test_an_area_gets_its_own_words_and_the_others_the_words_of_everywhere(
    client: TestClient[Any, Any], parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    _, found = await _save(jo, areas=LAMBETH)
    await jo.post(f"{BURSARY}/submit", {"version": found["draft"]["version"]})
    _, found = await kit.get(BURSARY)
    status, body = await kit.post(f"{BURSARY}/approve", {"version": found["draft"]["version"]})
    assert status == 200, body
    async with asyncio.timeout(5):
        while parts.content.release < 2:
            await asyncio.sleep(0)
    said = {slug: parts.content.answer("bursary", area) for slug, area in parts.rules.areas.items()}
    assert said["lambeth"].html.startswith("<p>In <strong>Lambeth</strong> ask us.</p>")
    assert (said["lambeth"].text.split("\n")[0], said["lambeth"].sms) == ("In Lambeth ask us.",) * 2
    assert "16 to 19 Bursary Fund" in said["camden"].text and "16 to 19 Bursary Fund" in said["camden"].sms


async def test_an_area_may_change_one_text_and_inherit_the_other(jo: Colleague) -> None:
    _, found = await _save(jo, areas={"lambeth": {"sms": "In Lambeth ask us.", "web": " "}})
    assert found["draft"]["areas"] == {"lambeth": {"sms": "In Lambeth ask us."}}
    _, shown = await jo.post(
        "/api/staff/answers/preview", {"web": "All.", "sms": "All.", "areas": LAMBETH, "area": "lambeth"}
    )
    assert shown["sms"] == "In Lambeth ask us."


async def test_the_page_shows_where_an_area_differs_without_a_script(jo: Colleague) -> None:
    _, found = await jo.post(f"{BURSARY}/start")
    box = {"sms@lambeth": "Only in Lambeth <b>."}
    _, page = await jo.submit("/staff/answers/bursary/save", version=str(found["draft"]["version"]), **box)
    assert "Only in Lambeth &lt;b&gt;.</textarea>" in page and "has its own words" in page and "<ins>" in page


async def test_an_emptied_box_gives_the_area_the_words_of_everywhere_again(jo: Colleague) -> None:
    await _save(jo, areas=LAMBETH)
    _, found = await _save(jo, **{"sms@lambeth": "", "web@lambeth": ""})
    assert found["draft"]["areas"] == {}


@pytest.mark.parametrize(
    ("areas", "told"),
    [
        ({"atlantis": {"web": "x"}}, "none of our areas"),
        ({"lambeth": {"sms": "ok 🎓"}}, "texts cannot carry"),
        ({"lambeth": {"web": "{area.fax}"}}, "not a placeholder"),
    ],
)
async def test_an_areas_words_pass_the_same_checks(jo: Colleague, areas: dict[str, Any], told: str) -> None:
    _, found = await _save(jo, areas=areas)
    assert told in found["problems"]["areas"][0]
    version = found["draft"]["version"]
    assert (await jo.post(f"{BURSARY}/submit", {"version": version}))[0] == 422


@pytest.mark.parametrize("areas", ["x", {"lambeth": "x"}, {"lambeth": {"title": "x"}}, {"A b": {}}, [1]])
async def test_areas_that_are_no_texts_are_refused(jo: Colleague, areas: Any) -> None:
    assert (await _save(jo, areas=areas))[0] == 422
