"""An answer that was taken off at once stays off, whatever the assistant was learning then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts, at_work, make_parts
from handoff.settings import Settings
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.studio.scripts import Script
from tests.handoff.studio.test_trainings import BURSARY, new_example, until

CLOSED = {"reason": "It names a line that is closed."}
TOLD = "was taken off at once after this was begun"


@pytest.fixture
async def parts(settings: Settings, script: Script) -> AsyncIterator[Parts]:
    async with make_parts(settings) as made, at_work(made):
        yield made


@pytest.fixture
async def lead(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """The safeguarding lead: may take an answer off at once, not write one."""
    async with signed_in(client, "lead@demo.test") as colleague:
        yield colleague


async def leads_to(kit: Colleague) -> str:
    return str((await kit.get(BURSARY))[1]["live"]["goes_to"])


async def test_words_that_were_being_learnt_do_not_bring_it_back(
    parts: Parts, jo: Colleague, kit: Colleague, lead: Colleague, script: Script
) -> None:
    script.let("train", "waits")
    await new_example(parts, jo, kit)
    await until(kit, "training")
    assert (await lead.post(f"{BURSARY}/take-off", CLOSED))[0] == 200
    script.let("train", "ok")
    assert TOLD in (await until(kit, "failed"))["faults"][0]
    assert await leads_to(kit) == "talk-to-person"
    assert TOLD in await kit.page("/staff/answers")
    draft = (await kit.get(BURSARY))[1]["draft"]
    assert (draft["state"], draft["sms"]) == ("approved", "Ask college.")
    assert (await kit.post(f"{BURSARY}/publish", {"version": draft["version"]}))[0] == 200
    await until(kit, "done")
    assert await leads_to(kit) == ""


async def test_a_release_that_was_being_learnt_again_does_not_bring_it_back(
    parts: Parts, jo: Colleague, kit: Colleague, lead: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    script.let("train", "waits")
    assert (await kit.post("/api/staff/releases/1/restore")) == (200, {"release": None})
    await until(kit, "training")
    assert (await lead.post(f"{BURSARY}/take-off", CLOSED))[0] == 200
    script.let("train", "ok")
    assert TOLD in (await until(kit, "failed"))["faults"][0]
    assert await leads_to(kit) == "talk-to-person"
