"""Other example questions are learnt, checked and swapped in; whatever goes wrong, people notice nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from handoff.app import Parts, at_work, make_parts
from handoff.content.model import Release, Training
from handoff.settings import Settings
from handoff.studio import trainings
from handoff.studio.folders import Folders
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer
from tests.handoff.studio.scripts import Script

BURSARY = "/api/staff/answers/bursary"
CLOSED = {"web": "EMA has closed.", "sms": "EMA has closed."}
NEW = "can college chip in for a laptop"


@pytest.fixture
async def parts(settings: Settings, script: Script) -> AsyncIterator[Parts]:
    async with make_parts(settings) as made, at_work(made):
        yield made


async def new_example(parts: Parts, jo: Colleague, kit: Colleague, words: str = "Ask college.") -> None:
    """Jo's new words and example question for the bursary, approved by Kit for at once."""
    _, begun = await jo.post(f"{BURSARY}/start")
    examples = "\n".join([*begun["examples"], NEW])
    said = {"version": begun["draft"]["version"], "web": words, "sms": words, "examples": examples}
    _, sent = await jo.post(f"{BURSARY}/submit", said)
    status, told = await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"]})
    assert status == 200, told


async def until(kit: Colleague, state: str) -> dict[str, Any]:
    """The newest training, as soon as it is in this state."""
    async with asyncio.timeout(30):
        while True:
            newest = (await kit.get("/api/staff/trainings"))[1]["trainings"]
            if newest and newest[0]["state"] == state:
                return dict(newest[0])
            await asyncio.sleep(0)


async def live_number(parts: Parts) -> int:
    async with parts.db.reading() as session:
        return max(await session.scalars(select(Release.number)))


