"""A claim and the round that rings take the same rows: whichever is first, both come to their end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from handoff.app import Parts
from tests.handoff.alerts.scenes import Bell
from tests.handoff.cases.scenes import Colleague, make_case, stored

pytestmark = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


ROTA = "LOCK TABLE shift IN ACCESS EXCLUSIVE MODE"  # a round stops where it asks who is on call
STAFF = "LOCK TABLE staff IN EXCLUSIVE MODE"  # a claim stops where it says whose the case is now


@asynccontextmanager
async def held_up(bell: Bell, where: str) -> AsyncIterator[None]:
    """Whoever comes to this place waits there until the block ends."""
    async with bell.parts.db.transaction() as session:
        await session.execute(text(where))
        yield


async def until_waiting(parts: Parts, how_many: int) -> None:
    """Return once so many transactions wait for others."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0")
    async with asyncio.timeout(20):
        while True:
            async with parts.db.reading() as session:
                if (await session.execute(waiting)).scalar_one() >= how_many:
                    return


async def test_a_round_in_the_middle_of_a_step_and_a_claim_do_not_wait_for_each_other(
    bell: Bell, sam: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    async with held_up(bell, ROTA):
        ringing = asyncio.create_task(bell.alarms().round())
        await until_waiting(bell.parts, 1)
        claiming = asyncio.create_task(sam.post(f"{case['at']}/claim"))
        await until_waiting(bell.parts, 2)
    async with asyncio.timeout(20):
        assert await ringing == 1
        assert (await claiming)[0] == 200
    assert (await stored(bell.parts, case)).state == "claimed"


async def test_a_claim_in_the_middle_and_a_round_do_not_wait_for_each_other(
    bell: Bell, sam: Colleague
) -> None:
    case = await make_case(bell.parts, "safeguarding", level="emergency")
    async with held_up(bell, STAFF):
        claiming = asyncio.create_task(sam.post(f"{case['at']}/claim"))
        await until_waiting(bell.parts, 1)
        async with asyncio.timeout(20):
            assert await bell.alarms().round() == 0  # it is being dealt with: looked at again next time
    async with asyncio.timeout(20):
        assert (await claiming)[0] == 200
    assert await bell.later() == []
