"""How far the assistant is, and how long it will be: by what the last release took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handoff.app import Parts
from handoff.content.learning import STAGES, learning, progress, usual_seconds
from handoff.content.model import AT_WORK, CHECKING, DONE, FAILED, QUEUED, SWAPPING, TRAINING, Training

BEGAN = datetime(2026, 11, 22, 9, tzinfo=UTC)
USUAL = {"writing": 1.0, "checking": 20.0, "training": 10.0, "rehearsing": 4.0, "swapping": 5.0}


def at(state: str, seconds: float) -> tuple[int, int | None]:
    far = progress(Training(state=state, since=BEGAN), BEGAN + timedelta(seconds=seconds), USUAL)
    return far.percent, far.seconds_left


def test_it_counts_the_stages_behind_and_the_time_in_this_one() -> None:
    assert at(CHECKING, 0) == (2, 39)
    assert at(CHECKING, 10) == (27, 29)
    assert at(TRAINING, 0) == (52, 19)
    assert at(SWAPPING, 4) == (97, 1)


@pytest.mark.parametrize("state", [state for state in AT_WORK if state != QUEUED])
def test_a_stage_that_takes_longer_than_ever_is_not_shown_as_over(state: str) -> None:
    percent, left = at(state, 3_600)
    order = [one for one in STAGES if one != QUEUED]
    following = order[order.index(state) + 1 :]
    assert percent < 100 and left is not None
    assert left >= max(1, round(sum(USUAL[one] for one in following)))


def test_who_waits_for_others_is_told_no_time() -> None:
    assert at(QUEUED, 100) == (0, None)


@pytest.mark.parametrize("state", [DONE, FAILED])
def test_what_is_over_is_whole(state: str) -> None:
    assert at(state, 0) == (100, 0)


async def test_the_times_are_those_of_the_last_release_that_was_learnt(parts: Parts) -> None:
    async with parts.db.reading() as session:
        assert (await usual_seconds(session))["checking"] == STAGES["checking"][1]
    now = parts.clock.now()
    rows = [(DONE, None, 30.0), (DONE, None, 11.0), (DONE, 1, None), (FAILED, None, 99.0)]
    async with parts.db.transaction() as session:
        for state, earlier, checking in rows:
            took = {"checking": checking, "queued": 500.0} if checking else {"training": 0.1}
            session.add(
                Training(why="New", at=now, items={}, faults=[], state=state, earlier=earlier, took=took)
            )
            await session.flush()
    async with parts.db.reading() as session:
        usual = await usual_seconds(session)
    assert usual["checking"] == 11.0 and usual["training"] == STAGES["training"][1]


async def test_one_under_way_is_shown_however_many_came_after_it(parts: Parts) -> None:
    now = parts.clock.now()
    async with parts.db.transaction() as session:
        for state, worker in [(TRAINING, "another"), *[(FAILED, None)] * 12]:
            session.add(
                Training(why="New", at=now, items={}, faults=[], state=state, worker=worker, beat_at=now)
            )
            await session.flush()
    async with parts.db.reading() as session:
        shown = [one.state for one in await learning(session)]
    assert shown == [*[FAILED] * 10, TRAINING]
