"""Staff who answer for safety hear of it when screening runs on less than what was approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handoff import degraded
from handoff.app import Parts
from handoff.content.model import ContentNotice
from handoff.degraded import Degraded
from handoff.staff.model import Staff


async def told(parts: Parts) -> list[tuple[str, str]]:
    """(who, path) of each notice that is mailed too."""
    query = select(Staff.email, ContentNotice.path).join(Staff, Staff.id == ContentNotice.staff_id)
    async with parts.db.reading() as session:
        rows = await session.execute(query.where(ContentNotice.mail_at.is_not(None)).order_by(Staff.email))
        return [tuple(row) for row in rows]


async def test_nobody_is_told_while_all_is_as_approved(parts: Parts) -> None:
    assert not await Degraded(parts.db, parts.clock, parts.rules).round()
    assert await told(parts) == []


async def test_leads_and_managers_are_told_once_a_day_while_the_network_is_not_used(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(degraded.screening, "trained_screen", lambda: None)
    job = Degraded(parts.db, parts.clock, parts.rules)
    assert [await job.round(), await job.round()] == [True, False]
    people = [who for who, _ in await told(parts)]
    assert "lead@demo.test" in people and "editor.one@demo.test" not in people
    assert {path for _, path in await told(parts)} == {"/staff/screening"}
    parts.clock.move(timedelta(days=1, minutes=1))
    assert await job.round()
    assert len(await told(parts)) == 2 * len(people)


async def test_leads_and_managers_are_told_once_a_day_while_an_area_is_not_served_as_it_should_be(
    parts: Parts,
) -> None:
    rules = replace(parts.rules, faults=("Lambeth: nobody in its chain of alerts",))
    job = Degraded(parts.db, parts.clock, rules)
    assert [await job.round(), await job.round()] == [True, False]
    people = [who for who, _ in await told(parts)]
    assert "lead@demo.test" in people and "manager@demo.test" in people
    assert {path for _, path in await told(parts)} == {"/staff/rota"}


async def test_one_fault_that_comes_back_while_another_stays_rings_again_within_the_day(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ["The network is not used.", "Phrases are not as approved."]
    monkeypatch.setattr(degraded.screening, "faults", lambda: list(found))
    job = Degraded(parts.db, parts.clock, parts.rules)
    assert await job.round()
    back = found.pop()
    await job.round()
    found.append(back)
    assert [await job.round(), await job.round()] == [True, False]


async def test_several_processes_tell_of_one_change_once(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    monkeypatch.setattr(degraded.screening, "faults", lambda: list(found))
    jobs = [Degraded(parts.db, parts.clock, parts.rules) for _ in range(3)]
    assert [await job.round() for job in jobs] == [False, False, False]
    for _ in range(2):
        found.append("The network is not used.")
        assert [await job.round() for job in jobs] == [True, False, False]
        found.clear()
        assert [await job.round() for job in jobs] == [False, False, False]


async def test_processes_that_disagree_ring_no_more_than_once_a_day(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = ["The network is not used."]
    monkeypatch.setattr(degraded.screening, "faults", lambda: list(found))
    wrong, well = (Degraded(parts.db, parts.clock, parts.rules) for _ in range(2))

    async def both() -> list[bool]:
        found[:] = ["The network is not used."]
        first = await wrong.round()
        found.clear()
        return [first, await well.round()]

    assert [await both(), await both(), await both()] == [[True, False], [False, False], [False, False]]
    parts.clock.move(timedelta(days=1, minutes=1))
    assert [await both(), await both()] == [[True, False], [False, False]]


async def test_an_area_fault_that_comes_back_after_a_restart_without_it_rings_again_within_the_day(
    parts: Parts,
) -> None:
    wrong = replace(parts.rules, faults=("Lambeth: nobody in its chain of alerts",))
    assert await Degraded(parts.db, parts.clock, wrong).round()
    assert not await Degraded(parts.db, parts.clock, parts.rules).round()
    assert await Degraded(parts.db, parts.clock, wrong).round()
    assert not await Degraded(parts.db, parts.clock, wrong).round()  # a restart repeats nothing


async def test_another_fault_and_one_that_comes_back_ring_again_within_the_day(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = ["The network is not used."]
    monkeypatch.setattr(degraded.screening, "faults", lambda: list(found))
    job = Degraded(parts.db, parts.clock, parts.rules)
    assert [await job.round(), await job.round()] == [True, False]
    found.append("Phrases are not as approved.")
    assert [await job.round(), await job.round()] == [True, False]
    found.clear()
    assert not await job.round()
    found.append("The network is not used.")
    assert [await job.round(), await job.round()] == [True, False]
    assert not await Degraded(parts.db, parts.clock, parts.rules).round()  # a restart repeats nothing
