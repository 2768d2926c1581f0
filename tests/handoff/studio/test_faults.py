"""What happens to a release around its training: cut off, two at once, a model that is gone for good."""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from handoff.app import Parts, at_work, make_parts
from handoff.content.model import ContentNotice
from handoff.settings import Settings
from handoff.studio.folders import Folders
from tests.handoff.cases.scenes import Colleague
from tests.handoff.fakes import FakeRasa
from tests.handoff.studio.scripts import Script
from tests.handoff.studio.test_converging import learnt, left_behind, the_trainings
from tests.handoff.studio.test_trainings import BURSARY, live_number, new_example, until

TRAVEL = "/api/staff/answers/travel"


@pytest.fixture
async def parts(settings: Settings, script: Script) -> AsyncIterator[Parts]:
    async with make_parts(settings) as made, at_work(made):
        yield made


async def waiting(jo: Colleague, kit: Colleague, path: str, question: str) -> int:
    """One more question for an answer, sent for approval; the version to approve."""
    _, begun = await jo.post(f"{path}/start")
    said = {"version": begun["draft"]["version"], "examples": "\n".join([*begun["examples"], question])}
    _, sent = await jo.post(f"{path}/submit", {**said, "web": begun["draft"]["web"]})
    return int(sent["draft"]["version"])


@pytest.mark.parametrize("program", ["check", "train", "rehearse"])
async def test_a_program_cut_off_in_its_answer_changes_nothing(
    parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague, script: Script, program: str
) -> None:
    script.let(program, "cut off")
    await new_example(parts, jo, kit)
    assert "ended half way" in (await until(kit, "failed"))["faults"][0]
    assert await live_number(parts) == 1 and rasa.loads == []


async def test_two_people_who_publish_the_same_at_once_make_one_release_of_it(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    version = await waiting(jo, kit, BURSARY, "can college chip in for a laptop")
    both = await asyncio.gather(
        *(kit.post(f"{BURSARY}/approve", {"version": version}) for _ in range(2)), return_exceptions=True
    )
    assert sorted(one[0] for one in both if isinstance(one, tuple)) == [200, 409]
    await until(kit, "done")
    assert await live_number(parts) == 2


async def test_two_answers_published_at_once_are_learnt_one_after_the_other_and_both_live(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    first = await waiting(jo, kit, BURSARY, "can college chip in for a laptop")
    second = await waiting(jo, kit, TRAVEL, "who pays my tram")
    both = await asyncio.gather(
        kit.post(f"{BURSARY}/approve", {"version": first}), kit.post(f"{TRAVEL}/approve", {"version": second})
    )
    assert [status for status, _ in both] == [200, 200]
    async with asyncio.timeout(60):
        while await live_number(parts) < 3:
            await asyncio.sleep(0)
    for path, question in ((BURSARY, "can college chip in for a laptop"), (TRAVEL, "who pays my tram")):
        assert question in (await kit.get(path))[1]["examples"]
    folder = parts.settings.data_dir / "releases/2/money.yml"
    assert "can college chip in" in await asyncio.to_thread(folder.read_text)


async def test_a_model_that_is_gone_for_good_is_told_once_and_what_runs_goes_on(
    settings: Settings, script: Script, rasa: FakeRasa
) -> None:
    script.let("train", "half")
    await asyncio.to_thread(left_behind, settings.data_dir, None)
    await asyncio.to_thread((settings.data_dir / "models/old.tar.gz").unlink)
    rasa.model = "old.tar.gz"
    async with make_parts(settings) as idle:  # its jobs are not at work: ours is the only one
        trainings = the_trainings(idle)
        await trainings.converge()
        await trainings.converge()
        assert rasa.loads == [] and rasa.model == "old.tar.gz"
        told = await _told(idle)
        assert told and len(told) == len({person for person, _ in told})
        assert all("could not be learnt again" in words and "as before" in words for _, words in told)
        script.let("train", "ok")
        await trainings.converge()
        assert any(words.endswith("It has been learnt again.") for _, words in await _told(idle))
    assert rasa.loads and rasa.model != "old.tar.gz"


async def test_a_full_disk_that_keeps_the_model_away_is_told_once_and_in_plain_words(
    settings: Settings, script: Script, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = await asyncio.to_thread(left_behind, settings.data_dir, 7)
    await asyncio.to_thread((settings.data_dir / "models/old.tar.gz").unlink)
    await asyncio.to_thread(shutil.rmtree, folders.of(7))
    rasa.model = "old.tar.gz"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with make_parts(settings) as idle:
        await learnt(idle, 7)
        trainings = the_trainings(idle)
        with monkeypatch.context() as disk:
            disk.setattr(Folders, "write", full)
            await trainings.converge()
            await trainings.converge()
        told = await _told(idle)
        assert told and len(told) == len({person for person, _ in told})
        assert all("The disk is full. Have some space made on it." in words for _, words in told)
        await trainings.converge()
        assert any(words.endswith("It has been learnt again.") for _, words in await _told(idle))


async def _told(parts: Parts) -> list[tuple[Any, str]]:
    async with parts.db.reading() as session:
        rows = (await session.execute(select(ContentNotice))).scalars()
        return [(one.staff_id, one.words) for one in rows]
