"""Shipped answers are loaded once; a later version of them is offered, and overwrites nothing."""

from __future__ import annotations

import asyncio
import shutil
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from handoff.app import Parts
from handoff.content.areas import load_areas
from handoff.content.entries import ContentFaults
from handoff.content.seed import load_content
from handoff.content.service import SHIPPED, seed_once
from tests.handoff.cases.scenes import Colleague

EMA = "/api/staff/answers/ema"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the shipped answers, to make a later version of."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "content"))


def _change(folder: Path, slug: str, **fields: object) -> None:
    path = folder / "money.yml"
    answers = yaml.safe_load(path.read_text("utf-8"))
    next(answer for answer in answers if answer["slug"] == slug).update(fields)
    path.write_text(yaml.safe_dump(answers, allow_unicode=True), "utf-8")


async def _ship(parts: Parts, folder: Path) -> None:
    await seed_once(parts.db, parts.clock.now(), folder)
    await parts.content.reload()


async def test_an_empty_database_has_every_shipped_answer_live_as_release_1(parts: Parts) -> None:
    camden = load_areas()["camden"]
    assert parts.content.release == 1
    for answer in await asyncio.to_thread(load_content, SHIPPED):
        live = parts.content.answer(answer.slug, camden)
        assert live and live.title == answer.title and "{" not in live.html + live.text + live.sms


async def test_starting_again_changes_nothing(parts: Parts, jo: Colleague) -> None:
    await _ship(parts, SHIPPED)
    assert parts.content.release == 1
    assert (await jo.get("/api/staff/answers?state=shipped"))[1]["answers"] == []


async def test_a_changed_shipped_answer_is_offered_and_not_live(
    parts: Parts, jo: Colleague, shipped: Path
) -> None:
    _change(shipped, "ema", sms="EMA has closed.")
    await _ship(parts, shipped)
    await _ship(parts, shipped)
    _, found = await jo.get(EMA)
    assert found["shipped_update"]["sms"] == "EMA has closed." and found["live"]["sms"] != "EMA has closed."
    assert [row["slug"] for row in (await jo.get("/api/staff/answers?state=shipped"))[1]["answers"]] == [
        "ema"
    ]


async def test_a_newer_shipped_update_replaces_an_older_one(
    parts: Parts, jo: Colleague, shipped: Path
) -> None:
    for words in ("EMA has closed.", "EMA closed in 2011."):
        _change(shipped, "ema", sms=words)
        await _ship(parts, shipped)
    assert (await jo.get(EMA))[1]["shipped_update"]["sms"] == "EMA closed in 2011."


async def test_a_shipped_update_goes_live_like_any_words(
    parts: Parts, jo: Colleague, kit: Colleague, shipped: Path
) -> None:
    _change(shipped, "ema", sms="EMA has closed.")
    await _ship(parts, shipped)
    _, draft = await jo.post(f"{EMA}/start", {"shipped": True})
    assert draft["draft"]["sms"] == "EMA has closed." and draft["shipped_update"] is None
    _, sent = await jo.post(f"{EMA}/submit", {"version": draft["draft"]["version"]})
    _, live = await kit.post(f"{EMA}/approve", {"version": sent["draft"]["version"]})
    assert live["live"]["sms"] == "EMA has closed."


async def test_our_own_words_can_be_kept(parts: Parts, jo: Colleague, shipped: Path) -> None:
    _change(shipped, "ema", sms="EMA has closed.")
    await _ship(parts, shipped)
    assert (await jo.post(f"{EMA}/keep-ours"))[1]["shipped_update"] is None
    await _ship(parts, shipped)
    assert (await jo.get(EMA))[1]["shipped_update"] is None


async def test_a_new_shipped_answer_waits_for_an_editor(parts: Parts, jo: Colleague, shipped: Path) -> None:
    answers = yaml.safe_load((shipped / "money.yml").read_text("utf-8"))
    new = {
        **deepcopy(answers[0]),
        "slug": "brand-new",
        "title": "Brand new",
        "examples": [f"brand new {n}" for n in range(25)],
    }
    (shipped / "money.yml").write_text(yaml.safe_dump([*answers, new], allow_unicode=True), "utf-8")
    await _ship(parts, shipped)
    _, found = await jo.get("/api/staff/answers/brand-new")
    assert found["live"] is None and found["shipped_update"]["title"] == "Brand new"
    assert parts.content.answer("brand-new", load_areas()["camden"]) is None


async def test_a_wrong_shipped_answer_stops_the_upgrade_and_says_where(parts: Parts, shipped: Path) -> None:
    _change(shipped, "ema", sms="x" * 500)
    with pytest.raises(ContentFaults, match=r"money\.yml"):
        await _ship(parts, shipped)
