"""Whatever was lost or moved, Rasa and the links come back to what the live release learnt."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update

import handoff.rasa
from handoff.app import Parts
from handoff.content.model import QUEUED, SWAPPING, TRAINING, Release, Training
from handoff.rasa import Doorway, RasaUnavailable
from handoff.studio.folders import Folders
from handoff.studio.trainings import SILENT, Trainings
from tests.handoff.fakes import FakeRasa
from tests.handoff.studio.scripts import Script


def the_trainings(parts: Parts) -> Trainings:
    return Trainings(parts.db, parts.clock, parts.hub, parts.rules, parts.rasa, parts.content, parts.settings)


def left_behind(folder: Path, number: int | None) -> Folders:
    """The links and the model that an earlier run left in a data folder."""
    folders, model = Folders(folder), folder / "models/old.tar.gz"
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_text("model")
    if number:
        folders.write(number, {"money.yml": "[]"})
    folders.make_live(number, model)
    return folders


async def found(folders: Folders) -> tuple[int | None, str]:
    """The release and the model that the links lead to, the model only if it is there."""

    def look() -> tuple[int | None, str]:
        model = folders.model()
        return folders.current(), model.name if model and model.is_file() else ""

    return await asyncio.to_thread(look)


async def learnt(parts: Parts, number: int) -> None:
    async with parts.db.transaction() as session:
        await session.execute(update(Release).values(learnt=number))


async def test_a_new_database_on_an_old_folder_has_the_shipped_answers(
    script: Script, parts: Parts, rasa: FakeRasa
) -> None:
    folders = await asyncio.to_thread(left_behind, parts.settings.data_dir, 7)
    rasa.model = "old.tar.gz"
    await the_trainings(parts).converge()
    assert await found(folders) == (None, rasa.model) and rasa.model != "old.tar.gz"


async def test_a_release_folder_that_is_gone_is_written_and_learnt_again(
    script: Script, parts: Parts, rasa: FakeRasa
) -> None:
    await learnt(parts, 7)
    folders = await asyncio.to_thread(left_behind, parts.settings.data_dir, 7)
    rasa.model = "old.tar.gz"
    await asyncio.to_thread(shutil.rmtree, folders.of(7))
    await the_trainings(parts).converge()
    assert await found(folders) == (7, rasa.model) and rasa.model != "old.tar.gz"


@pytest.mark.parametrize("gone", [False, True])
async def test_a_rasa_that_runs_without_a_model_gets_the_live_one(
    script: Script, parts: Parts, rasa: FakeRasa, gone: bool
) -> None:
    folders, rasa.model = await asyncio.to_thread(left_behind, parts.settings.data_dir, None), ""
    assert not await parts.rasa.ready()
    if gone:
        await asyncio.to_thread((parts.settings.data_dir / "models/old.tar.gz").unlink)
    await the_trainings(parts).converge()
    assert rasa.model and await found(folders) == (None, rasa.model) and await parts.rasa.ready()


async def test_a_rasa_that_has_the_live_model_is_left_alone(
    script: Script, parts: Parts, rasa: FakeRasa
) -> None:
    await asyncio.to_thread(left_behind, parts.settings.data_dir, None)
    rasa.model = "old.tar.gz"
    await the_trainings(parts).converge()
    assert rasa.loads == [] and script.asked == []


def test_the_links_go_along_when_the_folder_is_moved(tmp_path: Path) -> None:
    left_behind(tmp_path / "var", 3)
    moved = Folders((tmp_path / "var").rename(tmp_path / "elsewhere"))
    model = moved.model()
    assert moved.current() == 3 and model and model.is_file()
    shutil.rmtree(moved.of(3))
    assert moved.current() is None


async def test_no_turn_waits_for_ever_while_the_model_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handoff.rasa, "PASS_SECONDS", 0.0)
    doorway = Doorway()
    async with doorway.closed():
        with pytest.raises(RasaUnavailable):
            async with doorway.passing():
                pass
    assert doorway.waiting == 0


async def busy_elsewhere(parts: Parts, state: str) -> None:
    """Another process is at the oldest training, and a second one waits."""
    now = parts.clock.now()
    rows = [{"number": 1, "state": state, "worker": "other", "beat_at": now}, {"number": 2, "state": QUEUED}]
    async with parts.db.transaction() as session:
        for row in rows:
            session.add(Training(**{**row, "why": "New questions", "at": now, "items": {}, "faults": []}))


async def test_a_later_training_waits_for_the_one_that_another_process_is_at(
    script: Script, parts: Parts
) -> None:
    if parts.db.sqlite:
        pytest.skip("one process only")
    await busy_elsewhere(parts, TRAINING)
    assert not await the_trainings(parts).step() and script.asked == []


async def test_a_swap_of_another_process_is_not_undone(script: Script, parts: Parts, rasa: FakeRasa) -> None:
    if parts.db.sqlite:
        pytest.skip("one process only")
    await asyncio.to_thread(left_behind, parts.settings.data_dir, None)
    rasa.model = "the-next.tar.gz"
    await busy_elsewhere(parts, SWAPPING)
    await the_trainings(parts).converge()
    assert rasa.loads == []
    parts.clock.move(2 * SILENT)
    await the_trainings(parts).converge()
    assert rasa.model == "old.tar.gz"