async def test_new_questions_are_learnt_checked_and_live_with_their_words(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    done = await until(kit, "done")
    assert (done["release"], done["percent"]) == (2, 100)
    assert script.asked == ["check", "train", "trained", "rehearse"]
    live = parts.settings.data_dir / "models/live"
    async with asyncio.timeout(10):
        while not (parts.settings.data_dir / "releases/current").is_symlink():
            await asyncio.sleep(0)
    assert live.readlink().name == rasa.model and parts.content.release == 2
    assert NEW in (parts.settings.data_dir / "releases/current/money.yml").read_text()
    assert (await kit.get(BURSARY))[1]["draft"] is None


async def test_the_live_release_stays_while_the_assistant_learns(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    script.let("train", "waits")
    await new_example(parts, jo, kit)
    under_way = await until(kit, "training")
    assert 0 < under_way["percent"] < 100 and await live_number(parts) == 1
    page = await kit.page("/staff/releases")
    assert "<progress" in page and "Learning the questions" in page
    version = (await kit.get(BURSARY))[1]["draft"]["version"]
    status, told = await jo.post(f"{BURSARY}/take-back", {"version": version})
    assert (status, told["error"]["code"]) == (409, "being_learnt")
    script.let("train", "ok")
    await until(kit, "done")


@pytest.mark.parametrize(
    ("program", "way", "said"),
    [
        ("train", "killed", "ended half way"),
        ("train", "disk", "disk is full"),
        ("train", "half", "exit code 3"),
        (
            "check",
            "“laptop money” brings “Help with rent”. Reword it.",
            "brings “Help with rent”. Reword it.",
        ),
        ("check", "killed", "ended half way"),
        ("rehearse", "otherwise", "conversation that must always go the same way"),
    ],
)
async def test_what_fails_leaves_the_live_assistant_alone_says_why_and_can_be_tried_again(
    parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague, script: Script,
    program: str, way: str, said: str,
) -> None:  # fmt: skip
    script.let(program, way)
    await new_example(parts, jo, kit)
    failed = await until(kit, "failed")
    assert said in failed["faults"][0]
    assert await live_number(parts) == 1 and rasa.loads == []
    page = await kit.page("/staff/answers/bursary")
    assert said in page and "Try to publish again" in page
    assert said in await jo.page("/staff/releases")
    script.let(program, "ok")
    version = (await kit.get(BURSARY))[1]["draft"]["version"]
    assert (await kit.post(f"{BURSARY}/publish", {"version": version}))[0] == 200
    await until(kit, "done")
    assert await live_number(parts) == 2


async def test_a_rasa_that_refuses_the_model_keeps_the_release_back(
    parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague
) -> None:
    rasa.refuses_models = True
    await new_example(parts, jo, kit)
    assert "did not take up" in (await until(kit, "failed"))["faults"][0]
    assert await live_number(parts) == 1


async def test_no_message_is_lost_or_answered_between_two_releases(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague
) -> None:
    rasa.script["bursary?"] = [answer("bursary")]
    chat = await make_chat(client)
    rasa.loading = asyncio.Event()
    await new_example(parts, jo, kit)
    async with asyncio.timeout(30):
        while not rasa.loads:
            await asyncio.sleep(0)
    saying = asyncio.create_task(chat.say("bursary?"))
    async with asyncio.timeout(30):
        while not parts.rasa.doorway.waiting:
            await asyncio.sleep(0)
    assert rasa.asked == []
    rasa.loading.set()
    [said] = await saying
    assert said["text"].startswith("Ask college.") and rasa.asked[-1]["text"] == "bursary?"


async def test_wording_alone_goes_live_while_the_assistant_learns_and_is_not_lost_by_it(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    script.let("train", "waits")
    await new_example(parts, jo, kit)
    await until(kit, "training")
    ema = "/api/staff/answers/ema"
    _, begun = await jo.post(f"{ema}/start")
    _, sent = await jo.post(f"{ema}/submit", {**CLOSED, "version": begun["draft"]["version"]})
    await kit.post(f"{ema}/approve", {"version": sent["draft"]["version"]})
    assert await live_number(parts) == 2
    script.let("train", "ok")
    assert (await until(kit, "done"))["release"] == 3
    assert (await kit.get(ema))[1]["live"]["sms"] == "EMA has closed."
    assert (await kit.get(BURSARY))[1]["live"]["sms"] == "Ask college."


async def test_a_training_killed_with_the_service_is_taken_up_at_the_next_start(
    settings: Settings, script: Script, rasa: FakeRasa, parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    script.let("train", "waits")
    await new_example(parts, jo, kit)
    await until(kit, "training")
    async with asyncio.timeout(30):
        while not (script.folder / "train.pid").is_file():
            await asyncio.sleep(0)
    os.kill(int((script.folder / "train.pid").read_text()), signal.SIGKILL)
    await until(kit, "failed")
    async with parts.db.transaction() as session:  # as a service that was killed itself leaves it
        await session.execute(
            update(Training).values(state="swapping", worker="gone", beat_at=None, faults=[])
        )
    script.let("train", "ok")
    await until(kit, "done")
    assert await live_number(parts) == 2


async def test_going_back_takes_the_model_along_and_trains_it_again_where_it_is_gone(
    parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    learnt = rasa.model
    assert (await kit.post("/api/staff/releases/1/restore")) == (200, {"release": None})
    async with asyncio.timeout(30):
        while await live_number(parts) < 3:
            await asyncio.sleep(0)
    assert rasa.model != learnt and script.asked.count("check") == 1
    for model in (script.folder / "models").glob("*.tar.gz"):
        model.unlink()
    assert (await kit.post("/api/staff/releases/2/restore")) == (200, {"release": None})
    async with asyncio.timeout(30):
        while await live_number(parts) < 4:
            await asyncio.sleep(0)
    assert rasa.model == learnt and script.asked.count("trained") >= 3
    assert "Ask college." in (await kit.get(BURSARY))[1]["live"]["sms"]


async def test_a_model_from_half_way_through_a_swap_is_put_back_before_the_next_training(
    parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague, script: Script
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    learnt, rasa.model = rasa.model, "half-way.tar.gz"
    script.let("train", "waits")
    assert (await kit.post("/api/staff/releases/1/restore"))[0] == 200
    await until(kit, "training")
    assert rasa.model == learnt
    script.let("train", "ok")
    await until(kit, "done")


async def test_a_release_that_cannot_be_written_down_has_its_model_put_back(
    parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    await new_example(parts, jo, kit)
    await until(kit, "done")
    learnt, before = rasa.model, len(rasa.loads)

    async def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trainings, "learnt_release", full)
    await kit.post("/api/staff/releases/1/restore")
    assert "disk is full" in (await until(kit, "failed"))["faults"][0]
    assert (await live_number(parts), rasa.model) == (2, learnt)
    assert len(rasa.loads) >= before + 2


async def test_no_message_is_answered_by_a_model_that_is_taken_back(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await new_example(parts, jo, kit)
    await until(kit, "done")
    learnt, before, by = rasa.model, len(rasa.loads), []

    async def refused(*_: object) -> int:
        rasa.loading = asyncio.Event()  # holds up the model that is put back
        raise OSError(28, "No space left on device")

    async def noted(_: object) -> None:
        by.append(rasa.model)

    monkeypatch.setattr(trainings, "learnt_release", refused)
    rasa.before_reply = noted
    chat = await make_chat(client)
    await kit.post("/api/staff/releases/1/restore")
    async with asyncio.timeout(30):
        while len(rasa.loads) < before + 2:
            await asyncio.sleep(0)
    saying = asyncio.create_task(chat.say("bursary?"))
    async with asyncio.timeout(30):
        while not parts.rasa.doorway.waiting and not rasa.asked:
            await asyncio.sleep(0)
    assert rasa.loading
    rasa.loading.set()
    await saying
    assert by == [learnt]


async def test_what_goes_wrong_once_it_is_live_makes_no_failure_of_it_and_is_made_up_for(
    parts: Parts, jo: Colleague, kit: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_live, tries = Folders.make_live, []

    def once_full(folders: Folders, number: int | None, model: Path) -> None:
        tries.append(number)
        if len(tries) == 1:
            raise OSError(28, "No space left on device")
        made_live(folders, number, model)

    monkeypatch.setattr(Folders, "make_live", once_full)
    await new_example(parts, jo, kit)
    assert (await until(kit, "done"))["release"] == 2
    async with asyncio.timeout(20):
        while not (parts.settings.data_dir / "releases/current/money.yml").is_file():
            await asyncio.sleep(0)
    assert tries[:2] == [1, 1] and (await until(kit, "done"))["faults"] == []


async def test_an_emergency_that_was_not_learnt_is_a_draft_again_that_nobody_publishes_alone(
    client: TestClient[Any, Any], parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    script.let("train", "half")
    await in_an_emergency(client, jo)
    await until(kit, "failed")
    draft = (await jo.get(BURSARY))[1]["draft"]
    assert draft["state"] == "draft"
    for step in ("publish", "schedule"):
        status, told = await jo.post(f"{BURSARY}/{step}", {"version": draft["version"], "day": "2030-01-01"})
        assert (status, told["error"]["code"]) == (409, "wrong_state")


async def in_an_emergency(client: TestClient[Any, Any], jo: Colleague) -> None:
    """A manager publishes a new question of Jo's without a second person."""
    _, begun = await jo.post(f"{BURSARY}/start")
    said = {"version": begun["draft"]["version"], "examples": "\n".join([*begun["examples"], NEW])}
    _, saved = await jo.post(f"{BURSARY}/save", said)
    async with signed_in(client, "manager@demo.test") as mo:
        body = {"version": saved["draft"]["version"], "reason": "The sum is wrong."}
        assert (await mo.post(f"{BURSARY}/emergency", body))[0] == 200


async def test_who_hears_of_an_emergency_hears_that_it_is_not_live_yet_and_when_it_fails(
    client: TestClient[Any, Any], parts: Parts, jo: Colleague, kit: Colleague, dana: Colleague,
    priya: Colleague, script: Script,
) -> None:  # fmt: skip
    script.let("train", "waits")
    await in_an_emergency(client, jo)
    for one in (dana, priya):
        page = await one.page("/staff/answers")
        assert "It is not live yet" in page and "Reason: The sum is wrong." in page
    await until(kit, "training")
    script.let("train", "half")
    await until(kit, "failed")
    failed = "published in an emergency, did not go live. Learning did not work"
    for one in (dana, priya):
        assert (await one.page("/staff/answers")).count(failed) == 1
    mails = parts.settings.data_dir / "mail"
    subject = "Subject: Wayline: an answer did not go live in an emergency"
    async with asyncio.timeout(20):
        while sum(subject in mail.read_text() for mail in mails.glob("*.eml")) < 2:
            await asyncio.sleep(0)


async def held_until(
    parts: Parts, jo: Colleague, kit: Colleague, answer: str, said: dict[str, str], ahead: timedelta
) -> None:
    """Jo's new words for an answer, approved by Kit to go live at a time."""
    _, begun = await jo.post(f"{answer}/start")
    if "examples" in said:
        said = {**said, "examples": "\n".join([*begun["examples"], said["examples"]])}
    _, sent = await jo.post(f"{answer}/submit", {**said, "version": begun["draft"]["version"]})
    _, held = await kit.post(f"{answer}/approve", {"version": sent["draft"]["version"], "hold": True})
    at = (parts.clock.now() + ahead).astimezone(ZoneInfo("Europe/London"))
    body = {"version": held["draft"]["version"], "at": f"{at:%Y-%m-%dT%H:%M:%S}"}
    status, told = await kit.post(f"{answer}/schedule", body)
    assert status == 200, told


async def test_a_bad_question_that_was_scheduled_holds_back_its_own_answer_only(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    script.let("check", "“laptop” brings “Help with rent”. Reword it.")
    ema, soon = "/api/staff/answers/ema", timedelta(minutes=20)
    words = {"web": "Ask college.", "sms": "Ask college.", "examples": NEW}
    await held_until(parts, jo, kit, BURSARY, words, soon)
    await held_until(parts, jo, kit, ema, CLOSED, soon)
    parts.clock.move(timedelta(minutes=40))
    assert "brings" in (await until(kit, "failed"))["faults"][0]
    assert (await kit.get(ema))[1]["live"]["sms"] == CLOSED["sms"]
    bursary = (await kit.get(BURSARY))[1]
    assert bursary["live"]["sms"] != "Ask college." and bursary["draft"]["state"] == "approved"
    page = await kit.page("/staff/answers")
    assert "so it went live late" in page and "as soon as the assistant has learnt it" in page


async def test_managers_and_leads_hear_that_an_emergency_failed_though_somebody_had_approved_it(
    client: TestClient[Any, Any], parts: Parts, jo: Colleague, kit: Colleague, dana: Colleague,
    priya: Colleague, script: Script,
) -> None:  # fmt: skip
    script.let("train", "half")
    _, begun = await jo.post(f"{BURSARY}/start")
    said = {"version": begun["draft"]["version"], "examples": "\n".join([*begun["examples"], NEW])}
    _, sent = await jo.post(f"{BURSARY}/submit", {**said, "web": "Ask college.", "sms": "Ask college."})
    _, held = await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"], "hold": "1"})
    async with signed_in(client, "manager@demo.test") as mo:
        body = {"version": held["draft"]["version"], "reason": "The sum is wrong."}
        assert (await mo.post(f"{BURSARY}/emergency", body))[0] == 200
    await until(kit, "failed")
    assert (await jo.get(BURSARY))[1]["draft"]["state"] == "approved"
    failed = "published in an emergency, did not go live. Learning did not work"
    for one in (dana, priya):
        assert (await one.page("/staff/answers")).count(failed) == 1
