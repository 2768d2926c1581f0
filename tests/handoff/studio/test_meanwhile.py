"""What went live while the assistant was learning something else is not undone by that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from handoff.app import Parts, at_work, make_parts
from handoff.content.landing import learnt_release
from handoff.content.live import live_release, release_revisions
from handoff.content.model import Training
from handoff.content.releases import publish
from handoff.content.service import copy_of, next_number
from handoff.settings import Settings
from tests.handoff.alerts.test_locks import until_waiting
from tests.handoff.cases.scenes import Colleague
from tests.handoff.content.conftest import approved
from tests.handoff.studio.scripts import Script
from tests.handoff.studio.test_trainings import BURSARY, new_example, until
from tests.handoff.test_collisions import POSTGRES

EMA = "/api/staff/answers/ema"
BACK = "/api/staff/releases/1/restore"


@pytest.fixture
async def parts(settings: Settings, script: Script) -> AsyncIterator[Parts]:
    async with make_parts(settings) as made, at_work(made):
        yield made


async def words(jo: Colleague, kit: Colleague, slug: str, said: str) -> None:
    """Other words alone for an answer, live at once."""
    path = f"/api/staff/answers/{slug}"
    _, begun = await jo.post(f"{path}/start")
    await jo.post(f"{path}/save", {"version": begun["draft"]["version"], "web": said, "sms": said})
    assert (await approved(jo, kit, slug))["draft"] is None


async def moving(jo: Colleague, kit: Colleague, script: Script) -> None:
    """EMA is withdrawn and its questions move to the bursary: the assistant is learning that."""
    script.let("train", "waits")
    assert (await jo.post(f"{EMA}/withdraw", {"to": "bursary", "questions": "move"}))[0] == 200
    await approved(jo, kit)
    await until(kit, "training")


async def test_an_answer_whose_questions_are_being_moved_is_not_published_meanwhile(
    parts: Parts, jo: Colleague, kit: Colleague, dana: Colleague, script: Script
) -> None:
    await moving(jo, kit, script)
    _, begun = await jo.post(f"{BURSARY}/start")
    body = {"version": begun["draft"]["version"], "web": "Fixed.", "sms": "Fixed.", "reason": "Wrong sum."}
    for who, step in ((jo, "submit"), (dana, "emergency")):
        status, told = await who.post(f"{BURSARY}/{step}", {**body, "at": "2030-01-01T09:00"})
        assert (status, told["error"]["code"]) == (409, "being_learnt")
    revision = {"revision": begun["live"]["number"]}
    status, told = await kit.post(f"{BURSARY}/still-correct", revision)
    assert (status, told["error"]["code"]) == (409, "draft_open")


async def test_going_back_while_questions_are_being_moved_is_not_undone_by_that(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    before = (await jo.get(BURSARY))[1]["live"]["sms"]
    await words(jo, kit, "bursary", "Words that do harm.")
    await moving(jo, kit, script)
    assert await kit.post(BACK) == (200, {"release": 3})
    script.let("train", "ok")
    assert "went back to release 1 after this was begun" in (await until(kit, "failed"))["faults"][0]
    assert (await kit.get(BURSARY))[1]["live"]["sms"] == before
    draft = (await kit.get(EMA))[1]["draft"]
    assert (draft["state"], draft["goes_to"]) == ("approved", "bursary")
    assert (await kit.post(f"{EMA}/publish", {"version": draft["version"]}))[0] == 200
    await until(kit, "done")
    live = (await kit.get(BURSARY))[1]
    assert live["live"]["sms"] == before and len(live["examples"]) > len(draft["examples"])
    assert (await kit.get(EMA))[1]["live"]["goes_to"] == "bursary"


async def test_words_that_went_live_all_the_same_are_not_undone_by_questions_that_were_being_moved(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await moving(jo, kit, script)
    now = parts.clock.now()
    async with parts.db.transaction() as session:  # no page lets anybody do that
        live = await release_revisions(session, await live_release(session))
        fixed = copy_of(live["bursary"], now)
        fixed.sms, fixed.number = "Fixed.", await next_number(session, "bursary")
        session.add(fixed)
        await publish(session, now, None, "Meanwhile", {"bursary": fixed})
    script.let("train", "ok")
    told = (await until(kit, "failed"))["faults"][0]
    assert "“Help with college costs” changed after this was begun" in told
    assert (await kit.get(BURSARY))[1]["live"]["sms"] == "Fixed."


async def test_what_went_live_while_an_earlier_release_is_learnt_again_is_not_undone_unasked(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    script.let("train", "waits")
    assert await kit.post(BACK) == (200, {"release": None})
    await until(kit, "training")
    await words(jo, kit, "ema", "A fix of just now.")
    script.let("train", "ok")
    told = (await until(kit, "failed"))["faults"][0]
    assert "went live after this was begun" in told and (await jo.get(EMA))[1]["live"]["title"] in told
    assert (await kit.get(EMA))[1]["live"]["sms"] == "A fix of just now."
    assert (await kit.post(BACK))[0] == 200
    await until(kit, "done")
    assert (await kit.get(EMA))[1]["live"]["sms"] != "A fix of just now."


@POSTGRES
async def test_words_published_while_other_questions_land_do_not_bring_unlearnt_ones_along(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    script.let("train", "waits")
    _, begun = await jo.post(f"{BURSARY}/start")
    said = {"version": begun["draft"]["version"], "web": "Other words.", "sms": "Other words."}
    _, sent = await jo.post(f"{BURSARY}/submit", said)
    assert await kit.post(BACK) == (200, {"release": None})
    await until(kit, "training")
    async with parts.db.transaction() as session:
        training = (await session.execute(select(Training).where(Training.state == "training"))).scalar_one()
        training.release = await learnt_release(session, parts.clock.now(), training)
        training.state, training.worker = "done", None
        await session.flush()
        approving = asyncio.create_task(kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"]}))
        await until_waiting(parts, 1)
    assert (await approving)[0] == 200
    live = (await kit.get(BURSARY))[1]
    assert (live["draft"]["state"], live["live"]["sms"] == "Other words.") == ("approved", False)
