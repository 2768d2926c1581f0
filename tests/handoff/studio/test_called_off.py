"""Going back is the later word: what the assistant was learning then does not go live by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts, at_work, make_parts
from handoff.audit import AuditEntry
from handoff.content.model import Training
from handoff.content.releases import one_publisher
from handoff.settings import Settings
from tests.handoff.alerts.test_locks import until_waiting
from tests.handoff.cases.scenes import Colleague
from tests.handoff.fakes import FakeRasa
from tests.handoff.studio.scripts import Script
from tests.handoff.studio.test_meanwhile import BACK, words
from tests.handoff.studio.test_trainings import BURSARY, in_an_emergency, live_number, new_example, until
from tests.handoff.test_collisions import POSTGRES

TOLD = "Kit Morgan went back to release 1 after this was begun. Publish it again if people should get it."


@pytest.fixture
async def parts(settings: Settings, script: Script) -> AsyncIterator[Parts]:
    async with make_parts(settings) as made, at_work(made):
        yield made


async def being_learnt(parts: Parts, jo: Colleague, kit: Colleague, script: Script) -> None:
    """Release 2 has other words for EMA, and the assistant is learning the bursary's new question."""
    await words(jo, kit, "ema", "Words that do harm.")
    script.let("train", "waits")
    await new_example(parts, jo, kit)
    await until(kit, "training")


async def published_again(kit: Colleague) -> dict[str, Any]:
    """The bursary's draft, which is still approved, once it is learnt after all."""
    draft = (await kit.get(BURSARY))[1]["draft"]
    assert draft["state"] == "approved"
    assert (await kit.post(f"{BURSARY}/publish", {"version": draft["version"]}))[0] == 200
    return await until(kit, "done")


async def test_what_is_being_learnt_stays_off_once_somebody_went_back(
    parts: Parts, jo: Colleague, kit: Colleague, dana: Colleague, script: Script
) -> None:
    await being_learnt(parts, jo, kit, script)
    assert await kit.post(BACK) == (200, {"release": 3})
    assert (await until(kit, "failed"))["faults"] == [TOLD]
    assert TOLD in await kit.page("/staff/releases") and TOLD in await kit.page("/staff/answers/bursary")
    assert TOLD in await dana.page("/staff/answers")
    async with parts.db.reading() as session:
        query = select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == "training.call_off")
        assert list(map(tuple, await session.execute(query))) == [("training:1", {"release": 1})]
    script.let("train", "ok")
    assert (await published_again(kit))["release"] == 4  # so nothing landed in between
    assert (await kit.get(BURSARY))[1]["live"]["sms"] == "Ask college."


async def test_going_back_at_the_very_moment_of_the_swap_wins(
    parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit, "Learnt before.")
    await until(kit, "done")
    async with asyncio.timeout(20):
        while not (parts.settings.data_dir / "models/live").is_symlink():
            await asyncio.sleep(0)
    before = rasa.model
    await words(jo, kit, "ema", "Words that do harm.")
    rasa.loading = asyncio.Event()
    _, begun = await jo.post(f"{BURSARY}/start")
    asked = {"version": begun["draft"]["version"], "examples": f"{begun['draft']['examples']}\nany for a bus"}
    _, sent = await jo.post(f"{BURSARY}/submit", {**asked, "web": "Later.", "sms": "Later."})
    await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"]})
    async with asyncio.timeout(20):
        while len(rasa.loads) < 2:
            await asyncio.sleep(0)
    assert await kit.post("/api/staff/releases/2/restore") == (200, {"release": 4})
    rasa.loading.set()
    async with asyncio.timeout(20):
        while len(rasa.loads) < 3 or rasa.model != before:
            await asyncio.sleep(0)
    assert await live_number(parts) == 4 and (await until(kit, "failed"))["release"] is None
    assert (await kit.get(BURSARY))[1]["live"]["sms"] == "Learnt before."


async def test_a_release_to_go_back_to_that_is_learnt_itself_is_not_held_up_by_what_was_learnt(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    script.let("train", "waits")
    _, begun = await jo.post(f"{BURSARY}/start")
    asked = {"version": begun["draft"]["version"], "examples": f"{begun['draft']['examples']}\nany for a bus"}
    _, sent = await jo.post(f"{BURSARY}/submit", {**asked, "web": "Later.", "sms": "Later."})
    await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"]})
    await until(kit, "training")
    assert await kit.post(BACK) == (200, {"release": None})
    script.let("train", "ok")
    assert (await until(kit, "done"))["release"] == 3
    states = [
        (one["state"], one["faults"]) for one in (await kit.get("/api/staff/trainings"))[1]["trainings"]
    ]
    assert states[:2] == [("done", []), ("failed", [TOLD])]
    assert (await kit.get(BURSARY))[1]["live"]["sms"] not in ("Later.", "Ask college.")


async def test_going_back_twice_to_what_is_being_learnt_begins_it_once(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    script.let("train", "waits")
    assert await kit.post(BACK) == (200, {"release": None})
    await until(kit, "training")
    assert await kit.post(BACK) == (200, {"release": None})
    trainings = (await kit.get("/api/staff/trainings"))[1]["trainings"]
    assert [one["state"] for one in trainings] == ["training", "done"]
    await words(jo, kit, "ema", "A fix of just now.")  # which that would not undo: asked again, it does
    assert await kit.post(BACK) == (200, {"release": None})
    script.let("train", "ok")
    assert (await until(kit, "done"))["release"] == 4
    assert (await kit.get("/api/staff/answers/ema"))[1]["live"]["sms"] != "A fix of just now."


async def test_an_emergency_that_somebody_went_back_from_is_a_draft_again_and_leads_are_told(
    client: TestClient[Any, Any], parts: Parts, jo: Colleague, kit: Colleague, priya: Colleague,
    script: Script,
) -> None:  # fmt: skip
    await words(jo, kit, "ema", "Words that do harm.")
    script.let("train", "waits")
    await in_an_emergency(client, jo)
    await until(kit, "training")
    assert await kit.post(BACK) == (200, {"release": 3})
    assert (await jo.get(BURSARY))[1]["draft"]["state"] == "draft"
    page = await priya.page("/staff/answers")
    assert "published in an emergency, did not go live. Kit Morgan went back to release 1" in page


@POSTGRES
async def test_what_is_begun_at_the_same_moment_is_neither_called_off_nor_missed(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await words(jo, kit, "ema", "Words that do harm.")
    script.let("train", "waits")
    async with parts.db.transaction() as session:
        await one_publisher(session)
        training = Training(why="Just now", at=parts.clock.now(), items={}, faults=[], worker="another")
        training.beat_at = parts.clock.now()
        session.add(training)
        await session.flush()
        going = asyncio.create_task(kit.submit("/staff/releases/1/restore"))
        await until_waiting(parts, 1)
    status, page = await going
    assert status == 409 and "Somebody published at the same moment. Try again." in page
    assert await live_number(parts) == 2
    assert (await kit.submit("/staff/releases/1/restore"))[0] == 200
    assert await live_number(parts) == 3
