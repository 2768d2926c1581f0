"""What comes with the product: planted once, taken up where nothing was changed, offered elsewhere."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from handoff.app import Parts
from handoff.screening import force, sets
from handoff.screening.editions import service
from handoff.screening.editions.keeper import EditionKeeper
from handoff.screening.editions.shipping import ship_editions
from handoff.screening.service import screen
from tests.handoff.cases.scenes import Colleague
from tests.handoff.screening.editing import NEW_WORDS, approved, audited


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped files, which the service takes for its own."""
    copy = Path(shutil.copytree(sets.SHIPPED, tmp_path / "screening"))
    monkeypatch.setattr(sets, "SHIPPED", copy)
    yield copy
    for one in force.ALL:
        one.reset()


def update(folder: Path, add: str) -> None:
    """A new version of the product: one phrase of low mood more, one group's level changed, sealed."""
    path = folder / "phrases.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    low = next(group for group in document["groups"] if group["id"] == "low")
    low["phrases"].append(add)
    next(group for group in document["groups"] if group["id"] == "hard_up")["level"] = "urgent"
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    sets.seal(folder)


async def restart(parts: Parts) -> None:
    await ship_editions(parts.db, parts.clock.now())
    await EditionKeeper(parts.db, parts.hub).reload()


async def states(parts: Parts) -> list[tuple[int, str, str]]:
    async with parts.db.reading() as session:
        history = await service.history(session, "phrases")
    return [(one.number, one.origin, one.state) for one in reversed(history)]


async def test_starting_again_with_the_same_files_changes_nothing(parts: Parts, shipped: Path) -> None:
    await restart(parts)
    assert await states(parts) == [(1, "shipped", "live")]
    assert [action for _, action, _ in await audited(parts)] == ["screening.ship"] * 2


async def test_a_new_shipped_set_is_in_force_where_nothing_was_changed(parts: Parts, shipped: Path) -> None:
    await asyncio.to_thread(update, shipped, "the blue fog is here")
    await restart(parts)
    assert await states(parts) == [(1, "shipped", "retired"), (2, "shipped", "live")]
    assert screen("the blue fog is here").level == "concern" and force.PHRASES.held.faults == ()


async def test_where_words_were_changed_new_phrases_screen_at_once_and_the_rest_is_offered(
    parts: Parts, shipped: Path, priya: Colleague, dana: Colleague
) -> None:
    await approved(priya, dana, parts)
    await asyncio.to_thread(update, shipped, "the blue fog is here")
    await restart(parts)
    assert screen("the blue fog is here").level == screen(NEW_WORDS).level == "concern"
    assert await states(parts) == [
        (1, "shipped", "retired"), (2, "staff", "retired"), (3, "shipped", "set_aside"),
        (4, "staff", "live"), (5, "shipped", "draft"),
    ]  # fmt: skip
    page = await priya.page("/staff/screening/phrases/draft")
    assert "A shipped update" in page and "Hard up" in page and "<ins>urgent</ins>" in page
    await restart(parts)
    assert len(await states(parts)) == 5


async def test_an_open_draft_is_left_alone_by_an_update(
    parts: Parts, shipped: Path, priya: Colleague, dana: Colleague
) -> None:
    await approved(priya, dana, parts)
    await priya.submit("/staff/screening/phrases/start")
    await asyncio.to_thread(update, shipped, "the blue fog is here")
    await restart(parts)
    assert [one for one in await states(parts) if one[2] == "draft"] == [(3, "staff", "draft")]


async def test_files_that_were_tampered_with_are_not_taken_up_and_the_approved_set_runs_on(
    parts: Parts, shipped: Path
) -> None:
    (shipped / "phrases.yml").write_text("groups: []\n", encoding="utf-8")
    await restart(parts)
    assert force.PHRASES.held.number == 1 and "phrases.yml" in force.PHRASES.held.faults[0]
    assert screen("i want to die").level == "urgent"
    assert await states(parts) == [(1, "shipped", "live")]


async def test_with_no_edition_and_no_good_file_every_message_goes_to_an_adviser(
    parts: Parts, shipped: Path, priya: Colleague
) -> None:
    (shipped / "phrases.yml").unlink()
    (shipped / "messages.yml").unlink()
    async with parts.db.transaction() as session:
        for kind in sets.FILES:
            live = await service.live(session, kind)
            assert live
            live.body = "{}"
    await restart(parts)
    verdict = screen("what is a bursary")
    assert (verdict.level, verdict.findings[0].detector) == ("urgent", "failure")
    page = await priya.page("/staff/screening")
    assert "Every message goes to an adviser." in page and "shortest safety text" in page
