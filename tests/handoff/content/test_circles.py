"""Two answers that were right one by one never go live leading to each other and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from handoff.app import Parts
from handoff.content.going_live import publish_due
from handoff.content.live import live_release, release_revisions
from handoff.content.model import Revision
from tests.handoff.cases.scenes import Colleague

EMA, TRAVEL = "/api/staff/answers/ema", "/api/staff/answers/travel"


async def leading_to(jo: Colleague, kit: Colleague, path: str, step: str, more: str = "") -> int:
    """Jo's draft of an answer with this one next step, approved by Kit for later; its version. `more` is
    another example question."""
    _, begun = await jo.post(f"{path}/start")
    examples = "\n".join([*begun["examples"], *filter(None, [more])])
    said = {"version": begun["draft"]["version"], "next": step, "web": "New.", "sms": "New."}
    _, sent = await jo.post(f"{path}/submit", {**said, "examples": examples})
    status, held = await kit.post(f"{path}/approve", {"version": sent["draft"]["version"], "hold": True})
    assert status == 200, held
    return int(held["draft"]["version"])


async def steps_live(parts: Parts) -> list[list[str]]:
    async with parts.db.reading() as session:
        live = await release_revisions(session, await live_release(session))
    return [live["ema"].next, live["travel"].next]


@pytest.mark.parametrize("more", ["", "can college chip in for a laptop"])
async def test_the_second_of_two_that_would_lead_round_is_not_published(
    parts: Parts, jo: Colleague, kit: Colleague, more: str
) -> None:
    ema = await leading_to(jo, kit, EMA, "travel", more)  # with a new question it is learnt first
    travel = await leading_to(jo, kit, TRAVEL, "ema")
    assert (await kit.post(f"{EMA}/publish", {"version": ema}))[0] == 200
    for step in ("publish", "schedule"):
        status, body = await kit.post(f"{TRAVEL}/{step}", {"version": travel, "at": "2030-01-07T09:00"})
        assert status == 422 and "round in a circle" in body["error"]["problems"]["next"][0]
    assert (await steps_live(parts))[1] != ["ema"]


@pytest.mark.parametrize("more", ["", "can college chip in for a laptop"])
async def test_the_second_of_two_that_were_scheduled_together_is_held_back(
    parts: Parts, jo: Colleague, kit: Colleague, more: str
) -> None:
    at = f"{parts.clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    for path, step, words in ((EMA, "travel", ""), (TRAVEL, "ema", more)):
        version = await leading_to(jo, kit, path, step, words)
        status, body = await kit.post(f"{path}/schedule", {"version": version, "at": at})
        assert status == 200, body
    parts.clock.move(timedelta(days=3))
    rules = parts.rules
    async with parts.db.transaction() as session:
        zone = rules.area(None).timezone
        await publish_due(session, parts.clock.now(), parts.content.facts, rules.vocabulary, zone)
    assert (await steps_live(parts))[0] == ["travel"] and (await steps_live(parts))[1] != ["ema"]
    async with parts.db.reading() as session:
        waiting = select(Revision).where(Revision.slug == "travel", Revision.state == "approved")
        held = (await session.execute(waiting)).scalar_one()
    assert held.publish_at is None and "not right any more" in (held.review_note or "")


async def test_a_next_step_that_was_taken_off_since_it_was_approved_is_not_published(
    jo: Colleague, kit: Colleague, dana: Colleague
) -> None:
    version = await leading_to(jo, kit, TRAVEL, "ema")
    assert (await dana.post(f"{EMA}/take-off", {"reason": "It names a line that is closed."}))[0] == 200
    status, body = await kit.post(f"{TRAVEL}/publish", {"version": version})
    assert status == 422 and "is withdrawn: take" in body["error"]["problems"]["next"][0]
