"""Editors who have one draft open know of each other, and of nobody who went."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from handoff import sse
from tests.handoff.cases.scenes import Colleague

EMA = "/api/staff/answers/ema/editors"


async def _names(stream: aiohttp.ClientResponse) -> list[str]:
    """The names in the next event. Who hung up is noticed at the next beat, or at the one after it."""
    async with asyncio.timeout(4 * sse.BEAT_SECONDS):
        while True:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                names: list[str] = json.loads(line.removeprefix("data: "))["names"]
                return names


async def test_two_editors_of_an_answer_see_each_other_come_and_go(jo: Colleague, kit: Colleague) -> None:
    async with jo.http.get(EMA) as first:
        assert await _names(first) == []
        async with kit.http.get(EMA) as second:
            assert await _names(second) == ["Jo Davies"]
            assert await _names(first) == ["Kit Morgan"]
        assert await _names(first) == []


async def test_only_an_editor_follows_who_is_there(jo: Colleague, sam: Colleague) -> None:
    found: tuple[int, dict[str, Any]] = await sam.get(EMA)
    assert found[0] == 403
    assert (await jo.get("/api/staff/answers/xylophone/editors"))[0] == 404
